#include "core/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace plimsoll {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

constexpr double Ki = 1024, Mi = Ki * Ki, Gi = Ki * Mi, Ti = Ki * Gi;
constexpr std::array byte_suffixes = {
    Suffix{"Ki", Ki},  Suffix{"Mi", Mi},  Suffix{"Gi", Gi}, Suffix{"Ti", Ti},  Suffix{"KiB", Ki}, Suffix{"MiB", Mi},
    Suffix{"GiB", Gi}, Suffix{"TiB", Ti}, Suffix{"kb", Ki}, Suffix{"mb", Mi},  Suffix{"gb", Gi},  Suffix{"tb", Ti},
    Suffix{"kB", Ki},  Suffix{"KB", Ki},  Suffix{"MB", Mi}, Suffix{"GB", Gi},  Suffix{"TB", Ti},  Suffix{"k", 1e3},
    Suffix{"K", 1e3},  Suffix{"M", 1e6},  Suffix{"G", 1e9}, Suffix{"T", 1e12}, Suffix{"B", 1},    Suffix{"", 1},
};
constexpr std::array duration_units = {Suffix{"d", 86400}, Suffix{"h", 3600},  Suffix{"m", 60},
                                       Suffix{"s", 1},     Suffix{"ms", 1e-3}, Suffix{"us", 1e-6}};

/// Takes a decimal number off the front; no sign, no exponent.
std::optional<double> take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.')) ++end;
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + end, value, std::chars_format::fixed);
  if (end == 0 || error != std::errc{} || stop != text.data() + end) return std::nullopt;
  text.remove_prefix(end);
  return value;
}

std::optional<double> number_with_suffix(std::string_view text, std::string_view suffix) {
  if (text.size() <= suffix.size() || !text.ends_with(suffix)) return std::nullopt;
  text.remove_suffix(suffix.size());
  const std::optional<double> value = take_number(text);
  return text.empty() ? value : std::nullopt;
}

/// Takes so many digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + std::min(count, text.size()), value);
  if (text.size() < count || text[0] == '-' || error != std::errc{} || stop != text.data() + count) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z" or "+01:00": what to take off local time.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return std::chrono::minutes(0);
  const bool behind = text.starts_with('-');
  if (!behind && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes((behind ? -1 : 1) * (*hours * 60 + *minutes));
}

std::string plain(double value) { return fmt::format("{:.6g}", value); }

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  if (text.empty()) return std::nullopt;
  double total = 0;
  double previous = std::numeric_limits<double>::infinity();  // units must fall: "1m30s", not "30s1m"
  while (!text.empty()) {
    const std::optional<double> value = take_number(text);
    if (!value) return std::nullopt;
    std::size_t letters = 0;
    while (letters < text.size() && std::isalpha(static_cast<unsigned char>(text[letters]))) ++letters;
    const std::string_view unit = text.substr(0, letters);
    text.remove_prefix(letters);
    const Suffix* found = nullptr;
    for (const Suffix& candidate : duration_units)
      if (candidate.text == unit) found = &candidate;
    if (!found || found->factor >= previous) return std::nullopt;
    previous = found->factor;
    total += *value * found->factor;
  }
  if (total > 9e9) return std::nullopt;
  return from_seconds(total);
}

std::optional<Cores> parse_cores(std::string_view text) {
  if (const auto thousandths = number_with_suffix(text, "m")) return Cores{*thousandths / 1000};
  const std::optional<double> whole = take_number(text);
  if (!whole || !text.empty()) return std::nullopt;
  return Cores{*whole};
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const std::optional<double> value = take_number(text);
  if (!value) return std::nullopt;
  for (const Suffix& suffix : byte_suffixes)
    if (suffix.text == text && *value * suffix.factor < 9e18) return Bytes{std::llround(*value * suffix.factor)};
  return std::nullopt;
}

std::optional<Ratio> parse_ratio(std::string_view text) {
  if (const auto percent = number_with_suffix(text, "%")) return Ratio{*percent / 100};
  const std::optional<double> value = take_number(text);
  if (!value || !text.empty()) return std::nullopt;
  return Ratio{*value};
}

std::optional<Rate> parse_rate(std::string_view text) {
  for (const Suffix& suffix : {Suffix{"rps", 1}, Suffix{"/s", 1}, Suffix{"/min", 1.0 / 60}, Suffix{"/h", 1.0 / 3600}})
    if (const auto value = number_with_suffix(text, suffix.text)) return Rate{*value * suffix.factor};
  const std::optional<double> value = take_number(text);
  if (!value || !text.empty()) return std::nullopt;
  return Rate{*value};
}

std::optional<Money> parse_money(std::string_view text) {
  if (!take(text, '$')) return std::nullopt;
  const std::optional<double> amount = take_number(text);
  if (!amount) return std::nullopt;
  for (const Suffix& time : {Suffix{"/hour", 1}, Suffix{"/h", 1}, Suffix{"/day", 24}, Suffix{"/month", hours_a_month},
                             Suffix{"/year", 12 * hours_a_month}})
    if (time.text == text) return Money{*amount / time.factor};
  return std::nullopt;
}

std::optional<double> parse_kubernetes_quantity(std::string_view text) {
  const std::optional<double> value = take_number(text);
  if (!value) return std::nullopt;
  if (text == "m") return *value / 1000;  // a factor of 0.001 would make 0.35000000000000003 of 350m
  for (const Suffix& suffix : {Suffix{"", 1}, Suffix{"k", 1e3}, Suffix{"M", 1e6}, Suffix{"G", 1e9}, Suffix{"T", 1e12},
                               Suffix{"Ki", Ki}, Suffix{"Mi", Mi}, Suffix{"Gi", Gi}, Suffix{"Ti", Ti}})
    if (suffix.text == text && *value * suffix.factor < 9e18) return *value * suffix.factor;
  return std::nullopt;
}

std::optional<TimePoint> parse_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute) return std::nullopt;
  const auto second = take(text, ':') ? take_digits(text, 2) : std::optional(0);
  const auto offset = take_zone(text);
  if (!second || !offset || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year > 2200 || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) - *offset;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string to_text(Duration d) {
  if (d == Duration::zero()) return "0s";
  std::string text = d < Duration::zero() ? "-" : "";
  std::int64_t left = std::abs(d.count());
  for (const auto& [unit, nanoseconds] : std::initializer_list<std::pair<const char*, std::int64_t>>{
           {"d", 86'400'000'000'000}, {"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}) {
    if (left >= nanoseconds) text += fmt::format("{}{}", left / nanoseconds, unit);
    left %= nanoseconds;
  }
  if (left > 0) text += plain(static_cast<double>(left) / 1e3) + "us";
  return text;
}

std::string to_text(Cores cores) {
  const double thousandths = cores.count * 1000;
  if (cores.count == std::floor(cores.count)) return plain(cores.count);
  return plain(thousandths) + "m";
}

std::string to_text(Bytes bytes) {
  for (const auto& [suffix, factor] : {std::pair{"Ti", std::int64_t{1} << 40}, std::pair{"Gi", std::int64_t{1} << 30},
                                       std::pair{"Mi", std::int64_t{1} << 20}, std::pair{"Ki", std::int64_t{1} << 10}})
    if (bytes.count != 0 && bytes.count % factor == 0) return fmt::format("{}{}", bytes.count / factor, suffix);
  return fmt::format("{}", bytes.count);
}

std::string to_text(Ratio ratio) { return plain(ratio.value * 100) + "%"; }

std::string to_text(Rate rate) { return plain(rate.per_second) + "/s"; }

std::string to_text(Money money) {
  const double hundredths = money.per_hour * 100;
  // As price lists write it: cents an hour where they come out even, else by the month.
  if (std::abs(hundredths - std::round(hundredths)) < 1e-9) return fmt::format("${}/hour", plain(money.per_hour));
  return fmt::format("${}/month", plain(money.per_hour * hours_a_month));
}

std::string to_text(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count());
  if (clock.seconds().count() != 0) text += fmt::format(":{:02}", clock.seconds().count());
  return text + "Z";
}

std::string for_people(Duration d) {
  const double s = seconds(d);
  const double size = std::abs(s);
  if (size >= 3600) return fmt::format("{:.1f} h", s / 3600);
  if (size >= 120) return fmt::format("{:.1f} min", s / 60);
  if (size >= 1) return fmt::format("{:.{}f} s", s, size < 10 ? 2 : size < 100 ? 1 : 0);
  if (size >= 1e-3) return fmt::format("{:.{}f} ms", s * 1e3, size < 1e-2 ? 1 : 0);
  if (size == 0) return "0 ms";
  return fmt::format("{:.0f} µs", s * 1e6);
}

std::string for_people(Bytes bytes) {
  double value = static_cast<double>(bytes.count);
  for (const char* unit : {"B", "KiB", "MiB", "GiB"}) {
    if (std::abs(value) < 1024) return fmt::format("{:.{}f} {}", value, unit[0] == 'B' || value >= 100 ? 0 : 1, unit);
    value /= 1024;
  }
  return fmt::format("{:.1f} TiB", value);
}

}  // namespace plimsoll
