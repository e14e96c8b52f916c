#pragma once
// Why a metric yields no count. For the engine each of these is a gap, never a zero.

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace plimsoll::hpa {

enum class MetricError : std::uint8_t {
  no_pods,                      // the selector matched none
  metrics_unavailable,          // asking for the metric failed
  no_metrics_for_usable_pods,   // no sample is left once the pods that do not count are taken out
  no_metrics_match_known_pods,  // the requests of the pods with samples add up to nothing
  missing_request,              // a container, of any pod that is matched, requests nothing of the resource
  missing_pod_level_request,    // pod-level requests are set, yet nothing of the resource is requested anywhere
  container_not_found,          // a pod has no container of the metric's name
  invalid_source,               // an unknown type of metric, or one without a target it can be held against
  invalid_metrics,              // of several metrics together: all failed, or one failed and the rest would shrink
};

/// The enumerator's name: "missing_request".
std::string_view to_text(MetricError);

template <class T>
using Measured = tl::expected<T, MetricError>;

inline tl::unexpected<MetricError> fail(MetricError error) { return tl::unexpected<MetricError>(error); }

}  // namespace plimsoll::hpa
