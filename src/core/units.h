#pragma once
// Quantities that must not be mistaken for one another. Plain values; text forms are in core/quantity.h.

#include <compare>
#include <cstdint>

namespace plimsoll {

struct Cores {  // CPU time per time; 0.5 is written 500m
  double count = 0;
  auto operator<=>(const Cores&) const = default;
};

struct Bytes {
  std::int64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

struct Ratio {  // 1 is all of it; 0.7 is written 70%
  double value = 0;
  auto operator<=>(const Ratio&) const = default;
};

struct Rate {  // per second; written 50rps or 50/s
  double per_second = 0;
  auto operator<=>(const Rate&) const = default;
};

struct Money {  // dollars an hour; $30/month is 30 / 730
  double per_hour = 0;
  auto operator<=>(const Money&) const = default;
};
inline constexpr double hours_a_month = 730;  // as cloud price lists count

}  // namespace plimsoll
