#include "decide/hpa/condition.h"

#include "decide/hpa/metric_error.h"

namespace plimsoll::hpa {

void merge(Conditions& in_force, const Conditions& set) {
  const auto lay = [](Condition& under, const Condition& over) {
    if (over.status != Status::unset) under = over;
  };
  lay(in_force.able_to_scale, set.able_to_scale);
  lay(in_force.scaling_active, set.scaling_active);
  lay(in_force.scaling_limited, set.scaling_limited);
  lay(in_force.scaled_to_zero, set.scaled_to_zero);
}

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "";
    case Reason::succeeded_get_scale:
      return "SucceededGetScale";
    case Reason::ready_for_new_scale:
      return "ReadyForNewScale";
    case Reason::scale_down_stabilized:
      return "ScaleDownStabilized";
    case Reason::scale_up_stabilized:
      return "ScaleUpStabilized";
    case Reason::succeeded_rescale:
      return "SucceededRescale";
    case Reason::failed_get_scale:
      return "FailedGetScale";
    case Reason::failed_update_scale:
      return "FailedUpdateScale";
    case Reason::valid_metric_found:
      return "ValidMetricFound";
    case Reason::scaling_disabled:
      return "ScalingDisabled";
    case Reason::invalid_selector:
      return "InvalidSelector";
    case Reason::ambiguous_selector:
      return "AmbiguousSelector";
    case Reason::failed_get_resource_metric:
      return "FailedGetResourceMetric";
    case Reason::failed_get_container_resource_metric:
      return "FailedGetContainerResourceMetric";
    case Reason::failed_get_pods_metric:
      return "FailedGetPodsMetric";
    case Reason::failed_get_object_metric:
      return "FailedGetObjectMetric";
    case Reason::failed_get_external_metric:
      return "FailedGetExternalMetric";
    case Reason::failed_get_metric:
      return "FailedGetMetric";
    case Reason::invalid_metric_source_type:
      return "InvalidMetricSourceType";
    case Reason::desired_within_range:
      return "DesiredWithinRange";
    case Reason::too_many_replicas:
      return "TooManyReplicas";
    case Reason::too_few_replicas:
      return "TooFewReplicas";
    case Reason::scale_up_limit:
      return "ScaleUpLimit";
    case Reason::scale_down_limit:
      return "ScaleDownLimit";
    case Reason::scaled_to_zero:
      return "ScaledToZero";
    case Reason::not_scaled_to_zero:
      return "NotScaledToZero";
  }
  return "";
}

std::string to_text(Condition condition) {
  if (condition.status == Status::unset) return "";
  return (condition.status == Status::yes ? "True/" : "False/") + std::string(to_text(condition.reason));
}

std::string_view to_text(MetricError error) {
  switch (error) {
    case MetricError::no_pods:
      return "no_pods";
    case MetricError::metrics_unavailable:
      return "metrics_unavailable";
    case MetricError::no_metrics_for_usable_pods:
      return "no_metrics_for_usable_pods";
    case MetricError::no_metrics_match_known_pods:
      return "no_metrics_match_known_pods";
    case MetricError::missing_request:
      return "missing_request";
    case MetricError::missing_pod_level_request:
      return "missing_pod_level_request";
    case MetricError::container_not_found:
      return "container_not_found";
    case MetricError::invalid_source:
      return "invalid_source";
    case MetricError::invalid_metrics:
      return "invalid_metrics";
  }
  return "";
}

}  // namespace plimsoll::hpa
