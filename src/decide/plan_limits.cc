#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "decide/plan_parts.h"

namespace plimsoll::compiling {
namespace {

ComponentId add_component(Plan& plan, ComponentKind kind, const std::string& name) {
  plan.components.push_back({.kind = kind, .name = name});
  return ComponentId{static_cast<std::uint32_t>(plan.components.size() - 1)};
}

LimitId add_limit(Plan& plan, LimitPlan limit) {
  plan.limits.push_back(std::move(limit));
  return LimitId{static_cast<std::uint32_t>(plan.limits.size() - 1)};
}

std::optional<ComponentId> component(const Plan& plan, std::string_view name) {
  const auto found = std::ranges::find(plan.components, name, &ComponentPlan::name);
  if (found == plan.components.end()) return std::nullopt;
  return ComponentId{static_cast<std::uint32_t>(found - plan.components.begin())};
}

std::optional<LimitId> limit_of(const Plan& plan, ComponentId owner, LimitKind kind) {
  for (std::uint32_t i = 0; i < plan.limits.size(); ++i)
    if (plan.limits[i].kind == kind && plan.limits[i].component == owner) return LimitId{i};
  return std::nullopt;
}

void add_components(Plan& plan, const Stack& stack, const TimeZones& zones) {
  for (const Database& database : stack.databases) {
    const ComponentId id = add_component(plan, ComponentKind::database, database.name);
    if (database.maintenance && database.maintenance->is_cron()) {
      ComponentPlan& made = plan.components.back();
      made.maintenance = CronWindow{*parse_cron(database.maintenance->start).value, *parse_cron(database.maintenance->end).value};
      made.zone = zone_index(plan, database.maintenance->zone, zones);
    } else if (database.maintenance) {
      plan.components.back().maintenance_from = database.maintenance->from;
      plan.components.back().maintenance_until = database.maintenance->until;
    }
    add_limit(plan, {LimitKind::database_connections, fmt::format("{}'s connections", database.name), id,
                     static_cast<double>(database.max_connections), static_cast<double>(database.reserve.sum())});
  }
  for (const Pooler& pooler : stack.poolers) {
    const ComponentId id = add_component(plan, ComponentKind::pooler, pooler.name);
    const LimitId clients = add_limit(plan, {LimitKind::pooler_clients, fmt::format("{}'s clients", pooler.name), id,
                                             static_cast<double>(pooler.max_client_conn), 0});
    const std::optional<ComponentId> database = component(plan, pooler.database);
    PLIMSOLL_ASSERT(database);
    PoolerPlan made{
        id, *database, {}, std::max(pooler.replicas.max, 1), clients, limit_of(plan, *database, LimitKind::database_connections)};
    made.fleet.instances = std::max(pooler.replicas.min, 1);
    made.fleet.default_pool_size = pooler.default_pool_size;
    made.fleet.max_db_connections = pooler.max_db_connections;
    made.fleet.max_client_conn = pooler.max_client_conn;
    plan.poolers.push_back(made);
  }
  for (const Cache& cache : stack.caches) {
    const ComponentId id = add_component(plan, ComponentKind::cache, cache.name);
    add_limit(plan,
              {LimitKind::cache_clients, fmt::format("{}'s clients", cache.name), id, static_cast<double>(cache.max_clients), 0});
  }
  for (const External& external : stack.externals) {
    const ComponentId id = add_component(plan, ComponentKind::external, external.name);
    if (external.concurrency)
      add_limit(plan, {LimitKind::external_concurrency, fmt::format("{}'s calls in flight", external.name), id,
                       static_cast<double>(*external.concurrency), 0});
    if (external.rate)
      add_limit(plan, {LimitKind::external_rate, fmt::format("{}'s calls per second", external.name), id,
                       external.rate->per_second, 0});
  }
}

void need(Plan& plan, TierId tier, std::optional<LimitId> limit, double per_instance) {
  if (limit && per_instance > 0) plan.needs[tier.index].push_back({*limit, per_instance});
}

void add_uses(Plan& plan, const Tier& tier, TierPlan& made) {
  for (const Use& use : tier.uses) {
    if (const auto pooler = component(plan, use.through); pooler && !use.through.empty()) {
      made.calls.push_back(*pooler);
      need(plan, made.id, limit_of(plan, *pooler, LimitKind::pooler_clients), use.most_connections());
    }
    const std::optional<ComponentId> called = component(plan, use.component);
    if (!called) continue;
    // The lists a worker empties fill the cache they stand in: that must not keep it from growing.
    const bool drains = !tier.consumes.empty() && plan.components[called->index].kind == ComponentKind::cache;
    if (!drains) made.calls.push_back(*called);
    switch (plan.components[called->index].kind) {
      case ComponentKind::database:
        if (use.through.empty()) need(plan, made.id, limit_of(plan, *called, LimitKind::database_connections), use.most_connections());
        break;
      case ComponentKind::cache:
        need(plan, made.id, limit_of(plan, *called, LimitKind::cache_clients), use.connections);
        break;
      case ComponentKind::external:
        need(plan, made.id, limit_of(plan, *called, LimitKind::external_concurrency), use.calls);
        need(plan, made.id, limit_of(plan, *called, LimitKind::external_rate), use.rate.per_second);
        break;
      case ComponentKind::pooler:
        break;
    }
  }
}

void add_machine(Plan& plan, const Stack& stack) {
  const auto add = [&](LimitKind kind, const char* name, double total, auto of) {
    const LimitId limit = add_limit(plan, {kind, name, std::nullopt, total, 0});
    for (std::size_t i = 0; i < stack.tiers.size(); ++i) need(plan, plan.tiers[i].id, limit, of(stack.tiers[i].instance));
  };
  if (stack.limits.cores)
    add(LimitKind::cores, "cores", stack.limits.cores->count, [](const InstanceResources& r) { return r.cpu.request.count; });
  if (stack.limits.memory)
    add(LimitKind::memory, "memory", static_cast<double>(stack.limits.memory->count),
        [](const InstanceResources& r) { return r.memory ? static_cast<double>(r.memory->request.count) : 0; });
  if (stack.limits.cost)
    add(LimitKind::cost, "cost", stack.limits.cost->per_hour, [](const InstanceResources& r) { return r.price.per_hour; });
}

}  // namespace

void add_limits(Plan& plan, const Stack& stack, const TimeZones& zones) {
  plan.needs.resize(plan.tiers.size());
  add_components(plan, stack, zones);
  for (std::size_t i = 0; i < stack.tiers.size(); ++i) add_uses(plan, stack.tiers[i], plan.tiers[i]);
  add_machine(plan, stack);
  std::vector<capacity::GrantUse> uses;
  for (std::uint32_t tier = 0; tier < plan.needs.size(); ++tier)
    for (const NeedPlan& one : plan.needs[tier]) uses.push_back({one.limit.index, tier, one.per_instance});
  plan.grants = capacity::GrantShape(plan.tiers.size(), plan.limits.size(), uses);
}

}  // namespace plimsoll::compiling
