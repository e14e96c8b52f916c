#pragma once
// The steps of one tier's decision that have no folder of their own.

#include <span>

#include "decide/explanation.h"
#include "decide/order.h"
#include "decide/plan.h"

namespace plimsoll {

/// The highest proposal wins; a policy with a gap can hold the count, never lower it. Fills winner in `why`.
StepLine combine(Explanation& why, int current);

/// min..max. A tier that is outside (its bounds were changed) is brought inside.
StepLine bound(const TierPlan&, int wish);

/// hold, pause, then floor; the youngest of a kind counts. An order may stand outside the bounds.
StepLine obey(const TierPlan&, std::span<const Order>, int current, int wish, TimePoint now);

}  // namespace plimsoll
