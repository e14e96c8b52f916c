#pragma once
// Points in time are wall-clock times in nanoseconds, handed in by the caller: pure code never reads a clock.

#include <chrono>
#include <cstdint>

namespace plimsoll {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::sys_time<Duration>;

/// Seconds as a number, for formulas and for keys that end in `_s`.
constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

/// The nearest duration to a number of seconds; |s| < 9e9.
constexpr Duration from_seconds(double s) { return Duration(static_cast<std::int64_t>(s * 1e9 + (s < 0 ? -0.5 : 0.5))); }

}  // namespace plimsoll
