#include "proc/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "proc/files.h"

namespace plimsoll::proc {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* v1_mounts =
    "30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
    "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 25 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "33 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
constexpr const char* v2_mounts =
    "29 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";

TEST(FindHierarchy, V1GoesBelowItsOwnGroupFirst) {
  const char* own = "4:memory:/box/a\n2:cpuset:/other\n1:cpu,cpuacct:/\n0::/ignored\n";
  const Hierarchy cpu = find_hierarchy(Controller::cpu, v1_mounts, own);
  EXPECT_EQ(cpu.version, 1);
  EXPECT_THAT(cpu.bases, ElementsAre("/sys/fs/cgroup/cpu,cpuacct"));
  const Hierarchy memory = find_hierarchy(Controller::memory, v1_mounts, own);
  EXPECT_EQ(memory.version, 1);
  EXPECT_THAT(memory.bases, ElementsAre("/sys/fs/cgroup/memory/box/a", "/sys/fs/cgroup/memory"));
}

TEST(FindHierarchy, AContainerSeesItsOwnGroupAsTheTop) {
  const char* mounts = "31 25 0:27 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
  EXPECT_THAT(find_hierarchy(Controller::memory, mounts, "4:memory:/docker/1f\n").bases, ElementsAre("/sys/fs/cgroup/memory"));
  EXPECT_THAT(find_hierarchy(Controller::memory, mounts, "4:memory:/docker/1f/x\n").bases,
              ElementsAre("/sys/fs/cgroup/memory/x", "/sys/fs/cgroup/memory"));
}

TEST(FindHierarchy, V2GoesToTheTopOrBesideItself) {
  const Hierarchy session = find_hierarchy(Controller::cpu, v2_mounts, "0::/user.slice/app.slice/term.scope\n");
  EXPECT_EQ(session.version, 2);
  EXPECT_THAT(session.bases, ElementsAre("/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/app.slice"));
  EXPECT_THAT(find_hierarchy(Controller::memory, v2_mounts, "0::/\n").bases, ElementsAre("/sys/fs/cgroup"));
}

TEST(FindHierarchy, NoneIsNone) {
  const Hierarchy none = find_hierarchy(Controller::cpu, "25 1 0:5 / /proc rw - proc proc rw\n", "");
  EXPECT_EQ(none.version, 0);
  const GroupFolder folder = prepare_folder(Controller::cpu, none);
  EXPECT_EQ(folder.folder, "");
  EXPECT_THAT(folder.why_not, HasSubstr("no cgroup hierarchy with a cpu controller"));
}

/// A folder that looks like a cgroup file system: the files the kernel would make are put there beforehand.
class FakeCgroups : public testing::Test {
 protected:
  FakeCgroups() {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-cgroups-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~FakeCgroups() override { fs::remove_all(root_); }

  void put(const std::string& file, const std::string& text) const {
    fs::create_directories(fs::path(root_ + "/" + file).parent_path());
    std::ofstream(root_ + "/" + file) << text;
  }
  [[nodiscard]] std::string get(const std::string& file) const { return read_file(root_ + "/" + file).value_or("(absent)"); }

  std::string root_;
};

TEST_F(FakeCgroups, V2WritesMaxFiles) {
  put("cgroup.controllers", "cpuset cpu io memory pids\n");
  put("cgroup.subtree_control", "cpu memory pids\n");
  put("plimsoll/cgroup.subtree_control", "");
  for (const char* file : {"cpu.max", "memory.max", "memory.swap.max", "cgroup.procs"})
    put(std::string("plimsoll/api-1/") + file, "");
  const Hierarchy hierarchy{2, {root_ + "/not-there", root_}};
  const GroupFolders folders{prepare_folder(Controller::cpu, hierarchy), prepare_folder(Controller::memory, hierarchy)};
  EXPECT_EQ(folders.cpu.folder, root_ + "/plimsoll") << folders.cpu.why_not;
  EXPECT_EQ(folders.memory.folder, root_ + "/plimsoll") << folders.memory.why_not;
  EXPECT_EQ(get("cgroup.subtree_control"), "cpu memory pids\n") << "both were on already";
  EXPECT_EQ(get("plimsoll/cgroup.subtree_control"), "+memory") << "the last of two writes";

  const auto joins = make_groups(folders, "api-1", Limits{.cpu = Cores{0.25}, .memory = Bytes{256 << 20}});
  ASSERT_TRUE(joins) << joins.error().message;
  EXPECT_THAT(*joins, ElementsAre(root_ + "/plimsoll/api-1/cgroup.procs"));  // once, though two controllers
  EXPECT_EQ(get("plimsoll/api-1/cpu.max"), "25000 100000");
  EXPECT_EQ(get("plimsoll/api-1/memory.max"), "268435456");
  EXPECT_EQ(get("plimsoll/api-1/memory.swap.max"), "0");
}

TEST_F(FakeCgroups, V2WithoutAControllerSaysSo) {
  put("cgroup.controllers", "cpuset io\n");
  const GroupFolder folder = prepare_folder(Controller::cpu, Hierarchy{2, {root_}});
  EXPECT_EQ(folder.folder, "");
  EXPECT_THAT(folder.why_not, HasSubstr("no cpu controller in " + root_));
  EXPECT_FALSE(fs::exists(root_ + "/plimsoll"));
}

TEST_F(FakeCgroups, V1WritesQuotaAndLimit) {
  for (const char* file :
       {"cpu/plimsoll/cpu.cfs_quota_us", "cpu/plimsoll/api-1/cpu.cfs_quota_us", "cpu/plimsoll/api-1/cpu.cfs_period_us",
        "memory/plimsoll/memory.limit_in_bytes", "memory/plimsoll/api-1/memory.limit_in_bytes"})
    put(file, "");
  const GroupFolders folders{prepare_folder(Controller::cpu, {1, {root_ + "/cpu"}}),
                             prepare_folder(Controller::memory, {1, {root_ + "/memory"}})};
  const auto joins = make_groups(folders, "api-1", Limits{.cpu = Cores{1.5}, .memory = Bytes{1 << 20}});
  ASSERT_TRUE(joins) << joins.error().message;
  EXPECT_EQ(joins->size(), 2U);
  EXPECT_EQ(get("cpu/plimsoll/api-1/cpu.cfs_quota_us"), "150000");
  EXPECT_EQ(get("cpu/plimsoll/api-1/cpu.cfs_period_us"), "100000");
  EXPECT_EQ(get("memory/plimsoll/api-1/memory.limit_in_bytes"), "1048576");
}

TEST_F(FakeCgroups, ALimitWithoutAFolderIsLeftOut) {
  put("cpu/plimsoll/api-1/cpu.cfs_quota_us", "");
  put("cpu/plimsoll/api-1/cpu.cfs_period_us", "");
  const GroupFolders cpu_only{{1, root_ + "/cpu/plimsoll", ""}, {0, "", "none"}};
  const auto joins = make_groups(cpu_only, "api-1", Limits{.cpu = Cores{1}, .memory = Bytes{1 << 20}});
  ASSERT_TRUE(joins) << joins.error().message;
  EXPECT_THAT(*joins, ElementsAre(root_ + "/cpu/plimsoll/api-1/cgroup.procs"));
  EXPECT_THAT(make_groups(cpu_only, "api-2", Limits{}).value(), IsEmpty());
}

}  // namespace
}  // namespace plimsoll::proc
