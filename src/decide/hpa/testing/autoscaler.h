#pragma once
// An autoscaler with its memory, for scenes of many passes.

#include <vector>

#include "decide/hpa/reconcile.h"

namespace plimsoll::hpa::testing {

inline constexpr TimePoint start{std::chrono::hours(24 * 365 * 55)};

/// Passes that are given the metrics' proposals, or what was seen; every rescale is carried out unless told otherwise.
class Autoscaler {
 public:
  Autoscaler(Config given, std::int32_t initial, Duration sync_period = default_sync_period)
      : config(std::move(given)), replicas(initial) {
    const Slots need = slots(config, sync_period);
    recommendations.resize(need.recommendations);
    ups.resize(need.ups);
    downs.resize(need.downs);
    failing_since.assign(need.failing_since, not_failing);
  }

  State view() { return {recommendations, ups, downs, failing_since, &kept}; }

  /// One metric that proposes so much.
  Outcome pass(Duration at, std::int32_t proposal) {
    Combiner combiner;
    combiner.take(proposal);
    return pass(at, combiner.result(replicas));
  }
  Outcome pass(Duration at, const Combined& combined) {
    State state = view();
    return settle(reconcile_combined(config, state, replicas, combined, start + at), at);
  }
  Outcome pass(Duration at, const Seen& seen, std::span<MetricLine> lines) {
    State state = view();
    return settle(reconcile(config, state, seen, start + at, lines), at);
  }

  Config config;
  std::int32_t replicas;
  std::vector<Recommendation> recommendations;
  std::vector<ScaleEvent> ups, downs;
  std::vector<TimePoint> failing_since;
  Kept kept;
  Conditions in_force;

 private:
  Outcome settle(Outcome outcome, Duration at) {
    State state = view();
    if (outcome.rescale) record_rescaled(config, state, outcome, start + at);
    replicas = outcome.replicas;
    merge(in_force, outcome.conditions);
    return outcome;
  }
};

}  // namespace plimsoll::hpa::testing
