// Bad input gets a clear error that names the thing, the right exit code, and leaves nothing running.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "stack_under_test.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

struct Mistake {
  const char* name;
  const char* from;
  const char* to;
  int code;
  std::vector<const char*> says;
};

class BadInput : public testing::TestWithParam<Mistake> {};

TEST_P(BadInput, IsNamedAndNothingRuns) {
  const Mistake& mistake = GetParam();
  StackUnderTest stack;
  const std::string bad = stack.state_dir() + "/bad.yaml";
  std::ofstream(bad) << replaced(spec_text(stack.port(), {}), mistake.from, mistake.to);
  const Outcome outcome = stack.plimsoll({"up"}, bad);
  EXPECT_EQ(outcome.code, mistake.code) << outcome.text;
  for (const char* part : mistake.says)
    EXPECT_NE(outcome.text.find(part), std::string::npos) << "expected '" << part << "' in\n" << outcome.text;
  EXPECT_EQ(count_running(stack.root()), 0U) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(
    Spec, BadInput,
    testing::Values(
        Mistake{"unknown_key", "replicas: 1..8", "replcas: 1..8", 2, {"bad.yaml:9:5", "replcas", "replicas", "^"}},
        Mistake{"wrong_unit", "drain: 10s", "drain: 10 seconds", 2, {"bad.yaml:3:", "10 seconds", "30s"}},
        Mistake{"min_over_max", "replicas: 1..8", "replicas: 9..8", 2, {"bad.yaml:9:15", "9..8"}},
        Mistake{
            "unknown_time_zone",
            "replicas: 1..8",
            "replicas: 1..8\n    scale: {schedule: [{start: \"0 8 * * *\", end: \"0 9 * * *\", zone: Europe/Berlim, floor: 2}]}",
            2,
            {"bad.yaml: ", "unknown time zone 'Europe/Berlim'; did you mean Europe/Berlin?"}},
        Mistake{"wrong_formula",
                "per_instance: 200}}",
                "per_instance: 200}}\n    scale: {formula: {value: \"max(jobs, \", target: 20}}",
                2,
                {"bad.yaml: tiers.worker.scale.formula: column "}},
        Mistake{"exits_at_once",
                "command: [plimsoll-app, api]",
                "command: [/bin/false]",
                1,
                {"api-1 exited with 1 after", "log/api-1.log"}},
        Mistake{"never_ready",
                "ready: /ready, metrics: /metrics, ready_within: 20s",
                "ready: /nowhere, metrics: /metrics, ready_within: 2s",
                1,
                {"api-1 was not ready within 2.0 s: /nowhere answered 404"}},
        Mistake{"no_such_program",
                "command: [plimsoll-app, api]",
                "command: [no-such-program, api]",
                2,
                {"command no-such-program not found in PATH"}}),
    [](const auto& one) { return one.param.name; });

TEST(BadPlace, APortThatIsTakenIsNamed) {
  StackUnderTest stack;
  const int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(stack.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(holder, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(holder, 1), 0);
  const Outcome outcome = stack.plimsoll({"up"});
  close(holder);
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find(fmt::format("port {} of 127.0.0.1 is taken", stack.port())), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(stack.root()), 0U);
}

/// `up` of the stack with its folder elsewhere.
Outcome up_in(StackUnderTest& stack, const std::string& state_dir) {
  return stack.plimsoll_at({"up", stack.spec_file(), "--state-dir", state_dir});
}

TEST(BadPlace, AFolderTheOtherUserCantEnterIsNamed) {
  if (!wire::live::is_root()) {
    std::cerr << "not checked: only root's stack has components of another user\n";
    return;
  }
  StackUnderTest stack;
  const std::string closed = stack.state_dir() + "/closed";
  std::filesystem::create_directory(closed);
  chmod(closed.c_str(), 0700);
  const Outcome outcome = up_in(stack, closed + "/state");
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("can't enter " + closed), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("--state-dir"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(closed + "/state")) << "nothing is left behind";
  EXPECT_EQ(count_running(closed + "/state/test"), 0U);
}

TEST(BadPlace, AFolderThatIsAFileIsNamed) {
  StackUnderTest stack;
  const std::string file = stack.state_dir() + "/file";
  std::ofstream(file) << "x";
  const Outcome outcome = up_in(stack, file);
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find(file), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(file + "/test"), 0U);
}

/// An empty file system laid over a folder, for one process only.
struct Cover {
  std::string folder;
  unsigned long flags = 0;  // MS_RDONLY: nobody can write there, not even root
};

constexpr int not_covered = 77;

/// In the child of a fork. Mounts of this process' own are private to it, so that no other sees them.
bool lay(const Cover& cover) {
  if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) return false;
  // In a chroot "/" is no mount point and can't be made private; who made the chroot did so (scripts/fresh.sh).
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 && errno != EINVAL) return false;
  return mount("none", cover.folder.c_str(), "tmpfs", cover.flags, nullptr) == 0;
}

dev_t device_of(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_dev : 0;
}

/// plimsoll up where `cover` lies.
Outcome up_under(const StackUnderTest& stack, const Cover& cover, const std::string& state_dir) {
  const std::string log = stack.state_dir() + "/out.log";
  const std::string program = std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll";
  const dev_t before = device_of(cover.folder);
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, 1);
    dup2(out, 2);
    if (lay(cover))
      execl(program.c_str(), "plimsoll", "up", stack.spec_file().c_str(), "--state-dir", state_dir.c_str(), nullptr);
    _exit(not_covered);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (device_of(cover.folder) != before) {
    umount2(cover.folder.c_str(), MNT_DETACH);
    ADD_FAILURE() << "the mount reached this process, too: run in a private mount namespace (unshare --mount)";
  }
  std::ifstream in(log);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::string((std::istreambuf_iterator<char>(in)), {})};
}

constexpr const char* needs_a_namespace = "this test needs a mount namespace: root, or user namespaces";

TEST(BadPlace, AMissingPostgresIsNamedWithItsPackage) {
  StackUnderTest stack;
  const Outcome outcome = up_under(stack, {"/usr/lib/postgresql"}, stack.state_dir());
  ASSERT_NE(outcome.code, not_covered) << needs_a_namespace;
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("postgres not found: apt-get install postgresql"), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(stack.root()), 0U);
}

TEST(BadPlace, AFolderNobodyCanWriteInIsNamed) {
  StackUnderTest stack;
  const std::string frozen = stack.state_dir() + "/frozen";
  std::filesystem::create_directory(frozen);
  const Outcome outcome = up_under(stack, {frozen, MS_RDONLY}, frozen);
  ASSERT_NE(outcome.code, not_covered) << needs_a_namespace;
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("can't make the folder " + frozen + "/test: Read-only file system"), std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("--state-dir"), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(frozen + "/test"), 0U);
}

}  // namespace
}  // namespace plimsoll::live
