#include "decide/decide.h"

#include "core/assert.h"
#include "decide/behave/behave.h"
#include "decide/recommend/recommend.h"
#include "decide/steps.h"

namespace plimsoll {
namespace {

void count_phases(const TierSeen& seen, Explanation& why) {
  why.ready = why.starting = why.draining = 0;
  for (const InstanceSeen& instance : seen.instances) {
    why.ready += instance.phase == Phase::ready;
    why.starting += instance.phase == Phase::starting;
    why.draining += instance.phase == Phase::draining;
  }
}

void recommend(const TierView& tier, const TierState& state, std::span<RuleClock> clocks, Explanation& why) {
  for (std::uint32_t i = 0; i < tier.plan.policies.size(); ++i) {
    const PolicyPlan& policy = tier.plan.policies[i];
    switch (policy.kind) {
      case PolicyKind::target:
        why.policies.push_back(recommend_target(tier, {i}, tier.plan.targets[policy.index]));
        break;
      case PolicyKind::queue:
        why.policies.push_back(recommend_queue(tier, {i}, tier.plan.queues[policy.index]));
        break;
      case PolicyKind::rule:
        why.policies.push_back(recommend_rule(tier, {i}, tier.plan.rules[policy.index], clocks[policy.index], state.changed));
        break;
    }
  }
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

TierDecision decide_tier(const TierView& tier, TierState& state, std::span<RuleClock> clocks, std::span<const Order> orders,
                         Explanation& why) {
  recommend(tier, state, clocks, why);
  TierDecision decision;
  decision.before = tier.current;
  decision.wanted = take(combine(why, tier.current), why, decision.reason);

  int count = take(stabilize(tier.plan, state, tier.current, decision.wanted, tier.now), why, decision.reason);
  count = take(limit_rate(tier.plan, state.changes, tier.current, count, tier.now), why, decision.reason);
  count = take(bound(tier.plan, count), why, decision.reason);
  decision.granted = take(obey(tier.plan, orders, tier.current, count, tier.now), why, decision.reason);
  decision.asked = decision.granted;
  return decision;
}

/// What was asked for last; at the very first tick what is there, brought within the bounds.
int current_count(const TierPlan& plan, const TierState& state, const TierSeen& seen) {
  if (state.asked >= 0) return state.asked;
  return plan.bounds.clamp(seen.asked >= 0 ? seen.asked : seen.reported);
}

}  // namespace

void decide(const Plan& plan, StackState& state, const Observation& seen, TimePoint now, Decision& out,
            std::span<Explanation> why) {
  PLIMSOLL_ASSERT(seen.tiers.size() == plan.tiers.size() && why.size() == plan.tiers.size());
  PLIMSOLL_ASSERT(state.tiers.size() == plan.tiers.size());
  out.tiers.resize(plan.tiers.size());
  for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
    const TierPlan& tier = plan.tiers[i];
    PLIMSOLL_ASSERT(seen.tiers[i].samples.size() == tier.signals.size());
    Explanation& lines = why[i];
    lines = Explanation{};
    lines.tier = tier.id;
    lines.pending = seen.tiers[i].pending;
    count_phases(seen.tiers[i], lines);
    const TierView view{tier, seen.tiers[i], current_count(tier, state.tiers[i], seen.tiers[i]), lines.ready, now};
    lines.before = view.current;
    const auto clocks = std::span(state.rules).subspan(tier.first_rule, tier.rules.size());
    out.tiers[i] = decide_tier(view, state.tiers[i], clocks, seen.orders, lines);
    lines.decision = out.tiers[i];
  }
}

}  // namespace plimsoll
