#pragma once

#include <chrono>
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

/// What is nobody's instance may take so long to end on SIGTERM: the run.stop_within of its tier is not known any more.
constexpr Duration leftover_stop_within = std::chrono::seconds(30);

/// Stops what runs in the place and is not to be kept: what is in the stack's file no more. Instances, all at once: SIGTERM,
/// SIGKILL after leftover_stop_within; then their limits are removed. Components, one by one: SIGINT, which all of them end well
/// on; SIGKILL at the deadline.
Result<void> stop_leftovers(const Place&, const std::function<bool(const std::string& name)>& keep, Duration deadline_each);

/// Removes the place with all data in it. refused as long as anything of it runs, or a plimsoll (this one too) holds its lock;
/// then nothing is removed. The lock is held until nothing is at the place's path any more; whoever waited for it doesn't get it.
Result<void> purge(const Place&);

/// The same for the holder of the place's lock.
Result<void> purge(const Place&, Lock);

}  // namespace plimsoll::local
