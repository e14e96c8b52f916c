#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "capacity/findings/testing/scenes.h"
#include "core/quantity.h"

namespace plimsoll::capacity::testing_ {
namespace {

/// "tiers.api.scale.metrics[1].cpu" as tiers, api, scale, metrics, 1, cpu.
std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps(1);
  for (const char c : path)
    if (c == '.' || c == '[')
      steps.emplace_back();
    else if (c != ']')
      steps.back() += c;
  return steps;
}

template <class T>
T* named(std::vector<T>& all, std::string_view name) {
  for (T& one : all)
    if (one.name == name) return &one;
  return nullptr;
}

int whole(const std::string& text) { return std::atoi(text.c_str()); }
std::size_t index(const std::string& text) { return static_cast<std::size_t>(whole(text)); }

/// As the file has it: with its unit in a spec, seconds in the files of others.
Duration time(const std::string& text) { return parse_duration(text).value_or(std::chrono::seconds(whole(text))); }

bool apply_scale(Tier& tier, const std::vector<std::string>& at, const std::string& value) {
  Scale& scale = tier.scale;
  if (at[3] == "behavior") {
    BehaviorRules& rules = at[4] == "up" ? scale.behavior.up : scale.behavior.down;
    if (at[5] == "window") return rules.window = time(value), true;
    if (at[5] == "policies" && at[7] == "every") return rules.policies.at(index(at[6])).every = time(value), true;
  }
  if (at[3] == "metrics") return scale.metrics.at(index(at[4])).target = std::atof(value.c_str()) / 100, true;
  if (at[3] == "rules") {  // "cpu < 25%"
    scale.rules.at(index(at[4])).threshold = std::atof(value.substr(value.find('<') + 1).c_str()) / 100;
    return true;
  }
  return false;
}

template <class T, class Parse>
RequestLimit<T> range(const std::string& value, Parse parse) {
  const std::size_t dots = value.find("..");
  if (dots == std::string::npos) return {parse(value).value(), std::nullopt};
  return {parse(value.substr(0, dots)).value(), parse(value.substr(dots + 2))};
}

bool apply_tier(Tier& tier, const std::vector<std::string>& at, const std::string& value) {
  const std::string& key = at[2];
  if (key == "replicas") {
    (at[3] == "max" ? tier.replicas.max : tier.replicas.min) = whole(value);
    tier.replicas.min = std::min(tier.replicas.min, tier.replicas.max);
    return true;
  }
  if (key == "scale") return apply_scale(tier, at, value);
  if (key == "run" && at[3] == "stop_within") return tier.run.stop_within = time(value), true;
  if (key == "vertical" && value == "off") return tier.vertical->mode = Vertical::Mode::off, true;
  if (key == "leader") {
    (at[3] == "lease" ? tier.leader->lease : at[3] == "renew" ? tier.leader->renew : tier.leader->retry) = time(value);
    return true;
  }
  if (key == "disruption") {
    (at[3] == "min_available" ? tier.disruption->min_available : tier.disruption->max_unavailable) = whole(value);
    return true;
  }
  if (key == "instance" && at[3] == "memory") return tier.instance.memory = range<Bytes>(value, parse_bytes), true;
  if (key == "instance" && at[3] == "cpu") return tier.instance.cpu = range<Cores>(value, parse_cores), true;
  return false;
}

bool apply_pooler(Pooler& pooler, const std::vector<std::string>& at, const std::string& value) {
  const int n = whole(value);
  const std::string& key = at[2];
  if (key == "max_client_conn") return pooler.max_client_conn = n, true;
  if (key == "max_db_connections") return pooler.max_db_connections = n, true;
  if (key == "default_pool_size") return pooler.default_pool_size = n, true;
  if (key == "reserve_pool_size") return pooler.reserve_pool_size = n, true;
  if (key == "replicas") return pooler.replicas.max = n, true;
  if (key == "mode") return pooler.mode = PoolMode::session, value == "session";
  if (key != "table") return false;
  PoolerRow& row = pooler.table.at(index(at[3]));
  (at[4] == "instances" ? row.instances : at[4] == "default_pool_size" ? row.default_pool_size : row.max_db_connections) = n;
  return true;
}

bool apply_database(Database& database, const std::vector<std::string>& at, const std::string& value) {
  if (at[2] == "max_connections") return database.max_connections = whole(value), database.max_connections_given = true;
  if (at[2] == "read_replicas") return database.read_replicas = whole(value), true;
  if (at[2] == "storage" && at[3] == "size") return database.storage.size = parse_bytes(value), database.storage.size.has_value();
  return false;
}

bool apply_cache(Cache& cache, const std::vector<std::string>& at, const std::string& value) {
  const std::string& key = at[2];
  if (key == "policy") return cache.policy = value, true;
  if (key == "maxmemory") return cache.maxmemory = parse_bytes(value), cache.maxmemory.has_value();
  if (key == "shards") return cache.shards = whole(value), true;
  if (key == "replicas") return cache.replicas = whole(value), true;
  if (key == "sentinels") return cache.sentinels = whole(value), true;
  if (key == "quorum") return cache.quorum = whole(value), true;
  return false;
}

}  // namespace

bool apply(Given& given, const Fix& fix) {
  std::vector<std::string> at = steps_of(fix.path);
  Stack& stack = given.stack;
  if (at[0] == "budget") return stack.budget = parse_money(fix.value), stack.budget.has_value();
  if (at.size() < 3) return false;
  if (at[0] == "tiers")
    if (Tier* tier = named(stack.tiers, at[1])) return apply_tier(*tier, at, fix.value);
  if (at[0] == "poolers")
    if (Pooler* pooler = named(stack.poolers, at[1])) return apply_pooler(*pooler, at, fix.value);
  if (at[0] == "databases")
    if (Database* database = named(stack.databases, at[1])) return apply_database(*database, at, fix.value);
  if (at[0] == "caches")
    if (Cache* cache = named(stack.caches, at[1])) return apply_cache(*cache, at, fix.value);
  return false;
}

}  // namespace plimsoll::capacity::testing_
