#include "capacity/findings/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/budget.h"
#include "capacity/catalog.h"
#include "capacity/wording.h"
#include "core/quantity.h"

namespace plimsoll::capacity::rules {
namespace {

ModelPath below(std::string_view section, std::string_view name, std::string_view rest) {
  return rest.empty() ? fmt::format("{}.{}", section, name) : fmt::format("{}.{}.{}", section, name, rest);
}

}  // namespace

std::string Scene::time(Duration d) const {
  if (!context.imported) return to_text(d);
  return fmt::format("{}", std::chrono::ceil<std::chrono::seconds>(d).count());
}

std::string Scene::utilization(double ratio) const { return fmt::format("{:.0f}{}", ratio * 100, context.imported ? "" : "%"); }

ModelPath tier_path(const Tier& tier, std::string_view rest) { return below("tiers", tier.name, rest); }
ModelPath use_path(const Tier& tier, const Use& use, std::string_view rest) {
  return fmt::format("tiers.{}.uses.{}.{}", tier.name, use.component, rest);
}
ModelPath database_path(const Database& database, std::string_view rest) { return below("databases", database.name, rest); }
ModelPath pooler_path(const Pooler& pooler, std::string_view rest) { return below("poolers", pooler.name, rest); }
ModelPath cache_path(const Cache& cache, std::string_view rest) { return below("caches", cache.name, rest); }

ModelPath metric_path(const Tier& tier, std::size_t index) {
  const SignalKind signal = tier.scale.metrics[index].signal;
  const char* key = signal == SignalKind::cpu ? "cpu" : signal == SignalKind::memory ? "memory" : "signal";
  return fmt::format("tiers.{}.scale.metrics[{}].{}", tier.name, index, key);
}

std::string replicas_line(int least, int most) {
  return least == most ? fmt::format("replicas: {}", most) : fmt::format("replicas: {}..{}", least, most);
}

int least_of(const Tier& tier) { return tier.replicas.min == tier.replicas.max ? 1 : std::max(tier.replicas.min, 1); }

Fix most_replicas(const Tier& tier, int most, std::string effect) {
  const int least = std::min(tier.replicas.min, most);
  return {tier_path(tier, "replicas.max"), std::to_string(most), replicas_line(least, most), std::move(effect)};
}

std::string name_of(SignalKind kind, const std::string& list) {
  switch (kind) {
    case SignalKind::cpu:
      return "cpu";
    case SignalKind::memory:
      return "memory";
    case SignalKind::requests_per_second:
      return "requests_per_second";
    case SignalKind::queued_requests:
      return "queued_requests";
    case SignalKind::p95:
      return "p95";
    case SignalKind::p99:
      return "p99";
    case SignalKind::backlog:
      return fmt::format("backlog({})", list);
    case SignalKind::errors:
      return "errors";
    case SignalKind::named:
      return list;
  }
  return list;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  std::string text;
  const std::size_t shown = std::min(names.size(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == names.size();
    text += i == 0 ? "" : last ? " and " : ", ";
    text += names[i];
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string count(double n) { return number(std::isfinite(n) ? std::round(n) : n); }

std::string waited(Duration d) {
  const double s = seconds(d);
  if (s < 1) return fmt::format("{:.0f} ms", s * 1000);
  if (s < 120) return number(s) + " s";
  return s < 7200 ? number(s / 60) + " min" : number(s / 3600) + " h";
}

bool is_balanced(const Scene& scene, const Tier& tier) {
  return tier.kind == TierKind::service && (scene.stack.balancer.has_value() || scene.context.imported);
}

bool is_borrowed(const Tier& tier) { return tier.scale.like != Like::plimsoll; }

bool is_configured(const Scene& scene, const Pooler& pooler) {
  if (!scene.context.imported) return true;
  for (const char* key : {"mode", "default_pool_size", "max_client_conn", "max_db_connections", "reserve_pool_size"})
    if (scene.written(pooler_path(pooler, key))) return true;
  return false;
}

bool is_configured(const Scene& scene, const Cache& cache) {
  if (!scene.context.imported) return true;
  for (const char* key : {"maxmemory", "policy", "max_clients", "persistence"})
    if (scene.written(cache_path(cache, key))) return true;
  return false;
}

bool is_use_known(const Scene& scene, const Cache& cache) { return scene.holds(cache_path(cache, "used_for")); }

std::optional<int> connections_of(const Scene& scene, const Database& database) {
  const bool given =
      database.max_connections_given || (scene.context.given && scene.context.given(database_path(database, "max_connections")));
  if (given) return database.max_connections;
  if (!database.bought.instance_class.empty()) {
    if (!scene.context.catalog || !scene.context.catalog->find(database.bought.instance_class)) return std::nullopt;
    return connection_figures(database, *scene.context.catalog).effective;
  }
  if (!scene.holds(database_path(database, "max_connections"))) return std::nullopt;
  return database.max_connections;
}

bool are_connections_stated(const Scene& scene, const Database& database) {
  return database.max_connections_given || !database.bought.instance_class.empty() ||
         scene.written(database_path(database, "max_connections"));
}

}  // namespace plimsoll::capacity::rules
