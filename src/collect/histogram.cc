#include "collect/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "collect/metrics_text.h"
#include "core/assert.h"

namespace plimsoll::collect {
namespace {

using Bucket = Histogram::Bucket;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The labels but `le`, to tell the label sets apart: as written, which is the same for all buckets of one.
std::string other_labels(std::string_view labels) {
  std::string others;
  LabelScanner scanner(labels);
  std::string_view name, value;
  while (scanner.next(name, value)) {
    if (name == "le") continue;
    others.append(name).append("=").append(value).append("\n");
  }
  return others;
}

/// Sorted and checked; two buckets of one bound are one series seen twice.
Result<void> check_series(Histogram& series, std::string_view name) {
  std::sort(series.buckets.begin(), series.buckets.end(), [](const Bucket& a, const Bucket& b) { return a.bound < b.bound; });
  if (series.buckets.back().bound != infinity) return fail(Errc::malformed, fmt::format("{}_bucket lacks le=\"+Inf\"", name));
  for (std::size_t i = 1; i < series.buckets.size(); ++i) {
    if (series.buckets[i].bound == series.buckets[i - 1].bound)
      return fail(Errc::malformed, fmt::format("{}_bucket has le=\"{}\" twice", name, series.buckets[i].bound));
    if (series.buckets[i].count < series.buckets[i - 1].count)
      return fail(Errc::malformed, fmt::format("{}_bucket falls at le=\"{}\"", name, series.buckets[i].bound));
  }
  return {};
}

}  // namespace

double Histogram::count_up_to(double bound) const {
  double below_bound = 0, below_count = 0;
  for (const Bucket& bucket : buckets) {
    if (bucket.bound == bound) return bucket.count;
    if (bucket.bound > bound) {
      if (std::isinf(bucket.bound) || bucket.bound <= below_bound) return below_count;
      if (bound <= below_bound) return 0;
      return below_count + (bucket.count - below_count) * (bound - below_bound) / (bucket.bound - below_bound);
    }
    below_bound = bucket.bound;
    below_count = bucket.count;
  }
  return total();
}

void Histogram::merge(const Histogram& other) {
  if (other.buckets.empty()) return;
  if (buckets.empty()) {
    buckets = other.buckets;
    return;
  }
  std::vector<double> bounds;
  for (const Histogram* one : {static_cast<const Histogram*>(this), &other})
    for (const Bucket& bucket : one->buckets) bounds.push_back(bucket.bound);
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  std::vector<Bucket> sum;
  sum.reserve(bounds.size());
  for (const double bound : bounds) sum.push_back({bound, count_up_to(bound) + other.count_up_to(bound)});
  buckets = std::move(sum);
}

Result<Histogram> read_histogram(std::string_view metrics_text, std::string_view name) {
  std::map<std::string, Histogram> by_labels;  // ordered, so that sums of doubles are the same each time
  MetricsText parser(metrics_text);
  MetricLine line;
  while (parser.next(line)) {
    if (line.name.size() != name.size() + 7 || !line.name.starts_with(name) || !line.name.ends_with("_bucket")) continue;
    const auto le = label_value(line.labels, "le");
    const auto bound = le ? parse_metric_number(*le) : std::nullopt;
    if (!bound || std::isnan(*bound) || *bound == -infinity)
      return fail(Errc::malformed, fmt::format("line {}: {}_bucket without a bound", parser.line(), name));
    if (!(line.value >= 0) || std::isinf(line.value))
      return fail(Errc::malformed, fmt::format("line {}: {}_bucket is no count", parser.line(), name));
    by_labels[other_labels(line.labels)].buckets.push_back({*bound, line.value});
  }
  if (parser.error() != nullptr) return fail(Errc::malformed, fmt::format("line {}: {}", parser.line(), parser.error()));
  Histogram sum;
  for (auto& [labels, series] : by_labels) {
    if (auto fine = check_series(series, name); !fine) return fail(fine.error());
    sum.merge(series);
  }
  return sum;
}

std::optional<Histogram> difference(const Histogram& later, const Histogram& earlier) {
  Histogram delta;
  delta.buckets.reserve(later.buckets.size());
  double highest = 0;
  for (const Bucket& bucket : later.buckets) {
    const double count = bucket.count - earlier.count_up_to(bucket.bound);
    if (count < 0) return std::nullopt;
    highest = std::max(highest, count);
    delta.buckets.push_back({bucket.bound, highest});
  }
  if (later.total() < earlier.total()) return std::nullopt;
  return delta;
}

std::optional<double> quantile(const Histogram& histogram, double q) {
  PLIMSOLL_ASSERT(q >= 0 && q <= 1);
  const auto& buckets = histogram.buckets;
  if (buckets.size() < 2 || histogram.total() <= 0) return std::nullopt;
  const double rank = q * histogram.total();
  std::size_t i = 0;
  while (i + 1 < buckets.size() && buckets[i].count < rank) ++i;
  if (i + 1 == buckets.size()) return buckets[i - 1].bound;
  if (i == 0 && buckets[0].bound <= 0) return buckets[0].bound;
  const double start = i == 0 ? 0 : buckets[i - 1].bound;
  const double before = i == 0 ? 0 : buckets[i - 1].count;
  const double inside = buckets[i].count - before;
  if (inside <= 0) return start;  // only for q = 0
  const double value = start + (buckets[i].bound - start) * (rank - before) / inside;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;  // bounds near the end of a double's range
}

void HistogramWindow::add(TimePoint at, Histogram histogram) {
  if (!readings_.empty()) {
    if (at <= readings_.back().at) return;
    if (!difference(histogram, readings_.back().histogram)) readings_.clear();
  }
  readings_.push_back({at, std::move(histogram)});
  while (readings_.size() > 2 && readings_[1].at <= at - window_) readings_.pop_front();
}

std::optional<HistogramWindow::Observed> HistogramWindow::observed() const {
  if (readings_.size() < 2) return std::nullopt;
  auto delta = difference(readings_.back().histogram, readings_.front().histogram);
  if (!delta) return std::nullopt;
  return Observed{std::move(*delta), readings_.back().at, readings_.back().at - readings_.front().at};
}

}  // namespace plimsoll::collect
