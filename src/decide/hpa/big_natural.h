#pragma once
// Natural numbers of any size, for the few quantities that do not fit an int64 on the way.

#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plimsoll::hpa {

class BigNatural {
 public:
  BigNatural() = default;
  explicit BigNatural(std::uint64_t value);
  /// Of decimal digits only (asserted); leading zeros are fine.
  static BigNatural of_digits(std::string_view digits);

  void multiply(std::uint32_t factor);
  void multiply_pow10(int n);  // n >= 0
  void shift_left(int bits);   // bits >= 0
  void add_one();
  /// Divides by 10^n, n >= 0, dropping the remainder; true if there was one.
  bool divide_pow10(int n);

  [[nodiscard]] bool zero() const { return limbs_.empty(); }
  [[nodiscard]] std::uint64_t low64() const;
  /// The nearest double, ties to even; infinity if none is large enough.
  [[nodiscard]] double nearest_double() const;
  [[nodiscard]] std::strong_ordering compare(const BigNatural& other) const;

 private:
  std::uint32_t divide(std::uint32_t divisor);
  void trim();
  [[nodiscard]] int bits() const;
  [[nodiscard]] bool bit(int i) const { return (limbs_[static_cast<std::size_t>(i) / 32] >> (i % 32) & 1) != 0; }

  std::vector<std::uint32_t> limbs_;  // least first, the last one is not 0
};

}  // namespace plimsoll::hpa
