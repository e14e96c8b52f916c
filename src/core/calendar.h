#pragma once
// Dates and clock readings, through <chrono>'s own calendar. Which instant a clock reading is depends on a zone:
// core/time_zone.h. Texts: core/quantity.h.

#include <chrono>
#include <compare>

#include "core/time.h"

namespace plimsoll {

/// What a clock on some wall shows, counted from 1970-01-01T00:00 of that wall. Not an instant: it has no zone.
using LocalTime = std::chrono::local_time<Duration>;

struct CivilTime {
  std::chrono::year_month_day date;
  int hour = 0, minute = 0, second = 0;  // whole seconds, rounded down
  auto operator<=>(const CivilTime&) const = default;
};

CivilTime civil(LocalTime);
/// @param date  an existing date between 1678 and 2261 (asserted)
LocalTime local_time(std::chrono::year_month_day date, int hour = 0, int minute = 0, int second = 0);

}  // namespace plimsoll
