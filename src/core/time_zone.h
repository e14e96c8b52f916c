#pragma once
// Time zones as values: pure code gets them as arguments. zones/load.h reads them from the system.

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar.h"
#include "core/result.h"
#include "core/time.h"

namespace plimsoll {

/// A zone's clock changes. The default is UTC. Immutable once built; safe to share between threads.
struct TimeZone {
  struct Transition {
    TimePoint from;   // the first instant that has the offset
    Duration offset;  // local = UTC + offset
    bool operator==(const Transition&) const = default;
  };
  /// A stretch of time with one offset: [from, until). The first begins at TimePoint::min(), the last ends at TimePoint::max().
  struct Period {
    TimePoint from, until;
    Duration offset;
  };

  std::string name = "UTC";
  Duration first_offset{};              // before the first transition
  std::vector<Transition> transitions;  // ascending; each changes the offset

  /// O(log transitions), no allocation.
  [[nodiscard]] Period period_at(TimePoint) const;
  [[nodiscard]] Duration offset_at(TimePoint t) const { return period_at(t).offset; }
  [[nodiscard]] LocalTime local(TimePoint t) const { return LocalTime(t.time_since_epoch() + offset_at(t)); }
  /// The instant at which the zone's clocks read `local`. A reading they skip (spring) is the first instant after the gap;
  /// of one they show twice (autumn) it is the earlier.
  [[nodiscard]] TimePoint instant(LocalTime local) const;
};

/// A zone from a rule as POSIX writes it in $TZ, taken to hold from 1970 to 2100: "CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30".
/// Offsets are hours west, as there. Daylight saving without its dates ("EST5EDT") is malformed: POSIX leaves them to the system.
Result<TimeZone> parse_zone_rule(std::string_view rule, std::string name);

/// Reads a TZif file (RFC 8536, versions 1 to 4) with its footer rule, so that clock changes are known until the end of 2100.
/// Any bytes are a zone or malformed; files that count leap seconds (right/…) are refused.
Result<TimeZone> parse_tzif(std::string_view bytes, std::string name);

}  // namespace plimsoll
