#pragma once
// The components of a stack brought up in the order of what they need, and taken down in the reverse.

#include <chrono>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "drive/local/component.h"

namespace plimsoll::local {

enum class BringUpPhase { adopted, starting, ready, stopping, stopped };

/// Called on the calling thread. `elapsed`: since the call began.
using OnProgress = std::function<void(const Component&, BringUpPhase, Duration elapsed)>;

struct BringUpOptions {
  Duration ready_within = std::chrono::seconds(60);  // from the start of a component, or from its adoption, to its being ready
  Duration stop_within = std::chrono::seconds(20);   // each, when what was started is stopped again
  Duration poll = std::chrono::milliseconds(20);
};

/// Every component's check(). The Error has one line for each that failed, and the code of the first.
Result<void> check_all(std::span<Component* const>);

/// Checks all, then adopts or starts each as soon as what it needs is ready; those that don't need one another come up side by
/// side. On an Error, or when a stop is requested, everything this call started is stopped again (what it adopted runs on), and
/// the message says so. `needs` of all must be among them and without a circle (asserted).
Result<void> bring_up(std::span<Component* const>, const OnProgress&, const std::stop_token&, const BringUpOptions& = {});

/// Stops all that run, found by their pidfiles if this process has not started them, each after those that need it. One that
/// can't be stopped does not keep the others; the Error has one line for each.
Result<void> take_down(std::span<Component* const>, const OnProgress&, Duration deadline_each);

/// Each after what it needs; otherwise in the given order.
std::vector<Component*> in_order_of_needs(std::span<Component* const>);

}  // namespace plimsoll::local
