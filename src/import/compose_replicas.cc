// Services that are written out once for each instance.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "import/compose.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import::compose {
namespace {

/// "api-1" -> "api"; empty if it has no number at its end, or nothing else.
std::string stem(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == name.size()) return {};
  name = name.substr(0, last + 1);
  while (!name.empty() && (name.back() == '-' || name.back() == '_' || name.back() == '.')) name.remove_suffix(1);
  return std::string(name);
}

std::string number(std::string_view name) { return std::string(name.substr(name.find_last_not_of("0123456789") + 1)); }

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Two of them are two databases, not one with two instances.
bool stands_alone(const Container& container) {
  const std::string image = image_name(container.image);
  for (const std::string_view one : {"postgres", "postgis", "pgvector", "timescale", "mysql", "mariadb", "percona", "mongo"})
    if (has(image, one)) return true;
  if (!has(image, "redis") && !has(image, "valkey") && !has(image, "keydb") && !has(image, "dragonfly")) return false;
  for (const std::string& word : container.command)
    if (has(word, "cluster-enabled") || has(word, "slaveof") || has(word, "replicaof") || has(word, "sentinel")) return false;
  for (const Variable& variable : container.environment)
    if (has(variable.name, "CLUSTER") || has(variable.name, "REPLICATION") || has(variable.name, "SENTINEL") ||
        variable.name == "REDIS_NODES")
      return false;
  return !has(image, "sentinel") && !has(image, "cluster");
}

std::string without(std::string text, const std::string& name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    text.replace(at, name.size(), "\1");
  return text;
}

/// What makes two services the same but for their names: a value that is an instance's own name or number does not count, nor
/// does a variable that names another of the group (whom to join).
std::string signature(const Service& service, const std::set<std::string>& group) {
  const Container& container = service.workload.containers.front();
  const std::string& name = service.workload.name;
  std::string out = fmt::format("{}\n{}\n{}\n", static_cast<int>(service.workload.kind), container.image, service.built);
  for (const std::string& word : container.command) out += without(word, name) + "\n";
  std::set<std::string> variables;
  for (const Variable& variable : container.environment) {
    const std::vector<Endpointish> named = endpoints_in(variable.value);
    if (std::any_of(named.begin(), named.end(), [&](const Endpointish& e) { return group.contains(e.host); })) continue;
    const std::string value = variable.value == number(name) ? "\2" : without(variable.value, name);
    variables.insert(fmt::format("{}={}{}", variable.name, value, variable.from));
  }
  for (const std::string& variable : variables) out += "\3" + variable;
  return out;
}

void merge(std::vector<Service*> same, const std::string& name, Facts& facts) {
  Service& first = *same.front();
  int count = 0;
  std::string names;
  for (const Service* one : same) {
    count += one->workload.replicas ? one->workload.replicas->value : 1;
    names += (names.empty() ? "" : ", ") + one->workload.name;
  }
  facts.notes.push_back({first.workload.at, fmt::format("{} are taken for one tier, {}, with {} instances", names, name, count)});
  for (Service* one : same) {
    for (Endpoint& endpoint : one->endpoints) endpoint.selector = {{std::string(service_label), name}};
    if (one == &first) continue;
    std::move(one->endpoints.begin(), one->endpoints.end(), std::back_inserter(first.endpoints));
    std::vector<std::string>& depends_on = first.workload.depends_on;  // made unique when all are renamed
    depends_on.insert(depends_on.end(), one->workload.depends_on.begin(), one->workload.depends_on.end());
    one->workload.containers.clear();  // gone into the first
  }
  first.workload.replicas = Found<int>{count, first.workload.at, first.workload.at, {}};
  first.workload.name = name;
  first.workload.labels[std::string(service_label)] = name;
  first.workload.selector = {{std::string(service_label), name}};
  first.workload.containers.front().name = name;
}

void rename_dependencies(std::vector<Service>& services, const std::map<std::string, std::string>& renamed) {
  for (Service& service : services) {
    std::vector<std::string> names;
    std::set<std::string> seen{service.workload.name};
    for (const std::string& name : service.workload.depends_on) {
      const auto to = renamed.find(name);
      const std::string& now = to == renamed.end() ? name : to->second;
      if (seen.insert(now).second) names.push_back(now);
    }
    service.workload.depends_on = std::move(names);
  }
}

}  // namespace

void merge_numbered(std::vector<Service>& services, Facts& facts) {
  std::set<std::string> taken;
  std::map<std::string, std::vector<Service*>> groups;
  for (Service& service : services) {
    taken.insert(service.workload.name);
    const Container& container = service.workload.containers.front();
    const std::string group = stem(service.workload.name);
    if (!group.empty() && (!container.image.empty() || !service.built.empty()) && !stands_alone(container))
      groups[group].push_back(&service);
  }
  std::map<std::string, std::string> renamed;
  for (const auto& [group, members] : groups) {
    if (members.size() < 2) continue;
    std::set<std::string> names;
    for (const Service* one : members) names.insert(one->workload.name);
    std::map<std::string, std::vector<Service*>> alike;
    for (Service* one : members) alike[signature(*one, names)].push_back(one);
    for (const auto& [key, same] : alike) {
      if (same.size() < 2) continue;
      const std::string name = taken.insert(group).second ? group : same.front()->workload.name;
      for (const Service* one : same) renamed[one->workload.name] = name;
      merge(same, name, facts);
    }
  }
  std::erase_if(services, [](const Service& one) { return one.workload.containers.empty(); });
  rename_dependencies(services, renamed);
}

}  // namespace plimsoll::import::compose
