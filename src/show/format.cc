#include "show/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"

namespace plimsoll::show {

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::string count_text(std::uint64_t count) {
  if (count >= 10'000'000'000) return fmt::format("{:.1f} G", static_cast<double>(count) / 1e9);
  if (count >= 10'000'000) return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string count_text(std::optional<std::uint64_t> count) { return count ? count_text(*count) : absent; }

std::string rate_text(std::optional<double> per_second) {
  if (!per_second || !std::isfinite(*per_second)) return absent;
  const double rate = std::max(0.0, *per_second);
  if (rate > 0 && rate < 9.95) return fmt::format("{:.1f}/s", rate);
  return count_text(static_cast<std::uint64_t>(std::min(rate, 1e15) + 0.5)) + "/s";
}

std::string latency_text(std::optional<Duration> latency) { return latency ? for_people(*latency) : absent; }

std::string percent_text(std::optional<Ratio> ratio) {
  if (!ratio || !std::isfinite(ratio->value)) return absent;
  const double percent = std::clamp(ratio->value * 100, -99'999.0, 99'999.0);
  return std::abs(percent) < 0.95 && percent != 0 ? fmt::format("{:.1f}%", percent) : fmt::format("{:.0f}%", percent);
}

std::string offset_text(Duration since) {
  const auto s = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(since).count());
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string clock_text(Duration since_midnight) {
  constexpr std::int64_t day = 86'400;
  const auto s = (std::chrono::duration_cast<std::chrono::seconds>(since_midnight).count() % day + day) % day;
  return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string span_text(Duration span) {
  const double exact = std::max(0.0, seconds(span));
  if (exact < 9.95) return fmt::format("{:.1f} s", exact);
  const auto s = static_cast<std::int64_t>(exact + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return s % 60 == 0 ? fmt::format("{} min", s / 60) : fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
}

std::string counted(std::uint64_t count, const char* word) {
  return fmt::format("{} {}{}", count_text(count), word, count == 1 ? "" : "s");
}

}  // namespace plimsoll::show
