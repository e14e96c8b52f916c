#include <algorithm>
#include <cmath>

#include "capacity/crossing.h"
#include "capacity/erlang.h"
#include "capacity/poisson.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr double negligible = 1e-17;

/// The states from "all busy, nobody waits" (i = 0) to "full" (i = limit) have weights r^i. Scaled by the largest of them.
struct Tail {
  double r = 0;
  std::int64_t limit = 0;
  double all = 0;           // sum of the weights of 1..limit
  double waiting = 0;       // sum of i * weight
  double first = 1;         // weight of 0
  double last = 1;          // weight of limit
  double below_over_b = 0;  // weights of the states with a free server, and of 0: first / erlang_b

  Tail(double rho, std::int64_t places, double b) : r(rho), limit(places) {
    if (r <= 1) {
      double weight = 1;
      for (std::int64_t i = 1; i <= limit && weight > negligible * all; ++i) {
        weight *= r;
        all += weight;
        waiting += static_cast<double>(i) * weight;
      }
      last = std::pow(r, static_cast<double>(limit));
    } else {
      double weight = 1;
      for (std::int64_t i = limit; i >= 1 && weight > negligible * all; --i) {
        all += weight;
        waiting += static_cast<double>(i) * weight;
        weight /= r;
      }
      first = std::pow(r, -static_cast<double>(limit));
    }
    below_over_b = first / b;
  }
  [[nodiscard]] double total() const { return below_over_b + all; }

  /// Sum of the weights of j..limit-1.
  [[nodiscard]] double from(std::int64_t j) const {
    const double n = static_cast<double>(limit - j);
    if (r == 1) return n;
    if (r > 1) return -std::expm1(-n * std::log(r)) / (r - 1);
    return std::pow(r, static_cast<double>(j)) * std::expm1(n * std::log(r)) / (r - 1);
  }
};

/// Sum over i < limit of weight(i) * P(Poisson(x) <= i) = sum over j of P(X = j) * from(j): who still waits after x services.
double still_waiting(const Tail& tail, double x) {
  const auto centre = std::min(tail.limit - 1, static_cast<std::int64_t>(std::min(x, 9e15)));
  const double at = poisson_pmf(centre, x);
  double sum = at * tail.from(centre);
  double pmf = at;
  for (std::int64_t j = centre; j > 0; --j) {
    pmf *= static_cast<double>(j) / x;
    if (pmf <= negligible * at) break;
    sum += pmf * tail.from(j - 1);
  }
  pmf = at;
  for (std::int64_t j = centre + 1; j < tail.limit; ++j) {
    pmf *= x / static_cast<double>(j);
    if (pmf <= negligible * at) break;
    sum += pmf * tail.from(j);
  }
  return sum;
}

}  // namespace

BoundedQueue bounded_queue(double rate, std::int64_t servers, double service_mean, std::int64_t queue_limit) {
  PLIMSOLL_ASSERT(rate > 0 && servers >= 1 && service_mean > 0 && queue_limit >= 0);
  const double c = static_cast<double>(servers);
  const double offered = rate * service_mean;
  const Tail tail(offered / c, queue_limit, erlang_b(servers, offered));
  BoundedQueue q;
  q.block_probability = tail.last / tail.total();
  q.throughput = rate * (1 - q.block_probability);
  q.utilization = q.throughput * service_mean / c;
  q.mean_queue = tail.waiting / tail.total();
  q.wait_probability = tail.from(0) / tail.total() / (1 - q.block_probability);
  q.mean_wait = q.mean_queue / q.throughput;
  q.mean_in_system = q.mean_queue + q.throughput * service_mean;
  return q;
}

double bounded_wait_quantile(double rate, std::int64_t servers, double service_mean, std::int64_t queue_limit, double p) {
  PLIMSOLL_ASSERT(p >= 0 && p < 1);
  const BoundedQueue q = bounded_queue(rate, servers, service_mean, queue_limit);
  if (q.wait_probability <= 1 - p) return 0;
  const double c = static_cast<double>(servers);
  const double offered = rate * service_mean;
  const Tail tail(offered / c, queue_limit, erlang_b(servers, offered));
  const double admitted = tail.total() - tail.last;
  // In service times of the whole pool, mean_wait being one of many.
  const auto excess = [&](double x) { return std::log(still_waiting(tail, x) / admitted) - std::log1p(-p); };
  Bracket at{0, 1};
  while (excess(at.below) > 0) at = {at.below, at.below * 2};
  return narrow(excess, at, 1e-13).middle() * service_mean / c;
}

}  // namespace plimsoll::capacity
