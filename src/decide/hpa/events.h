#pragma once
// Scalings that took place, by which rate policies know where their periods began. Kept only with `behavior`.

#include <cstdint>
#include <span>

#include "core/time.h"
#include "decide/hpa/behavior.h"
#include "decide/hpa/history.h"

namespace plimsoll::hpa {

/// The sum of the changes younger than the period, marked outdated or not; an event exactly as old is outside. Wraps.
std::int32_t changed_in_period(std::span<const ScaleEvent>, std::int32_t period_seconds, TimePoint now);

/// The longest period of the rules' policies; 0 without policies.
std::int32_t longest_period_seconds(const Rules&);

/// Records that the target was scaled from one count to another: marks what is older than the direction's longest period, then
/// reuses the last slot that is marked, or appends. Equal counts are recorded as a scaling down by 0, as upstream does.
void record_scaling(const Behavior&, std::int32_t from, std::int32_t to, History<ScaleEvent> ups, History<ScaleEvent> downs,
                    TimePoint now);

}  // namespace plimsoll::hpa
