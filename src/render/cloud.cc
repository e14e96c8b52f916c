// cloud/aws.md: what brings AWS to what the spec says, command by command. Nothing in it is carried out by plimsoll.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "render/cloud_parts.h"
#include "render/promql.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace cloud_parts {

namespace {

/// FNV-1a, of 32 bits: the same on every machine.
std::uint32_t digest(std::string_view text) {
  std::uint32_t sum = 2166136261U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  return sum;
}

}  // namespace

std::string identifier(const Stack& stack, const std::string& component, std::size_t most) {
  const std::string wanted = fmt::format("{}-{}", stack.name, component);
  std::string id;
  for (const char c : wanted)
    if (c != '-' || !id.ends_with('-')) id += c;
  if (id == wanted && id.size() <= most) return id;
  const std::string end = fmt::format("{:08x}", digest(wanted));
  id.resize(std::min(id.size(), most - end.size() - 1));
  if (!id.ends_with('-')) id += '-';
  return id + end;
}

void note_identifier(const Stack& stack, const std::string& component, const std::string& id, const ModelPath& path,
                     std::vector<Note>& notes) {
  const std::string plain = fmt::format("{}-{}", stack.name, component);
  if (id != plain) notes.push_back({path, fmt::format("{} on AWS, which takes no {} for a name", id, plain)});
}

std::string shell_word(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out += '\'';
}

std::string query_word(std::string_view query) {
  return query.find('\'') == std::string_view::npos ? shell_word(query) : fmt::format("\"{}\"", query);
}

std::int64_t default_max_connections(Bytes memory) { return std::min<std::int64_t>(memory.count / 9531392, 5000); }

std::string answer(std::string_view command, std::string_view query) {
  return fmt::format("{} \\\n  --query {} --output json | tr -d '\"'", command, query_word(query));
}

std::string wait_for(std::string_view wanted, std::string_view command) { return fmt::format("wait_for {} {}", wanted, command); }

std::string metric(std::string_view name_space, std::string_view name, std::string_view dimension, std::string_view value,
                   std::string_view statistic) {
  return fmt::format(R"sh(aws cloudwatch get-metric-statistics --namespace {} --metric-name {} \
  --dimensions Name={},Value={} --statistics {} --period 60 \
  --start-time "$(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ)" --end-time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  --query 'sort_by(Datapoints, &Timestamp)[].[Timestamp, {}]' --output text)sh",
                     name_space, name, dimension, value, statistic, statistic);
}

bool is_elasticache(const Cache& cache) { return cache.bought.instance_class.starts_with("cache."); }

}  // namespace cloud_parts

namespace {

using cloud_parts::Change;
using cloud_parts::Step;

std::string region(const Stack& stack) {
  if (stack.regions.empty()) return "export AWS_REGION=\"${AWS_REGION:?the region the stack is in}\"";
  std::string others;
  for (std::size_t i = 1; i < stack.regions.size(); ++i)
    others += (i == 1 ? "  # then all of it again for " : ", ") + stack.regions[i].name;
  return fmt::format("export AWS_REGION={}{}", cloud_parts::shell_word(stack.regions.front().name), others);
}

constexpr std::string_view wait_for_in_shell =
    R"sh(# wait_for WANTED COMMAND: asks until the answer is WANTED, every 30 s, an hour at most.
wait_for() {
  wanted=$1
  tries=120
  shift
  until now=$("$@") && [ "$now" = "$wanted" ]; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "still $now, not $wanted" >&2
      return 1
    fi
    sleep 30
  done
  echo "$now"
}
)sh";

std::string head(const Stack& stack) {
  return fmt::format(R"(# AWS commands of the stack {0}

Made by `plimsoll render`; plimsoll runs none of them. Each change brings AWS to what the spec says and has what must hold before it,
the command, how to see that it worked, and the way back. To change a figure, change the spec and render again.

For the AWS CLI and a POSIX shell with GNU date (on macOS and BSD, `date -u -v-1H` in place of `date -u -d '-1 hour'`). Identifiers are
`{0}-COMPONENT`. Run this block and a change's blocks in one shell: later ones use variables of earlier ones.

```sh
{1}
export AWS_DEFAULT_REGION="$AWS_REGION"  # what version 1 of the CLI reads
export AWS_PAGER=''
# A change with an outage waits for the maintenance window. To have it now, say so: apply=--apply-immediately
apply=--no-apply-immediately
{2}```
)",
                     stack.name, region(stack), wait_for_in_shell);
}

std::string part(std::string_view title, const Step& step) {
  std::string text = fmt::format("\n**{}.**", title);
  if (!step.says.empty()) text += " " + step.says;
  text += "\n";
  if (!step.commands.empty()) text += fmt::format("\n```sh\n{}\n```\n", step.commands);
  return text;
}

std::string section(const Change& change) {
  std::string text = fmt::format("\n## {}\n", change.title);
  if (!change.says.empty()) text += fmt::format("\n{}\n", change.says);
  return text + part("Precondition", change.before) + part("Command", change.command) + part("Verify", change.verify) +
         part("Undo", change.undo);
}

void note_classes(const Stack& stack, std::vector<Note>& notes) {
  for (const Database& one : stack.databases)
    if (!promql::is_managed(one) && !one.bought.instance_class.empty())
      notes.push_back({fmt::format("databases.{}.class", one.name),
                       fmt::format("{} is no class of RDS (db.…): no commands", one.bought.instance_class)});
  for (const Cache& one : stack.caches)
    if (!cloud_parts::is_elasticache(one) && !one.bought.instance_class.empty())
      notes.push_back({fmt::format("caches.{}.class", one.name),
                       fmt::format("{} is no class of ElastiCache (cache.…): no commands", one.bought.instance_class)});
  for (const Tier& one : stack.tiers)
    if (!one.instance.bought.instance_class.empty())
      notes.push_back({fmt::format("tiers.{}.instance.class", one.name),
                       "machines of instances are the cluster's or the autoscaling group's: no commands"});
  if (stack.balancer && !stack.balancer->bought.instance_class.empty())
    notes.push_back({"balancer.class", fmt::format("{}: no commands; on Kubernetes its controller makes it",
                                                   stack.balancer->bought.instance_class)});
}

}  // namespace

Rendered cloud(const Stack& stack, const Options& /*options*/) {
  Rendered made;
  std::vector<Change> changes;
  for (const Database& database : stack.databases) {
    if (!promql::is_managed(database)) continue;
    cloud_parts::add_database(stack, database, changes, made.notes);
    for (const Pooler& pooler : stack.poolers)
      if (pooler.database == database.name) cloud_parts::add_proxy(stack, pooler, database, changes, made.notes);
  }
  for (const Cache& cache : stack.caches)
    if (cloud_parts::is_elasticache(cache)) cloud_parts::add_cache(stack, cache, changes, made.notes);
  note_classes(stack, made.notes);
  if (changes.empty()) {
    made.notes.insert(made.notes.begin(),
                      {"", "no database has a class of RDS and no cache one of ElastiCache: nothing to do on AWS"});
    return made;
  }
  std::string text = head(stack);
  for (const Change& change : changes) text += section(change);
  made.files.push_back({"cloud/aws.md", std::move(text)});
  return made;
}

}  // namespace plimsoll::render
