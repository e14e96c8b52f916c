#pragma once
// Quantities as texts that are read back as the very same value. core/quantity.h's to_text() is for people and rounds to six
// digits; these take it where it is exact.

#include <string>

#include "core/stack.h"
#include "core/time.h"
#include "core/units.h"

namespace plimsoll::spec {

std::string exact_text(Duration);   // "1m30s"
std::string exact_text(Cores);      // "500m", "2"
std::string exact_text(Bytes);      // "512Mi", "500M"
std::string exact_text(Ratio);      // "70%"
std::string exact_text(Rate);       // "50/s", "550/min": always with its unit
std::string exact_text(Money);      // "$30/month"
std::string exact_text(TimePoint);  // whole seconds
std::string exact_text(double);     // "0.25", "1e+300"
std::string exact_text(int);
std::string exact_text(bool);
std::string exact_text(Bounds);  // "3..20", "4"

/// Without an exponent, as quantities want their numbers.
std::string decimal(double);
/// With a unit letter in any case, since a bare number would be read as a share: "2000m".
std::string cores_with_unit(double cores);
std::string bytes_with_unit(double bytes);

/// Always in percent, where a bare number is something else; the nearest where none is exact.
std::string share_text(Ratio);
/// Of a number that 100 is the whole of: "50%".
std::string percent_text(double percent);

/// A number in a signal's unit: "70%" of a ratio, "500ms" of seconds.
std::string exact_text(double value, SignalUnit unit);
/// What is read back of that text; NaN if it cannot be read.
double read_back(const std::string& text, SignalUnit unit);

}  // namespace plimsoll::spec
