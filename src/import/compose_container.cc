// What Compose says of one container: variables, sizes, health.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/quantity.h"
#include "import/compose_node.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import::compose {
namespace {

using spec::Node;

/// A value as the facts keep it: no secret, no password within a URL.
Variable variable(std::string_view name, std::string_view written, Spot at) {
  Variable out;
  out.name = std::string(name);
  out.at = at;
  if (names_secret(name)) {
    out.secret = true;
    return out;
  }
  const Interpolated filled = interpolate(written);
  if (!filled.variable.empty()) {
    out.secret = true;
    out.from = "${" + filled.variable + "}";
    return out;
  }
  out.value = without_credentials(filled.text);
  return out;
}

/// `NAME:` and `- NAME` take the value of the shell that starts Compose.
Variable inherited(std::string_view name, Spot at) {
  Variable out;
  out.name = std::string(name);
  out.secret = true;
  out.from = fmt::format("${{{}}}", name);
  out.at = at;
  return out;
}

void warn(const ServiceNode& node, const Node::Entry& entry, std::string message, std::string expected, Facts& facts) {
  facts.diagnostics.emplace_back(node.spot(entry.value.at).file,
                                 Diagnostic{Severity::warning, entry.value.at, {}, std::move(message), std::move(expected), {}});
}

Maybe<Cores> cores(const ServiceNode& node, std::initializer_list<std::string_view> path, Facts& facts) {
  const Node::Entry* entry = node.find(path);
  if (!entry || entry->value.kind != Node::Kind::scalar) return std::nullopt;
  const Interpolated value = interpolate(entry->value.text);
  const auto number = parse_number(value.text);
  if (number && *number > 0) return node.found(*entry, Cores{*number});
  if (!number && !value.unknown)
    warn(node, *entry, fmt::format("{} are no number of cores to Compose", spec::quote(value.text)), "cores such as \"0.5\"",
         facts);
  return std::nullopt;
}

Maybe<Bytes> bytes(const ServiceNode& node, std::initializer_list<std::string_view> path, Facts& facts) {
  const Node::Entry* entry = node.find(path);
  if (!entry || entry->value.kind != Node::Kind::scalar) return std::nullopt;
  const Interpolated value = interpolate(entry->value.text);
  const auto size = compose_bytes(value.text);
  if (size && size->count > 0) return node.found(*entry, *size);
  if (!size && !value.unknown)
    warn(node, *entry, fmt::format("{} is no size to Compose", spec::quote(value.text)), "a size such as 512M", facts);
  return std::nullopt;
}

template <class T>
Maybe<T> first(Maybe<T> one, Maybe<T> other) {
  return one ? std::move(one) : std::move(other);
}

Duration duration(const ServiceNode& node, std::initializer_list<std::string_view> path, Duration otherwise) {
  return parse_duration(node.text(path).text).value_or(otherwise);
}

/// "curl -f http://localhost:8000/health || exit 1": what it asks for.
void read_test(std::string_view test, Probe& probe) {
  const std::size_t mark = test.find("://");
  if (mark == std::string_view::npos) return;
  const std::vector<Endpointish> asked = endpoints_in(test);
  if (asked.empty() || (asked[0].scheme != "http" && asked[0].scheme != "https")) return;
  probe.http = true;
  probe.port = asked[0].port;
  const std::string_view rest = test.substr(mark + 3);
  const std::size_t end = std::min(rest.find_first_of(" \t\"'`|;)?,]"), rest.size());
  const std::size_t slash = rest.substr(0, end).find('/');
  probe.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash, end - slash));
}

}  // namespace

void read_environment(const ServiceNode& node, Container& out, Facts& facts) {
  std::vector<Variable> read;
  for (const Node* environment : node.all("environment")) {
    for (const Node::Entry& entry : environment->entries) {
      if (entry.value.kind != Node::Kind::scalar) continue;
      if (entry.value.is_null()) {
        read.push_back(inherited(entry.key, node.spot(entry.at)));
        continue;
      }
      read.push_back(variable(entry.key, entry.value.text, node.spot(entry.value.at)));
      read.back().prefix = entry.key + ": ";
    }
    for (const Node& item : environment->items) {
      if (item.kind != Node::Kind::scalar) continue;
      const std::size_t equals = item.text.find('=');
      const std::string_view name = std::string_view(item.text).substr(0, equals);
      if (name.empty()) continue;
      if (equals == std::string::npos) {
        read.push_back(inherited(name, node.spot(item.at)));
        continue;
      }
      const std::size_t length = item.text.size() - equals - 1;
      read.push_back(variable(name, std::string_view(item.text).substr(equals + 1), node.spot(item.part(equals + 1, length))));
      if (item.verbatim) read.back().prefix = item.text.substr(0, equals + 1);
    }
  }
  std::map<std::string, std::size_t> places;
  for (Variable& one : read) {
    const auto [place, fresh] = places.emplace(one.name, out.environment.size());
    if (fresh)
      out.environment.push_back(std::move(one));
    else
      out.environment[place->second] = std::move(one);
  }
  if (const Node::Entry* files = node.find({"env_file"}))
    facts.notes.push_back({node.spot(files->at), fmt::format("the variables of {} in its env_file are not seen", out.name)});
}

void read_sizes(const ServiceNode& node, Container& out, Facts& facts) {
  out.cpu_limit = first(cores(node, {"deploy", "resources", "limits", "cpus"}, facts), cores(node, {"cpus"}, facts));
  out.memory_limit = first(bytes(node, {"deploy", "resources", "limits", "memory"}, facts), bytes(node, {"mem_limit"}, facts));
  out.cpu_request = cores(node, {"deploy", "resources", "reservations", "cpus"}, facts);
  out.memory_request =
      first(bytes(node, {"deploy", "resources", "reservations", "memory"}, facts), bytes(node, {"mem_reservation"}, facts));
}

void read_probe(const ServiceNode& node, Container& out) {
  const Node::Entry* check = node.find({"healthcheck"});
  const Node::Entry* test = node.find({"healthcheck", "test"});
  if (!check || !test || node.text({"healthcheck", "disable"}).text == "true") return;
  std::string asked = test->value.kind == Node::Kind::scalar ? test->value.text : std::string();
  for (const Node& word : test->value.items) asked += (asked.empty() ? "" : " ") + word.text;
  asked = interpolate(asked).text;
  if (asked == "NONE" || asked.empty()) return;
  Probe probe;
  read_test(asked, probe);
  probe.period = duration(node, {"healthcheck", "interval"}, std::chrono::seconds(30));
  probe.timeout = duration(node, {"healthcheck", "timeout"}, std::chrono::seconds(30));
  probe.initial_delay = duration(node, {"healthcheck", "start_period"}, Duration::zero());
  probe.at = node.spot(check->at);
  out.readiness = std::move(probe);
}

}  // namespace plimsoll::import::compose
