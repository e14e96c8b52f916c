#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/assert.h"

namespace plimsoll {

/// Up to N values in place: no allocation, copied as bytes. What does not fit is dropped and counted, never written past the end.
template <class T, std::size_t N>
class InlineVector {
 public:
  void clear() { size_ = dropped_ = 0; }
  bool push_back(const T& value) {
    if (size_ == N) {
      ++dropped_;
      return false;
    }
    values_[size_++] = value;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t dropped() const { return dropped_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) {
    PLIMSOLL_ASSERT(i < size_);
    return values_[i];
  }
  const T& operator[](std::size_t i) const {
    PLIMSOLL_ASSERT(i < size_);
    return values_[i];
  }
  T* begin() { return values_.data(); }
  T* end() { return values_.data() + size_; }
  const T* begin() const { return values_.data(); }
  const T* end() const { return values_.data() + size_; }

 private:
  std::array<T, N> values_{};
  std::uint32_t size_ = 0;
  std::uint32_t dropped_ = 0;
};

}  // namespace plimsoll
