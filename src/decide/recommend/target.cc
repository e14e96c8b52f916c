#include <algorithm>
#include <cmath>

#include "decide/recommend/recommend.h"

namespace plimsoll {

int whole_instances(double instances) {
  constexpr double most = 1e6;
  if (!(instances > 0)) return 0;
  return static_cast<int>(std::ceil(std::min(instances, most) - 1e-9));
}

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
  const bool per_instance = plan.type == TargetType::utilization;
  if (per_instance && tier.ready == 0) {  // a mean over nobody
    line.gap = Gap::empty;
    return line;
  }
  // The tolerance is measured where the count is: an average against what is asked for, a utilization against those it is the
  // mean of.
  const double needed = (per_instance ? tier.ready : 1) * line.value / plan.target;
  const double against = per_instance ? tier.ready : tier.current;
  const bool on_target = against > 0 && std::abs(needed / against - 1) <= tier.plan.tolerance + 1e-9;
  line.proposal = on_target ? tier.current : whole_instances(needed);
  return line;
}

}  // namespace plimsoll
