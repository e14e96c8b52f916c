#pragma once
// How one trigger's answer, and the formula over all of them, become what is served: shared by the poll and the HPA's query.

#include <array>
#include <cstdint>
#include <span>

#include "decide/keda/activation.h"

namespace plimsoll::keda {

/// A fallback that upstream lets take effect: with a formula, its target must be a whole number.
bool has_valid_fallback(const ScaledObject&);

using Answers = std::array<Served, most_triggers>;

/// Counts the answer and puts the fallback in place of an error that has lasted.
/// @param milli  what the source gave; absent for an error
Served with_fallback(const ScaledObject&, Health&, std::size_t trigger, std::optional<std::int64_t> milli, const Replicas&,
                     TimePoint now);

/// The composite metric over the external triggers' answers; absent where the formula gives no number.
Served composite(const ScaledObject&, const LoopState&, const Answers&);

}  // namespace plimsoll::keda
