#pragma once
// Cron expressions: parsed once, then asked without allocation.
//
//   minute hour day-of-month month day-of-week      0-59 0-23 1-31 1-12|jan-dec 0-7|sun-sat (0 and 7 are Sunday)
//   each a list of  *  N  N-M  with an optional /step  (N/step means N to the end); ? is *; names in any case
//   @hourly @daily|@midnight @weekly @monthly @yearly|@annually
//
// Days: if both day fields are restricted, either one suffices (Vixie, robfig). As in robfig/cron, which KEDA uses, a field
// counts as unrestricted only if it holds a plain * or ?: "*/2" restricts. Beyond robfig: 7 for Sunday, and ranges to it.
//
// Clock changes, as in robfig/cron: an expression comes at every instant whose local clock reads it. A reading skipped in spring
// does not come that day; one shown twice in autumn comes twice.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/calendar.h"
#include "core/diagnostic.h"
#include "core/time.h"
#include "core/time_zone.h"

namespace plimsoll {

struct Cron {
  std::uint64_t minutes = 0;  // bit n: minute n
  std::uint32_t hours = 0;    // bit n: hour n
  std::uint32_t days = 0;     // bit n: day n of the month, 1..31
  std::uint16_t months = 0;   // bit n: month n, 1..12
  std::uint8_t weekdays = 0;  // bit n: 0 is Sunday .. 6
  bool any_day = false;       // day of month was * or ?
  bool any_weekday = false;   // day of week was * or ?
  bool operator==(const Cron&) const = default;

  [[nodiscard]] bool matches(LocalTime) const;
  /// The first time after `after`, strictly. Absent if none comes until the end of the fifth year after it (30 Feb; as robfig).
  [[nodiscard]] std::optional<TimePoint> next(TimePoint after, const TimeZone&) const;
  /// The last time at or before `at`; absent if there was none since the start of the fifth year before it.
  [[nodiscard]] std::optional<TimePoint> previous(TimePoint at, const TimeZone&) const;
};

/// Positions are columns of `text`. An expression that can never come (30 Feb) is a warning.
Parsed<Cron> parse_cron(std::string_view text);

/// KEDA's rule: inside if the next end comes before, or with, the next start; so a window is [start, end). If the end never
/// comes: outside. If only the start never comes: inside.
bool inside(const Cron& start, const Cron& end, const TimeZone&, TimePoint now);

/// A recurring window between two expressions.
struct CronWindow {
  struct State {
    bool inside = false;
    TimePoint until = TimePoint::min();  // before this the answer stays; recompute from then on
  };

  Cron start, end;

  [[nodiscard]] State state(TimePoint now, const TimeZone&) const;
  /// When `inside` next turns into its opposite: the current window's end, or the next one's beginning.
  /// Absent if that is not within five years.
  [[nodiscard]] std::optional<TimePoint> next_change(TimePoint now, const TimeZone&) const;
};

}  // namespace plimsoll
