#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "capacity/crossing.h"
#include "capacity/erlang.h"
#include "capacity/poisson.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr int most_services = 250;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// M/D/1 with time in service times, so that the rate is rho.
class Constant {
 public:
  explicit Constant(double rho, int services) : rho_(rho) {
    // Level crossing: p[n+1] a[0] = p[0] A[n] + sum over 1 <= i <= n of p[i] A[n+1-i], A[k] = P(more than k arrivals in a
    // service). All terms are positive, so that nothing cancels.
    std::array<double, most_services + 2> more{};
    std::array<double, most_services + 2> present{};
    for (int k = 0; k <= services + 1; ++k) more[k] = poisson_pmf(k, rho) * poisson_upper_ratio(k, rho);
    present[0] = 1 - rho;
    waiting_at_most_[0] = present[0];
    for (int n = 0; n <= services; ++n) {
      double sum = present[0] * more[n];
      for (int i = 1; i <= n; ++i) sum += present[i] * more[n + 1 - i];
      present[n + 1] = sum / std::exp(-rho);
      waiting_at_most_[n] = (n == 0 ? present[0] : waiting_at_most_[n - 1]) + present[n + 1];
    }
  }

  /// P(wait <= t), t < most_services: with k - 1 <= t < k, a sum over who may have arrived in the k - t to come.
  [[nodiscard]] double cdf(double t) const {
    const int k = static_cast<int>(std::floor(t)) + 1;
    const double x = rho_ * (k - t);
    double arrivals = std::exp(-x);
    double sum = 0;
    for (int j = 0; j < k; ++j) {
      sum += waiting_at_most_[k - 1 - j] * arrivals;
      arrivals *= x / (j + 1);
    }
    return std::min(sum, 1.0);
  }

  /// The rate at which the tail falls: rho (exp(eta) - 1) = eta.
  [[nodiscard]] double decay() const {
    const auto excess = [this](double eta) { return eta - rho_ * std::expm1(eta); };
    return narrow(excess, Bracket{1 - rho_, 2 * (1 - rho_) / rho_}, 1e-14).middle();
  }

 private:
  double rho_;
  std::array<double, most_services + 1> waiting_at_most_{};
};

}  // namespace

double constant_service_wait_cdf(double rate, double service_mean, double t) {
  PLIMSOLL_ASSERT(rate >= 0 && service_mean > 0 && t >= 0);
  const double rho = rate * service_mean;
  if (rho >= 1) return 0;
  if (rho == 0) return 1;
  const double services = t / service_mean;
  if (services < most_services) return Constant(rho, static_cast<int>(services)).cdf(services);
  const Constant queue(rho, most_services);
  const double last = most_services - 1;
  return 1 - (1 - queue.cdf(last)) * std::exp(-queue.decay() * (services - last));
}

double constant_service_wait_quantile(double rate, double service_mean, double p) {
  PLIMSOLL_ASSERT(rate >= 0 && service_mean > 0 && p >= 0 && p < 1);
  const double rho = rate * service_mean;
  if (rho >= 1) return infinity;
  if (1 - rho >= p) return 0;  // meets an idle server
  const Constant queue(rho, most_services);
  const double last = most_services - 1;
  const double beyond = 1 - queue.cdf(last);
  if (beyond >= 1 - p) return (last + std::log(beyond / (1 - p)) / queue.decay()) * service_mean;
  const auto excess = [&](double t) { return p - queue.cdf(t); };
  return narrow(excess, Bracket{0, last}, 1e-13).middle() * service_mean;
}

}  // namespace plimsoll::capacity
