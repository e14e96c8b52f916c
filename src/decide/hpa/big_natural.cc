#include "decide/hpa/big_natural.h"

#include <bit>
#include <cmath>

#include "core/assert.h"

namespace plimsoll::hpa {

BigNatural::BigNatural(std::uint64_t value) {
  for (; value != 0; value >>= 32) limbs_.push_back(static_cast<std::uint32_t>(value));
}

BigNatural BigNatural::of_digits(std::string_view digits) {
  BigNatural n;
  for (const char c : digits) {
    PLIMSOLL_ASSERT(c >= '0' && c <= '9');
    n.multiply(10);
    std::uint64_t carry = static_cast<std::uint64_t>(c - '0');
    for (std::size_t i = 0; carry != 0; ++i) {
      if (i == n.limbs_.size()) n.limbs_.push_back(0);
      carry += n.limbs_[i];
      n.limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  return n;
}

void BigNatural::multiply(std::uint32_t factor) {
  std::uint64_t carry = 0;
  for (std::uint32_t& limb : limbs_) {
    carry += static_cast<std::uint64_t>(limb) * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  trim();
}

void BigNatural::multiply_pow10(int n) {
  for (; n >= 9; n -= 9) multiply(1'000'000'000);
  for (; n > 0; --n) multiply(10);
}

void BigNatural::shift_left(int bits) {
  if (limbs_.empty()) return;
  multiply(std::uint32_t{1} << bits % 32);
  limbs_.insert(limbs_.begin(), static_cast<std::size_t>(bits / 32), 0);
}

void BigNatural::add_one() {
  for (std::uint32_t& limb : limbs_)
    if (++limb != 0) return;
  limbs_.push_back(1);
}

bool BigNatural::divide_pow10(int n) {
  std::uint32_t left = 0;
  for (; n >= 9; n -= 9) left |= divide(1'000'000'000);
  for (; n > 0; --n) left |= divide(10);
  return left != 0;
}

std::uint32_t BigNatural::divide(std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = limbs_.size(); i-- > 0;) {
    rest = rest << 32 | limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  trim();
  return static_cast<std::uint32_t>(rest);
}

void BigNatural::trim() {
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
}

std::uint64_t BigNatural::low64() const {
  std::uint64_t low = limbs_.empty() ? 0 : limbs_[0];
  if (limbs_.size() > 1) low |= static_cast<std::uint64_t>(limbs_[1]) << 32;
  return low;
}

int BigNatural::bits() const {
  return limbs_.empty() ? 0 : static_cast<int>(limbs_.size()) * 32 - std::countl_zero(limbs_.back());
}

double BigNatural::nearest_double() const {
  constexpr int precision = 53;
  const int drop = bits() - precision;
  if (drop <= 0) return static_cast<double>(low64());
  std::uint64_t top = 0;
  for (int i = bits() - 1; i >= drop; --i) top = top << 1 | (bit(i) ? 1U : 0U);
  bool below_half = false;
  for (int i = 0; i < drop - 1 && !below_half; ++i) below_half = bit(i);
  if (bit(drop - 1) && (below_half || (top & 1) != 0)) ++top;
  return std::ldexp(static_cast<double>(top), drop);
}

std::strong_ordering BigNatural::compare(const BigNatural& other) const {
  if (limbs_.size() != other.limbs_.size()) return limbs_.size() <=> other.limbs_.size();
  for (std::size_t i = limbs_.size(); i-- > 0;)
    if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
  return std::strong_ordering::equal;
}

}  // namespace plimsoll::hpa
