#include "spec/exact_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

#include "core/quantity.h"

namespace plimsoll::spec {
namespace {

/// A number of which reading makes `value`: number / divisor == value where some number does that, else the nearest.
template <class Read>
std::optional<std::string> scaled(double number, double value, const Read& read) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double candidate : {number, std::nextafter(number, -infinity), std::nextafter(number, infinity)}) {
    // What people write has few digits; the product of two numbers has many.
    for (const int digits : {6, 12, 15}) {
      const std::string rounded = fmt::format("{:.{}g}", candidate, digits);
      if (rounded.find('e') == std::string::npos && read(rounded) == value) return rounded;
    }
    const std::string exact = decimal(candidate);
    if (read(exact) == value) return exact;
  }
  return std::nullopt;
}

}  // namespace

std::string decimal(double value) {
  std::array<char, 512> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), end};
}

std::string exact_text(Duration d) {
  const std::string usual = to_text(d);
  if (parse_duration(usual) == d) return usual;
  // Months to the nanosecond: the sum of its units is not exact in doubles, one number may be.
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double s : {seconds(d), std::nextafter(seconds(d), -infinity), std::nextafter(seconds(d), infinity)})
    if (const std::string one = decimal(s) + "s"; parse_duration(one) == d) return one;
  return usual;
}

std::string exact_text(Cores cores) {
  const std::string plain = to_text(cores);
  if (const auto read = parse_cores(plain); read && *read == cores) return plain;
  return decimal(cores.count);
}

std::string exact_text(Bytes bytes) {
  if (bytes.count != 0 && bytes.count % 1024 != 0)
    for (const auto& [suffix, factor] : {std::pair{'G', std::int64_t{1'000'000'000}}, std::pair{'M', std::int64_t{1'000'000}}})
      if (bytes.count % factor == 0) return fmt::format("{}{}", bytes.count / factor, suffix);
  return to_text(bytes);
}

std::string share_text(Ratio ratio) {
  const auto read = [](const std::string& number) { return parse_ratio(number + "%").value_or(Ratio{-1}).value; };
  return scaled(ratio.value * 100, ratio.value, read).value_or(decimal(ratio.value * 100)) + "%";
}

std::string exact_text(Ratio ratio) {
  const std::string percent = share_text(ratio);
  return ratio.value > 1 || parse_ratio(percent) == ratio ? percent : decimal(ratio.value);
}

std::string exact_text(Rate rate) {
  for (const auto& [unit, factor] : {std::pair{"/s", 1.0}, std::pair{"/min", 60.0}, std::pair{"/h", 3600.0}}) {
    const auto read = [unit_text = unit](const std::string& number) {
      return parse_rate(number + unit_text).value_or(Rate{-1}).per_second;
    };
    const std::string number = fmt::format("{:.9g}", rate.per_second * factor);
    if (number.find('e') == std::string::npos && read(number) == rate.per_second) return number + unit;
  }
  return decimal(rate.per_second) + "/s";
}

std::string exact_text(Money money) {
  const std::string usual = to_text(money);
  if (const auto read = parse_money(usual); read && *read == money) return usual;
  for (const auto& [unit, hours] : {std::pair{"/month", hours_a_month}, std::pair{"/hour", 1.0}, std::pair{"/day", 24.0},
                                    std::pair{"/year", 12 * hours_a_month}}) {
    const auto read = [unit_text = unit](const std::string& number) {
      return parse_money("$" + number + unit_text).value_or(Money{-1}).per_hour;
    };
    const std::string number = fmt::format("{:.9g}", money.per_hour * hours);
    if (number.find('e') == std::string::npos && read(number) == money.per_hour) return "$" + number + unit;
  }
  return "$" + decimal(money.per_hour) + "/hour";
}

std::string exact_text(TimePoint time) { return to_text(time); }
std::string exact_text(double value) { return fmt::format("{}", value); }
std::string exact_text(int value) { return fmt::format("{}", value); }
std::string exact_text(bool value) { return value ? "true" : "false"; }
std::string exact_text(Bounds bounds) {
  return bounds.min == bounds.max ? exact_text(bounds.min) : fmt::format("{}..{}", bounds.min, bounds.max);
}

std::string cores_with_unit(double cores) {
  const auto read = [](const std::string& number) { return parse_cores(number + "m").value_or(Cores{-1}).count; };
  return scaled(cores * 1000, cores, read).value_or(decimal(cores * 1000)) + "m";
}

std::string percent_text(double percent) {
  const auto read = [](const std::string& number) { return parse_ratio(number + "%").value_or(Ratio{-1}).value * 100; };
  return scaled(percent, percent, read).value_or(decimal(percent)) + "%";
}

std::string bytes_with_unit(double bytes) {
  const std::string text = exact_text(Bytes{std::llround(bytes)});
  return std::isalpha(static_cast<unsigned char>(text.back())) != 0 ? text : text + "B";
}

std::string exact_text(double value, SignalUnit unit) {
  switch (unit) {
    case SignalUnit::number:
      break;
    case SignalUnit::ratio:
      return exact_text(Ratio{value});
    case SignalUnit::seconds:
      return std::abs(value) < 9e9 ? exact_text(from_seconds(value)) : decimal(value) + "s";
    case SignalUnit::bytes:
      return std::abs(value) < 9e18 ? exact_text(Bytes{std::llround(value)}) : decimal(value);
    case SignalUnit::per_second: {
      const std::string text = exact_text(Rate{value});
      return text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;  // as people write it: rps > 200
    }
  }
  return exact_text(value);
}

double read_back(const std::string& text, SignalUnit unit) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  switch (unit) {
    case SignalUnit::number:
      break;
    case SignalUnit::ratio:
      return parse_ratio(text).value_or(Ratio{nothing}).value;
    case SignalUnit::seconds: {
      const auto time = parse_duration(text);
      return time ? seconds(*time) : nothing;
    }
    case SignalUnit::bytes: {
      const auto size = parse_bytes(text);
      return size ? static_cast<double>(size->count) : nothing;
    }
    case SignalUnit::per_second:
      return parse_rate(text).value_or(Rate{nothing}).per_second;
  }
  return parse_number(text).value_or(nothing);
}

}  // namespace plimsoll::spec
