#include "core/quantity.h"

#include <fmt/format.h>

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
