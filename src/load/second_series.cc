#include "load/second_series.h"

#include <algorithm>

#include "core/assert.h"

namespace plimsoll::load {

Percentiles percentiles(const Histogram& h) {
  return {.count = h.count(),
          .p50 = h.percentile(0.5),
          .p90 = h.percentile(0.9),
          .p95 = h.percentile(0.95),
          .p99 = h.percentile(0.99),
          .p999 = h.percentile(0.999),
          .max = h.max(),
          .mean = h.mean()};
}

void SecondPart::clear() {
  sent = succeeded = failed = 0;
  response.clear();
}

void SecondSeries::add(unsigned writer, std::uint32_t second, const SecondPart& part) {
  const std::scoped_lock lock(mutex_);
  PLIMSOLL_ASSERT(second >= left_.at(writer) && second != never);
  while (finished_.size() + open_.size() <= second) open_.emplace_back();
  SecondPart& into = open_[second - finished_.size()];
  into.sent += part.sent;
  into.succeeded += part.succeeded;
  into.failed += part.failed;
  into.response.merge(part.response);
  left_[writer] = second + 1;
  close_finished();
}

void SecondSeries::finish(unsigned writer) {
  const std::scoped_lock lock(mutex_);
  left_.at(writer) = never;
  close_finished();
}

void SecondSeries::close_finished() {
  const std::uint32_t done = *std::min_element(left_.begin(), left_.end());
  while (!open_.empty() && finished_.size() < done) {
    const SecondPart& part = open_.front();
    finished_.push_back({.second = static_cast<std::uint32_t>(finished_.size()),
                         .sent = part.sent,
                         .succeeded = part.succeeded,
                         .failed = part.failed,
                         .p50 = part.response.percentile(0.5),
                         .p95 = part.response.percentile(0.95),
                         .p99 = part.response.percentile(0.99)});
    recent_.push_back(part.response);
    if (recent_.size() > window_seconds) recent_.pop_front();
    open_.pop_front();
  }
}

std::vector<SecondStats> SecondSeries::seconds() const {
  const std::scoped_lock lock(mutex_);
  return finished_;
}

Percentiles SecondSeries::window() const {
  const std::scoped_lock lock(mutex_);
  Histogram sum;
  for (const Histogram& one : recent_) sum.merge(one);
  return percentiles(sum);
}

}  // namespace plimsoll::load
