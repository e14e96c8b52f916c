#include <algorithm>
#include <cmath>

#include "decide/recommend/recommend.h"

namespace plimsoll {

int whole_instances(double instances) {
  constexpr double most = 1e6;
  if (!(instances > 0)) return 0;
  return static_cast<int>(std::ceil(std::min(instances, most) - 1e-9));
}

namespace {

bool within(double ratio, double tolerance) { return std::abs(ratio - 1) <= tolerance + 1e-9; }

}  // namespace

PolicyLine read_signal(const TierView& tier, PolicyId policy, double target) {
  const PolicyPlan& plan = tier.plan.policies[policy.index];
  const Sample& sample = tier.seen.samples[plan.signal];
  PolicyLine line;
  line.policy = policy;
  line.target = target;
  line.gap = sample.gap;
  if (sample.gap != Gap::none) return line;
  line.age = tier.now - sample.measured;
  if (line.age > tier.plan.signals[plan.signal].max_age)
    line.gap = Gap::stale;
  else if (!std::isfinite(sample.value))
    line.gap = Gap::malformed;
  else
    line.value = sample.value;
  return line;
}

PolicyLine recommend_target(const TierView& tier, PolicyId policy, const TargetPlan& plan) {
  PolicyLine line = read_signal(tier, policy, plan.target);
  if (line.gap != Gap::none) return line;
  if (plan.type == TargetType::average) {
    const double needed = line.value / plan.target;
    const bool on_target = tier.current > 0 && within(needed / tier.current, tier.plan.tolerance);
    line.proposal = on_target ? tier.current : whole_instances(needed);
    return line;
  }
  if (tier.ready == 0) {  // a mean over nobody
    line.gap = Gap::empty;
    return line;
  }
  const Sample& sample = tier.seen.samples[tier.plan.policies[policy.index].signal];
  const int measured = sample.instances == 0 ? tier.ready : std::min(static_cast<int>(sample.instances), tier.ready);
  const double ratio = line.value / plan.target;
  if (within(ratio, tier.plan.tolerance)) line.proposal = tier.current;
  // Ready, but not measured yet: idle while others are over the target, so that a growth is not asked for twice; on target while
  // they are under it.
  else if (ratio > 1)
    line.proposal = std::max(whole_instances(measured * ratio), tier.current);
  else
    line.proposal = whole_instances(measured * ratio + (tier.ready - measured));
  return line;
}

}  // namespace plimsoll
