#pragma once
// How fast a count may follow the policies' wish.

#include "decide/explanation.h"
#include "decide/plan.h"
#include "decide/state.h"

namespace plimsoll {

/// Grows to the lowest wish of the up window, shrinks to the highest of the down window; the wish of this tick counts too.
/// Source: Kubernetes' stabilizeRecommendationWithBehaviors.
/// Records `wanted` in the state's windows.
StepLine stabilize(const TierPlan&, TierState&, int current, int wanted, TimePoint now);

/// Of the direction's policies the one that allows most; a percentage is of the replicas at the period's start.
/// Source: Kubernetes' calculateScaleUpLimitWithScalingRules and its counterpart.
StepLine limit_rate(const TierPlan&, const ChangeHistory&, int current, int wish, TimePoint now);

}  // namespace plimsoll
