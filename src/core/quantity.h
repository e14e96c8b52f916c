#pragma once
// Quantities as people write them. Parsing is exact or nothing: "10 s", "1,5" and "5mm" are not quantities.

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "core/units.h"

namespace plimsoll {

/// "30s", "1m30s", "500ms", "2h", "1d"; >= 0. A bare "0" is a duration too; any other bare number is not.
std::optional<Duration> parse_duration(std::string_view text);
/// "2", "0.5", "500m" (thousandths); > 0 is the caller's to check.
std::optional<Cores> parse_cores(std::string_view text);
/// Kubernetes' and Redis' suffixes: "512Mi", "2Gi" are powers of 1024, "10GB", "64mb" too (as Redis and Postgres read them),
/// "500M", "1G" powers of 1000; a bare number is bytes.
std::optional<Bytes> parse_bytes(std::string_view text);
/// "70%" or "0.7"; >= 0.
std::optional<Ratio> parse_ratio(std::string_view text);
/// "50rps", "50/s", "3000/min", or a bare number per second; >= 0.
std::optional<Rate> parse_rate(std::string_view text);
/// A whole decimal number without sign tricks: "-3" and "42", not "4.0", "+4" or "0x2a".
std::optional<std::int64_t> parse_integer(std::string_view text);
/// A decimal number, finite: "0.5", "1e3".
std::optional<double> parse_number(std::string_view text);

/// The shortest exact form: 90s -> "1m30s", 250ms -> "250ms".
std::string to_text(Duration);
std::string to_text(Cores);  // "500m", "2"
std::string to_text(Bytes);  // "512Mi", "1500" where no suffix is exact
std::string to_text(Ratio);  // "70%", "0.5%"
std::string to_text(Rate);   // "50/s"

/// For people, rounded to what matters: 1.234 s -> "1.23 s", 12 ms, 340 µs.
std::string for_people(Duration);
std::string for_people(Bytes);  // "1.5 GiB"

}  // namespace plimsoll
