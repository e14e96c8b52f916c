#pragma once
// Servers that run although their pidfile was lost, and what a killed server has left behind.

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "drive/local/place.h"
#include "proc/process.h"

namespace plimsoll::local {

/// Processes that run `program` ("postgres") and have `folder` as their working directory, oldest first.
std::vector<proc::Identity> processes_in(const std::string& folder, const std::string& program);

/// The one of them that was started as a server, not a child a server has made.
std::optional<proc::Identity> server_in(const std::string& folder, const std::string& program);

/// Processes that run `program` and have `argument` among their arguments, oldest first.
std::vector<proc::Identity> processes_with_argument(const std::string& argument, const std::string& program);

/// The process that a data folder's postmaster.pid speaks of, if it is a postgres that works there.
std::optional<proc::Identity> postmaster_of(const std::string& data_folder);

/// Writes the component's pidfile anew if `found` runs and the pidfile speaks of nobody who does.
Result<void> restore_pidfile(const Place&, const std::string& component, const std::optional<proc::Identity>& found);

}  // namespace plimsoll::local
