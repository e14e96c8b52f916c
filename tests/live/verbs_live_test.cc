// What each verb says and exits with: the demo that holds and those that don't, load, orders, a failed second `up`.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stack_under_test.h"
#include "wire/http_server.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;
using wire::live::wait_until;

nlohmann::json report_of(const StackUnderTest& stack) {
  std::ifstream file(stack.root() + "/report.json");
  return nlohmann::json::parse(file, nullptr, false);
}

TEST(Demo, HoldsAndReportsAndLeavesNothingRunning) {
  StackUnderTest stack;
  const Outcome demo = stack.plimsoll({"demo", "--stages", "3s=20"});
  EXPECT_EQ(demo.code, 0) << demo.text;
  EXPECT_NE(demo.text.find("HELD"), std::string::npos) << demo.text;
  EXPECT_EQ(demo.text.find("FAILED"), std::string::npos) << demo.text;
  const nlohmann::json report = report_of(stack);
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report["schema"], "plimsoll/demo/v1");
  EXPECT_EQ(report["requests"]["failed"], 0) << report.dump(2);
  EXPECT_EQ(count_running(stack.root()), 0U) << demo.text;
}

// The service answers after 12 s, a request is given 10.
TEST(Demo, FailsIfRequestsAreNotAnswered) {
  StackUnderTest stack({.api_env = "CPU_MS: \"0\", OUTSIDE_MS: \"12000\", LAME_DUCK_MS: \"0\""});
  const Outcome demo = stack.plimsoll({"demo", "--stages", "2s=5"});
  EXPECT_EQ(demo.code, 1) << demo.text;
  EXPECT_NE(demo.text.find("FAILED"), std::string::npos) << demo.text;
  EXPECT_NE(demo.text.find("timed out"), std::string::npos) << demo.text;
  EXPECT_GT(report_of(stack)["requests"]["failed"], 0);
  EXPECT_EQ(count_running(stack.root()), 0U) << demo.text;
}

// Somebody empties the queue: every request was answered, but accepted jobs are gone.
TEST(Demo, FailsIfAJobIsLost) {
  StackUnderTest stack({.worker_replicas = "1..1", .worker_env = "JOB_CPU_MS: \"0\", JOB_OUTSIDE_MS: \"200\""});
  wire::live::ProgramOptions options;
  options.log = stack.state_dir() + "/demo.log";
  options.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LANG", "C.UTF-8"}};
  wire::live::Program demo({std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll", "demo", stack.spec_file(), "--state-dir",
                            stack.state_dir(), "--stages", "4s=20"},
                           options);
  ASSERT_TRUE(wait_until([&] { return !stack.servers_up("api").empty(); }, 90s));
  wire::RedisClient redis = stack.redis();
  std::int64_t taken = 0;
  ASSERT_TRUE(wait_until([&] {
    const auto job = redis.command({"LPOP", "jobs", "5"}, 10s);
    if (job) taken += static_cast<std::int64_t>(job->items.size());
    return taken >= 5;
  }));
  EXPECT_EQ(demo.wait(150s), 1);
  std::ifstream log(options.log);
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  EXPECT_NE(text.find("FAILED"), std::string::npos) << text;
  const nlohmann::json report = report_of(stack);
  EXPECT_EQ(report["requests"]["failed"], 0) << report.dump(2);
  EXPECT_EQ(report["jobs"]["lost"], taken) << report.dump(2);
  EXPECT_EQ(count_running(stack.root()), 0U) << text;
}

struct LoadCase {
  const char* name;
  std::vector<const char*> arguments;  // PORT stands for the server's
  int code;
  const char* says;
};

class LoadVerb : public testing::TestWithParam<LoadCase> {};

TEST_P(LoadVerb, ExitsAsItWent) {
  auto server = wire::HttpServer::start({}, [](const wire::HttpRequest& request) {
    wire::HttpResponse response;
    response.status = request.target == "/well" ? 200 : 500;
    return response;
  });
  ASSERT_TRUE(server) << server.error().message;
  StackUnderTest unused;  // for its folder
  std::vector<std::string> arguments{"load"};
  for (std::string argument : GetParam().arguments) {
    if (const std::size_t at = argument.find("PORT"); at != std::string::npos)
      argument.replace(at, 4, std::to_string((*server)->port()));
    arguments.push_back(argument);
  }
  const Outcome outcome = unused.plimsoll_at(arguments);
  EXPECT_EQ(outcome.code, GetParam().code) << outcome.text;
  EXPECT_NE(outcome.text.find(GetParam().says), std::string::npos) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(
    Exit, LoadVerb,
    testing::Values(LoadCase{"well", {"http://127.0.0.1:PORT/well", "--stages", "1s=20"}, 0, "20 answered, 0 failed"},
                    LoadCase{"failed", {"http://127.0.0.1:PORT/ill", "--stages", "1s=20"}, 1, "status 500: 20"},
                    LoadCase{"nobody_listens", {"http://127.0.0.1:1/", "--stages", "1s=5"}, 1, "connection refused: 5"},
                    LoadCase{"other_scheme", {"ftp://127.0.0.1/", "--stages", "1s=5"}, 2, "expected http://HOST:PORT/path"},
                    LoadCase{"no_port", {"http://127.0.0.1:99999/", "--stages", "1s=5"}, 2, "1..65535"},
                    LoadCase{"no_stages", {"http://127.0.0.1:PORT/well", "--stages", "often"}, 2, "often"},
                    LoadCase{
                        "no_time", {"http://127.0.0.1:PORT/well", "--stages", "1s=5", "--timeout", "0"}, 2, "is no time above 0"},
                    LoadCase{"nothing_given", {}, 2, "url is required"}),
    [](const auto& one) { return one.param.name; });

TEST(Load, JsonIsJson) {
  auto server = wire::HttpServer::start({}, [](const wire::HttpRequest&) { return wire::HttpResponse{}; });
  ASSERT_TRUE(server) << server.error().message;
  StackUnderTest unused;
  const Outcome outcome =
      unused.plimsoll_at({"load", fmt::format("http://127.0.0.1:{}/", (*server)->port()), "--stages", "1s=20", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  const nlohmann::json json = nlohmann::json::parse(outcome.text, nullptr, false);
  ASSERT_TRUE(json.is_object()) << outcome.text;
  EXPECT_EQ(json["schema"], "plimsoll/load/v1");
  EXPECT_EQ(json["requests"], 20);
  EXPECT_EQ(json["failed"], 0);
  EXPECT_EQ(json["response"]["count"], 20);
}

TEST(Op, OrdersAreObeyedListedWithdrawnAndRefused) {
  StackUnderTest stack;
  const Outcome early = stack.plimsoll({"op", "list"});
  EXPECT_EQ(early.code, 2) << early.text;
  EXPECT_NE(early.text.find("was never up here"), std::string::npos) << early.text;

  ASSERT_TRUE(stack.up()) << stack.log();
  const Outcome floor = stack.plimsoll({"op", "floor", "api", "2", "--why", "newsletter"});
  EXPECT_EQ(floor.code, 0) << floor.text;
  EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 2; }, 60s)) << stack.log();
  const Outcome pause = stack.plimsoll({"op", "pause", "worker", "--for", "1h"});
  EXPECT_EQ(pause.code, 0) << pause.text;
  const Outcome list = stack.plimsoll({"op", "list"});
  EXPECT_EQ(list.code, 0) << list.text;
  for (const char* part : {"api: at least 2", "newsletter", "worker: paused until 2"})
    EXPECT_NE(list.text.find(part), std::string::npos) << "expected '" << part << "' in\n" << list.text;

  const Outcome many = stack.plimsoll({"op", "hold", "api", "1000"});
  EXPECT_EQ(many.code, 2) << many.text;
  EXPECT_NE(many.text.find("1000 is more than the balancer has slots for (18"), std::string::npos) << many.text;
  const Outcome unknown = stack.plimsoll({"op", "hold", "apo", "1"});
  EXPECT_EQ(unknown.code, 2) << unknown.text;
  EXPECT_NE(unknown.text.find("did you mean 'api'?"), std::string::npos) << unknown.text;
  EXPECT_EQ(stack.plimsoll({"op", "list"}).text, list.text) << "what is refused leaves nothing behind";

  EXPECT_EQ(stack.plimsoll({"op", "release", "api"}).code, 0);
  EXPECT_TRUE(wait_until([&] { return stack.plimsoll({"op", "list"}).text.find("api") == std::string::npos; }));

  // By name, from another folder: the copy of the file is beside the stack.
  const Outcome down = stack.plimsoll_at({"down", "test", "--state-dir", stack.state_dir()}, "/usr");
  EXPECT_EQ(down.code, 0) << down.text;
  EXPECT_EQ(count_running(stack.root()), 0U) << down.text;
  const Outcome elsewhere = stack.plimsoll_at({"down", "test"}, "/usr");
  EXPECT_EQ(elsewhere.code, 2) << elsewhere.text;
  EXPECT_NE(elsewhere.text.find("neither a file nor the name of a stack under .plimsoll/"), std::string::npos) << elsewhere.text;
}

// A stack that partly runs, and a file whose api ends at once: `up` starts the pooler and a second worker, fails at the first
// api, stops what it started, and leaves alone what ran.
TEST(FailedUp, LeavesAloneWhatRanBefore) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  stack.kill_controller();
  kill(stack.component_pid("pooler"), SIGKILL);
  kill(stack.instances("api").at(0).pid, SIGKILL);
  ASSERT_TRUE(wait_until([&] { return stack.component_pid("pooler") == 0 && stack.instances("api").empty(); }));
  const auto pids = [&] {
    std::vector<int> all;
    for (const char* name : {"main", "main-replica-1", "redis", "balancer"}) all.push_back(stack.component_pid(name));
    for (const auto& one : stack.instances("worker")) all.push_back(one.pid);
    return all;
  };
  const std::vector<int> before = pids();
  ASSERT_EQ(before.size(), 5U);
  ASSERT_EQ(std::ranges::count(before, 0), 0);

  std::string spec = spec_text(stack.port(), {.api_replicas = "2..8", .worker_replicas = "2..4"});
  const std::string command = "command: [plimsoll-app, api]";
  spec.replace(spec.find(command), command.size(), "command: [/bin/false]");
  stack.write_spec(spec);
  const Outcome second = stack.plimsoll({"up"});
  EXPECT_EQ(second.code, 1) << second.text;
  EXPECT_NE(second.text.find(" exited with 1 after"), std::string::npos) << second.text;
  EXPECT_EQ(pids(), before) << second.text;
  EXPECT_EQ(stack.component_pid("pooler"), 0) << "what it started is stopped again";
  EXPECT_TRUE(stack.instances("api").empty());
}

// The same with an api that still serves: the new ones fail again and again, and `up` gives up instead of waiting for ever.
TEST(FailedUp, GivesUpWhileAnOlderInstanceServes) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  stack.kill_controller();
  const int serving = stack.instances("api").at(0).pid;
  std::string spec = spec_text(stack.port(), {.api_replicas = "2..8"});
  const std::string command = "command: [plimsoll-app, api]";
  spec.replace(spec.find(command), command.size(), "command: [/bin/false]");
  stack.write_spec(spec);
  ASSERT_EQ(stack.plimsoll({"op", "floor", "api", "2"}).code, 0);  // the stored count is one
  const Outcome second = stack.plimsoll({"up"});
  EXPECT_EQ(second.code, 1) << second.text;
  EXPECT_NE(second.text.find(" exited with 1 after"), std::string::npos) << second.text;
  ASSERT_EQ(stack.instances("api").size(), 1U);
  EXPECT_EQ(stack.instances("api").at(0).pid, serving) << "it serves on";
}

}  // namespace
}  // namespace plimsoll::live
