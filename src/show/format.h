#pragma once
// Figures as people read them. What is absent (nullopt, or a number that is not finite) is "–", never 0.

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "core/units.h"

namespace plimsoll::show {

inline constexpr const char* absent = "–";

std::string count_text(std::uint64_t);                    // "8,431"; "12.4 M" from ten million on
std::string count_text(std::optional<std::uint64_t>);     // absent too
std::string rate_text(std::optional<double> per_second);  // "4.2/s", "182/s", "1,204/s"
std::string latency_text(std::optional<Duration>);        // "940 µs", "41 ms", "1.24 s"
std::string percent_text(std::optional<Ratio>);           // "64%"; "0.3%" below one percent
/// Since the start of something: "0:04", "12:40", "1:02:40"; whole seconds, rounded down; below 0 is 0.
std::string offset_text(Duration);
/// A time of the day, given since midnight: "12:04:07".
std::string clock_text(Duration since_midnight);
/// How long something takes or took: "0.2 s", "14 s", "2 min 24 s", "1 h 5 min".
std::string span_text(Duration);
/// "1 request", "3 requests"; the plural is the word with an s.
std::string counted(std::uint64_t, const char* word);

/// nullopt for NaN and infinities, which is how series mark what was not measured.
std::optional<double> finite(double);

}  // namespace plimsoll::show
