#pragma once
// The time from arrival to answer where the wait is capacity::Waiting and service is exponential, lognormal or constant.

#include <optional>

#include "capacity/erlang.h"

namespace plimsoll::capacity {

/// A service time fitted to a mean and a p99. Seconds.
class ServiceTime {
 public:
  /// @param mean > 0   @param p99  as InstanceCapacity::service_p99_s
  ServiceTime(double mean, std::optional<double> p99);

  [[nodiscard]] double mean() const { return mean_; }
  /// Variance over mean squared.
  [[nodiscard]] double scv() const { return scv_; }
  /// P(service > t), t >= 0.
  [[nodiscard]] double tail(double t) const;
  /// P(wait + service > t), t >= 0. Exact for exponential and constant service; for lognormal by quadrature, to 2e-5 of the value
  /// down to shares of 1 %. Some hundred nanoseconds.
  [[nodiscard]] double latency_tail(const Waiting& wait, double t) const;
  /// Latency that a share p does not exceed, p in (0, 1); infinite if not stable.
  [[nodiscard]] double latency_quantile(const Waiting& wait, double p) const;

 private:
  enum class Shape { exponential, lognormal, constant };
  [[nodiscard]] double waited_and_late(const Waiting& wait, double t) const;

  Shape shape_ = Shape::exponential;
  double mean_ = 0;
  double scv_ = 1;
  double mu_ = 0, sigma_ = 0;  // of ln(service), if lognormal
};

}  // namespace plimsoll::capacity
