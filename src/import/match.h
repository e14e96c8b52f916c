#pragma once
// Which objects belong together: by namespace, name and labels.

#include <map>
#include <string>
#include <string_view>

#include "import/facts.h"

namespace plimsoll::import {

/// Files often leave the namespace to whoever applies them: an empty one is any.
inline bool same_space(std::string_view a, std::string_view b) { return a.empty() || b.empty() || a == b; }

/// Every label of the selector is there. An empty selector selects nothing.
bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels);

/// Is the endpoint a name of the workload? By labels, or (Compose) by the name itself and its aliases.
bool is_behind(const Workload& workload, const Endpoint& endpoint);

/// Does a reference of this kind and name mean the workload?
bool is_target(const Workload& workload, std::string_view kind, std::string_view name, std::string_view space);

/// Does one of its containers mount the ConfigMap or (Compose) the file?
bool mounts(const Workload& workload, std::string_view name);

/// Ports that only monitoring asks.
bool is_for_monitoring(int port, std::string_view name);

/// The count a rounded-up share of a whole is; without the error of 0.1 + 0.2.
int share_of(double share, int whole);

}  // namespace plimsoll::import
