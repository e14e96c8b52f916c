#include "decide/keda/fallback.h"

#include <algorithm>
#include <limits>

namespace plimsoll::keda {

void record(Health& health, bool answered, TimePoint now) {
  if (answered) {
    health = {};
    return;
  }
  if (health.failures == 0) health.failing_since = now;
  if (health.failures < std::numeric_limits<std::uint32_t>::max()) ++health.failures;
}

bool tripped(const Fallback& fallback, const Health& health) {
  return std::int64_t{health.failures} > std::int64_t{fallback.failure_threshold};
}

int fallback_replicas(const Fallback& fallback, int current) {
  switch (fallback.behavior) {
    case FallbackBehavior::current_replicas:
      return current;
    case FallbackBehavior::current_replicas_if_higher:
      return std::max(current, fallback.replicas);
    case FallbackBehavior::current_replicas_if_lower:
      return std::min(current, fallback.replicas);
    case FallbackBehavior::fixed:
    case FallbackBehavior::scaling_modifiers:
      break;
  }
  return fallback.replicas;
}

std::optional<std::int64_t> fallback_milli(const Fallback& fallback, MetricType type, double target, int current, int ready) {
  double replicas = fallback_replicas(fallback, current);
  if (type == MetricType::value) {
    if (ready <= 0) return std::nullopt;
    replicas /= ready;
  }
  return cut(target * 1000 * replicas);  // in this order, as upstream: 0.7 of 3 are 2.1, not 2.0999
}

}  // namespace plimsoll::keda
