// What is killed without warning: an instance, a worker, the controller.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "app/keys.h"
#include "stack_under_test.h"
#include "wire/http_client.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;
using wire::live::wait_until;

// kill -9 of one of three instances, each with requests in hand, four times: HAProxy sends those to another one, the client sees
// nothing, and it is replaced.
TEST(Recovery, H23_H10_AKilledInstanceIsReplacedAndNoRequestFails) {
  StackUnderTest stack({.api_env = "CPU_MS: \"0\", OUTSIDE_MS: \"100\", LAME_DUCK_MS: \"0\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "3"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 3; })) << stack.log();
  auto engine = stack.decisions("4m=150", "kill");
  ASSERT_TRUE(engine->start());
  for (std::size_t round = 0; round < 4; ++round) {
    ASSERT_TRUE(answers(*engine, 300)) << "the load was over before the kills were";
    const auto victim = stack.instances("api").at(round % 3);
    ASSERT_TRUE(wait_until([&] {
      return std::ranges::any_of(stack.servers("api"), [&](const auto& s) { return s.server == victim.instance && s.scur > 0; });
    })) << victim.instance
        << " never has a request in hand";
    kill(victim.pid, SIGKILL);
    ASSERT_TRUE(wait_until(
        [&] {
          const auto now = stack.instances("api");
          return now.size() == 3 && std::ranges::none_of(now, [&](const auto& one) { return one.pid == victim.pid; }) &&
                 stack.servers_up("api").size() == 3;
        },
        60s))
        << stack.log();
  }
  engine->stop();
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << "5xx " << summary.counts.status_5xx << ", reset " << summary.counts.reset;
  std::int64_t sent_again = 0;
  for (const auto& server : stack.servers("api")) sent_again += server.wretr.value_or(0) + server.wredis.value_or(0);
  EXPECT_GT(sent_again, 0) << "no request was in hand when an instance was killed";
  const auto not_once = [&] {
    return stack.count(
        "select count(*) from decisions d "
        "where (select count(*) from effects e where e.idempotency_key = d.idempotency_key) <> 1");
  };
  EXPECT_TRUE(wait_until([&] { return not_once() == 0; }, 120s)) << "sent again, but one effect each\n" << stack.log();
  EXPECT_GE(stack.count("select count(*) from effects"), static_cast<std::int64_t>(summary.counts.succeeded));
  EXPECT_EQ(stack.jobs_left(), 0);
}

// A1, H10: the session was made by an instance that is gone.
TEST(Recovery, A1_H10_ASessionSurvivesItsInstance) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  const auto login = wire::post("127.0.0.1", stack.port(), "/api/login", "application/json", R"({"user": "ann"})", 5s);
  ASSERT_TRUE(login) << login.error().message;
  ASSERT_LT(login->status, 300) << login->body;
  const std::string session(login->header("X-Session"));
  ASSERT_FALSE(session.empty());
  const auto first = stack.instances("api").at(0);
  kill(first.pid, SIGKILL);
  ASSERT_TRUE(wait_until([&] {
    const auto now = stack.instances("api");
    return now.size() == 1 && now[0].pid != first.pid && stack.servers_up("api").size() == 1;
  })) << stack.log();
  wire::HttpRequest me;
  me.target = "/api/me";
  me.headers = {{"X-Session", session}};
  const auto answer = wire::request("127.0.0.1", stack.port(), me, 5s);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find("ann"), std::string::npos) << answer->body;
}

// Workers are killed -9 with jobs in hand: as many effects as accepted decisions, none twice, no job left anywhere.
TEST(Recovery, JobsAreDoneOnceWithWorkersKilled) {
  StackUnderTest stack(
      {.worker_replicas = "3..3", .worker_env = "JOB_CPU_MS: \"0\", JOB_OUTSIDE_MS: \"30\", RECLAIM_AFTER: \"2\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("20s=60", "jobs");
  ASSERT_TRUE(engine->start());
  wire::RedisClient redis = stack.redis();
  for (std::size_t round = 0; round < 4; ++round) {
    ASSERT_TRUE(answers(*engine, 100)) << "the load was over before the kills were";
    ASSERT_TRUE(wait_until([&] { return stack.instances("worker").size() == 3; }, 60s)) << stack.log();
    const auto victim = stack.instances("worker").at(round % 3);
    const std::string in_hand = app::processing_key("jobs", victim.instance);
    ASSERT_TRUE(wait_until([&] {
      const auto jobs = redis.command({"LLEN", in_hand}, 10s);
      return jobs && jobs->integer > 0;
    })) << victim.instance
        << " never has a job in hand";
    kill(victim.pid, SIGKILL);
  }
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U);
  EXPECT_EQ(summary.counts.succeeded, 1200U);
  EXPECT_TRUE(wait_until([&] { return stack.jobs_left() == 0 && stack.count("select count(*) from effects") >= 1200; }, 120s))
      << stack.jobs_left() << " jobs left\n"
      << stack.log();
  EXPECT_EQ(stack.count("select count(*) from effects"), 1200);
  EXPECT_EQ(stack.count("select count(distinct idempotency_key) from effects"), 1200) << "none twice, none left out";
  EXPECT_EQ(stack.jobs_left(), 0);
}

// The controller dies the moment the first new instance of six shows; the next one ends with six, all in HAProxy, and no process
// too many.
TEST(Recovery, AControllerKilledInTheMiddleOfAScaleOut) {
  StackUnderTest stack({.api_env = "CPU_MS: \"0\", LAME_DUCK_MS: \"0\", START_DELAY_MS: \"700\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  const auto first = stack.instances("api");
  ASSERT_EQ(first.size(), 1U);
  auto engine = stack.decisions("4m=100", "crash");
  ASSERT_TRUE(engine->start());
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "6"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return stack.instances("api").size() >= 2; })) << stack.log();
  ASSERT_TRUE(engine->running());
  stack.kill_controller();
  const std::size_t at_death = stack.servers_up("api").size();
  EXPECT_LT(at_death, 6U) << "it was killed too late to show anything";

  ASSERT_TRUE(stack.up()) << stack.log();
  EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 6; }, 60s)) << stack.log();
  ASSERT_TRUE(engine->running());
  const auto now = stack.instances("api");
  EXPECT_EQ(now.size(), 6U);
  std::set<std::string> names;
  for (const auto& one : now) names.insert(one.instance);
  EXPECT_EQ(names.size(), 6U) << "no name runs twice";
  EXPECT_TRUE(std::ranges::any_of(now, [&](const auto& one) { return one.pid == first[0].pid; })) << "what ran was adopted";
  engine->stop();
  engine->wait();
  EXPECT_GT(engine->result().counts.succeeded, 0U);
  EXPECT_EQ(engine->result().counts.failed(), 0U) << "nobody noticed";
}

}  // namespace
}  // namespace plimsoll::live
