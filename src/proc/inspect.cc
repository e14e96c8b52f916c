// What can be learnt about processes from outside: /proc, the CPU clock of a process, PATH.

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "proc/files.h"
#include "proc/process.h"
#include "proc/stat.h"

namespace plimsoll::proc {
namespace {

std::string proc_path(int pid, const char* file) { return fmt::format("/proc/{}/{}", pid, file); }

/// Numbers after the closing bracket are fields 3 and up.
template <class T>
T number(std::string_view field) {
  T value{};
  std::from_chars(field.data(), field.data() + field.size(), value);
  return value;
}

bool executable(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> variable(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::string_view entry = environment.substr(0, environment.find('\0'));
    environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string(entry.substr(name.size() + 1));
  }
  return std::nullopt;
}

Duration of_ticks(std::uint64_t ticks) {
  static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return Duration(static_cast<std::int64_t>(ticks * (1'000'000'000U / per_second)));
}

std::optional<Stat> stat_of(const Identity& who) {
  std::optional<Stat> stat = read_stat(who.pid);
  if (!stat || stat->start_ticks != who.start_ticks || stat->ended()) return std::nullopt;
  return stat;
}

}  // namespace

std::optional<Stat> parse_stat(std::string_view text) {
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string_view::npos || bracket + 2 >= text.size()) return std::nullopt;
  text.remove_prefix(bracket + 2);
  Stat stat;
  int field = 3;  // as proc(5) counts them
  for (; !text.empty() && field <= 24; ++field) {
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) return std::nullopt;
    switch (field) {
      case 3:
        stat.state = word[0];
        break;
      case 4:
        stat.parent = number<int>(word);
        break;
      case 5:
        stat.group = number<int>(word);
        break;
      case 6:
        stat.session = number<int>(word);
        break;
      case 14:
      case 15:
        stat.cpu_ticks += number<std::uint64_t>(word);
        break;
      case 22:
        stat.start_ticks = number<std::uint64_t>(word);
        break;
      case 24:
        stat.resident_pages = number<std::int64_t>(word);
        break;
      default:
        break;
    }
  }
  if (field <= 24) return std::nullopt;
  return stat;
}

std::optional<Stat> read_stat(int pid) {
  const std::optional<std::string> text = read_file(proc_path(pid, "stat"));
  return text ? parse_stat(*text) : std::nullopt;
}

std::vector<Identity> find_by_environment(const std::string& name, const std::string& value) {
  std::vector<Identity> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), &::closedir);
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view text = entry->d_name;
    int pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc() || end != text.data() + text.size()) continue;
    const std::optional<Stat> stat = read_stat(pid);  // first: if the pid changes hands, the start time won't fit later
    if (!stat || stat->ended()) continue;
    const std::optional<std::string> environment = read_file(proc_path(pid, "environ"));
    if (environment && variable(*environment, name) == value) found.push_back({pid, stat->start_ticks});
  }
  return found;
}

std::optional<std::string> environment_of(const Identity& who, const std::string& name) {
  const std::optional<std::string> environment = read_file(proc_path(who.pid, "environ"));
  if (!environment || !stat_of(who)) return std::nullopt;
  return variable(*environment, name);
}

int session_of(const Identity& who) {
  const std::optional<Stat> stat = stat_of(who);
  return stat ? stat->session : 0;
}

std::optional<Duration> age_of(const Identity& who) {
  timespec up{};
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  if (!stat_of(who)) return std::nullopt;
  return std::max(Duration::zero(), std::chrono::seconds(up.tv_sec) + Duration(up.tv_nsec) - of_ticks(who.start_ticks));
}

Result<std::string> find_program(const std::string& name, const std::vector<std::string>& extra) {
  if (name.find('/') != std::string::npos) {
    if (executable(name)) return name;
    return fail(Errc::not_found, fmt::format("{}: no such program", name));
  }
  const char* path = ::getenv("PATH");
  std::string_view left = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  std::vector<std::string> folders;
  while (!left.empty()) {
    const std::string_view folder = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(folder.size() + 1, left.size()));
    folders.emplace_back(folder.empty() ? "." : folder);
  }
  folders.insert(folders.end(), extra.begin(), extra.end());
  for (const std::string& folder : folders)
    if (std::string candidate = fmt::format("{}/{}", folder, name); !name.empty() && executable(candidate)) return candidate;
  return fail(Errc::not_found, fmt::format("{}: no such program in PATH", name));
}

Result<Usage> usage(const Identity& who) {
  const std::optional<Stat> stat = stat_of(who);
  if (!stat) return fail(Errc::not_found, fmt::format("process {} has ended", who.pid));
  Usage used{of_ticks(stat->cpu_ticks), Bytes{stat->resident_pages * ::sysconf(_SC_PAGESIZE)}};
  clockid_t clock{};
  timespec time{};
  // The same sum as in stat, without being cut to ticks of 10 ms.
  if (::clock_getcpuclockid(who.pid, &clock) == 0 && ::clock_gettime(clock, &time) == 0 && stat_of(who))
    used.cpu = std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
  return used;
}

}  // namespace plimsoll::proc
