#include "capacity/poisson.h"

#include <array>
#include <cmath>
#include <numbers>

namespace plimsoll::capacity {
namespace {

/// ln(n!) less Stirling's formula.
double stirling_error(std::int64_t n) {
  static constexpr std::array<double, 16> small = {
      0.0,
      0.08106146679532726,
      0.04134069595540929,
      0.02767792568499834,
      0.02079067210376509,
      0.01664469118982119,
      0.01387612882307075,
      0.01189670994589177,
      0.01041126526197210,
      0.009255462182712733,
      0.008330563433362871,
      0.007573675487951841,
      0.006942840107209530,
      0.006408994188004207,
      0.005951370112758848,
      0.005554733551962801,
  };
  if (n < 16) return small[static_cast<std::size_t>(n)];
  const double x = static_cast<double>(n);
  const double xx = x * x;
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / xx) / xx) / xx) / xx) / x;
}

/// n ln(n / mean) + mean - n without cancellation where n is near the mean.
double deviance(double n, double mean) {
  if (std::abs(n - mean) >= 0.1 * (n + mean)) return n * std::log(n / mean) + mean - n;
  const double v = (n - mean) / (n + mean);
  double sum = (n - mean) * v;
  double power = 2 * n * v;
  for (int j = 1; j < 1000; ++j) {
    power *= v * v;
    const double next = sum + power / (2 * j + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

constexpr double negligible = 1e-17;

}  // namespace

double poisson_pmf(std::int64_t n, double mean) {
  if (mean == 0) return n == 0 ? 1 : 0;
  if (n == 0) return std::exp(-mean);
  const double x = static_cast<double>(n);
  return std::exp(-stirling_error(n) - deviance(x, mean)) / std::sqrt(2 * std::numbers::pi * x);
}

double poisson_upper_ratio(std::int64_t n, double mean) {
  double sum = 0;
  double term = 1;
  for (double k = static_cast<double>(n) + 1;; k += 1) {
    term *= mean / k;
    sum += term;
    if (term <= negligible * sum) return sum;
  }
}

double poisson_lower_ratio(std::int64_t n, double mean) {
  double sum = 0;
  double term = 1;
  for (double k = static_cast<double>(n); k > 0; k -= 1) {
    term *= k / mean;
    sum += term;
    if (term <= negligible * sum) break;
  }
  return sum;
}

}  // namespace plimsoll::capacity
