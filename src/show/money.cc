#include "show/money.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "show/format.h"

namespace plimsoll::show {

std::string money_text(std::optional<double> dollars) {
  if (!dollars || !std::isfinite(*dollars)) return absent;
  const char* sign = *dollars < 0 ? "−" : "";
  const double amount = std::abs(*dollars);
  const double cents = std::round(amount * 100) / 100;
  if (cents < 10 && cents != std::round(cents)) return fmt::format("{}${:.2f}", sign, cents);
  if (amount >= 1e15) return fmt::format("{}${:.3g}", sign, amount);
  return fmt::format("{}${}", sign, count_text(static_cast<std::uint64_t>(amount + 0.5)));
}

std::string number_text(std::optional<double> number) {
  if (!number || !std::isfinite(*number)) return absent;
  const char* sign = *number < 0 ? "−" : "";
  const double tenths = std::round(std::abs(*number) * 10) / 10;
  if (tenths >= 1e15) return fmt::format("{}{:.3g}", sign, tenths);
  if (tenths < 1000 && tenths != std::round(tenths)) return fmt::format("{}{:.1f}", sign, tenths);
  return sign + count_text(static_cast<std::uint64_t>(tenths + 0.5));
}

std::string money_tick(double dollars) {
  if (!std::isfinite(dollars)) return absent;
  const double amount = std::abs(dollars);
  if (amount >= 1e6) return fmt::format("${:g}M", dollars / 1e6);
  if (amount >= 1e4) return fmt::format("${:g}k", dollars / 1e3);
  return amount >= 1000 ? money_text(dollars) : fmt::format("${:g}", dollars);
}

}  // namespace plimsoll::show
