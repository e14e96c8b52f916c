#include "capacity/latency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "capacity/crossing.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr double z99 = 2.3263478740408408;  // the normal distribution's 99th percentile

struct Node {
  double at, weight;
};
// Gauss and Legendre's 24 points, the positive half.
constexpr std::array<Node, 12> nodes = {{
    {0.06405689286260563, 0.1279381953467522},
    {0.1911188674736163, 0.1258374563468284},
    {0.3150426796961634, 0.1216704729278033},
    {0.4337935076260451, 0.1155056680537256},
    {0.5454214713888396, 0.1074442701159656},
    {0.6480936519369755, 0.0976186521041139},
    {0.7401241915785544, 0.08619016153195322},
    {0.8200019859739029, 0.07334648141108027},
    {0.8864155270044011, 0.05929858491543666},
    {0.9382745520027328, 0.04427743881741968},
    {0.9747285559713095, 0.02853138862893381},
    {0.9951872199970213, 0.01234122979998733},
}};

}  // namespace

ServiceTime::ServiceTime(double mean, std::optional<double> p99) : mean_(mean) {
  PLIMSOLL_ASSERT(mean > 0 && std::isfinite(mean));
  if (!p99) return;
  PLIMSOLL_ASSERT(std::isfinite(*p99));
  // p99 / mean = exp(z sigma - sigma^2 / 2): the smaller root; at sigma = z the ratio is as large as a lognormal's can be.
  const double spread = std::log(std::max(*p99 / mean, 1e-300));
  sigma_ = z99 - std::sqrt(std::max(z99 * z99 - 2 * spread, 0.0));
  if (sigma_ < 1e-9) {
    shape_ = Shape::constant;
    scv_ = 0;
    return;
  }
  shape_ = Shape::lognormal;
  scv_ = std::expm1(sigma_ * sigma_);
  mu_ = std::log(mean) - sigma_ * sigma_ / 2;
}

double ServiceTime::tail(double t) const {
  switch (shape_) {
    case Shape::exponential:
      return std::exp(-t / mean_);
    case Shape::constant:
      return t < mean_ ? 1 : 0;
    case Shape::lognormal:
      return t > 0 ? std::erfc((std::log(t) - mu_) / (sigma_ * std::numbers::sqrt2)) / 2 : 1;
  }
  return 1;
}

double ServiceTime::waited_and_late(const Waiting& wait, double t) const {
  // Integral over service times x <= t of their density times exp(-drain (t - x)), in z = (ln x - mu) / sigma, from where the
  // integrand is negligible: 6 standard deviations out, or 30 e-folds of waiting below t.
  if (t <= 0) return 0;
  const double to = (std::log(t) - mu_) / sigma_;
  const double shortest = t - 30 / wait.drain;
  const double from = std::max(-6.0, shortest > 0 ? (std::log(shortest) - mu_) / sigma_ : -6.0);
  const double upper = std::min(to, 6.0 + sigma_);
  if (upper <= from) return 0;
  const double centre = (from + upper) / 2;
  const double half = (upper - from) / 2;
  const auto density = [&](double z) { return std::exp(-z * z / 2 - wait.drain * (t - std::exp(mu_ + sigma_ * z))); };
  double sum = 0;
  for (const Node& node : nodes) sum += node.weight * (density(centre - half * node.at) + density(centre + half * node.at));
  return sum * half / std::sqrt(2 * std::numbers::pi);
}

double ServiceTime::latency_tail(const Waiting& wait, double t) const {
  if (!wait.stable()) return 1;
  switch (shape_) {
    case Shape::exponential:
      return sojourn_tail(wait, mean_, t);
    case Shape::constant:
      return t < mean_ ? 1 : wait.tail(t - mean_);
    case Shape::lognormal:
      return std::min(1.0, tail(t) + wait.wait_probability * waited_and_late(wait, t));
  }
  return 1;
}

double ServiceTime::latency_quantile(const Waiting& wait, double p) const {
  PLIMSOLL_ASSERT(p > 0 && p < 1);
  if (!wait.stable()) return std::numeric_limits<double>::infinity();
  if (shape_ == Shape::exponential) return sojourn_quantile(wait, mean_, p);
  if (shape_ == Shape::constant) return mean_ + wait.quantile(p);
  const double log_share = std::log1p(-p);
  const auto excess = [&](double t) { return std::log(latency_tail(wait, t)) - log_share; };
  Bracket at{0, mean_};
  while (excess(at.below) > 0) at = {at.below, at.below * 2};
  return narrow(excess, at, 1e-9).middle();
}

}  // namespace plimsoll::capacity
