// Scaling of a real stack under load costs no request.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
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

/// Answers by instance so far.
std::map<std::string, std::uint64_t> answered(const load::Engine& engine) {
  std::map<std::string, std::uint64_t> counts;
  for (const load::InstanceCount& one : engine.snapshot().so_far.instances) counts[one.instance] = one.count;
  return counts;
}

/// Holds the tier at a count and waits until just so many run and HAProxy finds each of them well.
void hold(StackUnderTest& stack, std::size_t count) {
  const Outcome held = stack.plimsoll({"op", "hold", "api", std::to_string(count)});
  ASSERT_EQ(held.code, 0) << held.text;
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == count && stack.instances("api").size() == count; }, 60s))
      << stack.log();
}

// Five times out to three to six instances and back to one, at 380 requests a second: none of 20,000 fails, and each instance
// that is there after a change answers.
TEST(Scaling, A7_V4_V6_FiveTimesOutAndInWithoutAFailedRequest) {
  StackUnderTest stack;
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("4s:380,4m=380", "scale");
  ASSERT_TRUE(engine->start());
  for (const std::size_t count : {3, 4, 5, 6, 4}) {
    ASSERT_NO_FATAL_FAILURE(hold(stack, count));
    auto before = answered(*engine);
    ASSERT_TRUE(answers(*engine, 1900)) << "the load was over before the changes were";
    auto after = answered(*engine);
    for (const auto& one : stack.instances("api"))
      EXPECT_GT(after[one.instance], before[one.instance]) << one.instance << " is one of " << count << " and answered nothing";
    ASSERT_NO_FATAL_FAILURE(hold(stack, 1));
    ASSERT_TRUE(answers(*engine, 1900)) << "the load was over before the changes were";
  }
  ASSERT_TRUE(wait_until([&] { return engine->snapshot().so_far.counts.succeeded >= 20'000; }, 90s));
  engine->stop();
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_GE(summary.instances.size(), 6U);
  const auto [out, in] = changes(stack.log(), "api");
  EXPECT_GE(out, 5) << stack.log();
  EXPECT_GE(in, 5) << stack.log();
}

// V6: a slow request is finished before its instance goes.
TEST(Scaling, V6_A7_AnInstanceFinishesItsRequestsBeforeItGoes) {
  StackUnderTest stack({.api_env = "CPU_MS: \"0\", OUTSIDE_MS: \"2000\", CONCURRENCY: \"64\", LAME_DUCK_MS: \"0\""});
  ASSERT_TRUE(stack.up()) << stack.log();
  ASSERT_NO_FATAL_FAILURE(hold(stack, 3));
  auto engine = stack.decisions("20s=20", "slow");
  ASSERT_TRUE(engine->start());
  ASSERT_TRUE(answers(*engine, 20)) << "all of them answer only after two seconds";
  for (const auto& server : stack.servers("api"))
    EXPECT_TRUE(!server.status.starts_with("UP") || server.scur > 0) << server.server << " has no request to finish";
  ASSERT_NO_FATAL_FAILURE(hold(stack, 1));
  ASSERT_TRUE(engine->running()) << "they went only after the load";
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_EQ(summary.counts.succeeded, 400U);
}

// The tier's own policies do it, without an order: the rate target wants ceil(300 / 50) = 6, and the minimum once the load is
// gone.
TEST(Scaling, PoliciesFollowTheLoad) {
  StackUnderTest stack({.api_extra = "    scale: {metrics: [{signal: requests_per_second, average: 50}], step: {in: 100%, "
                                     "observe: 1s}, behavior: {down: {window: 3s}}}\n"});
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("90s=290", "policy");
  ASSERT_TRUE(engine->start());
  ASSERT_TRUE(wait_until([&] { return stack.servers_up("api").size() == 6; }, 80s)) << stack.log();
  ASSERT_TRUE(engine->running()) << "six came without load";
  engine->stop();
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.failed(), 0U) << failures(summary);
  EXPECT_TRUE(wait_until([&] { return stack.instances("api").size() == 1; }, 60s)) << stack.log();
  EXPECT_TRUE(std::regex_search(stack.log(), std::regex("api \\d+→\\d+: requests \\d+/s, target 50/s an instance")))
      << "the decision says why: " << stack.log();
}

// Jobs pile up, workers come; jobs are done, workers go. Every job is done.
TEST(Scaling, WorkersFollowTheBacklog) {
  StackUnderTest stack({.worker_env = "JOB_CPU_MS: \"0\", JOB_OUTSIDE_MS: \"25\", RECLAIM_AFTER: \"2\"",
                        .worker_extra = "    scale: {step: {in: 100%, observe: 1s}, behavior: {down: {window: 3s}}}\n"});
  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("10s=150", "backlog");
  ASSERT_TRUE(engine->start());
  engine->wait();
  const load::Summary summary = engine->result();
  EXPECT_EQ(summary.counts.succeeded, 1500U) << failures(summary);
  EXPECT_TRUE(wait_until([&] { return stack.count("select count(*) from effects") >= 1500; }, 120s)) << stack.log();
  EXPECT_EQ(stack.count("select count(*) from effects"), 1500);
  EXPECT_TRUE(wait_until([&] { return stack.instances("worker").size() == 1; }, 60s)) << stack.log();
  EXPECT_EQ(stack.jobs_left(), 0);
  const auto [out, in] = changes(stack.log(), "worker");
  EXPECT_GE(out, 1) << stack.log();
  EXPECT_GE(in, 1) << stack.log();
}

}  // namespace
}  // namespace plimsoll::live
