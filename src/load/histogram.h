#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/time.h"

namespace plimsoll::load {

/// Log-linear latency histogram: 128 buckets to each doubling, so a percentile is within 0.4 % of the recorded value;
/// below 256 ns and at minimum, maximum and count it is exact. Values over an hour are recorded as an hour, under 0 as 0.
///
/// Memory is fixed (38 KiB), record() allocates nothing and costs two plain stores. Exactly one thread records into an
/// object; any thread may copy it, merge from it or query it meanwhile (relaxed atomics): such a reader sees a value that
/// each counter had, possibly with the last few records missing.
class Histogram {
 public:
  Histogram() : counts_(bucket_count) {}
  Histogram(const Histogram& other) : Histogram() { merge(other); }
  Histogram& operator=(const Histogram& other);

  void record(Duration value);

  /// Adds all of `other`; the same result in any order.
  void merge(const Histogram& other);
  void clear();

  [[nodiscard]] std::uint64_t count() const { return load(total_); }
  /// The smallest recorded value, to within a bucket, that at least this share of the records do not exceed; 0 if there are
  /// none. `share` in 0..1: 0.99 is p99.
  [[nodiscard]] Duration percentile(double share) const;
  [[nodiscard]] Duration min() const;  // 0 if there are no records
  [[nodiscard]] Duration max() const;
  [[nodiscard]] Duration mean() const;

  static constexpr std::int64_t max_ns = 3'600'000'000'000;

 private:
  static constexpr int sub_bits = 7;
  using Counter = std::atomic<std::uint64_t>;

  static std::uint64_t load(const Counter& c) { return c.load(std::memory_order_relaxed); }
  // One writer: a load and a store, not a locked instruction.
  static void add(Counter& c, std::uint64_t n) { c.store(load(c) + n, std::memory_order_relaxed); }

  static constexpr std::size_t bucket_of(std::uint64_t ns) {
    const int shift = static_cast<int>(std::bit_width(ns | 0xff)) - (sub_bits + 1);
    return (static_cast<std::size_t>(shift) << sub_bits) + static_cast<std::size_t>(ns >> shift);
  }
  static constexpr std::int64_t middle_of(std::size_t bucket) {
    if (bucket < (std::size_t{2} << sub_bits)) return static_cast<std::int64_t>(bucket);
    const int shift = static_cast<int>(bucket >> sub_bits) - 1;
    const std::uint64_t low = ((bucket & 0x7f) | 0x80) << shift;
    return static_cast<std::int64_t>(low + ((std::uint64_t{1} << shift) >> 1));
  }
  static constexpr std::size_t bucket_count = 36 << sub_bits;  // the last doubling holds max_ns; histogram.cc checks it

  std::vector<Counter> counts_;
  Counter total_{0}, sum_ns_{0}, min_ns_{UINT64_MAX}, max_ns_{0};
};

}  // namespace plimsoll::load
