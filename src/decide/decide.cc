#include "decide/decide.h"

#include <algorithm>

#include "core/assert.h"
#include "decide/like.h"
#include "decide/steps.h"

namespace plimsoll {
namespace {

constexpr Duration contest_memory = std::chrono::minutes(10);
constexpr int contests_at_most = 3;

void count_phases(const TierSeen& seen, Explanation& why) {
  int ready = 0, starting = 0;
  for (const InstanceSeen& instance : seen.instances) {
    ready += instance.phase == Phase::ready;
    starting += instance.phase == Phase::starting;
  }
  why.ready = ready;
  why.starting = starting;
  why.draining = static_cast<int>(seen.instances.size()) - ready - starting;
}

/// A count that somebody else set is taken over, as a change like any other, and remembered as a contest.
void take_over(TierState& state, int asked, TimePoint now) {
  state.contests.record(now);
  state.changes.record(now, asked - state.asked);
  state.changed = now;
  (asked > state.asked ? state.grown : state.shrunk) = now;
  state.emptied = asked == 0;
  state.asked = asked;
}

/// What was asked for last; at the very first tick what is there, so that bounds and shared limits see the step from there.
int current_count(TierState& state, const TierSeen& seen, TimePoint now) {
  const int asked = std::min(seen.asked, capacity::most_instances);
  if (state.asked < 0) return asked >= 0 ? asked : std::clamp(seen.reported, 0, capacity::most_instances);
  if (asked >= 0 && asked != state.asked) take_over(state, asked, now);
  return state.asked;
}

/// Keeps a step in the explanation if it says something, and hands its count on. `reason` becomes that of the last step that had
/// a say.
int take(const StepLine& line, Explanation& why, Reason& reason) {
  if (line.reason != Reason::steady) {
    reason = line.reason;
    why.steps.push_back(line);
  }
  return line.out;
}

/// The highest proposal of the policies that `counts` picks; 0: none. Not only the winner's: that another policy wants even more
/// must not make the tier grow less.
template <class Counts>
int highest_of(const TierPlan& plan, const Explanation& why, Counts counts) {
  int highest = 0;
  for (const PolicyLine& line : why.policies)
    if (counts(plan.policies[line.policy.index])) highest = std::max(highest, line.proposal);
  return highest;
}

int urgent_count(const TierPlan& plan, const Explanation& why) {
  return highest_of(plan, why, [&](const PolicyPlan& policy) {
    return policy.kind == PolicyKind::rule && plan.rules[policy.index].urgency >= Urgency::high;
  });
}

int capacity_count(const TierPlan& plan, const Explanation& why) {
  return highest_of(plan, why, [](const PolicyPlan& policy) { return policy.kind == PolicyKind::capacity; });
}

/// The policies' wish after windows, rates, steps and what keeps a tier safe.
int behave(const TierView& tier, TierState& state, std::span<const Sample> components, int wanted, int& least, Explanation& why,
           Reason& reason) {
  const TierPlan& plan = tier.plan;
  int count = take(stabilize(tier, state, wanted, urgent_count(plan, why)), why, reason);
  count = take(limit_rate(plan, state.changes, tier.current, count, tier.now), why, reason);
  count = take(limit_step(plan, state, tier.current, count, tier.now, capacity_count(plan, why)), why, reason);
  count = take(damp(state, tier.current, count, tier.now), why, reason);
  count = take(activate(tier, state, why, count, least), why, reason);
  count = take(keep_safe(tier, state, count), why, reason);
  return take(verify(tier, state, components, why, count), why, reason);
}

/// Nobody knows what was wished while nobody decided: the count that is there stands for it, or a tier could shrink on the first
/// sample. (The HPA does the same when its controller starts.)
void bridge_silence(const TierView& tier, TierState& state) {
  if (state.decided != TimePoint{} && tier.now - state.decided <= tier.plan.period + longest_silence) return;
  state.down.record(tier.now, tier.current, tier.plan.behavior.down.window, WishWindow::Keep::highest);
}

bool is_due(const TierView& tier, const TierState& state) {
  return tier.plan.period == Duration::zero() || state.decided == TimePoint{} || tier.now - state.decided >= tier.plan.period;
}

int decide_own(const TierView& tier, TierState& state, std::span<PolicyClock> clocks, std::span<const Sample> components,
               TierDecision& decision, Explanation& why) {
  if (!is_due(tier, state)) {
    decision.wanted = state.wanted;
    return take({Step::combine, state.wanted, tier.current, Reason::between_polls, {}, 0}, why, decision.reason);
  }
  bridge_silence(tier, state);
  state.decided = tier.now;
  recommend(tier, state, clocks, why);
  decision.wanted = take(combine(tier.plan, why, tier.current), why, decision.reason);
  state.wanted = decision.wanted;
  int least = tier.plan.bounds.min;
  const int count = behave(tier, state, components, decision.wanted, least, why, decision.reason);
  return take(bound(tier.plan, why, least, count), why, decision.reason);
}

/// The highest floor of the schedules that are on, then the last exact count. KEDA has floors as triggers of its own.
int obey_schedules(const TierView& tier, ScheduleRule::Kind kind, std::span<PolicyClock> clocks, int count, Reason& reason,
                   Explanation& why) {
  for (std::uint32_t i = 0; i < tier.plan.policies.size(); ++i) {
    if (tier.plan.policies[i].kind != PolicyKind::schedule) continue;
    const SchedulePlan& schedule = tier.plan.schedules[tier.plan.policies[i].index];
    if (schedule.kind != kind || !is_on(schedule, tier.stack, clocks[i], tier.now)) continue;
    const bool exact = kind == ScheduleRule::Kind::exact;
    const int demanded = exact ? schedule.replicas : std::min(schedule.replicas, tier.plan.bounds.max);
    if (!exact && count >= demanded) continue;
    count = take({Step::schedule, count, demanded, exact ? Reason::schedule_exact : Reason::schedule_floor, {}, i}, why, reason);
  }
  return count;
}

/// Another controller's count; what a schedule demands still goes over it.
int decide_others(const TierView& tier, TierState& state, LikeState& like, std::span<PolicyClock> clocks, LikeRoom& room,
                  TierDecision& decision, Explanation& why) {
  const StepLine line = decide_like(tier, state, like, clocks, room, why);
  decision.wanted = line.in;
  decision.reason = line.reason;
  int count = line.out;
  // An HPA leaves a target at zero alone: somebody switched it off. Where it was a schedule, an order or the first start that
  // left it there, nobody did.
  if (tier.plan.like == Like::hpa && tier.current == 0 && count == 0 && !state.emptied)
    count = take({Step::bound, 0, tier.plan.bounds.min, tier.plan.bounds.min > 0 ? Reason::bound_min : Reason::steady, {}, 0},
                 why, decision.reason);
  if (tier.plan.like == Like::hpa) count = obey_schedules(tier, ScheduleRule::Kind::floor, clocks, count, decision.reason, why);
  return obey_schedules(tier, ScheduleRule::Kind::exact, clocks, count, decision.reason, why);
}

/// What verify() will want to know if this growth is carried out. Of a growth in several steps it is the first that is judged.
void expect(const TierView& tier, TierState& state, const TierDecision& decision, const Explanation& why) {
  if (decision.asked <= decision.before || !why.has_winner || !state.by_policy || state.expectation.open) return;
  if (tier.plan.like != Like::plimsoll) return;  // its steps don't include verify()
  const PolicyLine* line = nullptr;
  for (const PolicyLine& one : why.policies)
    if (one.policy == why.winner) line = &one;
  if (!line || line->gap != Gap::none || line->policy.index >= why.policies.size()) return;
  if (!can_judge(tier.plan, tier.plan.policies[line->policy.index])) return;
  const std::uint32_t load = tier.plan.load;
  const bool known = load != PolicyPlan::none && tier.seen.samples[load].gap == Gap::none;
  state.expectation = {
      false, line->policy.index, decision.before, decision.asked, line->value, known ? tier.seen.samples[load].value : -1, {}};
}

/// Did the policies make this change, or a person, a schedule or the bounds? A bound that clips a wish leaves it the policies'.
bool is_policys(const TierPlan& plan, const TierDecision& decision) {
  switch (decision.reason) {
    case Reason::order_hold:
    case Reason::order_pause:
    case Reason::order_floor:
    case Reason::order_maintenance:
    case Reason::schedule_floor:
    case Reason::schedule_exact:
    case Reason::contended:
      return false;
    case Reason::bound_max:
    case Reason::bound_min:
      return decision.before >= plan.idle && decision.before <= plan.bounds.max;
    default:
      return true;
  }
}

/// A contested count is left alone; one outside the bounds is brought to their edge, as far as the wish goes there.
int hands_off(const Bounds& bounds, int current, int wish) {
  if (current < bounds.min) return std::clamp(wish, current, bounds.min);
  return current > bounds.max ? std::clamp(wish, bounds.max, current) : current;
}

TierDecision decide_tier(const TierView& tier, StackState& stack_state, const Observation& seen, OrdersOfTier orders,
                         LikeRoom& room, Explanation& why) {
  TierState& state = stack_state.tiers[tier.plan.id.index];
  const auto clocks = std::span(stack_state.clocks).subspan(tier.plan.first_policy, tier.plan.policies.size());
  TierDecision decision;
  decision.before = tier.current;
  why.flapping = flaps(state, tier.now);
  int count = 0;
  if (tier.plan.like == Like::plimsoll)
    count = decide_own(tier, state, clocks, seen.components, decision, why);
  else
    count = decide_others(tier, state, stack_state.likes[tier.plan.like_index], clocks, room, decision, why);
  if (state.contests.after(tier.now - contest_memory) >= contests_at_most)
    count = take({Step::safety, count, hands_off(tier.plan.bounds, tier.current, count), Reason::contended, {}, 0}, why,
                 decision.reason);
  decision.granted = take(obey(tier.plan, orders, tier.current, count, tier.now), why, decision.reason);
  state.by_policy = is_policys(tier.plan, decision);
  return decision;
}

/// Counting sort: thousands of tiers don't each look through all orders.
void sort_orders(std::span<const Order> orders, std::size_t tiers, OrderRoom& room) {
  if (orders.empty()) return;
  room.begin.assign(tiers + 1, 0);
  room.sorted.resize(orders.size());
  for (const Order& order : orders)
    if (order.tier.index < tiers) ++room.begin[order.tier.index + 1];
  for (std::size_t i = 1; i <= tiers; ++i) room.begin[i] += room.begin[i - 1];
  room.next.assign(room.begin.begin(), room.begin.end() - 1);
  for (std::uint32_t i = 0; i < orders.size(); ++i)
    if (orders[i].tier.index < tiers) room.sorted[room.next[orders[i].tier.index]++] = i;
}

OrdersOfTier orders_of(const OrderRoom& room, std::span<const Order> orders, std::size_t tier) {
  if (orders.empty()) return {};
  return {orders, std::span(room.sorted).subspan(room.begin[tier], room.begin[tier + 1] - room.begin[tier])};
}

}  // namespace

void decide(const Plan& plan, StackState& state, const Observation& seen, TimePoint now, Decision& out,
            std::span<Explanation> why) {
  PLIMSOLL_ASSERT(seen.tiers.size() == plan.tiers.size() && why.size() == plan.tiers.size());
  PLIMSOLL_ASSERT(state.tiers.size() == plan.tiers.size() && state.clocks.size() == plan.policies);
  PLIMSOLL_ASSERT(seen.components.empty() || seen.components.size() == plan.components.size());
  out.tiers.resize(plan.tiers.size());
  sort_orders(seen.orders, plan.tiers.size(), out.orders);
  for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
    const TierPlan& tier = plan.tiers[i];
    PLIMSOLL_ASSERT(seen.tiers[i].samples.size() == tier.signals.size());
    clear(why[i]);
    why[i].tier = tier.id;
    why[i].pending = seen.tiers[i].pending;
    count_phases(seen.tiers[i], why[i]);
    PLIMSOLL_ASSERT(seen.tiers[i].own.empty() || seen.tiers[i].own.size() == tier.own_signals * seen.tiers[i].instances.size());
    why[i].before = current_count(state.tiers[i], seen.tiers[i], now);
    const TierView view{plan, tier, seen.tiers[i], why[i].before, why[i].ready, now};
    out.tiers[i] = decide_tier(view, state, seen, orders_of(out.orders, seen.orders, i), out.like, why[i]);
  }
  couple(plan, state, seen, now, out, why);
  for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
    why[i].decision = out.tiers[i];
    if (out.tiers[i].changes())
      expect({plan, plan.tiers[i], seen.tiers[i], why[i].before, why[i].ready, now}, state.tiers[i], out.tiers[i], why[i]);
  }
}

}  // namespace plimsoll
