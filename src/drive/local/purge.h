#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "drive/local/place.h"

namespace plimsoll::local {

struct RunningProcess {
  std::string name;  // of its pidfile: "api-3", "main"
  int pid = 0;
};

/// Whatever of a place's stack runs, by name: by its pidfile, or by its data folder.
std::vector<RunningProcess> running_in(const Place&);

/// Stops what runs in the place and is not to be kept: components that are in the stack's file no more. SIGINT, which all of them
/// end well on; SIGKILL at the deadline.
Result<void> stop_leftovers(const Place&, const std::function<bool(const std::string& name)>& keep, Duration deadline_each);

/// Removes the place with all data in it. refused as long as anything of it runs, or another plimsoll controls it; then nothing
/// is removed.
Result<void> purge(const Place&);

}  // namespace plimsoll::local
