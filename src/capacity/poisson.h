#pragma once
// Poisson probabilities in forms that neither overflow nor cancel, whatever the mean.

#include <cstdint>

namespace plimsoll::capacity {

/// P(X = n); n >= 0, mean >= 0. Loader's saddle-point form (2000): relative error near 1e-14 for any mean.
double poisson_pmf(std::int64_t n, double mean);

/// P(X > n) / P(X = n), where mean <= n + 1. About min(8 sqrt(n), 37 / (1 - mean / n)) terms.
double poisson_upper_ratio(std::int64_t n, double mean);

/// P(X < n) / P(X = n), where mean >= n, mean > 0. As many terms.
double poisson_lower_ratio(std::int64_t n, double mean);

}  // namespace plimsoll::capacity
