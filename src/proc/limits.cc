#include "proc/limits.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>

#include "core/assert.h"
#include "proc/files.h"

namespace plimsoll::proc {
namespace {

constexpr std::int64_t cpu_period_us = 100'000;  // the kernel's own default, and Kubernetes'

const char* name_of(Controller controller) { return controller == Controller::cpu ? "cpu" : "memory"; }

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

bool has(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

struct Mount {
  std::string_view root, point;
};

/// "36 35 98:0 /root /point rw,relatime shared:1 - cgroup cgroup rw,cpu"
std::optional<Mount> parse_mount(std::string_view line, std::string_view type, std::string_view option) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> before = split(line.substr(0, dash), " ");
  const std::vector<std::string_view> after = split(line.substr(dash + 3), " ");
  if (before.size() < 5 || after.size() < 3 || after[0] != type) return std::nullopt;
  if (!option.empty() && !has(split(after[2], ","), option)) return std::nullopt;
  return Mount{before[3], before[4]};
}

std::optional<Mount> find_mount(std::string_view mountinfo, std::string_view type, std::string_view option) {
  for (const std::string_view line : split(mountinfo, "\n"))
    if (const std::optional<Mount> mount = parse_mount(line, type, option)) return mount;
  return std::nullopt;
}

/// "4:memory:/a/b" -> "/a/b"; for v2 "0::/a/b".
std::string_view own_group(std::string_view own_groups, std::string_view controller) {
  for (const std::string_view line : split(own_groups, "\n")) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view list = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? list.empty() : has(split(list, ","), controller)) return line.substr(second + 1);
  }
  return "/";
}

/// Where a group is seen below a mount point that shows only `root` and what is below it.
std::string folder_of(const Mount& mount, std::string_view group) {
  if (mount.root != "/" && group.starts_with(mount.root)) group.remove_prefix(mount.root.size());
  if (group == "/") group = "";
  return std::string(mount.point) + std::string(group);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return fail(Errc::failed, fmt::format("can't make {}: {}", path, reason(errno)));
}

/// Hands a controller to the children of a v2 group, if they don't have it yet.
Result<void> enable(const std::string& folder, const char* controller) {
  if (const auto on = read_file(folder + "/cgroup.subtree_control"); on && has(split(*on, " \n"), controller)) return {};
  return write_control(folder + "/cgroup.subtree_control", fmt::format("+{}", controller));
}

Result<void> prepare(Controller controller, int version, const std::string& base) {
  const char* name = name_of(controller);
  if (version == 2) {
    const auto there = read_file(base + "/cgroup.controllers");
    if (!there || !has(split(*there, " \n"), name))
      return fail(Errc::failed, fmt::format("cgroup v2 has no {} controller in {}", name, base));
    if (Result<void> on = enable(base, name); !on) return on;
  }
  const std::string folder = base + "/plimsoll";
  if (Result<void> made = make_folder(folder); !made) return made;
  if (version == 2) return enable(folder, name);
  const std::string file = folder + (controller == Controller::cpu ? "/cpu.cfs_quota_us" : "/memory.limit_in_bytes");
  if (!exists(file)) return fail(Errc::failed, fmt::format("{} is not there: the kernel can't limit {}", file, name));
  return {};
}

Result<void> write_cpu(const GroupFolder& where, const std::string& group, Cores cores) {
  const auto quota = std::max<std::int64_t>(1000, std::llround(cores.count * static_cast<double>(cpu_period_us)));
  if (where.version == 2) return write_control(group + "/cpu.max", fmt::format("{} {}", quota, cpu_period_us));
  if (Result<void> period = write_control(group + "/cpu.cfs_period_us", fmt::to_string(cpu_period_us)); !period) return period;
  return write_control(group + "/cpu.cfs_quota_us", fmt::to_string(quota));
}

/// Swap would turn a limit into slowness, so it is shut where the kernel counts it.
Result<void> write_memory(const GroupFolder& where, const std::string& group, Bytes bytes) {
  const std::string text = fmt::to_string(bytes.count);
  const bool v2 = where.version == 2;
  if (Result<void> set = write_control(group + (v2 ? "/memory.max" : "/memory.limit_in_bytes"), text); !set) return set;
  const std::string swap = group + (v2 ? "/memory.swap.max" : "/memory.memsw.limit_in_bytes");
  return exists(swap) ? write_control(swap, v2 ? "0" : text) : Result<void>();
}

void kill_members(const std::string& group) {
  const std::optional<std::string> members = read_file(group + "/cgroup.procs");
  if (!members) return;
  for (const std::string_view word : split(*members, "\n")) {
    int pid = 0;
    std::from_chars(word.data(), word.data() + word.size(), pid);
    if (pid > 1) ::kill(pid, SIGKILL);
  }
}

void remove_group(const GroupFolder& where, const std::string& name) {
  if (where.folder.empty()) return;
  const std::string group = where.folder + "/" + name;
  // A killed process leaves its group a moment after it was killed.
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (::rmdir(group.c_str()) == 0 || errno != EBUSY) break;
    kill_members(group);
    ::poll(nullptr, 0, 2);
  }
  ::rmdir(where.folder.c_str());  // succeeds for the last one only
}

}  // namespace

Hierarchy find_hierarchy(Controller controller, std::string_view mountinfo, std::string_view own_groups) {
  const char* name = name_of(controller);
  if (const std::optional<Mount> v1 = find_mount(mountinfo, "cgroup", name)) {
    Hierarchy found{1, {folder_of(*v1, own_group(own_groups, name))}};
    if (found.bases[0] != v1->point) found.bases.emplace_back(v1->point);
    return found;
  }
  if (const std::optional<Mount> v2 = find_mount(mountinfo, "cgroup2", "")) {
    Hierarchy found{2, {std::string(v2->point)}};
    std::string own = folder_of(*v2, own_group(own_groups, ""));
    if (const std::string beside = own.substr(0, own.rfind('/')); own != v2->point && beside != v2->point)
      found.bases.push_back(beside);
    return found;
  }
  return {};
}

GroupFolder prepare_folder(Controller controller, const Hierarchy& hierarchy) {
  GroupFolder where{hierarchy.version, "",
                    fmt::format("no cgroup hierarchy with a {} controller is mounted", name_of(controller))};
  for (const std::string& base : hierarchy.bases) {
    const Result<void> prepared = prepare(controller, hierarchy.version, base);
    if (prepared) return {hierarchy.version, base + "/plimsoll", ""};
    where.why_not = prepared.error().message;
  }
  return where;
}

const GroupFolders& group_folders() {
  static const GroupFolders folders = [] {
    const std::string mounts = read_file("/proc/self/mountinfo").value_or("");
    const std::string own = read_file("/proc/self/cgroup").value_or("");
    GroupFolders found{prepare_folder(Controller::cpu, find_hierarchy(Controller::cpu, mounts, own)),
                       prepare_folder(Controller::memory, find_hierarchy(Controller::memory, mounts, own))};
    // A folder that can be made may still refuse a limit or a member; the first command would be a bad place to learn it.
    for (GroupFolder* one : {&found.cpu, &found.memory}) {
      const bool cpu = one == &found.cpu;
      const GroupFolders only{cpu ? *one : GroupFolder{}, cpu ? GroupFolder{} : *one};
      const std::string trial = fmt::format("trial-{}", ::getpid());
      const auto made = make_groups(only, trial, Limits{.cpu = Cores{1}, .memory = Bytes{64 << 20}});
      if (made) remove_groups(only, trial);
      if (!made) *one = {one->version, "", made.error().message};
    }
    return found;
  }();
  return folders;
}

Result<std::vector<std::string>> make_groups(const GroupFolders& folders, const std::string& name, const Limits& limits) {
  PLIMSOLL_ASSERT(!name.empty() && name.find('/') == std::string::npos);
  std::vector<std::string> joins;
  const auto make = [&](Controller controller, const GroupFolder& where, const auto& limit, auto&& write) -> Result<void> {
    if (!limit || where.folder.empty()) return {};
    const std::string group = where.folder + "/" + name;
    // The parent may have gone with its last group since it was prepared.
    if (Result<void> made = make_folder(where.folder); !made) return made;
    if (where.version == 2)
      if (Result<void> on = enable(where.folder, name_of(controller)); !on) return on;
    if (Result<void> made = make_folder(group); !made) return made;
    if (Result<void> set = write(where, group, *limit); !set) return set;
    if (std::string join = group + "/cgroup.procs"; std::ranges::find(joins, join) == joins.end())
      joins.push_back(std::move(join));
    return {};
  };
  Result<void> made = make(Controller::cpu, folders.cpu, limits.cpu, write_cpu);
  if (made) made = make(Controller::memory, folders.memory, limits.memory, write_memory);
  if (made) return joins;
  remove_groups(folders, name);
  return fail(made.error());
}

void remove_groups(const GroupFolders& folders, const std::string& name) {
  remove_group(folders.cpu, name);
  if (folders.memory.folder != folders.cpu.folder) remove_group(folders.memory, name);
}

LimitSupport limit_support() {
  const GroupFolders& folders = group_folders();
  LimitSupport support{!folders.cpu.folder.empty(), !folders.memory.folder.empty(), ""};
  if (!support.cpu) support.why_not = "CPU limits: " + folders.cpu.why_not;
  if (!support.memory && !(!support.cpu && folders.memory.why_not == folders.cpu.why_not))
    support.why_not += (support.why_not.empty() ? "" : "; ") + ("memory limits: " + folders.memory.why_not);
  return support;
}

void remove_limits(const std::string& cgroup) { remove_groups(group_folders(), cgroup); }

}  // namespace plimsoll::proc
