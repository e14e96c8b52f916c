// Scaling of a real stack under load costs no request.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <regex>

#include "stack_under_test.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;
using wire::live::wait_until;

std::string failures(const load::Summary& summary) {
  const load::Counts& c = summary.counts;
  return fmt::format("of {}: 4xx {}, 5xx {}, refused {}, reset {}, truncated {}, timed out {}", c.due, c.status_4xx, c.status_5xx,
                     c.connect_refused, c.reset, c.truncated, c.timed_out + c.timed_out_waiting);
}

/// Changes of the tier's count that the controller announced, out and in.
std::pair<int, int> changes(const std::string& log, const std::string& tier) {
  const std::regex change(tier + R"( (\d+)→(\d+))");
  int out = 0, in = 0;
  for (std::sregex_iterator i(log.begin(), log.end(), change), end; i != end; ++i)
    (std::stoi((*i)[2]) > std::stoi((*i)[1]) ? out : in)++;
  return {out, in};
}

// Five times out to three to six instances and back to one, at 380 requests a second: none of 20,000 fails, every one that is
// added takes traffic.
TEST(Scaling, A7_V4_V6_FiveTimesOutAndInWithoutAFailedRequest) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("4s:380,4m=380", "scale");
  ASSERT_TRUE(engine->start());
  for (const int count : {3, 4, 5, 6, 4}) {
    ASSERT_EQ(stack.plimsoll({"op", "hold", "api", std::to_string(count)}).code, 0);
    EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == static_cast<std::size_t>(count); }, 40s))
        << stack.log();
    const auto reached = engine->snapshot().so_far.counts.succeeded;
    wait_until([&] { return engine->snapshot().so_far.counts.succeeded > reached + 1900; });
    ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "1"}).code, 0);
    EXPECT_TRUE(wait_until([&] { return stack.instances("api").size() == 1; }, 40s)) << stack.log();
    const auto back = engine->snapshot().so_far.counts.succeeded;
    wait_until([&] { return engine->snapshot().so_far.counts.succeeded > back + 1900; });
  }
  EXPECT_TRUE(wait_until([&] { return engine->snapshot().so_far.counts.succeeded >= 20'000; }, 60s));
  engine->stop();
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_GE(summary.counts.succeeded, 20'000U);
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_GE(summary.instances.size(), 6U) << "V4: every instance that was added answered";
  const auto [out, in] = changes(stack.log(), "api");
  EXPECT_GE(out, 5) << stack.log();
  EXPECT_GE(in, 5) << stack.log();
}

// V6: a slow request is finished before its instance goes.
TEST(Scaling, V6_A7_AnInstanceFinishesItsRequestsBeforeItGoes) {
  StackUnderTest stack({.api_env = "CPU_MS: \"0\", OUTSIDE_MS: \"2000\", LAME_DUCK_MS: \"0\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "3"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 3; })) << stack.log();
  auto engine = stack.decisions("8s=20", "slow");
  ASSERT_TRUE(engine->start());
  wait_until([&] { return engine->snapshot().so_far.counts.succeeded > 20; });
  ASSERT_EQ(stack.plimsoll({"op", "hold", "api", "1"}).code, 0);
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_EQ(summary.counts.succeeded, 160U);
  EXPECT_TRUE(wait_until([&] { return stack.instances("api").size() == 1; })) << stack.log();
}

// The tier's own policies do it, without an order: the rate target wants ceil(300 / 50) = 6, and the minimum once the load is
// gone.
TEST(Scaling, PoliciesFollowTheLoad) {
  StackUnderTest stack(
      {.api_extra = "    scale: {metrics: [{signal: requests_per_second, average: 50}], behavior: {down: {window: 3s}}}\n"});
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("30s=290", "policy");
  ASSERT_TRUE(engine->start());
  EXPECT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 6; }, 25s)) << stack.log();
  engine->stop();
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_TRUE(wait_until([&] { return stack.instances("api").size() == 1; }, 60s)) << stack.log();
  EXPECT_NE(stack.log().find("requests"), std::string::npos) << "the decision says why";
}

// Jobs pile up, workers come; jobs are done, workers go. Every job is done.
TEST(Scaling, WorkersFollowTheBacklog) {
  StackUnderTest stack({.worker_env = "JOB_CPU_MS: \"0\", JOB_OUTSIDE_MS: \"25\", RECLAIM_AFTER: \"2\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("10s=150", "backlog");
  ASSERT_TRUE(engine->start());
  engine->wait();
  const std::uint64_t accepted = engine->result().counts.succeeded;
  EXPECT_EQ(accepted, 1500U);
  EXPECT_TRUE(wait_until([&] { return stack.count("select count(*) from effects") == static_cast<std::int64_t>(accepted); }, 60s))
      << stack.log();
  EXPECT_GE(changes(stack.log(), "worker").first, 1) << stack.log();
}

}  // namespace
}  // namespace plimsoll::live
