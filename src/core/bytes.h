#pragma once
// Fixed little-endian encoding for what is stored and read back, by this version or a later one.

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace plimsoll {

using ByteVector = std::vector<std::uint8_t>;

class ByteWriter {
 public:
  template <std::integral T>
  void put(T value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) bytes_.push_back(static_cast<std::uint8_t>(bits));
  }
  void put(double value) { put(std::bit_cast<std::uint64_t>(value)); }
  void put(TimePoint t) { put(t.time_since_epoch().count()); }
  void put(Duration d) { put(d.count()); }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  [[nodiscard]] ByteVector take() { return std::move(bytes_); }

 private:
  ByteVector bytes_;
};

/// Reads what ByteWriter wrote. Past the end, or at a length that can't be, every value is 0 and ok() is false for good.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  template <std::integral T>
  T get() {
    if (left_.size() < sizeof(T)) {
      ok_ = false;
      left_ = {};
      return T{};
    }
    std::uint64_t bits = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) bits = bits << 8 | left_[i];
    left_ = left_.subspan(sizeof(T));
    return static_cast<T>(bits);
  }
  double get_double() { return std::bit_cast<double>(get<std::uint64_t>()); }
  TimePoint get_time() { return TimePoint(Duration(get<std::int64_t>())); }
  Duration get_duration() { return Duration(get<std::int64_t>()); }
  std::string get_text() {
    const std::size_t size = get_count(1);
    std::string text(reinterpret_cast<const char*>(left_.data()), size);
    left_ = left_.subspan(size);
    return text;
  }
  /// A count of things that take at least `least` bytes each: a count that the rest can't hold is an error, not an allocation.
  std::size_t get_count(std::size_t least) {
    const std::size_t count = get<std::uint32_t>();
    if (count > left_.size() / least) {
      ok_ = false;
      left_ = {};
      return 0;
    }
    return count;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && left_.empty(); }

 private:
  std::span<const std::uint8_t> left_;
  bool ok_ = true;
};

}  // namespace plimsoll
