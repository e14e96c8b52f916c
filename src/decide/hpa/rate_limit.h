#pragma once
// Limits on the step: rate policies with `behavior`, a factor without, and the bounds.

#include <cstdint>
#include <span>

#include "core/time.h"
#include "decide/hpa/behavior.h"
#include "decide/hpa/condition.h"
#include "decide/hpa/history.h"

namespace plimsoll::hpa {

struct Limited {
  std::int32_t replicas = 0;
  Reason reason = Reason::desired_within_range;
};

/// Without `behavior` a count may at most be multiplied, though a few pods are always allowed.
struct ScaleUpLimit {
  double factor = 2;
  double minimum = 4;
};

/// The highest count that `rules` allow now; may be below `current`. Each policy counts from where its period began.
std::int32_t scale_up_limit(std::int32_t current, const Rules& rules, std::span<const ScaleEvent> ups,
                            std::span<const ScaleEvent> downs, TimePoint now);
/// The lowest count that `rules` allow now; may be above `current`.
std::int32_t scale_down_limit(std::int32_t current, const Rules& rules, std::span<const ScaleEvent> ups,
                              std::span<const ScaleEvent> downs, TimePoint now);

/// `desired` brought within the bounds and what the direction's rules allow; equal to `current` it passes as it is.
Limited rate_limit_with_behavior(std::int32_t current, std::int32_t desired, std::int32_t min, std::int32_t max,
                                 const Behavior& behavior, std::span<const ScaleEvent> ups, std::span<const ScaleEvent> downs,
                                 TimePoint now);
Limited limit_without_behavior(std::int32_t current, std::int32_t desired, std::int32_t min, std::int32_t max, ScaleUpLimit);

}  // namespace plimsoll::hpa
