#include "spec/reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

#include "core/quantity.h"
#include "core/stack.h"
#include "spec/condition.h"
#include "spec/descriptor.h"
#include "spec/tables.h"

namespace plimsoll::spec {
namespace {

/// One object; `paths` are all places it stands at, the first one names it.
struct Section {
  const Object* object;
  std::string_view doc;  // of the key it is the value of
  std::vector<std::string> paths;
};

/// "tiers.*.scale.rules[]" as "tiers.NAME.scale.rules[]".
std::string shown(std::string path) {
  for (std::size_t at = path.find('*'); at != std::string::npos; at = path.find('*', at)) path.replace(at, 1, "NAME");
  return path;
}

/// `prefix` keeps the headings of two files on one page apart.
std::vector<Section> sections(const Object& root, std::string_view says, const char* heading, const char* prefix) {
  std::vector<Section> found{{&root, says, {heading}}};
  const auto add = [&](const Object* object, std::string_view doc, const std::string& at) {
    const auto known = std::ranges::find(found, object, &Section::object);
    if (known == found.end())
      found.push_back({object, doc, {at}});
    else
      known->paths.push_back(at);
  };
  walk(root, prefix, [&](const std::string& path, const Field& field) {
    const std::string at = shown(path + (field.kind == Kind::map ? ".*" : field.kind == Kind::list ? "[]" : ""));
    if (field.of) add(field.of, field.doc, at);
    for (const Variant& variant : field.variants) add(variant.of, field.doc, fmt::format("{} ({})", at, variant.name));
  });
  return found;
}

/// As the usual renderers make the anchor of a heading: lower case, blanks are hyphens, of the rest letters, digits and '_'.
std::string link(const Section& section) {
  std::string anchor;
  for (const char c : section.paths.front())
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ' ')
      anchor += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return fmt::format("[{}](#{})", section.paths.front(), anchor);
}

/// A '|' would end the cell.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string takes(const Field& field) {
  std::string text = expectation(field);
  if (!field.example.empty())
    if (const std::size_t at = text.rfind(field.example); at != std::string::npos)
      text.replace(at, field.example.size(), fmt::format("`{}`", field.example));
  if (field.kind == Kind::bounds && !field.unit.empty()) text += fmt::format(" ({})", field.unit);
  if (field.not_empty) text += "; not empty";
  return text;
}

std::string meaning(const Field& field, const std::vector<Section>& all) {
  std::string text(field.doc);
  if (field.environment) text += "; `${NAME}` in quotes is taken from plimsoll's environment, `$$` is a dollar";
  if (!field.taken_by.empty()) text += fmt::format("; {}", field.taken_by);
  if (!field.instead_of.empty()) text += fmt::format("; not beside `{}`", field.instead_of);
  if (!field.with.empty()) text += fmt::format("; together with `{}`", field.with);
  const auto section = [&](const Object* object) { return link(*std::ranges::find(all, object, &Section::object)); };
  if (field.of) text += fmt::format("; keys: {}", section(field.of));
  for (const Variant& variant : field.variants) text += fmt::format("; of {}: {}", variant.name, section(variant.of));
  return text;
}

std::string default_text(const Field& field) {
  if (field.required) return "**required**";
  return field.fallback.empty() ? "" : fmt::format("`{}`", field.fallback);
}

void add_section(std::string& out, const Section& section, const std::vector<Section>& all) {
  const Object& object = *section.object;
  out += fmt::format("\n## {}\n\n", section.paths.front());
  std::string doc(section.doc);
  doc.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(doc.front())));
  out += doc + ".";
  for (std::size_t i = 1; i < section.paths.size(); ++i)
    out += fmt::format("{} `{}`", i == 1 ? " The same keys at" : ",", section.paths[i]);
  if (section.paths.size() > 1) out += ".";
  if (!object.at_least_one.empty()) out += fmt::format(" At least one of `{}`.", fmt::join(object.at_least_one, "`, `"));
  if (!object.exactly_one.empty()) out += fmt::format(" Exactly one of `{}`.", fmt::join(object.exactly_one, "`, `"));
  out += "\n\n| key | takes | default | meaning |\n|---|---|---|---|\n";
  for (const Field& field : object.fields)
    out +=
        fmt::format("| `{}` | {} | {} | {} |\n", field.key, cell(takes(field)), default_text(field), cell(meaning(field, all)));
}

/// What the keys of maps may be called.
void add_names(std::string& out) {
  out += "\n## Names\n\n| names under | are |\n|---|---|\n";
  walk(root_object(), "", [&](const std::string& path, const Field& field) {
    if (field.keys) out += fmt::format("| `{}` | {} |\n", shown(path), cell(std::string(field.keys->says)));
  });
}

struct SignalText {
  SignalKind kind;
  std::string_view quantity, meaning;
};
constexpr std::array<SignalText, 8> signals = {{
    {SignalKind::cpu, "70%", "CPU used, of `instance.cpu`'s request, mean over the ready instances"},
    {SignalKind::memory, "80%", "memory used, of `instance.memory`'s request, mean over the ready instances"},
    {SignalKind::requests_per_second, "200", "requests that arrive at the balancer for the tier, in all"},
    {SignalKind::queued_requests, "10", "requests that wait in the balancer for a free instance, in all"},
    {SignalKind::p95, "500ms", "95th percentile of the response time, from the histogram on `run.metrics`"},
    {SignalKind::p99, "1s", "99th percentile of the same"},
    {SignalKind::backlog, "100", "jobs that wait in a list: `backlog(LIST)`; a list the tier publishes to or consumes"},
    {SignalKind::errors, "5%", "share of the tier's requests that failed at the balancer"},
}};

void add_conditions(std::string& out) {
  out +=
      "\n## Conditions\n\n"
      "`when: SIGNAL > QUANTITY` or `when: SIGNAL < QUANTITY`, for example `cpu > 70%` or `backlog(jobs) > 100`.\n\n"
      "| signal | compared with, such as | meaning |\n|---|---|---|\n";
  for (const SignalText& signal : signals)
    out += fmt::format("| `{}` | `{}` | {} |\n", signal_names[static_cast<std::size_t>(signal.kind)], signal.quantity,
                       signal.meaning);
  out +=
      "| a name under `signals` | in its `unit` | what its owner says; without `path` a signal from metrics is read from "
      "`run.metrics` |\n"
      "\nWith `until` the condition keeps holding until the signal is past that: `{when: cpu > 80%, until: 60%, for: 10m, add: "
      "50%}`.\n";
}

void add_profiles(std::string& out) {
  out += "\n## Profiles\n\n| profile | per_instance | poll | cooldown | max |\n|---|---|---|---|---|\n";
  for (const Profile& profile : built_in_profiles())
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", profile.name, *profile.per_instance, to_text(*profile.poll),
                       to_text(*profile.cooldown), *profile.max);
}

constexpr std::string_view opening = R"(# The spec

One YAML file describes one stack: see [stacks/quickstart.yaml](../stacks/quickstart.yaml) for a whole one with comments. This page is
made from the tables the parser works from (`src/spec/descriptors*.cc`); a test keeps the two the same.

Editors that know JSON Schema complete and check a spec by [spec.schema.json](spec.schema.json), made from the same tables: with the
YAML language server, put `# yaml-language-server: $schema=PATH/spec.schema.json` on top of the file. It knows every key and how its value
is written; what one key has to do with another (references, sums) only plimsoll itself checks.

An error names file, line and column, shows the line with a caret, says what was expected and the nearest name there is. All errors of a
file come at once; the exit code is 2 and nothing was started.

```
stack.yaml:6:15: error: the minimum 9 is above the maximum 3
   6 |     replicas: 9..3
     |               ^^^^
     expected 3..9
```

## Quantities

| quantity | written as |
|---|---|
| duration | `500ms`, `30s`, `1m30s`, `2h`, `1d`; a bare number is none, but for `0` |
| size | `512Mi`, `2Gi`, `64mb`, `10GB` are powers of 1024, `500M`, `1G` powers of 1000, a bare number is bytes |
| cores | `500m` is half a core, `2`, `0.5` |
| share | `70%` or `0.7` |
| rate | `100`, `50rps`, `50/s`, `3000/min` |
| price | `$30/month` (a month has 730 hours), `$0.04/hour`, `$1/day`, `$360/year` |
| time | `2026-11-27T08:30Z`, `2026-11-27T09:30+01:00`: always with its zone |
| cron | `"0 20 * * mon-fri"`: minute, hour, day, month, weekday, by the clocks of the `zone` beside it |
| range | `3..20`; `4` alone is `4..4` |
| request..limit | `500m..2`: what utilization is measured against, and what may not be passed; `500m` alone has no limit |
| address | `8080` is `127.0.0.1:8080`; `"0.0.0.0:8080"` is open to other machines |
)";

constexpr std::string_view closing = R"(
## What is checked besides

- Tiers, databases, poolers, caches, externals and vector stores have one name space: no name stands twice. A signal is not called as a
  built-in one.
- A service needs a balancer, and a balancer a service.
- What `uses`, `through`, `for`, `signal`, `when`, `arrivals` and `profile` name is there; what is used is a database, a cache, an
  external or a vector store, a pooler only stands in between; `connections` are to databases and caches, `overflow`, `reads` and
  `session_features` to databases, `calls` and `rate` to externals. `baseline.excludes` names externals the tier uses, a pooler's
  `table` names tiers.
- A tier that publishes or consumes lists uses exactly one cache with `used_for: [queue]`; only workers consume.
- What a target or rule reads can be measured: `memory: 80%` needs `instance.memory`, `p95` and `p99` need `run.metrics`, requests and
  errors are counted for services only, `backlog(LIST)` is a list of the tier's own; a worker's `capacity` needs `arrivals`.
- A percentile or share of errors is a `value`, not an `average`; a signal `per: instance` is an `average`, not a `value`.
- Metrics, queues, rules, schedules, formula and capacity of one tier are at most 16.
- `until` is on the side of the threshold where the condition does not hold; `idle` is below the minimum; `fallback.replicas` lies within
  the bounds; a schedule ends after it begins; the reserve of a database leaves connections for the tiers.
- `like: hpa` has no rules, step, formula, capacity, fallback, profile, poll, cooldown and idle; `like: keda` no rules, step,
  capacity and no tolerance of a direction.
- Kubernetes' and KEDA's spellings fill the same model: nothing may be said in both.
- Latency objectives rise: p50, p95, p99.
- A pool is not larger than `max_db_connections`, `max_client_conn` is not smaller than the pool, and neither the pool nor
  `max_db_connections` is larger than the database's `max_connections`.
- Users rise from step to step; bands follow each other, and only the last has no end; the regions' shares are not more than 100 %.
- `shards` and `node_timeout` are of a cache with `architecture: cluster`, `sentinels`, `quorum`, `down_after` and `failover_timeout` of one
  with `sentinel`, `replicas` of all but `standalone`; a quorum is not more than the sentinels there are, and a collection's `replication` not
  more than the nodes.
- No key stands twice, there are no tags and no merge keys; anchors and aliases work.

## What does not run on this machine yet

`check` and `plan` read all of it. `up` and `demo` refuse, with its place, what they would have to leave out: a second service tier, a tier without
`run.command`, a balancer other than haproxy, `sticky` and `client_rate`, `extensions`, `partitions`, `lag_max` of read replicas, a cache that
is not `standalone` or not persistent in the way its use asks for, and vector stores.
)";

constexpr std::string_view catalog_opening = R"(
# The catalog

What can be bought and for how much: `catalog: NAME` in a spec names one. [catalogs/](../catalogs/) holds two, to be copied and changed. What a
class does not state is not known, and never counted as nothing.
)";

}  // namespace

std::string reference_markdown() {
  const std::vector<Section> all = sections(root_object(), "what a file holds", "The file", "");
  std::string out(opening);
  for (const Section& section : all) add_section(out, section, all);
  add_names(out);
  add_conditions(out);
  add_profiles(out);
  out += closing;
  out += catalog_opening;
  const std::vector<Section> of_catalog = sections(tables::catalog, "what a file holds", "The catalog file", "Catalog ");
  for (const Section& section : of_catalog) add_section(out, section, of_catalog);
  return out;
}

}  // namespace plimsoll::spec
