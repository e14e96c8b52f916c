#pragma once
// One function of the schema each: the input of a case → what `expected` is held against, with exactly the keys that are set.
// All throw BadInput, or what the JSON library throws, where an input makes no sense.

#include <nlohmann/json_fwd.hpp>

namespace plimsoll::conform {

using Json = nlohmann::json;

Json quantity(const Json& input);

Json group_pods(const Json& input);
Json pod_requests(const Json& input);

Json resource_utilization(const Json& input);
Json resource_average_value(const Json& input);
Json pods_average_value(const Json& input);
Json object_value(const Json& input);
Json object_average_value(const Json& input);
Json external_value(const Json& input);
Json external_average_value(const Json& input);
Json combine_metrics(const Json& input);

Json stabilize_with_behavior(const Json& input);
Json rate_limit_with_behavior(const Json& input);
Json normalize_with_behavior(const Json& input);
Json scale_up_limit(const Json& input);
Json scale_down_limit(const Json& input);
Json replicas_changed_in_period(const Json& input);
Json store_scale_event(const Json& input);
Json behavior_defaults(const Json& input);

Json stabilize_without_behavior(const Json& input);
Json limit_without_behavior(const Json& input);
Json normalize_without_behavior(const Json& input);

Json reconcile(const Json& input);
Json reconcile_sequence(const Json& input);

}  // namespace plimsoll::conform
