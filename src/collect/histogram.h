#pragma once
// Histograms as Prometheus counts them, and what can be said of a window of time from them. Pure.

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace plimsoll::collect {

/// Cumulative counts by upper bound, bounds rising; the last is +Inf, its count the total. Empty: nothing observed.
struct Histogram {
  struct Bucket {
    double bound = 0;  // seconds, inclusive
    double count = 0;  // observations up to it, since the process started
  };
  std::vector<Bucket> buckets;

  [[nodiscard]] double total() const { return buckets.empty() ? 0 : buckets.back().count; }
  /// Observations up to `bound`: exact at a bucket's bound, in between as if they were spread evenly.
  [[nodiscard]] double count_up_to(double bound) const;
  /// As if both had been observed into one: its bounds are those of both.
  void merge(const Histogram& other);
};

/// Sums the series NAME_bucket over all their label sets but `le`. Errors (malformed): the text is not Prometheus', a bucket
/// lacks its bound, a label set lacks the +Inf bucket or falls. A text without such series gives an empty histogram.
Result<Histogram> read_histogram(std::string_view metrics_text, std::string_view name);

/// What was observed between two readings of one process; absent if it counted from zero again in between.
std::optional<Histogram> difference(const Histogram& later, const Histogram& earlier);

/// The q-quantile, 0 <= q <= 1, as Prometheus' histogram_quantile finds it: linear within the bucket it falls in, from zero in
/// the first one; the highest finite bound if it lies beyond. Absent if nothing was observed, or there is no finite bound.
std::optional<double> quantile(const Histogram& histogram, double q);

/// Readings of one process' histogram in a sliding window. Counting from zero again forgets what was read before.
class HistogramWindow {
 public:
  explicit HistogramWindow(Duration window) : window_(window) {}
  /// A reading not later than the last one is ignored.
  void add(TimePoint at, Histogram histogram);

  struct Observed {
    Histogram histogram;
    TimePoint end{};
    Duration span{};
  };
  /// Absent before the second reading.
  [[nodiscard]] std::optional<Observed> observed() const;

 private:
  struct Reading {
    TimePoint at{};
    Histogram histogram;
  };
  Duration window_;
  std::deque<Reading> readings_;
};

}  // namespace plimsoll::collect
