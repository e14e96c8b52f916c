#pragma once
// The questions of whoever stands before a stack that does not do what they expect (T15), answered from one decision.

#include <optional>
#include <span>
#include <string>

#include "control/explained.h"

namespace plimsoll {

struct Answer {
  std::string code;  // one word for programs: "limit", "window", "nothing_wanted"
  std::string text;  // for people, without a full stop
};

/// Why the count is not higher than it is; an order is named with who gave it and why, if it is among `orders`. Codes: scales,
/// partly, shrinks, nothing_wanted, tolerance, no_policy, window, rate, step, bounds, limit, bottleneck, frozen, gap, order,
/// schedule, between_polls, inactive, flapping, safety, contended, investigate.
Answer why_not_more(const Plan&, const Explanation&, std::span<const Order> orders = {});

/// Why instances that were asked for do not serve. Codes: none_pending, starting, backing_off, refused.
Answer why_pending(const Plan&, const Explanation&, const std::string& drivers_words);

/// Whether the count goes up and down. Codes: calm, turns, flapping.
struct Oscillation {
  Answer answer;
  std::optional<TimePoint> damped_until;  // no scale-in before
};
Oscillation does_oscillate(const Plan&, const Explanation&, const Turns&);

}  // namespace plimsoll
