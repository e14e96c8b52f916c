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

#include <filesystem>
#include <fstream>

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
        Mistake{"exits_at_once", "command: [plimsoll-app, api]", "command: [/bin/false]", 1, {"api-1", "exited with 1"}},
        Mistake{"never_ready",
                "ready: /ready, metrics: /metrics, ready_within: 20s",
                "ready: /nowhere, metrics: /metrics, ready_within: 2s",
                1,
                {"api-1", "2", "ready"}},
        Mistake{"no_such_program", "command: [plimsoll-app, api]", "command: [no-such-program, api]", 2, {"no-such-program"}}),
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
  EXPECT_NE(outcome.text.find(std::to_string(stack.port())), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(stack.root()), 0U);
}

TEST(BadPlace, AFolderTheOtherUserCantEnterIsNamed) {
  if (!wire::live::is_root()) return;  // nobody else's eyes matter then
  StackUnderTest stack;
  const std::string closed = stack.state_dir() + "/closed";
  std::filesystem::create_directory(closed);
  chmod(closed.c_str(), 0700);
  wire::live::ProgramOptions options;
  options.log = stack.state_dir() + "/out.log";
  wire::live::Program up(
      {std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll", "up", stack.spec_file(), "--state-dir", closed + "/state"}, options);
  EXPECT_EQ(up.wait(60s), 2);
  std::ifstream file(options.log);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find(closed), std::string::npos) << text;
  EXPECT_NE(text.find("--state-dir"), std::string::npos) << text;
  EXPECT_FALSE(std::filesystem::exists(closed + "/state")) << "nothing is left behind";
}

TEST(BadPlace, AFolderThatIsAFileIsNamed) {
  StackUnderTest stack;
  const std::string file = stack.state_dir() + "/file";
  std::ofstream(file) << "x";
  wire::live::ProgramOptions options;
  options.log = stack.state_dir() + "/out.log";
  wire::live::Program up({std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll", "up", stack.spec_file(), "--state-dir", file},
                         options);
  EXPECT_EQ(up.wait(60s), 2);
  std::ifstream in(options.log);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_NE(text.find(file), std::string::npos) << text;
}

/// plimsoll up in a mount namespace where `folder` is empty: as on a machine without what Debian puts there.
Outcome up_without(const StackUnderTest& stack, const char* folder) {
  const std::string log = stack.state_dir() + "/out.log";
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, 1);
    dup2(out, 2);
    const bool hidden = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                        mount("none", folder, "tmpfs", 0, nullptr) == 0;
    const std::string program = std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll";
    if (hidden)
      execl(program.c_str(), "plimsoll", "up", stack.spec_file().c_str(), "--state-dir", stack.state_dir().c_str(), nullptr);
    _exit(77);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::ifstream in(log);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::string((std::istreambuf_iterator<char>(in)), {})};
}

TEST(BadPlace, AMissingPostgresIsNamedWithItsPackage) {
  StackUnderTest stack;
  const Outcome outcome = up_without(stack, "/usr/lib/postgresql");
  ASSERT_NE(outcome.code, 77) << "this test hides a folder in a mount namespace and needs root";
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("postgres"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("apt-get install postgresql"), std::string::npos) << outcome.text;
  EXPECT_EQ(count_running(stack.root()), 0U);
}

}  // namespace
}  // namespace plimsoll::live
