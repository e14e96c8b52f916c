#include <algorithm>

#include "decide/steps.h"

namespace plimsoll {
namespace {

/// The youngest in force for which `fits`.
template <class Fits>
const Order* youngest(const OrdersOfTier& orders, TimePoint now, Fits fits) {
  const Order* found = nullptr;
  for (const std::uint32_t index : orders.mine) {
    const Order& order = orders.all[index];
    if ((order.until && *order.until <= now) || !fits(order)) continue;
    if (!found || order.given > found->given || (order.given == found->given && order.id > found->id)) found = &order;
  }
  return found;
}

bool stops(const Order& order, int current, int wish) {
  if (order.kind != OrderKind::pause) return false;
  if (order.direction == Direction::both) return true;
  return wish != current && (order.direction == Direction::up) == (wish > current);
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

StepLine obey(const TierPlan&, const OrdersOfTier& orders, int current, int wish, TimePoint now) {
  const auto of = [&](OrderKind kind) { return youngest(orders, now, [kind](const Order& one) { return one.kind == kind; }); };
  if (orders.mine.empty()) return {Step::order, wish, wish, Reason::steady, {}, 0};
  if (const Order* hold = of(OrderKind::hold))
    return {Step::order, wish, std::clamp(hold->value, 0, capacity::most_instances), Reason::order_hold, {}, hold->id};
  if (const Order* work = of(OrderKind::maintenance))
    return {Step::order, wish, current, Reason::order_maintenance, {}, work->id};
  const Order* floor = of(OrderKind::floor);
  const int floored = floor ? std::min(std::max(floor->value, wish), capacity::most_instances) : wish;
  if (const Order* pause = youngest(orders, now, [&](const Order& one) { return stops(one, current, floored); }))
    return {Step::order, wish, current, Reason::order_pause, {}, pause->id};
  if (floored > wish) return {Step::order, wish, floored, Reason::order_floor, {}, floor->id};
  return {Step::order, wish, wish, Reason::steady, {}, 0};
}

}  // namespace plimsoll
