#include "capacity/growth.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/assert.h"

namespace plimsoll::capacity {

double grown(double now, double factor, double periods) {
  PLIMSOLL_ASSERT(now >= 0 && factor > 0 && std::isfinite(periods));
  return now * std::pow(factor, periods);
}

double periods_until(double now, double factor, double threshold) {
  PLIMSOLL_ASSERT(now >= 0 && factor > 0);
  if (now >= threshold) return 0;
  if (now == 0 || factor <= 1) return std::numeric_limits<double>::infinity();
  return std::log(threshold / now) / std::log(factor);
}

int units_for(double amount, double per_unit) {
  PLIMSOLL_ASSERT(amount >= 0 && per_unit > 0);
  return static_cast<int>(std::clamp(std::ceil(amount / per_unit - 1e-9), 0.0, 1e9));
}

}  // namespace plimsoll::capacity
