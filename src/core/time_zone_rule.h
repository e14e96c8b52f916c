#pragma once
// The rule at the end of a TZif file, for parse_tzif() and parse_zone_rule().

#include <optional>
#include <string_view>

#include "core/time_zone.h"

namespace plimsoll {

/// One of the year's two clock changes.
struct ZoneRuleDate {
  enum class Kind { julian_without_leap_day, day_of_year, month_week_day } kind = Kind::month_week_day;
  int day = 0;                            // 1..365, 0..365, or the weekday 0..6, 0 is Sunday
  int month = 1, week = 1;                // week 5 is the last
  Duration time = std::chrono::hours(2);  // from the local midnight, by the clock as it was before; -167 h .. 167 h
};

struct ZoneRule {
  Duration standard{}, daylight{};  // local = UTC + offset
  struct Dates {
    ZoneRuleDate begin, end;  // of daylight saving
  };
  std::optional<Dates> dates;  // absent: standard time all year
};

std::optional<ZoneRule> parse_rule(std::string_view text);

/// Adds the rule's changes after `after` until the end of 2100.
void extend(TimeZone&, const ZoneRule&, TimePoint after);

}  // namespace plimsoll
