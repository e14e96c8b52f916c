#include "decide/hpa/rate_limit.h"

#include <algorithm>
#include <cmath>

#include "decide/hpa/events.h"
#include "decide/hpa/milli.h"

namespace plimsoll::hpa {
namespace {

std::int32_t at_period_start(std::int32_t current, const Policy& policy, std::span<const ScaleEvent> ups,
                             std::span<const ScaleEvent> downs, TimePoint now) {
  const std::int32_t added = changed_in_period(ups, policy.period_seconds, now);
  const std::int32_t removed = changed_in_period(downs, policy.period_seconds, now);
  return wrap_add(wrap_subtract(current, added), removed);
}

}  // namespace

std::int32_t scale_up_limit(std::int32_t current, const Rules& rules, std::span<const ScaleEvent> ups,
                            std::span<const ScaleEvent> downs, TimePoint now) {
  if (rules.select == Select::disabled) return current;
  const bool least = rules.select == Select::min;
  std::int32_t limit = least ? most_replicas : least_replicas;
  for (const Policy& policy : rules.policies) {
    const std::int32_t start = at_period_start(current, policy, ups, downs, now);
    // Rounded up, since a change that rounds to none would never let the count rise.
    const std::int32_t allowed = policy.type == Policy::Type::pods
                                     ? wrap_add(start, policy.value)
                                     : to_int32(std::ceil(start * (1 + static_cast<double>(policy.value) / 100)));
    limit = least ? std::min(limit, allowed) : std::max(limit, allowed);
  }
  return limit;
}

std::int32_t scale_down_limit(std::int32_t current, const Rules& rules, std::span<const ScaleEvent> ups,
                              std::span<const ScaleEvent> downs, TimePoint now) {
  if (rules.select == Select::disabled) return current;
  const bool least = rules.select == Select::min;  // the least change leaves the highest count
  std::int32_t limit = least ? least_replicas : most_replicas;
  for (const Policy& policy : rules.policies) {
    const std::int32_t start = at_period_start(current, policy, ups, downs, now);
    const std::int32_t allowed = policy.type == Policy::Type::pods
                                     ? wrap_subtract(start, policy.value)
                                     : to_int32(start * (1 - static_cast<double>(policy.value) / 100));
    limit = least ? std::max(limit, allowed) : std::min(limit, allowed);
  }
  return limit;
}

Limited rate_limit_with_behavior(std::int32_t current, std::int32_t desired, std::int32_t min, std::int32_t max,
                                 const Behavior& behavior, std::span<const ScaleEvent> ups, std::span<const ScaleEvent> downs,
                                 TimePoint now) {
  if (desired > current) {
    const std::int32_t limit = std::max(scale_up_limit(current, behavior.up, ups, downs, now), current);
    const Limited most = max > limit ? Limited{limit, Reason::scale_up_limit} : Limited{max, Reason::too_many_replicas};
    if (desired > most.replicas) return most;
  } else if (desired < current) {
    const std::int32_t limit = std::min(scale_down_limit(current, behavior.down, ups, downs, now), current);
    const Limited least = min < limit ? Limited{limit, Reason::scale_down_limit} : Limited{min, Reason::too_few_replicas};
    if (desired < least.replicas) return least;
  }
  return {desired, Reason::desired_within_range};
}

Limited limit_without_behavior(std::int32_t current, std::int32_t desired, std::int32_t min, std::int32_t max, ScaleUpLimit up) {
  const std::int32_t limit = to_int32(std::max(up.factor * current, up.minimum));
  const Limited most = max > limit ? Limited{limit, Reason::scale_up_limit} : Limited{max, Reason::too_many_replicas};
  if (desired < min) return {min, Reason::too_few_replicas};
  if (desired > most.replicas) return most;
  return {desired, Reason::desired_within_range};
}

}  // namespace plimsoll::hpa
