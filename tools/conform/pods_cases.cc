// `group_pods`, `pod_requests`.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/input.h"
#include "conform/pod_input.h"

namespace plimsoll::conform {

Json group_pods(const Json& input) {
  const Pods pods(input);
  const Samples samples(field(input, "pod_metrics"), pods);
  std::vector<hpa::PodClass> classes(pods.size());
  const hpa::PodCounts counts =
      hpa::group_pods(pods.pods(), samples.view(), text_if(input, "resource") == "cpu", timing(input), classes);
  const auto names = [&](hpa::PodClass wanted) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < pods.size(); ++i)
      if (classes[i] == wanted) found.push_back(pods.name(i));
    std::sort(found.begin(), found.end());
    return found;
  };
  return {{"ready_count", counts.ready},
          {"unready", names(hpa::PodClass::unready)},
          {"missing", names(hpa::PodClass::missing)},
          {"ignored", names(hpa::PodClass::ignored)}};
}

Json pod_requests(const Json& input) {
  const Pods pods(input);
  const auto requests = pods.requests(text_if(input, "resource"), text_if(input, "container"));
  if (!requests) return {{"error", to_text(requests.error())}};
  Json by_name = Json::object();
  for (std::size_t i = 0; i < pods.size(); ++i) by_name[pods.name(i)] = (*requests)[i];
  return {{"requests_milli", by_name}};
}

}  // namespace plimsoll::conform
