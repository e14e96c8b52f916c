// Real processes, small and short-lived: sh, sleep and this program itself.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "proc/files.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/stat.h"

namespace plimsoll::proc {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

bool until(Duration deadline, const auto& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class Processes : public testing::Test {
 protected:
  Processes() {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-proc-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Processes() override {
    for (const Identity& left : find_by_environment("PLIMSOLL_PROC_TEST", folder_)) ::kill(left.pid, SIGKILL);
    until(5s, [&] { return find_by_environment("PLIMSOLL_PROC_TEST", folder_).empty(); });
    fs::remove_all(folder_);
  }

  [[nodiscard]] Command command(std::vector<std::string> argv) const {
    Command made;
    made.name = "thing-1";
    made.argv = std::move(argv);
    made.env = {{"PLIMSOLL_PROC_TEST", folder_}, {"PATH", "/usr/bin:/bin"}};
    made.working_directory = folder_;
    made.pidfile = folder_ + "/thing-1.pid";
    made.log_file = folder_ + "/thing-1.log";
    made.cgroup = "test-" + std::to_string(::getpid()) + "-thing-1";
    return made;
  }
  [[nodiscard]] Command shell(const std::string& script) const { return command({"sh", "-c", script}); }
  [[nodiscard]] std::string log() const { return read_file(folder_ + "/thing-1.log").value_or("(no log)"); }

  std::string folder_;
};

TEST_F(Processes, RunsInASessionOfItsOwnWithItsEnvironmentAndLog) {
  auto process = start(shell("echo out $GREETING; echo err >&2; pwd; exec sleep 100"));
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_TRUE(until(5s, [&] { return log().find("/plimsoll-proc-") != std::string::npos; }));
  EXPECT_EQ(log(), "out\nerr\n" + folder_ + "\n");
  EXPECT_TRUE(process->running());
  EXPECT_EQ(session_of(process->identity()), process->pid());
  EXPECT_EQ(environment_of(process->identity(), "PLIMSOLL_PROC_TEST"), folder_);
  EXPECT_EQ(environment_of(process->identity(), "HOME"), std::nullopt);
  EXPECT_EQ(*read_file(folder_ + "/thing-1.pid"),
            std::to_string(process->pid()) + " " + std::to_string(process->identity().start_ticks) + "\n");
  ASSERT_TRUE(process->signal(SIGTERM));
  EXPECT_TRUE(process->wait(5s));
  EXPECT_EQ(process->exit_code(), 128 + SIGTERM);
  EXPECT_TRUE(process->signal(SIGTERM)) << "to an ended one: no error";
}

TEST_F(Processes, TheExitCodeIsKept) {
  auto process = start(shell("exit 7"));
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->wait(5s));
  EXPECT_EQ(process->exit_code(), 7);
  EXPECT_FALSE(process->running());
}

TEST_F(Processes, GetsNoDescriptorsSignalsOrMasksOfPlimsoll) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // NOLINT: without O_CLOEXEC on purpose
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old = ::signal(SIGINT, SIG_IGN);
  auto process = start(shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status; echo end"));
  ::signal(SIGINT, old);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(leaked);
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->wait(5s));
  EXPECT_THAT(log(), HasSubstr("0 1 2 3 SigBlk"));  // 3 is ls's own
  EXPECT_THAT(log(), HasSubstr("SigBlk:\t0000000000000000\n"));
  // Signals 32 and 33 are the C library's own: whoever was started by posix_spawn (make does that) has them ignored, and so have
  // its children.
  const std::size_t at = log().find("SigIgn:\t");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(std::stoull(log().substr(at + 8), nullptr, 16) & ~0x180000000ULL, 0U) << log();
}

TEST_F(Processes, AMissingProgramIsAnErrorAndLeavesNothing) {
  for (const char* program : {"no-such-program", "/no/such/program"}) {
    const auto process = start(command({program}));
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().code, Errc::not_found);
    EXPECT_THAT(process.error().message, HasSubstr(program));
  }
  EXPECT_FALSE(fs::exists(folder_ + "/thing-1.pid"));
}

// The file is there and executable, but the kernel can't run it: only exec itself finds out.
TEST_F(Processes, AProgramThatCannotBeExecutedIsAnErrorAndLeavesNothing) {
  const std::string program = folder_ + "/broken";
  std::ofstream(program) << "#!/no/such/interpreter\n";
  fs::permissions(program, fs::perms::owner_all);
  Command broken = command({program});
  broken.limits = {.cpu = Cores{1}, .memory = Bytes{64 << 20}};
  const auto process = start(broken);
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, HasSubstr(program));
  EXPECT_FALSE(fs::exists(folder_ + "/thing-1.pid"));
  EXPECT_FALSE(fs::exists(group_folders().cpu.folder + "/" + broken.cgroup));
}

TEST_F(Processes, AFolderThatCannotBeEnteredIsNamed) {
  Command lost = shell("exit 0");
  lost.working_directory = folder_ + "/gone";
  EXPECT_THAT(start(lost).error().message, HasSubstr("can't enter " + folder_ + "/gone"));
  lost = shell("exit 0");
  lost.log_file = folder_ + "/gone/x.log";
  EXPECT_THAT(start(lost).error().message, HasSubstr("can't write its log " + folder_ + "/gone/x.log"));
  lost = shell("exit 0");
  lost.user = "no-such-user";
  EXPECT_THAT(start(lost).error().message, HasSubstr("there is no user no-such-user"));
}

TEST_F(Processes, RunsAsAnotherUserWhenRoot) {
  Command other = shell("id -un; id -G; exit 0");
  other.user = "nobody";
  other.working_directory = "/";
  auto process = start(other);
  if (::geteuid() != 0) {
    EXPECT_EQ(process.error().code, Errc::refused);
    return;
  }
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_TRUE(process->wait(5s));
  EXPECT_THAT(log(), testing::StartsWith("nobody\n"));
  EXPECT_EQ(log().find(" 0\n"), std::string::npos) << "root's groups are gone: " << log();
}

TEST_F(Processes, IsFoundAgainByPidfileAndWatched) {
  int pid = 0;
  {
    auto process = start(shell("exec sleep 100"));
    ASSERT_TRUE(process);
    pid = process->pid();
  }
  auto found = adopt(folder_ + "/thing-1.pid");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->pid(), pid);
  EXPECT_TRUE((*found)->running());
  // While the shell becomes `sleep` the system shows no environment for a moment.
  std::vector<Identity> by_environment;
  for (int tries = 0; tries < 500 && by_environment.empty(); ++tries) {
    by_environment = find_by_environment("PLIMSOLL_PROC_TEST", folder_);
    if (by_environment.empty()) std::this_thread::sleep_for(10ms);
  }
  ASSERT_EQ(by_environment.size(), 1U);
  EXPECT_EQ(by_environment[0], (*found)->identity());
  ASSERT_TRUE((*found)->signal(SIGKILL));
  EXPECT_TRUE((*found)->wait(5s));
  EXPECT_FALSE(*adopt(folder_ + "/thing-1.pid")) << "the pidfile speaks of an ended process";
}

TEST_F(Processes, APidfileOfAnotherTimeOrADamagedOneIsNobody) {
  const Identity self{::getpid(), read_stat(::getpid())->start_ticks};
  const std::string file = folder_ + "/x.pid";
  ASSERT_TRUE(write_pidfile(file, {self.pid, self.start_ticks + 1}));
  EXPECT_FALSE(*adopt(file));
  for (const char* text : {"", "12", "12 ", "12 13", "x 13\n", "0 0\n", "-5 1\n"}) {
    std::ofstream(file) << text;
    const auto found = adopt(file);
    ASSERT_TRUE(found) << text;
    EXPECT_FALSE(*found) << text;
  }
  EXPECT_FALSE(*adopt(folder_ + "/absent.pid"));
}

TEST_F(Processes, AZombieIsNotRunning) {
  auto process = start(shell("exit 3"));
  ASSERT_TRUE(process);
  ASSERT_TRUE(until(5s, [&] { return read_stat(process->pid())->state == 'Z'; }));
  EXPECT_FALSE(*adopt(folder_ + "/thing-1.pid"));
  EXPECT_TRUE(find_by_environment("PLIMSOLL_PROC_TEST", folder_).empty());
  EXPECT_FALSE(process->running());
  EXPECT_EQ(process->exit_code(), 3);
}

TEST_F(Processes, WhatAnEndedProcessLeavesInItsGroupIsKilled) {
  auto process = start(shell("sleep 100 & echo $!; exit 0"));
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->wait(5s));
  EXPECT_TRUE(until(5s, [&] { return find_by_environment("PLIMSOLL_PROC_TEST", folder_).empty(); }));
}

/// Forks a stand-in for plimsoll that runs `body` and is then killed with -9; returns when it is gone.
void killed_after(const auto& body) {
  const pid_t stand_in = ::fork();
  if (stand_in == 0) {
    body();
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(stand_in, nullptr, 0);
}

TEST_F(Processes, H23OutlivesPlimsollKilled) {
  killed_after([&] { (void)start(shell("exec sleep 100")); });
  auto found = adopt(folder_ + "/thing-1.pid");
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->running());
  ASSERT_TRUE((*found)->signal(SIGKILL));
  EXPECT_TRUE((*found)->wait(5s));
  EXPECT_EQ((*found)->exit_code(), std::nullopt) << "not our child: nobody tells us its code";
}

// The stand-in dies between fork and go, held there by a pidfile it can't finish writing: a FIFO that nobody reads.
TEST_F(Processes, H23NothingRunsIfPlimsollDiesBeforeThePidfileIsThere) {
  ASSERT_EQ(::mkfifo((folder_ + "/thing-1.pid.new").c_str(), 0600), 0);
  const pid_t stand_in = ::fork();
  if (stand_in == 0) {
    (void)start(shell("echo ran; exec sleep 100"));
    ::_exit(0);
  }
  const std::string children = "/proc/" + std::to_string(stand_in) + "/task/" + std::to_string(stand_in) + "/children";
  std::string child;
  ASSERT_TRUE(until(5s, [&] { return !(child = read_file(children).value_or("")).empty(); }));
  const int pid = std::stoi(child);
  ASSERT_TRUE(until(5s, [&] { return read_stat(pid) && read_stat(pid)->session == pid; }))
      << "the child waits in its own session";
  ::kill(stand_in, SIGKILL);
  ::waitpid(stand_in, nullptr, 0);
  EXPECT_TRUE(until(5s, [&] { return !read_stat(pid) || read_stat(pid)->ended(); }));
  EXPECT_EQ(log(), "");
}

// Two busy seconds of wall time at a quarter core are half a second of CPU; without the limit they would be two.
TEST_F(Processes, A7CpuLimitHolds) {
  Command busy = shell("while :; do :; done");
  busy.limits.cpu = Cores{0.25};
  if (!limit_support().cpu) {
    EXPECT_FALSE(limit_support().why_not.empty());
    return;
  }
  auto process = start(busy);
  ASSERT_TRUE(process) << process.error().message;
  const auto from = std::chrono::steady_clock::now();
  const Duration before = usage(process->identity())->cpu;
  std::this_thread::sleep_for(2s);
  const double share = seconds(usage(process->identity())->cpu - before) / seconds(std::chrono::steady_clock::now() - from);
  EXPECT_LT(share, 0.4);
  ASSERT_TRUE(process->signal(SIGKILL));
  ASSERT_TRUE(process->wait(5s));
  remove_limits(busy.cgroup);
  EXPECT_FALSE(fs::exists(group_folders().cpu.folder + "/" + busy.cgroup));
}

// dd asks for a buffer of 256 MiB where 32 MiB are allowed.
TEST_F(Processes, A7MemoryLimitHolds) {
  Command hungry = shell("exec dd if=/dev/zero of=/dev/null bs=256M count=1");
  hungry.limits.memory = Bytes{32 << 20};
  if (!limit_support().memory) {
    EXPECT_FALSE(limit_support().why_not.empty());
    return;
  }
  auto process = start(hungry);
  ASSERT_TRUE(process) << process.error().message;
  ASSERT_TRUE(process->wait(20s));
  EXPECT_EQ(process->exit_code(), 128 + SIGKILL) << log();
  remove_limits(hungry.cgroup);
  EXPECT_FALSE(fs::exists(group_folders().memory.folder + "/" + hungry.cgroup));
}

TEST_F(Processes, RemovingLimitsKillsWhatIsStillInThem) {
  Command stays = shell("setsid sleep 100 & exit 0");  // out of the process group, not out of the cgroup
  stays.limits.cpu = Cores{1};
  auto process = start(stays);
  ASSERT_TRUE(process) << process.error().message;
  ASSERT_TRUE(process->wait(5s));
  remove_limits(stays.cgroup);
  if (limit_support().cpu) {
    EXPECT_TRUE(until(5s, [&] { return find_by_environment("PLIMSOLL_PROC_TEST", folder_).empty(); }));
  }
  remove_limits(stays.cgroup);  // none there: nothing to do
}

}  // namespace
}  // namespace plimsoll::proc
