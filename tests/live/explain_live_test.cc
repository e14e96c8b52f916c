// Why it did (not) scale, asked of a real stack's journal: while it runs, of the past, and after the controller is gone.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "stack_under_test.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;
using wire::live::wait_until;

nlohmann::json json_of(const Outcome& outcome) { return nlohmann::json::parse(outcome.text, nullptr, false); }

/// The tier's decision in `explain TIER --json MORE…`.
nlohmann::json decision(StackUnderTest& stack, const std::string& tier, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"explain", tier, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const nlohmann::json json = json_of(stack.plimsoll(arguments));
  const nlohmann::json::json_pointer first("/tiers/0/decisions/0");
  return json.contains(first) ? json.at(first) : nlohmann::json::object();
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "expected '" << (part) << "' in\n" << (text)

// The rate target wants ceil(290 / 50) = 6, max is 4. Then a person pauses growth, then the load goes and the past is asked.
TEST(Explain, T15_K8_SaysWhyNowThenAndUnderAnOrder) {
  StackUnderTest stack({.api_replicas = "1..4",
                        .api_extra =
                            "    scale: {metrics: [{signal: requests_per_second, average: 50}], step: {in: 100%, observe: 1s}, "
                            "behavior: {down: {window: 3s}}}\n"});
  const Outcome early = stack.plimsoll({"explain"});
  EXPECT_EQ(early.code, 2) << early.text;
  EXPECT_SAYS(early.text, "was never up here");

  ASSERT_TRUE(stack.up()) << stack.log();
  auto engine = stack.decisions("150s=290", "explain");
  ASSERT_TRUE(engine->start());
  const auto stands_at = [&](int count, const char* reason) {
    const nlohmann::json one = decision(stack, "api");
    return one.contains("replicas") && one["replicas"]["before"] == count && one["replicas"]["asked"] == count &&
           one["reason"] == reason;
  };
  ASSERT_TRUE(wait_until([&] { return stands_at(4, "bound_max"); }, 80s)) << stack.log();

  const Outcome held = stack.plimsoll({"explain", "api"});
  EXPECT_EQ(held.code, 0) << held.text;
  EXPECT_SAYS(held.text, "api stays at 4: requests ");
  EXPECT_SAYS(held.text, "wanted, max is 4");
  EXPECT_SAYS(held.text, "decided again from the journal: the same");
  EXPECT_SAYS(held.text, "Why does it not scale?");
  EXPECT_SAYS(held.text, "Does it oscillate?");
  EXPECT_EQ(held.text.find('\x1b'), std::string::npos) << "no colours into a file";
  const nlohmann::json now = decision(stack, "api");
  EXPECT_EQ(now["answers"]["why_not_more"]["code"], "bounds") << now.dump(2);
  EXPECT_EQ(now["again"]["outcome"], "same") << now.dump(2);
  const std::string at = now["at"];

  ASSERT_EQ(stack.plimsoll({"op", "pause", "api", "--up", "--why", "database migration"}).code, 0);
  const auto tells_the_order = [&] {
    return stack.plimsoll({"explain", "api"}).text.find("growth paused until released, by ") != std::string::npos;
  };
  ASSERT_TRUE(wait_until(tells_the_order, 20s)) << stack.log();
  const Outcome paused = stack.plimsoll({"explain", "api"});
  EXPECT_SAYS(paused.text, "wanted, max is 4");  // the bound holds before the order has anything to stop
  EXPECT_SAYS(paused.text, "database migration");
  ASSERT_TRUE(engine->running()) << "the load was over before the questions were";

  // Growth only is paused: it goes down as ever, and does not come up again.
  engine->stop();
  engine->wait();
  EXPECT_EQ(engine->result().counts.failed(), 0U);
  ASSERT_TRUE(wait_until([&] { return stack.instances("api").size() == 1; }, 60s)) << stack.log();
  auto again = stack.decisions("40s=120", "again");
  ASSERT_TRUE(again->start());
  ASSERT_TRUE(wait_until(
      [&] {
        const nlohmann::json one = decision(stack, "api");
        return one.contains("replicas") && one["reason"] == "order_pause" && one["replicas"]["wanted"] > 1;
      },
      30s))
      << decision(stack, "api").dump(2);
  EXPECT_SAYS(stack.plimsoll({"explain", "api"}).text, "growth is paused by order 1, given by ");
  EXPECT_EQ(stack.instances("api").size(), 1U);
  again->stop();
  again->wait();

  // The past, from the journal; with the controller gone too.
  EXPECT_EQ(stack.interrupt_controller(), 0);
  const nlohmann::json then = decision(stack, "api", {"--at", at});
  ASSERT_TRUE(then.contains("replicas")) << then.dump(2);
  EXPECT_EQ(then["reason"], "bound_max") << then.dump(2);
  EXPECT_EQ(then["replicas"]["asked"], 4) << then.dump(2);
  EXPECT_EQ(then["again"]["outcome"], "same") << then.dump(2);
  const Outcome last = stack.plimsoll({"explain", "api", "--last", "50"});
  EXPECT_EQ(last.code, 0) << last.text;
  EXPECT_SAYS(last.text, "wanted, max is 4");
  EXPECT_SAYS(last.text, "→1: requests ");
  EXPECT_SAYS(stack.plimsoll({"explain"}).text, "nobody controls test at the moment");
}

struct Wrong {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};

class ExplainRefuses : public testing::TestWithParam<Wrong> {};

TEST_P(ExplainRefuses, WhatIsNone) {
  StackUnderTest stack;
  const Outcome outcome = stack.plimsoll(GetParam().arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.text;
  EXPECT_SAYS(outcome.text, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(Exit, ExplainRefuses,
                         testing::Values(Wrong{"no_journal", {"explain", "api"}, "there is no journal of its decisions"},
                                         Wrong{"no_tier", {"explain", "apo"}, "did you mean 'api'?"},
                                         Wrong{"two_times", {"explain", "api", "--at", "03:05", "--ago", "5m"}, "excludes"},
                                         Wrong{"two_directions", {"op", "pause", "api", "--up", "--down"}, "excludes"}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace plimsoll::live
