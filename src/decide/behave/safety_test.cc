// No scale-in while something is under way, and nothing blocks it for ever.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier quick(Bounds bounds) {
  Tier tier = plain_tier("api", bounds);
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

TEST(Safety, NoScaleInDuringARollout) {
  Stage stage(stack_of({quick({1, 20})}));
  stage.runs(0, 10);
  stage.see(0, SignalKind::requests_per_second, 100);
  stage.tick();
  stage.manner(0).rollout = true;
  stage.manner(0).beyond = 3;
  stage.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(stage.run_for(20min, 5s).tiers[0].asked, 10);
  EXPECT_EQ(stage.reason(), Reason::rollout);
  stage.see(0, SignalKind::requests_per_second, 120);
  EXPECT_EQ(stage.tick().tiers[0].asked, 12) << "growth goes on";
  stage.manner(0) = {};
  stage.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(stage.tick().tiers[0].asked, 3);
}

TEST(Safety, NotWhileInstancesStartOrDrain) {
  Stage stage(stack_of({quick({1, 20})}));
  stage.runs(0, 4);
  stage.manner(0) = {.start = 60s, .drain = 30s};
  stage.see(0, SignalKind::requests_per_second, 80);
  ASSERT_EQ(stage.tick().tiers[0].asked, 8);
  stage.see(0, SignalKind::requests_per_second, 60);
  EXPECT_EQ(stage.run_for(59s).tiers[0].asked, 8);
  EXPECT_EQ(stage.reason(), Reason::unsettled);
  EXPECT_EQ(stage.tick().tiers[0].asked, 6);
  stage.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(stage.run_for(29s).tiers[0].asked, 6) << "two drain";
  EXPECT_EQ(stage.tick().tiers[0].asked, 3);
}

// One that never gets ready, and one that never goes: five minutes.
TEST(Safety, AStuckStartDoesNotBlockForEver) {
  Stage stage(stack_of({quick({1, 20})}));
  stage.runs(0, 4);
  stage.manner(0) = {.start = 10s, .fails = true};
  stage.see(0, SignalKind::requests_per_second, 50);
  ASSERT_EQ(stage.tick().tiers[0].asked, 5);
  stage.see(0, SignalKind::requests_per_second, 20);
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 5);
  EXPECT_EQ(stage.tick().tiers[0].asked, 2);
}

TEST(Safety, AStuckDrainDoesNotBlockForEver) {
  Stage stage(stack_of({quick({1, 20})}));
  stage.runs(0, 8);
  stage.manner(0).drain = 24h;
  stage.see(0, SignalKind::requests_per_second, 60);
  ASSERT_EQ(stage.tick().tiers[0].asked, 6);
  stage.see(0, SignalKind::requests_per_second, 20);
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 6);
  EXPECT_EQ(stage.tick().tiers[0].asked, 2);
}

// Starts that fail and are tried again count as nothing under way: the tier may give up the instance it can't get.
TEST(Safety, FailingStartsBlockNothing) {
  Stage stage(stack_of({quick({1, 20})}));
  stage.runs(0, 4);
  stage.manner(0) = {.start = 10s, .fails = true, .pending = Pending::backing_off};
  stage.see(0, SignalKind::requests_per_second, 50);
  ASSERT_EQ(stage.tick().tiers[0].asked, 5);
  stage.see(0, SignalKind::requests_per_second, 20);
  EXPECT_EQ(stage.tick().tiers[0].asked, 2);
}

// The word of a driver that shows no instances (`unsettled`) counts as well, and no longer than five minutes.
TEST(Safety, AnUnsettledDriverIsBelieved) {
  const Plan plan = compile(stack_of({quick({1, 20})}));
  StackState state = initial_state(plan);
  Decision decision;
  std::vector<Explanation> why(1);
  TimePoint now = stage_begins;
  Sample sample{100, now, {}, Gap::none};
  TierSeen seen{.asked = 10, .reported = 10, .samples = {&sample, 1}, .unsettled = true};
  const auto tick = [&] {
    sample.measured = now += 1s;
    decide(plan, state, Observation{{&seen, 1}, {}, {}}, now, decision, why);
    const TierDecision& made = decision.tiers[0];
    if (made.changes() || state.tiers[0].asked < 0)
      settle(plan, state, {TierId{0}, Outcome::Kind::accepted, made.before, seen.asked = made.asked}, now);
    return made.asked;
  };
  tick();
  sample.value = 120;
  ASSERT_EQ(tick(), 12);
  sample.value = 50;
  for (int i = 0; i < 299; ++i) ASSERT_EQ(tick(), 12) << i;
  EXPECT_EQ(tick(), 5);
}

}  // namespace
}  // namespace plimsoll
