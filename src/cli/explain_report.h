#pragma once
// What `plimsoll explain` found, and its two forms: for people and for programs.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/explained.h"
#include "core/time_zone.h"
#include "show/style.h"

namespace plimsoll::cli {

struct TierReport {
  TierId tier;
  /// One, or with --last those asked for, oldest first; empty: nothing on record.
  std::vector<Explained> decisions;
  Turns turns;
};

/// Borrows the plan.
struct ExplainReport {
  const Plan* plan = nullptr;
  TimePoint now{};              // when it was asked
  std::optional<TimePoint> at;  // the time asked about; absent: now
  TimeZone zone;                // that people's times are in
  bool controlled = false;      // a controller runs
  bool history = false;         // --last: a line each
  std::string engine;           // this program's version
  std::vector<TierReport> tiers;
};

std::string explain_text(const ExplainReport&, show::Style);
/// {"schema": "plimsoll/explain/v1", …}
std::string explain_json(const ExplainReport&);

/// "03:05", "03:05:10" (the last time the zone's clocks showed it), "2026-11-22 03:05" (in the zone), "2026-11-22T03:05Z",
/// "2026-11-22T03:05:10.250Z": the end of that second or part of it, so that a time which was shown finds what it was shown
/// with; at most `now`, unless it is still to come. Absent if it is none of these.
std::optional<TimePoint> parse_moment(std::string_view text, TimePoint now, const TimeZone&);

/// "03:05:10", with the date if it is not the same day as `now`.
std::string moment_text(TimePoint, TimePoint now, const TimeZone&);

/// "hold at 15 until 18:00:00, by ann: release day"
std::string order_text(const Order&, TimePoint now, const TimeZone&);

}  // namespace plimsoll::cli
