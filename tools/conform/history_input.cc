#include "conform/history_input.h"

#include <nlohmann/json.hpp>

#include "conform/input.h"

namespace plimsoll::conform {
namespace {

std::int64_t age_ms(TimePoint at) { return std::chrono::duration_cast<std::chrono::milliseconds>(moment - at).count(); }

}  // namespace

std::vector<hpa::Recommendation> recommendations(const Json& input) {
  std::vector<hpa::Recommendation> history;
  const Json* list = field_if(input, "recommendations");
  if (!list) return history;
  for (const Json& one : as_list(*list, "recommendations"))
    history.push_back({moment - as_ms(one.at(1), "recommendations"), as_int32(one.at(0), "recommendations")});
  return history;
}

std::vector<hpa::ScaleEvent> scale_events(const Json& input, const char* name) {
  std::vector<hpa::ScaleEvent> history;
  const Json* list = field_if(input, name);
  if (!list) return history;
  for (const Json& one : as_list(*list, name))
    history.push_back({moment - as_ms(one.at(1), name), as_int32(one.at(0), name), one.size() > 2 && as_bool(one.at(2), name)});
  return history;
}

Json to_json(std::span<const hpa::Recommendation> history) {
  Json list = Json::array();
  for (const hpa::Recommendation& one : history) list.push_back({one.replicas, age_ms(one.at)});
  return list;
}

Json to_json(std::span<const hpa::ScaleEvent> history) {
  Json list = Json::array();
  for (const hpa::ScaleEvent& one : history) {
    Json entry = {one.change, age_ms(one.at)};
    if (one.outdated) entry.push_back(true);
    list.push_back(entry);
  }
  return list;
}

}  // namespace plimsoll::conform
