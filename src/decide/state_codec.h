#pragma once
// Versioned bytes for what the journal keeps. Reading never trusts: wrong bytes are an Error, not a crash.

#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/result.h"
#include "decide/explanation.h"
#include "decide/observation.h"
#include "decide/state.h"

namespace plimsoll {

ByteVector encode(const StackState&);
Result<StackState> decode_state(std::span<const std::uint8_t>);

/// Of which plan a stored state is (shape() of plan.h), without reading the rest; absent if it is no state.
std::optional<std::uint64_t> shape_of(std::span<const std::uint8_t> state);

/// Whether a stored state is one of this plan: the same tiers and policies, memories of the same size.
bool fits(const StackState&, const Plan&);

ByteVector encode(const Observation&);
Result<OwnedObservation> decode_observation(std::span<const std::uint8_t>);

ByteVector encode(std::span<const Explanation>);
Result<std::vector<Explanation>> decode_explanations(std::span<const std::uint8_t>);

}  // namespace plimsoll
