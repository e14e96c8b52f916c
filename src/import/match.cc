#include "import/match.h"

#include <algorithm>
#include <cmath>

#include "import/kind.h"

namespace plimsoll::import {

bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
  return !selector.empty() && std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

bool is_behind(const Workload& workload, const Endpoint& endpoint) {
  if (workload.kind == Workload::Kind::compose_service) {
    if (workload.space != endpoint.space) return false;
    return endpoint.name == workload.name ||
           std::find(workload.aliases.begin(), workload.aliases.end(), endpoint.name) != workload.aliases.end();
  }
  return same_space(workload.space, endpoint.space) && selects(endpoint.selector, workload.labels);
}

bool is_target(const Workload& workload, std::string_view kind, std::string_view name, std::string_view space) {
  return workload.name == name && same_space(workload.space, space) && (kind.empty() || workload.api_kind == kind);
}

bool mounts(const Workload& workload, std::string_view name) {
  for (const Container& container : workload.containers)
    for (const std::string& one : container.config_maps)
      if (one == name || (workload.kind == Workload::Kind::compose_service && base_name(one) == name)) return true;
  return false;
}

bool is_for_monitoring(int port, std::string_view name) {
  if (name.find("metrics") != std::string_view::npos || name.find("prometheus") != std::string_view::npos) return true;
  if (name.find("health") != std::string_view::npos || name == "probe" || name == "liveness" || name == "debug") return true;
  return name.empty() && (port == 9090 || (port >= 9100 && port <= 9199) || port == 9249 || port == 9404);
}

int share_of(double share, int whole) { return static_cast<int>(std::ceil(share * whole - 1e-9)); }

}  // namespace plimsoll::import
