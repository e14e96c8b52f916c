#include "decide/recommend/recommend.h"

#include <algorithm>

namespace plimsoll {
namespace {

PolicyLine line_of(const TierView& tier, const TierState& state, PolicyId id, PolicyClock& clock) {
  const PolicyPlan& policy = tier.plan.policies[id.index];
  switch (policy.kind) {
    case PolicyKind::target:
      return recommend_target(tier, id, tier.plan.targets[policy.index]);
    case PolicyKind::queue:
      return recommend_queue(tier, id, tier.plan.queues[policy.index]);
    case PolicyKind::rule:
      return recommend_rule(tier, id, tier.plan.rules[policy.index], clock, state.changed);
    case PolicyKind::schedule:
      return recommend_schedule(tier, id, tier.plan.schedules[policy.index], clock);
    case PolicyKind::formula:
      return recommend_formula(tier, id, *tier.plan.formula);
    case PolicyKind::capacity:
      break;
  }
  return recommend_capacity(tier, id, *tier.plan.capacity);
}

int fallback_count(const Fallback& fallback, int current) {
  switch (fallback.behavior) {
    case Fallback::Behavior::current:
      return current;
    case Fallback::Behavior::current_if_higher:
      return std::max(current, fallback.replicas);
    case Fallback::Behavior::current_if_lower:
      return std::min(current, fallback.replicas);
    case Fallback::Behavior::fixed:
      break;
  }
  return fallback.replicas;
}

/// A gap that has lasted long enough is spoken for by the fallback.
void fall_back(const TierView& tier, PolicyLine& line, PolicyClock& clock) {
  if (line.gap == Gap::none) {
    clock.holds = false;
    return;
  }
  line.note = Note::no_data;
  const std::uint32_t signal = tier.plan.policies[line.policy.index].signal;
  if (tier.current == 0 && signal != PolicyPlan::none && tier.plan.signals[signal].per_instance) {
    clock.holds = false;  // no instance, so nothing to measure: no outage
    return;
  }
  if (!clock.holds) clock = {tier.now, true};
  if (!tier.plan.fallback || tier.now - clock.since < tier.plan.fallback->after) return;
  line.note = Note::fallback;
  line.proposal = fallback_count(*tier.plan.fallback, tier.current);
}

}  // namespace

void recommend(const TierView& tier, const TierState& state, std::span<PolicyClock> clocks, Explanation& why) {
  for (std::uint32_t i = 0; i < tier.plan.policies.size(); ++i) {
    PolicyLine line = line_of(tier, state, {i}, clocks[i]);
    const PolicyKind kind = tier.plan.policies[i].kind;
    if (kind == PolicyKind::rule)
      line.note = line.gap == Gap::none ? line.note : Note::no_data;
    else if (kind != PolicyKind::schedule)
      fall_back(tier, line, clocks[i]);
    why.policies.push_back(line);
  }
}

}  // namespace plimsoll
