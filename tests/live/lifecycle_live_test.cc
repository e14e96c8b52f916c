// up, up again, Ctrl-C, down, purge.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <map>

#include "render/haproxy.h"
#include "stack_under_test.h"
#include "wire/http_client.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;
using wire::live::wait_until;

const std::vector<std::string> components = {"main", "main-replica-1", "pooler", "redis", "balancer"};

std::map<std::string, int> pids(const StackUnderTest& stack) {
  std::map<std::string, int> found;
  for (const std::string& name : components) found[name] = stack.component_pid(name);
  for (const std::string tier : {"api", "worker"})
    for (const auto& one : stack.instances(tier)) found[one.instance] = one.pid;
  return found;
}

bool decide(const StackUnderTest& stack, const std::string& key) {
  wire::HttpRequest request;
  request.method = "POST";
  request.target = "/api/decide";
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", key}};
  request.body = R"({"user": "ann", "features": [1]})";
  const auto answer = wire::request("127.0.0.1", stack.port(), request, 10s);
  return answer && answer->status < 300;
}

TEST(Lifecycle, UpAgainAdoptsWhatRunsAndStartsWhatDoesNot) {
  StackUnderTest stack({.api_replicas = "2..4"});
  ASSERT_TRUE(stack.up()) << stack.log();
  const std::map<std::string, int> before = pids(stack);
  ASSERT_EQ(before.size(), 8U);
  for (const auto& [name, pid] : before) EXPECT_GT(pid, 0) << name;
  ASSERT_TRUE(decide(stack, "kept"));

  const Outcome second = stack.plimsoll({"up"});
  EXPECT_EQ(second.code, 2) << second.text;
  EXPECT_NE(second.text.find("pid"), std::string::npos) << "a second controller says who the first is: " << second.text;

  // Ctrl-C leaves everything running; the next controller takes it over.
  EXPECT_EQ(stack.interrupt_controller(), 0);
  EXPECT_EQ(pids(stack), before);
  ASSERT_TRUE(stack.up()) << stack.log();
  EXPECT_EQ(pids(stack), before);

  // Without a controller a pooler, a primary and an instance die; the next one starts just those.
  stack.kill_controller();
  for (const std::string name : {"pooler", "main"}) kill(before.at(name), SIGKILL);
  kill(before.at("api-2"), SIGKILL);
  ASSERT_TRUE(stack.up()) << stack.log();
  const std::map<std::string, int> after = pids(stack);
  EXPECT_EQ(after.at("redis"), before.at("redis"));
  EXPECT_EQ(after.at("balancer"), before.at("balancer"));
  EXPECT_EQ(after.at("api-1"), before.at("api-1"));
  EXPECT_NE(after.at("main"), before.at("main"));
  EXPECT_NE(after.at("pooler"), before.at("pooler"));
  EXPECT_NE(after.at("api-2"), before.at("api-2"));
  EXPECT_EQ(after.size(), before.size()) << "nothing runs twice";
  EXPECT_TRUE(decide(stack, "later"));
  EXPECT_EQ(stack.count("select count(*) from decisions"), 2) << "no data is lost";
}

TEST(Lifecycle, DownLeavesTheDataAndPurgeRemovesThem) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_TRUE(decide(stack, "kept"));

  const Outcome down = stack.plimsoll({"down"});
  EXPECT_EQ(down.code, 0) << down.text;
  EXPECT_TRUE(wait_until([&] { return !stack.controls(); })) << "down ends the controller";
  EXPECT_EQ(count_running(stack.root()), 0U) << down.text;
  EXPECT_EQ(stack.plimsoll({"down"}).code, 0) << "down twice is no error";

  ASSERT_TRUE(stack.up()) << stack.log();
  EXPECT_EQ(stack.count("select count(*) from decisions"), 1);

  const Outcome unasked = stack.plimsoll({"down", "--purge"});
  EXPECT_EQ(unasked.code, 2) << "no terminal to ask on";
  EXPECT_TRUE(stack.controls());
  const Outcome purged = stack.plimsoll({"down", "--purge", "--yes"});
  EXPECT_EQ(purged.code, 0) << purged.text;
  EXPECT_FALSE(std::filesystem::exists(stack.root()));
}

// HAProxy is reloaded under load after a scale-out, with no controller there to put it right: the file says what runs.
TEST(Lifecycle, AReloadOfTheBalancerLosesNoServerAndNoRequest) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "4"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 4; })) << stack.log();
  stack.kill_controller();
  const std::string root = stack.root() + "/";
  const auto worker = [&] { return wire::HaproxySocket(root + render::haproxy_socket).command("show info", 2s).value_or(""); };
  const auto pid_line = [](const std::string& info) {
    const std::size_t at = info.find("\nPid: ");
    return at == std::string::npos ? std::string() : info.substr(at, info.find('\n', at + 1) - at);
  };
  const std::string before = pid_line(worker());
  ASSERT_FALSE(before.empty());
  auto engine = stack.decisions("2m=100", "reload");
  ASSERT_TRUE(engine->start());
  ASSERT_TRUE(answers(*engine, 100));
  const wire::HaproxySocket master(root + render::haproxy_master_socket);
  ASSERT_TRUE(wait_until([&] { return master.command("reload", 5s).has_value(); }));
  ASSERT_TRUE(wait_until([&] {
    const std::string now = pid_line(worker());
    return !now.empty() && now != before;
  })) << "no new process took over";
  EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 4; }));
  ASSERT_TRUE(answers(*engine, 200)) << "the load was over before the reload was";
  engine->stop();
  engine->wait();
  EXPECT_EQ(engine->result().counts.failed(), 0U);
  EXPECT_EQ(stack.servers_up("api").size(), 4U);
}

// The controller starts a balancer and a cache anew that were killed; the balancer has all four servers again.
TEST(Lifecycle, AComponentThatDiesIsStartedAgain) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "4"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 4; })) << stack.log();
  for (const std::string name : {"balancer", "redis"}) {
    const int pid = stack.component_pid(name);
    ASSERT_GT(pid, 0);
    kill(pid, SIGKILL);
    EXPECT_TRUE(wait_until([&] { return stack.component_pid(name) > 0 && stack.component_pid(name) != pid; }, 60s))
        << name << "\n"
        << stack.log();
  }
  EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 4; }, 60s)) << stack.log();
  EXPECT_TRUE(wait_until([&] { return decide(stack, "after"); }, 60s)) << stack.log();
}

}  // namespace
}  // namespace plimsoll::live
