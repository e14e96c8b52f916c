// Windows, then limits: what lies between the metrics' count and the one that is asked for.

#include <algorithm>

#include "decide/hpa/events.h"
#include "decide/hpa/reconcile.h"
#include "decide/hpa/stabilize.h"

namespace plimsoll::hpa {
namespace {

Duration up_window(const Behavior& behavior) { return std::chrono::seconds(behavior.up.window_seconds.value_or(0)); }

Duration down_window(const Config& config) {
  if (const auto given = config.behavior->down.window_seconds) return std::chrono::seconds(*given);
  // Filled in as a field of whole int32 seconds.
  return std::chrono::seconds(to_int32(seconds(config.downscale_stabilization)));
}

}  // namespace

Slots slots(const Config& config, Duration sync_period) {
  Slots need;
  if (config.behavior) {
    const Duration window = std::max(up_window(*config.behavior), down_window(config));
    need.recommendations = slots_needed(window, sync_period);
    need.ups = slots_needed(std::chrono::seconds(longest_period_seconds(config.behavior->up)), sync_period);
    need.downs = slots_needed(std::chrono::seconds(longest_period_seconds(config.behavior->down)), sync_period);
  } else {
    need.recommendations = slots_needed(config.downscale_stabilization, sync_period);
  }
  for (const MetricSpec& spec : config.metrics)
    if (spec.fallback) need.failing_since = static_cast<std::uint32_t>(config.metrics.size());
  return need;
}

Normalized normalize(const Config& config, std::int32_t current, std::int32_t desired, std::span<const Recommendation> history,
                     std::span<const ScaleEvent> ups, std::span<const ScaleEvent> downs, TimePoint now) {
  const Stabilized s =
      config.behavior ? stabilize_with_behavior(current, desired, up_window(*config.behavior), down_window(config), history, now)
                      : stabilize_without_behavior(desired, config.downscale_stabilization, history, now);
  const Limited limited =
      config.behavior ? rate_limit_with_behavior(current, s.replicas, config.min, config.max, *config.behavior, ups, downs, now)
                      : limit_without_behavior(current, s.replicas, config.min, config.max, config.scale_up_limit);
  Normalized result{limited.replicas, s.replicas, s.slot, {}, {}};
  result.able_to_scale = {Status::yes, s.replicas == desired ? Reason::ready_for_new_scale : s.reason};
  result.scaling_limited = {limited.replicas == s.replicas ? Status::no : Status::yes, limited.reason};
  return result;
}

}  // namespace plimsoll::hpa
