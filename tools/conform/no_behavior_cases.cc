// The steps of an autoscaler that has no behavior.

#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/history_input.h"
#include "conform/input.h"
#include "decide/hpa/stabilize.h"

namespace plimsoll::conform {
namespace {

Duration window(const Json& input) {
  return as_ms(field(input, "default_downscale_stabilization_ms"), "default_downscale_stabilization_ms");
}

}  // namespace

Json stabilize_without_behavior(const Json& input) {
  const auto history = recommendations(input);
  const hpa::Stabilized s =
      hpa::stabilize_without_behavior(int32_field(input, "desired_replicas"), window(input), history, moment);
  return {{"replicas", s.replicas}, {"history_slot", s.slot}};
}

Json limit_without_behavior(const Json& input) {
  const hpa::Limited limited = hpa::limit_without_behavior(
      int32_field(input, "current_replicas"), int32_field(input, "desired_replicas"), int32_field(input, "min_replicas"),
      int32_field(input, "max_replicas"), scale_up_limit_constants(input));
  return {{"replicas", limited.replicas}, {"reason", to_text(limited.reason)}};
}

Json normalize_without_behavior(const Json& input) {
  const auto history = recommendations(input);
  hpa::Config config{.min = int32_field(input, "min_replicas"), .max = int32_field(input, "max_replicas")};
  config.downscale_stabilization = window(input);
  config.scale_up_limit = scale_up_limit_constants(input);
  const hpa::Normalized n = hpa::normalize(config, int32_field(input, "current_replicas"), int32_field(input, "desired_replicas"),
                                           history, {}, {}, moment);
  return {{"replicas", n.replicas},
          {"able_to_scale", condition_json(n.able_to_scale)},
          {"scaling_limited", condition_json(n.scaling_limited)},
          {"history_slot", n.slot}};
}

}  // namespace plimsoll::conform
