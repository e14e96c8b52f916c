#pragma once
// The histories of a case, with their ages turned into times and back.

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "decide/hpa/history.h"

namespace plimsoll::conform {

/// The list of that name in an input; absent and null are an empty one.
std::vector<hpa::Recommendation> recommendations(const nlohmann::json& input);
std::vector<hpa::ScaleEvent> scale_events(const nlohmann::json& input, const char* name);

nlohmann::json to_json(std::span<const hpa::Recommendation> history);
nlohmann::json to_json(std::span<const hpa::ScaleEvent> history);

}  // namespace plimsoll::conform
