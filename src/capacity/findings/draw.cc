#include <fmt/format.h>

#include <algorithm>

#include "capacity/findings/connections.h"

namespace plimsoll::capacity::rules {
namespace {

Taker taker(const Scene& scene, const Tier& tier, const Use& use) {
  Taker one{&tier, &use, std::max(tier.replicas.max, 0), 0, scene.holds(use_path(tier, use, "connections"))};
  if (use.connections < 0 || use.overflow < 0) one.known = false;
  if (tier.surge > 0 && scene.holds(tier_path(tier, "surge"))) one.surge = tier.surge;
  return one;
}

double sum_of(const std::vector<Taker>& takers, bool rollout) {
  double sum = 0;
  for (const Taker& one : takers) sum += one.connections(rollout);
  return sum;
}

}  // namespace

std::string Taker::product(bool rollout) const {
  const std::string instances = rollout && surge > 0 ? fmt::format("({} + {})", most, surge) : fmt::format("{}", most);
  if (use->overflow > 0) return fmt::format("{} × ({} + {})", instances, use->connections, use->overflow);
  return fmt::format("{} × {}", instances, use->connections);
}

double Through::clients_most(bool rollout) const { return sum_of(clients, rollout); }

double Through::servers(bool rollout) const {
  const double asked = clients_most(rollout);
  return known ? std::min(asked, allowed()) : asked;
}

bool Through::clients_known() const {
  return std::all_of(clients.begin(), clients.end(), [](const Taker& one) { return one.known; });
}

double Draw::straight(bool rollout) const { return sum_of(direct, rollout); }

double Draw::reach(bool rollout) const {
  double sum = straight(rollout);
  for (const Through& one : poolers) sum += one.servers(rollout);
  return sum;
}

double Draw::allowed(bool rollout) const {
  double sum = straight(rollout);
  for (const Through& one : poolers) sum += one.known ? one.allowed() : one.clients_most(rollout);
  return sum;
}

PoolerFleet fleet_of(const Pooler& pooler, int instances) {
  PoolerFleet fleet;
  fleet.instances = std::max(instances, 0);
  fleet.default_pool_size = std::max(pooler.default_pool_size, 1);
  fleet.reserve_pool_size = std::max(pooler.reserve_pool_size, 0);
  fleet.max_db_connections = std::max(pooler.max_db_connections, 0);
  fleet.max_client_conn = std::max(pooler.max_client_conn, 1);
  return fleet;
}

Through through(const Scene& scene, const Pooler& pooler) {
  Through result{&pooler, fleet_of(pooler, pooler.replicas.max), is_configured(scene, pooler), {}};
  for (const Tier& tier : scene.stack.tiers)
    for (const Use& use : tier.uses)
      if (use.through == pooler.name) result.clients.push_back(taker(scene, tier, use));
  return result;
}

std::optional<Draw> draw_on(const Scene& scene, const Database& database) {
  const std::optional<int> most = connections_of(scene, database);
  if (!most || *most < 0) return std::nullopt;
  Draw draw{&database, *most, std::max(database.reserve.sum(), 0), {}, {}};
  for (const Tier& tier : scene.stack.tiers)
    for (const Use& use : tier.uses)
      if (use.component == database.name && use.through.empty()) draw.direct.push_back(taker(scene, tier, use));
  for (const Pooler& pooler : scene.stack.poolers)
    if (pooler.database == database.name)
      if (Through one = through(scene, pooler); !one.clients.empty() || scene.context.imported)
        draw.poolers.push_back(std::move(one));
  return draw;
}

}  // namespace plimsoll::capacity::rules
