#pragma once

#include <span>

#include "decide/decision.h"
#include "decide/explanation.h"
#include "decide/observation.h"
#include "decide/outcome.h"
#include "decide/plan.h"
#include "decide/state.h"

namespace plimsoll {

/// One tick of one stack. Total and deterministic: the same arguments give the same bytes; a missing sample is a Gap that can
/// hold, never an error. Moves `state` on in place; allocates nothing once `out.tiers` and `why` have one element per tier
/// (asserted for `why`). `seen` has one TierSeen per tier and one Sample per signal of it (asserted). `now` does not fall from
/// call to call.
void decide(const Plan&, StackState& state, const Observation& seen, TimePoint now, Decision& out, std::span<Explanation> why);

/// What the driver made of a decision: history records what happened, not what was wished.
void settle(const Plan&, StackState& state, const Outcome&, TimePoint now);

}  // namespace plimsoll
