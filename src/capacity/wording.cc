#include "capacity/wording.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace plimsoll::capacity {
namespace {

constexpr std::array<std::pair<const char*, std::int64_t>, 4> units{
    {{"TB", std::int64_t{1} << 40}, {"GB", std::int64_t{1} << 30}, {"MB", std::int64_t{1} << 20}, {"KB", std::int64_t{1} << 10}}};

/// `places` decimals at most, without zeros at the end.
std::string grouped(double value, int places) {
  std::string digits = fmt::format("{:.{}f}", std::abs(value), places);
  std::size_t point = digits.find('.');
  if (point != std::string::npos) {
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > 3; at -= 3) digits.insert(at - 3, ",");
  return (value < 0 && digits != "0" ? "-" : "") + digits;
}

}  // namespace

std::string number(double value) {
  if (!std::isfinite(value)) return "any";
  const double of = std::abs(value);
  return grouped(value, of >= 1000 ? 0 : of >= 100 ? 1 : of >= 0.01 ? 2 : 4);
}

std::string dollars(double per_month) {
  if (!std::isfinite(per_month)) return "any";
  const bool whole = std::abs(per_month - std::round(per_month)) < 0.005;
  std::string text = grouped(std::abs(per_month), whole ? 0 : 2);
  if (const std::size_t point = text.find('.'); point != std::string::npos && point + 2 == text.size()) text += '0';
  return (per_month < 0 && text != "0" ? "-$" : "$") + text;
}

std::string percent(double ratio) {
  const double of = ratio * 100;
  return grouped(of, std::abs(of) >= 100 ? 0 : 1) + " %";
}

std::string size(Bytes bytes) {
  for (const auto& [unit, factor] : units)
    if (bytes.count >= factor)
      return grouped(static_cast<double>(bytes.count) / static_cast<double>(factor), bytes.count >= 100 * factor ? 0 : 2) + " " +
             unit;
  return fmt::format("{} B", bytes.count);
}

std::string spec_size(Bytes bytes) {
  for (const auto& [unit, factor] : units)
    if (bytes.count != 0 && bytes.count % factor == 0) return fmt::format("{}{}", bytes.count / factor, unit);
  return std::to_string(bytes.count);
}

}  // namespace plimsoll::capacity
