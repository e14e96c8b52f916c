#pragma once
// Tiers whose count is decided by another controller's rules, whole: exact HPA, exact KEDA.

#include "decide/steps.h"

namespace plimsoll {

/// One tick of such a tier: its controller's count, before orders, schedules' exact counts and shared limits. HPA is asked once
/// per sync period, KEDA's scale loop once per polling interval; in between the count stands. Policies and steps go into `why`.
/// Where only a mean over instances is known (TierSeen::own is empty) each ready instance is taken to have it.
StepLine decide_like(const TierView&, TierState&, LikeState&, std::span<PolicyClock>, LikeRoom&, Explanation& why);

/// Records what became of the pass's wish to write the target.
void settle_like(const Plan&, const TierPlan&, LikeState&, int from, int to, bool accepted, TimePoint now);

}  // namespace plimsoll
