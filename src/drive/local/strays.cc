#include "drive/local/strays.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <filesystem>
#include <functional>
#include <string_view>
#include <tuple>

#include "drive/local/files.h"
#include "proc/stat.h"

namespace plimsoll::local {

namespace {

namespace fs = std::filesystem;

std::string link_target(const std::string& link) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  return size < 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

/// By the name it was started under: Debian's redis-server is a link to a program of another name.
bool runs(const std::string& process, std::string_view program) {
  const Result<std::string> name = read_file(process + "/comm");
  return name && std::string_view(*name).substr(0, name->find('\n')) == program;
}

std::vector<proc::Identity> processes(const std::function<bool(const std::string& process)>& wanted) {
  std::vector<proc::Identity> found;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    int pid = 0;
    const auto [last, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc() || last != name.data() + name.size() || !wanted("/proc/" + name)) continue;
    if (const std::optional<proc::Stat> stat = proc::read_stat(pid); stat && !stat->ended())
      found.push_back({pid, stat->start_ticks});
  }
  std::sort(found.begin(), found.end(), [](const proc::Identity& a, const proc::Identity& b) {
    return std::tie(a.start_ticks, a.pid) < std::tie(b.start_ticks, b.pid);
  });
  return found;
}

bool has_argument(const std::string& process, std::string_view argument) {
  const Result<std::string> arguments = read_file(process + "/cmdline");
  if (!arguments) return false;
  for (std::string_view rest = *arguments; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    if (rest.substr(0, end) == argument) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::vector<proc::Identity> processes_in(const std::string& folder, const std::string& program) {
  return processes([&](const std::string& process) { return link_target(process + "/cwd") == folder && runs(process, program); });
}

std::vector<proc::Identity> processes_with_argument(const std::string& argument, const std::string& program) {
  return processes([&](const std::string& process) { return runs(process, program) && has_argument(process, argument); });
}

std::optional<proc::Identity> server_in(const std::string& folder, const std::string& program) {
  for (const proc::Identity& each : processes_in(folder, program))
    if (proc::session_of(each) == each.pid) return each;
  return std::nullopt;
}

std::optional<proc::Identity> postmaster_of(const std::string& data_folder) {
  const Result<std::string> text = read_file(data_folder + "/postmaster.pid");
  int pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc()) return std::nullopt;
  for (const proc::Identity& each : processes_in(data_folder, "postgres"))
    if (each.pid == pid) return each;
  return std::nullopt;
}

Result<void> restore_pidfile(const Place& place, const std::string& component, const std::optional<proc::Identity>& found) {
  if (!found) return {};
  const Result<std::optional<proc::Process>> known = proc::adopt(place.pidfile(component));
  if (!known) return fail(known.error());
  if (*known) return {};
  return proc::write_pidfile(place.pidfile(component), *found);
}

}  // namespace plimsoll::local
