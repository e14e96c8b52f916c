#pragma once
// Numbers as the HorizontalPodAutoscaler computes with them: int64 thousandths that wrap on overflow, and the float → int
// conversions of amd64. Nothing here has undefined behaviour, whatever the operands.

#include <cstdint>
#include <limits>

namespace plimsoll::hpa {

/// Whole thousandths: 250 is a quarter of a core, 1000 is one byte, 1500 is 1.5 of a custom metric. Any int64.
using Milli = std::int64_t;

inline constexpr Milli most_milli = std::numeric_limits<Milli>::max();
inline constexpr std::int32_t most_replicas = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t least_replicas = std::numeric_limits<std::int32_t>::min();

// The sum, difference and product modulo 2^64 or 2^32.
constexpr Milli wrap_add(Milli a, Milli b) {
  return static_cast<Milli>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr Milli wrap_multiply(Milli a, Milli b) {
  return static_cast<Milli>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
constexpr std::int32_t wrap_add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
constexpr std::int32_t wrap_subtract(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}

/// Truncated quotient; divisor != 0. The least int64 divided by -1 is itself.
constexpr Milli wrap_divide(Milli dividend, Milli divisor) {
  return divisor == -1 ? static_cast<Milli>(0 - static_cast<std::uint64_t>(dividend)) : dividend / divisor;
}

/// The low 32 bits.
constexpr std::int32_t low_int32(Milli value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value)); }

/// Truncated; what does not fit, NaN and the infinities give the least int32, as cvttsd2si does.
constexpr std::int32_t to_int32(double value) {
  return value > -2147483649.0 && value < 2147483648.0 ? static_cast<std::int32_t>(value) : least_replicas;
}

/// Truncated; what does not fit, NaN and the infinities give the least int64, as cvttsd2si does.
constexpr Milli to_milli(double value) {
  return value >= -0x1p63 && value < 0x1p63 ? static_cast<Milli>(value) : std::numeric_limits<Milli>::min();
}

}  // namespace plimsoll::hpa
