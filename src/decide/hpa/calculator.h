#pragma once
// The replica count that one metric asks for, before any limit. One pass over the arrays, no allocation; sums wrap, and counts
// that do not fit an int32 come out as they do upstream, mostly the least int32.

#include <cstdint>
#include <optional>
#include <span>

#include "decide/hpa/metric_error.h"
#include "decide/hpa/pods.h"

namespace plimsoll::hpa {

/// How far a ratio may be from 1 without changing anything; fractions, both ends inclusive.
struct Tolerance {
  double down = 0.1;
  double up = 0.1;
  [[nodiscard]] bool holds(double ratio) const { return 1.0 - down <= ratio && ratio <= 1.0 + up; }
};

/// What each pod requests of the metric's resource, as long as the array of pods; or why that cannot be said.
struct Requests {
  std::span<const Milli> of_pods;
  std::optional<MetricError> error;
};

/// The values of an object's metric (exactly one) or of an external one (any number; they are added up).
struct Values {
  std::span<const Milli> milli;
  bool unavailable = false;
};

struct Proposal {
  std::int32_t replicas = 0;
  Milli value = 0;               // what users are shown: average per pod, total, or share of a replica
  std::int32_t utilization = 0;  // whole percent of the requests; of utilization targets only
  double ratio = 0;              // measured / target over the pods that count; 1 is on target
  double used_ratio = 0;         // the same once missing and unready pods are filled in; the one that is acted upon
  PodCounts pods;                // of metrics over pods; for a value target: those ready
};

/// Resource and ContainerResource with a utilization target.
/// @param current   the count asked for, which stands if nothing is to change
/// @param percent   of the requests; 100 and more is allowed
/// @param cpu       of the processor: only there does readiness matter
/// Fails with metrics_unavailable, no_pods, no_metrics_for_usable_pods, `requests.error`, no_metrics_match_known_pods.
Measured<Proposal> utilization(std::int32_t current, std::int32_t percent, bool cpu, const Tolerance&, const Timing&,
                               std::span<const Pod>, const Requests& requests, const PodSamples&);

/// Resource, ContainerResource and Pods with an average per pod.
/// Fails with metrics_unavailable, no_pods, no_metrics_for_usable_pods.
Measured<Proposal> pods_average(std::int32_t current, Milli target, bool cpu, const Tolerance&, const Timing&,
                                std::span<const Pod>, const PodSamples&);

/// Object and External with a target for the whole. @param current  the count asked for; at 0 neither tolerance nor pods matter
/// Fails with metrics_unavailable, no_pods.
Measured<Proposal> object_value(std::int32_t current, Milli target, const Tolerance&, std::span<const Pod>, const Values&);
Measured<Proposal> external_value(std::int32_t current, Milli target, const Tolerance&, std::span<const Pod>, const Values&);

/// Object and External with a target per replica. @param current  the count seen in the target's status
/// Fails with metrics_unavailable.
Measured<Proposal> object_average(std::int32_t current, Milli target, const Tolerance&, const Values&);
Measured<Proposal> external_average(std::int32_t current, Milli target, const Tolerance&, const Values&);

/// The classes of all pods, and how many of each.
PodCounts group_pods(std::span<const Pod>, const PodSamples&, bool cpu, const Timing&, std::span<PodClass> classes);

}  // namespace plimsoll::hpa
