#include "drive/local/purge.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "drive/local/server_process.h"
#include "drive/local/strays.h"

namespace plimsoll::local {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(suffix)) names.push_back(name.substr(0, name.size() - suffix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// So that a server whose pidfile was lost is found as well.
void restore_pidfiles(const Place& place) {
  for (const std::string& name : names_in(place.root + "/data", "")) {
    const std::string data = place.data(name);
    std::optional<proc::Identity> found = postmaster_of(data);
    if (!found) found = server_in(data, "redis-server");
    static_cast<void>(restore_pidfile(place, name, found));
  }
}

}  // namespace

std::vector<RunningProcess> running_in(const Place& place) {
  restore_pidfiles(place);
  std::vector<RunningProcess> running;
  for (const std::string& name : names_in(place.root + "/run", ".pid"))
    if (const Result<std::optional<proc::Process>> process = proc::adopt(place.pidfile(name)); process && *process)
      running.push_back({name, (*process)->pid()});
  return running;
}

Result<void> stop_leftovers(const Place& place, const std::function<bool(const std::string&)>& keep, Duration deadline_each) {
  for (const RunningProcess& each : running_in(place)) {
    if (keep(each.name)) continue;
    ServerProcess process(each.name, place);
    if (const Result<bool> found = process.adopt(); !found) return fail(found.error());
    if (Result<void> stopped = process.stop({{SIGINT, deadline_each}}); !stopped) return stopped;
  }
  return {};
}

Result<void> purge(const Place& place) {
  if (const std::optional<int> holder = Lock::holder(place); holder && *holder != ::getpid())
    return fail(Errc::refused,
                fmt::format("plimsoll (pid {}) controls the stack in {}: `plimsoll down` first", *holder, place.root));
  const std::vector<RunningProcess> running = running_in(place);
  if (!running.empty())
    return fail(Errc::refused,
                fmt::format("{} (pid {}) still runs in {}{}: `plimsoll down` first", running.front().name, running.front().pid,
                            place.root, running.size() == 1 ? "" : fmt::format(", and {} more", running.size() - 1)));
  std::error_code error;
  fs::remove_all(place.root, error);
  if (error) return fail(Errc::failed, fmt::format("can't remove {}: {}", place.root, error.message()));
  return {};
}

}  // namespace plimsoll::local
