#pragma once
// Several metrics of one autoscaler: the highest proposal wins, and a metric that failed never lets the count shrink.

#include <cstdint>

#include "decide/hpa/condition.h"
#include "decide/hpa/metric_error.h"

namespace plimsoll::hpa {

/// What the metrics say together.
struct Combined {
  std::int32_t replicas = -1;  // -1: nothing can be said
  int winner = -1;             // index of the metric that is named as the reason; -1: none
  bool error = false;          // some metric failed, or there was nobody to ask; with a count there is a result all the same
  Condition scaling_active;
  [[nodiscard]] bool usable() const { return !(error && replicas == -1); }
};

/// Takes proposals one by one, in the order of the autoscaler's metrics.
class Combiner {
 public:
  void take(std::int32_t proposal) {
    // 0 is no proposal at all here, so that a later one takes its place whatever it is.
    if (replicas_ == 0 || proposal > replicas_) {
      replicas_ = proposal;
      winner_ = metrics_;
    }
    ++metrics_;
  }
  /// @param reason  of the metric's type, FailedGetResourceMetric and the like
  void take_failure(Reason reason) {
    if (failed_++ == 0) first_failure_ = reason;
    ++metrics_;
  }
  /// @param current  the count asked for at present
  [[nodiscard]] Combined result(std::int32_t current) const;

 private:
  std::int32_t replicas_ = 0;
  int winner_ = -1;
  int metrics_ = 0;
  int failed_ = 0;
  Reason first_failure_ = Reason::none;
};

}  // namespace plimsoll::hpa
