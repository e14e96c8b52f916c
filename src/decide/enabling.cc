#include "decide/enabling.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll {
namespace {

/// A restart waits for the component's maintenance window; one without a window waits until somebody says so.
bool must_wait(const Plan& plan, ComponentId id, TimePoint now) {
  const ComponentPlan& component = plan.components[id.index];
  if (component.maintenance)
    return !inside(component.maintenance->start, component.maintenance->end, plan.zones[component.zone], now);
  const std::optional<TimePoint>& from = component.maintenance_from;
  const std::optional<TimePoint>& until = component.maintenance_until;
  return (!from && !until) || (from && now < *from) || (until && now >= *until);
}

Enabling more_connections(const Plan& plan, LimitId id, double to, TimePoint now) {
  const LimitPlan& limit = plan.limits[id.index];
  return {Enabling::Kind::raise_max_connections, id, *limit.component, limit.total, to, false,
          must_wait(plan, *limit.component, now)};
}

Enabling for_database(const Plan& plan, const StackState& state, LimitId id, double needed, TimePoint now) {
  const LimitPlan& limit = plan.limits[id.index];
  double poolers = 0;
  bool pooled = false;
  for (std::size_t i = 0; i < plan.poolers.size(); ++i) {
    if (plan.poolers[i].database != *limit.component) continue;
    pooled = true;
    poolers += capacity::servers_of(fleet_of(plan.poolers[i], state, i));
  }
  if (!pooled) return {Enabling::Kind::use_pooler, id, *limit.component, limit.total, needed};
  return more_connections(plan, id, needed + limit.reserve + poolers, now);
}

/// Connections of its database that a fleet may open: what direct users and other poolers leave.
double servers_for(const PoolerPlan& pooler, const capacity::PoolerFleet& fleet, const CoupleRoom& room) {
  if (!pooler.servers) return 0;
  const std::uint32_t servers = pooler.servers->index;
  return std::max(room.capacities[servers] + capacity::servers_of(fleet) - room.used[servers], 0.0);
}

Enabling for_clients(const Plan& plan, const StackState& state, const CoupleRoom& room, LimitId id, double needed) {
  const auto pooler = std::ranges::find(plan.poolers, id, &PoolerPlan::clients);
  PLIMSOLL_ASSERT(pooler != plan.poolers.end());
  const capacity::PoolerFleet now = fleet_of(*pooler, state, static_cast<std::size_t>(pooler - plan.poolers.begin()));
  const capacity::PoolerAdvice advice =
      capacity::smallest_change(now, {needed, static_cast<double>(now.instances), servers_for(*pooler, now, room), pooler->most});
  // Where the fleet would open more than the database has for it, its pools must shrink first: that takes a person.
  if (advice.add_poolers)
    return {Enabling::Kind::add_pooler,
            id,
            pooler->component,
            static_cast<double>(now.instances),
            static_cast<double>(advice.to.instances),
            plan.abilities.adds_poolers && !advice.resize_pool};
  return {Enabling::Kind::raise_clients,
          id,
          pooler->component,
          static_cast<double>(now.max_client_conn),
          std::ceil(needed / std::max(now.instances, 1)),
          plan.abilities.resizes_pools};
}

}  // namespace

capacity::PoolerFleet fleet_of(const PoolerPlan& pooler, const StackState& state, std::size_t index) {
  capacity::PoolerFleet fleet = pooler.fleet;
  fleet.instances = state.poolers[index];
  return fleet;
}

Enabling make_room(const Plan& plan, const StackState& state, const CoupleRoom& room, LimitId id, double needed, TimePoint now) {
  const LimitPlan& limit = plan.limits[id.index];
  switch (limit.kind) {
    case LimitKind::database_connections:
      return for_database(plan, state, id, needed, now);
    case LimitKind::pooler_clients:
      return for_clients(plan, state, room, id, needed);
    default:
      return {Enabling::Kind::raise_limit, id, limit.component.value_or(ComponentId{}), limit.total, needed + limit.reserve};
  }
}

Enabling widen_pool(const Plan& plan, const StackState& state, std::size_t pooler, double left, TimePoint now) {
  const PoolerPlan& planned = plan.poolers[pooler];
  const capacity::PoolerFleet fleet = fleet_of(planned, state, pooler);
  const int wider = static_cast<int>(std::clamp(left / std::max(fleet.instances, 1), 0.0, 1.0 * fleet.default_pool_size));
  const bool capped = fleet.max_db_connections > 0 && fleet.default_pool_size >= fleet.max_db_connections;
  if (wider > 0 && !capped)
    return {Enabling::Kind::raise_pool,
            planned.clients,
            planned.component,
            static_cast<double>(fleet.default_pool_size),
            static_cast<double>(fleet.default_pool_size + wider),
            plan.abilities.resizes_pools};
  const LimitId servers = planned.servers.value_or(planned.clients);
  if (!planned.servers) return {Enabling::Kind::raise_limit, servers, planned.component, 0, 0};
  const double total = plan.limits[servers.index].total;
  return more_connections(plan, servers, total + fleet.instances * fleet.default_pool_size, now);
}

}  // namespace plimsoll
