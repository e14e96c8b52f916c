// The steps of an autoscaler that has a behavior.

#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/history_input.h"
#include "conform/input.h"
#include "decide/hpa/defaults.h"
#include "decide/hpa/events.h"
#include "decide/hpa/stabilize.h"

namespace plimsoll::conform {
namespace {

Duration window(const hpa::Rules& rules) { return std::chrono::seconds(rules.window_seconds.value_or(0)); }

struct Events {
  explicit Events(const Json& input)
      : ups(scale_events(input, "scale_up_events")), downs(scale_events(input, "scale_down_events")) {}
  std::vector<hpa::ScaleEvent> ups, downs;
};

Json rules_json(const hpa::Rules& rules) {
  Json policies = Json::array();
  for (const hpa::Policy& p : rules.policies)
    policies.push_back({p.type == hpa::Policy::Type::pods ? "Pods" : "Percent", p.value, p.period_seconds});
  const char* select = rules.select == hpa::Select::max ? "Max" : rules.select == hpa::Select::min ? "Min" : "Disabled";
  Json answer = {{"policies", policies}, {"select_policy", select}};
  if (rules.window_seconds) answer["stabilization_window_seconds"] = *rules.window_seconds;
  return answer;
}

}  // namespace

Json stabilize_with_behavior(const Json& input) {
  const hpa::Behavior both = behavior(field(input, "behavior"));
  const auto history = recommendations(input);
  const hpa::Stabilized s =
      hpa::stabilize_with_behavior(int32_field(input, "current_replicas"), int32_field(input, "desired_replicas"),
                                   window(both.up), window(both.down), history, moment);
  return {{"replicas", s.replicas}, {"reason_if_changed", to_text(s.reason)}, {"history_slot", s.slot}};
}

Json rate_limit_with_behavior(const Json& input) {
  const Events events(input);
  const hpa::Limited limited = hpa::rate_limit_with_behavior(
      int32_field(input, "current_replicas"), int32_field(input, "desired_replicas"), int32_field(input, "min_replicas"),
      int32_field(input, "max_replicas"), behavior(field(input, "behavior")), events.ups, events.downs, moment);
  return {{"replicas", limited.replicas}, {"reason", to_text(limited.reason)}};
}

Json normalize_with_behavior(const Json& input) {
  const Events events(input);
  const auto history = recommendations(input);
  hpa::Config config{.min = int32_field(input, "min_replicas"), .max = int32_field(input, "max_replicas")};
  config.behavior = behavior(field(input, "behavior"));
  config.downscale_stabilization =
      as_ms(field(input, "default_downscale_stabilization_ms"), "default_downscale_stabilization_ms");
  const hpa::Normalized n = hpa::normalize(config, int32_field(input, "current_replicas"), int32_field(input, "desired_replicas"),
                                           history, events.ups, events.downs, moment);
  return {{"replicas", n.replicas},
          {"able_to_scale", condition_json(n.able_to_scale)},
          {"scaling_limited", condition_json(n.scaling_limited)},
          {"history_slot", n.slot}};
}

Json scale_up_limit(const Json& input) {
  const Events events(input);
  return {{"limit", hpa::scale_up_limit(int32_field(input, "current_replicas"), rules(field(input, "rules")), events.ups,
                                        events.downs, moment)}};
}

Json scale_down_limit(const Json& input) {
  const Events events(input);
  return {{"limit", hpa::scale_down_limit(int32_field(input, "current_replicas"), rules(field(input, "rules")), events.ups,
                                          events.downs, moment)}};
}

Json replicas_changed_in_period(const Json& input) {
  const auto events = scale_events(input, "scale_up_events");
  return {{"change", hpa::changed_in_period(events, int32_field(input, "period_seconds"), moment)}};
}

Json store_scale_event(const Json& input) {
  Events events(input);
  if (const Json* given = field_if(input, "behavior")) {
    auto ups_used = static_cast<std::uint32_t>(events.ups.size()), downs_used = static_cast<std::uint32_t>(events.downs.size());
    events.ups.emplace_back();  // a free slot in each
    events.downs.emplace_back();
    hpa::record_scaling(behavior(*given), int32_field(input, "current_replicas"), int32_field(input, "new_replicas"),
                        {events.ups, ups_used}, {events.downs, downs_used}, moment);
    events.ups.resize(ups_used);
    events.downs.resize(downs_used);
  }
  return {{"scale_up_events_after", to_json(events.ups)}, {"scale_down_events_after", to_json(events.downs)}};
}

Json behavior_defaults(const Json& input) {
  const hpa::GivenRules given = given_rules(field(input, "rules"));
  const std::string direction = text_field(input, "direction");
  if (direction != "scale_up" && direction != "scale_down") throw BadInput("direction: '" + direction + "' is none");
  return {{"rules", rules_json(direction == "scale_up" ? hpa::default_up_rules(given) : hpa::default_down_rules(given))}};
}

}  // namespace plimsoll::conform
