#pragma once
// What each policy of a tier would have: one line a policy, none of them knows of the others.

#include <span>

#include "decide/explanation.h"
#include "decide/observation.h"
#include "decide/plan.h"
#include "decide/state.h"

namespace plimsoll {

/// What the policies of one tier look at. `current` is what was asked for, not what is ready: instances on their way count.
struct TierView {
  const TierPlan& plan;
  const TierSeen& seen;
  int current = 0;
  int ready = 0;
  TimePoint now{};
};

/// The policy's line with value, age and gap filled in; a sample older than its signal's max_age is a gap.
PolicyLine read_signal(const TierView&, PolicyId, double target);

/// average: ceil(value / target). utilization: ceil(measured * value / target), where ready instances that are not part of the
/// mean yet count as idle for growth (which never proposes fewer than current) and as on target for shrinking. Within the
/// tolerance of the target: current. Source: Kubernetes' horizontal pod autoscaler, replica_calculator.go, whose rule for missing
/// metrics this is.
PolicyLine recommend_target(const TierView&, PolicyId, const TargetPlan&);

/// ceil(backlog / per_instance), without tolerance: 41 jobs at 40 an instance are two instances' work.
PolicyLine recommend_queue(const TierView&, PolicyId, const QueuePlan&);

/// current + step once the comparison has held for `held` and the tier has not changed for `every`; no proposal otherwise.
PolicyLine recommend_rule(const TierView&, PolicyId, const ThresholdRule&, RuleClock&, TimePoint tier_changed);

/// A count from a real number of instances: rounded up, but 3.0000000001 is 3; at most a million, so that no sum overflows.
int whole_instances(double instances);

}  // namespace plimsoll
