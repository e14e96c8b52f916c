#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <vector>

#include "load/histogram.h"
#include "load/summary.h"

namespace plimsoll::load {

Percentiles percentiles(const Histogram& histogram);

/// What one thread did in one second.
struct SecondPart {
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  Histogram response;
  void clear();
};

/// Puts the threads' seconds together. A writer hands in each second once, when it has left it: one lock a second and
/// thread; readers pull. Only unfinished seconds and the last five keep a histogram, so an hour costs some 200 KiB.
class SecondSeries {
 public:
  explicit SecondSeries(unsigned writers) : left_(writers, 0) {}

  /// `writer` has left `second` and all before it for good; seconds must ascend for each writer (asserted).
  void add(unsigned writer, std::uint32_t second, const SecondPart& part);
  /// `writer` adds no more.
  void finish(unsigned writer);

  [[nodiscard]] std::vector<SecondStats> seconds() const;
  [[nodiscard]] Percentiles window() const;  // of the last `window_seconds` finished seconds

  static constexpr std::size_t window_seconds = 5;

 private:
  static constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();
  void close_finished();

  mutable std::mutex mutex_;
  std::vector<std::uint32_t> left_;  // per writer: the first second it may still add
  std::deque<SecondPart> open_;      // from second finished_.size() on
  std::vector<SecondStats> finished_;
  std::deque<Histogram> recent_;
};

}  // namespace plimsoll::load
