#include "load/histogram.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll::load {

Histogram& Histogram::operator=(const Histogram& other) {
  if (this != &other) {
    clear();
    merge(other);
  }
  return *this;
}

void Histogram::record(Duration value) {
  static_assert(bucket_of(max_ns) < bucket_count);
  const auto ns = static_cast<std::uint64_t>(std::clamp<std::int64_t>(value.count(), 0, max_ns));
  add(counts_[bucket_of(ns)], 1);
  add(total_, 1);
  add(sum_ns_, ns);
  if (ns < load(min_ns_)) min_ns_.store(ns, std::memory_order_relaxed);
  if (ns > load(max_ns_)) max_ns_.store(ns, std::memory_order_relaxed);
}

void Histogram::merge(const Histogram& other) {
  // The total is what was read of the buckets, so that a copy taken while another thread records is consistent in itself.
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    const std::uint64_t n = load(other.counts_[i]);
    if (n == 0) continue;
    add(counts_[i], n);
    total += n;
  }
  add(total_, total);
  add(sum_ns_, load(other.sum_ns_));
  min_ns_.store(std::min(load(min_ns_), load(other.min_ns_)), std::memory_order_relaxed);
  max_ns_.store(std::max(load(max_ns_), load(other.max_ns_)), std::memory_order_relaxed);
}

void Histogram::clear() {
  for (Counter& c : counts_) c.store(0, std::memory_order_relaxed);
  total_.store(0, std::memory_order_relaxed);
  sum_ns_.store(0, std::memory_order_relaxed);
  min_ns_.store(UINT64_MAX, std::memory_order_relaxed);
  max_ns_.store(0, std::memory_order_relaxed);
}

Duration Histogram::percentile(double share) const {
  PLIMSOLL_ASSERT(share >= 0 && share <= 1);
  const std::uint64_t total = count();
  if (total == 0) return Duration{};
  // A hair less than the product, so that 0.07 of 100 is the 7th and not, through rounding, the 8th.
  const double wanted = std::ceil(share * static_cast<double>(total) * (1 - 1e-12));
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  if (rank >= total) return max();
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += load(counts_[i]);
    // Not std::clamp: read beside a writer, min may be newer than max.
    if (seen >= rank) return std::max(min(), std::min(Duration(middle_of(i)), max()));
  }
  return max();
}

Duration Histogram::min() const { return count() == 0 ? Duration{} : Duration(static_cast<std::int64_t>(load(min_ns_))); }
Duration Histogram::max() const { return Duration(static_cast<std::int64_t>(load(max_ns_))); }

Duration Histogram::mean() const {
  const std::uint64_t n = count();
  return n == 0 ? Duration{} : Duration(static_cast<std::int64_t>(load(sum_ns_) / n));
}

}  // namespace plimsoll::load
