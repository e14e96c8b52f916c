#pragma once
// The sources that a stack's named signals and components need, put together.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/stack.h"
#include "decide/plan.h"
#include "ports/collector.h"

namespace plimsoll::collect {

/// One collector for each kind of source (metrics, json, prometheus) that some policy's named signal is read from.
/// `plan` was compiled from `stack`; both are read here only.
std::vector<std::unique_ptr<Collector>> signal_collectors(const Plan& plan, const Stack& stack);

/// Where components can be asked, by name; with passwords: a database's primary for a role in pg_monitor, a pooler's console for
/// a stats user, a cache. Those that are not there are not measured. (Externals are never.)
using ComponentUrls = std::map<std::string, std::string>;

/// One collector for each component with a URL: its saturation, and of the cache that holds the queues the backlogs too.
/// `plan` was compiled from `stack`; both are read here only.
std::vector<std::unique_ptr<Collector>> component_collectors(const Plan& plan, const Stack& stack, const ComponentUrls& urls);

}  // namespace plimsoll::collect
