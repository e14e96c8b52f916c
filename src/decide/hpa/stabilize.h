#pragma once
// Stabilization: a count follows the metrics only as far as all of the window's recommendations agree.

#include <cstdint>
#include <span>

#include "core/time.h"
#include "decide/hpa/condition.h"
#include "decide/hpa/history.h"

namespace plimsoll::hpa {

struct Stabilized {
  std::int32_t replicas = 0;
  Reason reason = Reason::none;  // the one to report if `replicas` differs from what was desired
  std::size_t slot = 0;          // where the recommendation, the desired count as it came, is to be put
};

/// With `behavior`: up only as far as the lowest of the up window, down only as far as the highest of the down window.
/// A recommendation exactly as old as a window is outside it.
Stabilized stabilize_with_behavior(std::int32_t current, std::int32_t desired, Duration up_window, Duration down_window,
                                   std::span<const Recommendation>, TimePoint now);

/// Without: the highest of the window. A recommendation exactly as old as the window still counts.
Stabilized stabilize_without_behavior(std::int32_t desired, Duration window, std::span<const Recommendation>, TimePoint now);

}  // namespace plimsoll::hpa
