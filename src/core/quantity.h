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
/// "$30/month" (of 730 hours), "$0.04/hour", "$1/day", "$360/year"; >= 0. An amount without its time is none.
std::optional<Money> parse_money(std::string_view text);
/// Kubernetes' resource quantities as a number: "100", "500m", "1.5k", "64Mi"; >= 0.
std::optional<double> parse_kubernetes_quantity(std::string_view text);
/// ISO 8601 with its zone: "2026-11-27T08:30Z", "2026-11-27T08:30:15+01:00"; years 1970 to 2200.
std::optional<TimePoint> parse_time(std::string_view text);
/// A whole decimal number without sign tricks: "-3" and "42", not "4.0", "+4" or "0x2a".
std::optional<std::int64_t> parse_integer(std::string_view text);
/// A decimal number, finite: "0.5", "1e3".
std::optional<double> parse_number(std::string_view text);

/// The shortest exact form: 90s -> "1m30s", 250ms -> "250ms".
std::string to_text(Duration);
std::string to_text(Cores);      // "500m", "2"
std::string to_text(Bytes);      // "512Mi", "1500" where no suffix is exact
std::string to_text(Ratio);      // "70%", "0.5%"
std::string to_text(Rate);       // "50/s"
std::string to_text(Money);      // "$0.04/hour" where that is short, else "$30/month"
std::string to_text(TimePoint);  // "2026-11-27T08:30Z"; with seconds where there are some, rounded down to them

/// For people, rounded to what matters: 1.234 s -> "1.23 s", 12 ms, 340 µs.
std::string for_people(Duration);
std::string for_people(Bytes);  // "1.5 GiB"

}  // namespace plimsoll
