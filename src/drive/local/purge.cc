#include "drive/local/purge.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include "drive/local/driver.h"
#include "drive/local/server_process.h"
#include "drive/local/strays.h"

namespace plimsoll::local {

namespace fs = std::filesystem;

namespace {

constexpr Duration killed_within = std::chrono::seconds(5);

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

/// Components have no INSTANCE.
bool is_instance(const Place& place, const std::string& name) {
  const Result<std::optional<proc::Process>> process = proc::adopt(place.pidfile(name));
  return process && *process && proc::environment_of((*process)->identity(), "INSTANCE").has_value();
}

Result<void> stop_instances(const Place& place, const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, proc::Process>> ending;
  for (const std::string& name : names) {
    Result<std::optional<proc::Process>> process = proc::adopt(place.pidfile(name));
    if (!process) return fail(process.error());
    if (!*process) continue;
    if (Result<void> told = (*process)->signal(SIGTERM); !told) return told;
    ending.emplace_back(name, std::move(**process));
  }
  const auto until = std::chrono::steady_clock::now() + leftover_stop_within;
  for (auto& [name, process] : ending) {
    if (!process.wait(until - std::chrono::steady_clock::now())) {
      if (Result<void> killed = process.signal(SIGKILL); !killed) return killed;
      if (!process.wait(killed_within))
        return fail(Errc::timed_out, fmt::format("{}: process {} does not end, even when killed", name, process.pid()));
    }
    ::unlink(place.pidfile(name).c_str());
    proc::remove_limits(instance_cgroup(place, name));
  }
  return {};
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
  std::vector<std::string> instances, components;
  for (const RunningProcess& each : running_in(place))
    if (!keep(each.name)) (is_instance(place, each.name) ? instances : components).push_back(each.name);
  if (Result<void> stopped = stop_instances(place, instances); !stopped) return stopped;
  for (const std::string& name : components) {
    ServerProcess process(name, place);
    if (const Result<bool> found = process.adopt(); !found) return fail(found.error());
    if (Result<void> stopped = process.stop({{SIGINT, deadline_each}}); !stopped) return stopped;
  }
  return {};
}

Result<void> purge(const Place& place) {
  Result<Lock> lock = Lock::take(place);
  if (lock) return purge(place, std::move(*lock));
  if (lock.error().code != Errc::refused) return fail(lock.error());
  return fail(Errc::refused, lock.error().message + ": `plimsoll down` first");
}

Result<void> purge(const Place& place, Lock) {
  const std::vector<RunningProcess> running = running_in(place);
  if (!running.empty())
    return fail(Errc::refused,
                fmt::format("{} (pid {}) still runs in {}{}: `plimsoll down` first", running.front().name, running.front().pid,
                            place.root, running.size() == 1 ? "" : fmt::format(", and {} more", running.size() - 1)));
  // Away at once and as a whole: in a place that is half removed somebody could make and take a new lock.
  const fs::path root(place.root);
  const fs::path grave = root.parent_path() / ("." + root.filename().string() + ".removed");
  std::error_code error;
  fs::remove_all(grave, error);  // of a purge that did not get to its end
  if (!error) fs::rename(root, grave, error);
  if (error) return fail(Errc::failed, fmt::format("can't remove {}: {}", place.root, error.message()));
  fs::remove_all(grave, error);
  if (error)
    return fail(Errc::failed, fmt::format("can't remove {} ({} before): {}", grave.string(), place.root, error.message()));
  return {};
}

}  // namespace plimsoll::local
