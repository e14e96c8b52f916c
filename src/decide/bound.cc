#include <algorithm>

#include "decide/steps.h"

namespace plimsoll {
namespace {

const Order* youngest(std::span<const Order> orders, OrderKind kind, TierId tier, TimePoint now) {
  const Order* found = nullptr;
  for (const Order& order : orders) {
    if (order.kind != kind || order.tier != tier || (order.until && *order.until <= now)) continue;
    if (!found || order.given > found->given || (order.given == found->given && order.id > found->id)) found = &order;
  }
  return found;
}

bool stops(const Order& pause, int current, int wish) {
  if (wish == current) return false;
  return pause.direction == Direction::both || (pause.direction == Direction::up) == (wish > current);
}

/// What the tier's schedules demand now: the highest floor and the last exact count, each with its policy.
struct Demand {
  int floor = 0, exact = -1;
  std::int64_t floor_by = -1, exact_by = -1;
};

Demand demand_of(const TierPlan& plan, const Explanation& why) {
  Demand demand;
  for (const PolicyLine& line : why.policies) {
    const PolicyPlan& policy = plan.policies[line.policy.index];
    if (policy.kind != PolicyKind::schedule || line.note == Note::outside_window) continue;
    const SchedulePlan& schedule = plan.schedules[policy.index];
    const std::int64_t by = line.policy.index;
    if (schedule.kind == ScheduleRule::Kind::exact) {
      demand.exact = schedule.replicas;
      demand.exact_by = by;
    } else if (schedule.replicas > demand.floor) {
      demand.floor = schedule.replicas;
      demand.floor_by = by;
    }
  }
  return demand;
}

}  // namespace

StepLine bound(const TierPlan& plan, const Explanation& why, int least, int wish) {
  const Demand demand = demand_of(plan, why);
  if (demand.exact >= 0) return {Step::schedule, wish, demand.exact, Reason::schedule_exact, {}, demand.exact_by};
  const int floored = std::clamp(std::max(wish, demand.floor), std::min(least, plan.bounds.max), plan.bounds.max);
  if (demand.floor > wish && demand.floor > least && floored > wish)
    return {Step::schedule, wish, floored, Reason::schedule_floor, {}, demand.floor_by};
  const Reason reason = floored < wish ? Reason::bound_max : floored > wish ? Reason::bound_min : Reason::steady;
  return {Step::bound, wish, floored, reason, {}, 0};
}

StepLine obey(const TierPlan& plan, std::span<const Order> orders, int current, int wish, TimePoint now) {
  if (orders.empty()) return {Step::order, wish, wish, Reason::steady, {}, 0};
  if (const Order* hold = youngest(orders, OrderKind::hold, plan.id, now))
    return {Step::order, wish, std::clamp(hold->value, 0, capacity::most_instances), Reason::order_hold, {}, hold->id};
  if (const Order* work = youngest(orders, OrderKind::maintenance, plan.id, now))
    return {Step::order, wish, current, Reason::order_maintenance, {}, work->id};
  if (const Order* pause = youngest(orders, OrderKind::pause, plan.id, now);
      pause && (stops(*pause, current, wish) || wish == current))
    return {Step::order, wish, current, Reason::order_pause, {}, pause->id};
  if (const Order* floor = youngest(orders, OrderKind::floor, plan.id, now); floor && floor->value > wish)
    return {Step::order, wish, std::min(floor->value, capacity::most_instances), Reason::order_floor, {}, floor->id};
  return {Step::order, wish, wish, Reason::steady, {}, 0};
}

}  // namespace plimsoll
