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
/// hold, never an error. Moves `state` on in place; allocates nothing once `out` has been used for one tick of the same plan with
/// as many instances, so keep it. `why` has one element per tier, `seen` one TierSeen per tier and one Sample per signal of it
/// (asserted). `now` does not fall from call to call.
void decide(const Plan&, StackState& state, const Observation& seen, TimePoint now, Decision& out, std::span<Explanation> why);

/// What the driver made of a decision: history records what happened, not what was wished.
void settle(const Plan&, StackState& state, const Outcome&, TimePoint now);

/// A managed enabling change that the driver carried out: from the next tick on its room can be granted.
void settle(const Plan&, StackState& state, const Enabling& done);

}  // namespace plimsoll
