#include "core/time_zone.h"

#include <algorithm>

namespace plimsoll {

TimeZone::Period TimeZone::period_at(TimePoint t) const {
  const auto next = std::upper_bound(transitions.begin(), transitions.end(), t,
                                     [](TimePoint at, const Transition& change) { return at < change.from; });
  const TimePoint until = next == transitions.end() ? TimePoint::max() : next->from;
  if (next == transitions.begin()) return {TimePoint::min(), until, first_offset};
  return {std::prev(next)->from, until, std::prev(next)->offset};
}

TimePoint TimeZone::instant(LocalTime local) const {
  // No clock is more than 26 hours from UTC, so the search can begin two days before without passing over an answer.
  constexpr Duration margin = std::chrono::hours(48);
  const TimePoint near = std::clamp(TimePoint(local.time_since_epoch()), TimePoint::min() + margin, TimePoint::max() - margin);
  Period period = period_at(near - margin);
  for (;;) {
    const TimePoint candidate = near - period.offset;
    if (candidate < period.from) return period.from;  // the change skipped it
    if (candidate < period.until || period.until == TimePoint::max()) return candidate;
    period = period_at(period.until);
  }
}

}  // namespace plimsoll
