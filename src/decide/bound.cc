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

}  // namespace

StepLine bound(const TierPlan& plan, int wish) {
  const int out = plan.bounds.clamp(wish);
  const Reason reason = out < wish ? Reason::bound_max : out > wish ? Reason::bound_min : Reason::steady;
  return {Step::bound, wish, out, reason, {}, 0};
}

StepLine obey(const TierPlan& plan, std::span<const Order> orders, int current, int wish, TimePoint now) {
  if (const Order* hold = youngest(orders, OrderKind::hold, plan.id, now))
    return {Step::order, wish, std::max(hold->value, 0), Reason::order_hold, {}, hold->id};
  if (const Order* pause = youngest(orders, OrderKind::pause, plan.id, now))
    return {Step::order, wish, current, Reason::order_pause, {}, pause->id};
  if (const Order* floor = youngest(orders, OrderKind::floor, plan.id, now); floor && floor->value > wish)
    return {Step::order, wish, floor->value, Reason::order_floor, {}, floor->id};
  return {Step::order, wish, wish, Reason::steady, {}, 0};
}

}  // namespace plimsoll
