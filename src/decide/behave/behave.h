#pragma once
// How fast a count may follow the policies' wish.

#include "decide/explanation.h"
#include "decide/plan.h"
#include "decide/recommend/recommend.h"
#include "decide/state.h"

namespace plimsoll {

/// Grows to the lowest wish of the up window, shrinks to the highest of the down window; the wish of this tick counts too.
/// @param urgent  what rules of high or critical urgency propose, 0 if none does: they have waited their own time, so that
///                growth to this count does not wait for the up window
/// Source: Kubernetes' stabilizeRecommendationWithBehaviors.
/// Records `wanted` in the state's windows: a wish that a gap kept up stands in the down window like any other, so that after an
/// outage of the source a full window passes before scale-in.
StepLine stabilize(const TierView&, TierState&, int wanted, int urgent);
/// After so long without a decision (beyond the tier's poll) the wishes in between are unknown.
inline constexpr Duration longest_silence = std::chrono::minutes(5);

/// A percentage is of the replicas at the period's start; of several policies the direction's `select` decides.
/// Source: Kubernetes' calculateScaleUpLimitWithScalingRules and its counterpart.
StepLine limit_rate(const TierPlan&, const ChangeHistory&, int current, int wish, TimePoint now);

/// At most a share of the count at once, then time to watch it (T14: 25-50 % a step, 10-15 min).
/// @param computed  growth to here was computed, not felt for, and goes through: the capacity policy's proposal; 0: none
StepLine limit_step(const TierPlan&, const TierState&, int current, int wish, TimePoint now, int computed);

/// A count that turned around three times in half an hour, each time within ten minutes, flaps: no scale-in then until ten
/// minutes after the last growth (T15). A scale-in that was withheld and would have been taken back counts as such a turn and
/// such a growth, so that the count is left in peace as long as the load swings.
inline constexpr Duration flap_turn = std::chrono::minutes(10);
inline constexpr Duration flap_memory = std::chrono::minutes(30);
inline constexpr int flap_turns = 3;
bool flaps(const TierState&, TimePoint now);
StepLine damp(TierState&, int current, int wish, TimePoint now);

/// Zero and idle. A tier with a sign of work (a signal above its activation, or one that can't be read) has at least one
/// instance; one without any for `cooldown` goes to `idle` at once. An idle tier stays so until the activation is passed,
/// whatever its targets want. Tiers that may not go below min are left alone.
/// @param least  set to the fewest replicas the bounds may leave
StepLine activate(const TierView&, TierState&, const Explanation&, int wish, int& least);

/// No scale-in while instances are replaced, start or drain, or the driver says that a change is unsettled. An instance that has
/// been starting for five minutes, one that drains five minutes after the last shrinkage, what is unsettled five minutes after
/// the last change, and starts that fail, no longer count as under way.
StepLine keep_safe(const TierView&, const TierState&, int wish);

}  // namespace plimsoll
