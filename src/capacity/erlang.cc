#include "capacity/erlang.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "capacity/crossing.h"
#include "capacity/poisson.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quantile_precision = 1e-13;

}  // namespace

double erlang_b(std::int64_t servers, double offered) {
  PLIMSOLL_ASSERT(servers >= 0 && offered >= 0 && std::isfinite(offered));
  if (servers == 0) return 1;
  if (offered == 0) return 0;
  if (servers <= 64) {
    double b = 1;
    for (std::int64_t k = 1; k <= servers; ++k) b = offered * b / (static_cast<double>(k) + offered * b);
    return b;
  }
  // B = P(X = c) / P(X <= c), from whichever tail of the Poisson distribution is the shorter.
  if (offered >= static_cast<double>(servers)) return 1 / (1 + poisson_lower_ratio(servers, offered));
  const double at = poisson_pmf(servers, offered);
  return at / (1 - at * poisson_upper_ratio(servers, offered));
}

double erlang_c(std::int64_t servers, double offered) {
  PLIMSOLL_ASSERT(servers >= 1);
  const double rho = offered / static_cast<double>(servers);
  if (rho >= 1) return 1;
  const double b = erlang_b(servers, offered);
  return b / (1 - rho * (1 - b));
}

double Waiting::mean() const {
  if (!stable()) return infinity;
  return wait_probability / drain;
}

double Waiting::tail(double t) const {
  PLIMSOLL_ASSERT(t >= 0);
  return wait_probability * std::exp(-drain * t);
}

double Waiting::quantile(double p) const {
  PLIMSOLL_ASSERT(p >= 0 && p < 1);
  if (wait_probability <= 1 - p) return 0;
  return stable() ? std::log(wait_probability / (1 - p)) / drain : infinity;
}

Waiting waiting(double rate, std::int64_t servers, double service_mean, double scv) {
  PLIMSOLL_ASSERT(rate >= 0 && servers >= 1 && service_mean > 0 && scv >= 0);
  const double spare = static_cast<double>(servers) / service_mean - rate;
  if (!(spare > 0)) return {1, 0};
  return {erlang_c(servers, rate * service_mean), spare * 2 / (1 + scv)};
}

double sojourn_tail(const Waiting& waiting, double service_mean, double t) {
  PLIMSOLL_ASSERT(service_mean > 0 && t >= 0);
  if (!waiting.stable()) return 1;
  // exp(-mu t) + C mu (exp(-mu t) - exp(-drain t)) / (drain - mu), written so that equal rates are no special point.
  const double mu = 1 / service_mean;
  const double gap = std::abs(waiting.drain - mu);
  const double spread = gap * t < 1e-12 ? t : -std::expm1(-gap * t) / gap;
  return std::exp(-mu * t) + waiting.wait_probability * mu * std::exp(-std::min(mu, waiting.drain) * t) * spread;
}

double sojourn_quantile(const Waiting& waiting, double service_mean, double p) {
  PLIMSOLL_ASSERT(p >= 0 && p < 1);
  if (p == 0) return 0;
  if (!waiting.stable()) return infinity;
  const double log_share = std::log1p(-p);
  const auto excess = [&](double t) { return std::log(sojourn_tail(waiting, service_mean, t)) - log_share; };
  Bracket at{0, -service_mean * log_share};  // the service time's own quantile: never above
  while (excess(at.below) > 0) at = {at.below, at.below * 2};
  return narrow(excess, at, quantile_precision).middle();
}

double single_server_mean_wait(double rate, double service_mean, double scv) {
  PLIMSOLL_ASSERT(rate >= 0 && service_mean > 0 && scv >= 0);
  const double rho = rate * service_mean;
  return rho < 1 ? rho * service_mean * (1 + scv) / (2 * (1 - rho)) : infinity;
}

double constant_service_mean_wait(double rate, std::int64_t servers, double service_mean) {
  PLIMSOLL_ASSERT(rate >= 0 && servers >= 1 && service_mean > 0);
  const double offered = rate * service_mean;
  const double c = static_cast<double>(servers);
  if (offered >= c) return infinity;
  if (offered == 0) return 0;
  if (servers == 1) return single_server_mean_wait(rate, service_mean, 0);
  const double rho = offered / c;
  if (rho > 0.98) {
    const double more = (1 - rho) * (c - 1) * (std::sqrt(4 + 5 * c) - 2) / (16 * rho * c);
    return waiting(rate, servers, service_mean, 0).mean() * (1 + more);
  }
  double sum = 0;
  for (std::int64_t k = 1;; ++k) {
    // P(Poisson(k a) >= k c) - (c / a) P(Poisson(k a) >= k c + 1)
    const double mean = static_cast<double>(k) * offered;
    const double at = poisson_pmf(k * servers, mean);
    const double term = at * (1 - (c / offered - 1) * poisson_upper_ratio(k * servers, mean));
    sum += term;
    if (term <= 1e-16 * sum) return sum * service_mean;
  }
}

double processor_sharing_mean(double rate, double cores, double service_mean) {
  PLIMSOLL_ASSERT(rate >= 0 && cores > 0 && service_mean > 0);
  const double offered = rate * service_mean;
  if (offered == 0) return service_mean * std::max(1.0, 1 / cores);
  const double r = offered / cores;
  if (r >= 1) return infinity;
  // Up to `whole` present each has a core; beyond, a birth-death chain whose states fall by r each.
  const auto whole = static_cast<std::int64_t>(std::floor(cores));
  const double w = static_cast<double>(whole);
  const double b = erlang_b(whole, offered);
  const double present = offered * (1 - b) + b * (w * r / (1 - r) + r / ((1 - r) * (1 - r)));
  return present / (1 + b * r / (1 - r)) / rate;
}

}  // namespace plimsoll::capacity
