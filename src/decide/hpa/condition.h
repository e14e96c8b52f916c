#pragma once
// The conditions a pass sets on the autoscaler: the reasons users of the HorizontalPodAutoscaler know by name.

#include <cstdint>
#include <string>
#include <string_view>

namespace plimsoll::hpa {

enum class Status : std::uint8_t { unset, yes, no };

enum class Reason : std::uint8_t {
  none,
  // AbleToScale
  succeeded_get_scale,
  ready_for_new_scale,
  scale_down_stabilized,
  scale_up_stabilized,
  succeeded_rescale,
  failed_get_scale,
  failed_update_scale,
  // ScalingActive
  valid_metric_found,
  scaling_disabled,
  invalid_selector,
  ambiguous_selector,
  failed_get_resource_metric,
  failed_get_container_resource_metric,
  failed_get_pods_metric,
  failed_get_object_metric,
  failed_get_external_metric,
  failed_get_metric,  // a metric of which only the proposal is known
  invalid_metric_source_type,
  // ScalingLimited
  desired_within_range,
  too_many_replicas,
  too_few_replicas,
  scale_up_limit,
  scale_down_limit,
  // ScaledToZero
  scaled_to_zero,
  not_scaled_to_zero,
};

struct Condition {
  Status status = Status::unset;
  Reason reason = Reason::none;
  bool operator==(const Condition&) const = default;
};

/// Those that a pass set; an unset one stays as an earlier pass left it.
struct Conditions {
  Condition able_to_scale;
  Condition scaling_active;
  Condition scaling_limited;
  Condition scaled_to_zero;
  bool operator==(const Conditions&) const = default;
};

/// Lays what a pass set over what was in force.
void merge(Conditions& in_force, const Conditions& set);

/// As Kubernetes writes it: "ScaleUpLimit"; empty for none.
std::string_view to_text(Reason);
/// "True/ScaleUpLimit"; empty for an unset condition.
std::string to_text(Condition);

}  // namespace plimsoll::hpa
