#pragma once
// Whether every accepted decision became exactly one effect per queue, by the stack's own database.

#include <functional>
#include <string>
#include <vector>

#include "cli/demo_load.h"
#include "core/result.h"
#include "core/stack.h"
#include "show/summary.h"

namespace plimsoll::cli {

/// Lists that some tier publishes to and some tier consumes.
std::vector<std::string> served_lists(const Stack&);

/// Counts effects in the database, asking again until all are there or `patience` is over. A job that is missing then is lost,
/// unless `some_wait` says that lists still have jobs. `accepted`: of Engine::accepted().
Result<show::JobCounts> count_jobs(const std::string& database_url, const DemoLoad&, const std::vector<bool>& accepted,
                                   const std::string& run, std::size_t lists, const std::function<bool()>& some_wait,
                                   Duration patience);

}  // namespace plimsoll::cli
