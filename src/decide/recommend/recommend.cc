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

/// No request came, as the balancer counts: that there is no latency then is no outage.
bool without_traffic(const TierView& tier, const PolicyLine& line) {
  const std::uint32_t signal = tier.plan.policies[line.policy.index].signal;
  if (line.gap != Gap::empty || signal == PolicyPlan::none || tier.plan.load == PolicyPlan::none) return false;
  const SignalKind kind = tier.plan.signals[signal].kind;
  if (kind != SignalKind::p95 && kind != SignalKind::p99 && kind != SignalKind::errors) return false;
  const Sample& load = tier.seen.samples[tier.plan.load];
  return load.gap == Gap::none && load.value == 0 && tier.now - load.measured <= tier.plan.signals[tier.plan.load].max_age;
}

/// A mean over instances, and there are none yet: no outage either.
bool without_instances(const TierView& tier, const PolicyLine& line) {
  const std::uint32_t signal = tier.plan.policies[line.policy.index].signal;
  if (signal == PolicyPlan::none || !tier.plan.signals[signal].per_instance) return false;
  return tier.current == 0 || (tier.ready == 0 && is_starting(tier));
}

/// A gap that has lasted long enough is spoken for by the fallback.
void fall_back(const TierView& tier, PolicyLine& line, PolicyClock& clock) {
  if (line.gap == Gap::none) {
    clock.holds = false;
    return;
  }
  line.note = Note::no_data;
  if (without_instances(tier, line)) {
    clock.holds = false;
    return;
  }
  if (!clock.holds) clock = {tier.now, true};
  if (!tier.plan.fallback || tier.now - clock.since < tier.plan.fallback->after) return;
  line.note = Note::fallback;
  line.proposal = fallback_count(*tier.plan.fallback, tier.current);
}

}  // namespace

bool is_starting(const TierView& tier) {
  if (tier.seen.pending != Pending::none) return false;
  return std::ranges::any_of(tier.seen.instances, [&](const InstanceSeen& instance) {
    return instance.phase == Phase::starting && tier.now - instance.started < longest_settling;
  });
}

void recommend(const TierView& tier, const TierState& state, std::span<PolicyClock> clocks, Explanation& why) {
  for (std::uint32_t i = 0; i < tier.plan.policies.size(); ++i) {
    PolicyLine line = line_of(tier, state, {i}, clocks[i]);
    const PolicyKind kind = tier.plan.policies[i].kind;
    if (without_traffic(tier, line)) {
      line.note = Note::no_traffic;
      if (kind == PolicyKind::target) line.proposal = 0;
      clocks[i].holds = false;
    } else if (kind == PolicyKind::rule)
      line.note = line.gap == Gap::none ? line.note : Note::no_data;
    else if (kind != PolicyKind::schedule)
      fall_back(tier, line, clocks[i]);
    why.policies.push_back(line);
  }
}

}  // namespace plimsoll
