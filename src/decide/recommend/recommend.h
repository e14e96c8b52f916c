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
  const Plan& stack;
  const TierPlan& plan;
  const TierSeen& seen;
  int current = 0;
  int ready = 0;
  TimePoint now{};
};

/// Instances are on their way and can still arrive: starts that fail, and one that has taken five minutes, no longer count.
bool is_starting(const TierView&);
inline constexpr Duration longest_settling = std::chrono::minutes(5);

/// One line for every policy of the tier. Moves their clocks.
void recommend(const TierView&, const TierState&, std::span<PolicyClock>, Explanation& why);

/// The policy's line with value, age and gap filled in; a sample older than its signal's max_age is a gap.
PolicyLine read_signal(const TierView&, PolicyId, double target);

/// utilization: ceil(measured * value / target), where ready instances that are not part of the mean yet count as idle for growth
/// and as on target for shrinking. average: ceil(value / target). value: ceil(ready * value / target). Within the tolerance of
/// the target: current. Never against the direction of the ratio: instances beyond the count (a rollout's) don't turn it around.
/// Source: Kubernetes' horizontal pod autoscaler, replica_calculator.go, whose rule for missing metrics this is; the check of the
/// direction on every path is ours (its issues 72775, 84142).
PolicyLine recommend_target(const TierView&, PolicyId, const TargetPlan&);

/// The proposal for line.value against line.target, where the tier's number itself is to be at the target; a gap while nobody is
/// ready.
void propose_by_value(const TierView&, PolicyLine& line);

/// ceil(backlog / per_instance), without tolerance: 41 jobs at 40 an instance are two instances' work.
PolicyLine recommend_queue(const TierView&, PolicyId, const QueuePlan&);

/// A step from the count once the comparison has held for `held` and the tier has not changed for `every`; no proposal otherwise.
/// While instances start growth begins at what is ready, so that the same alarm again asks for no more (as AWS' warm-up does);
/// instances that can't start are no reason to wait.
/// `investigate` proposes nothing and says so.
PolicyLine recommend_rule(const TierView&, PolicyId, const ThresholdRule&, PolicyClock& clock, TimePoint tier_changed);

/// A floor within its window; no proposal outside, and none for `exact`, which is the business of bounds.
PolicyLine recommend_schedule(const TierView&, PolicyId, const SchedulePlan&, PolicyClock& clock);

/// Is the schedule on? `clock` keeps the answer until it can change.
bool is_on(const SchedulePlan&, const Plan&, PolicyClock& clock, TimePoint now);

/// The formula's value against its target: an average without tolerance, as a queue; a value as a target's.
PolicyLine recommend_formula(const TierView&, PolicyId, const FormulaPlan&);

/// Instances for the arrival rate at the latency objective: a count by itself, so that instances on their way are not asked for
/// twice, and a step of any size is met at once.
PolicyLine recommend_capacity(const TierView&, PolicyId, const CapacityPlan&);

/// A count from a real number of instances: rounded up, but 3.0000000001 is 3; at most a million, so that no sum overflows.
int whole_instances(double instances);

}  // namespace plimsoll
