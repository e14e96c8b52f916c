// T15: oscillation is detected, damped for 600 s and reported.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

/// A careless policy: no windows, no step limit.
Tier careless(Bounds bounds) {
  Tier tier = plain_tier("api", bounds);
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

int changes_in(Stage& stage, Duration time) {
  int changes = 0;
  for (Duration done{}; done < time; done += 5s) changes += stage.tick(5s).tiers[0].changes();
  return changes;
}

// Load swings between 3 and 6 instances' work every two minutes. Three turns are allowed; from then on the count stays up.
TEST(Flap, T15_ASawtoothIsDampedAndReported) {
  for (const Bounds bounds : {Bounds{1, 20}, Bounds{3, 6}}) {  // also where the bounds clip it
    Stage stage(stack_of({careless(bounds)}));
    stage.runs(0, 3);
    bool swings = true;
    stage.world = [&](Stage& s) {
      const bool high = swings && (s.now().time_since_epoch() / 2min) % 2 == 1;
      s.see(0, SignalKind::requests_per_second, high ? 60 : 30);
    };
    const int changes = changes_in(stage, 15min);
    EXPECT_GE(changes, 3);
    EXPECT_LE(changes, 5);
    EXPECT_TRUE(stage.why().flapping);
    EXPECT_EQ(stage.asked(), 6);
    EXPECT_EQ(changes_in(stage, 1h), 0) << "no scale-in while it swings, for longer than it is remembered";
    swings = false;
    changes_in(stage, 11min);
    EXPECT_EQ(stage.asked(), 3);
  }
}

// Calm for ten minutes after the last growth: it shrinks again.
TEST(Flap, T15_SixHundredSecondsAfterTheLastGrowthItIsOver) {
  Stage stage(stack_of({careless({1, 20})}));
  stage.runs(0, 3);
  for (int i = 0; i < 4; ++i) {
    stage.see(0, SignalKind::requests_per_second, 60);
    stage.run_for(60s);
    if (i == 3) break;
    stage.see(0, SignalKind::requests_per_second, 30);
    stage.run_for(60s);
  }
  ASSERT_EQ(stage.asked(), 6);
  stage.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(stage.tick().tiers[0].asked, 6);
  EXPECT_EQ(stage.reason(), Reason::flapping);
  const StepLine& line = stage.why().steps[stage.why().steps.size() - 1];
  EXPECT_EQ(line.since, stage.now() + 540s) << "until when";
  const TimePoint over = line.since;
  while (stage.now() < over) {
    ASSERT_EQ(stage.asked(), 6);
    stage.tick();
  }
  EXPECT_EQ(stage.asked(), 3);
}

// Growth is never damped.
TEST(Flap, GrowthGoesThrough) {
  Stage stage(stack_of({careless({1, 20})}));
  stage.runs(0, 3);
  for (int i = 0; i < 8; ++i) {
    stage.see(0, SignalKind::requests_per_second, i % 2 ? 30 : 60);
    stage.run_for(30s);
  }
  stage.see(0, SignalKind::requests_per_second, 190);
  EXPECT_EQ(stage.tick().tiers[0].asked, 19);
}

// What people and schedules do is no flapping.
TEST(Flap, OrdersAndSchedulesAreNoFlapping) {
  Tier tier = careless({1, 20});
  for (int i = 0; i < 5; ++i) {
    ScheduleRule rule{.replicas = 12};
    rule.when.from = stage_begins + i * 4min + 2min;
    rule.when.until = stage_begins + i * 4min + 4min;
    tier.scale.schedule.push_back(rule);
  }
  Stage stage(stack_of({tier}));
  stage.runs(0, 3);
  stage.see(0, SignalKind::requests_per_second, 30);
  stage.run_for(25min, 5s);
  EXPECT_FALSE(stage.why().flapping);
  for (int i = 0; i < 6; ++i) {
    stage.orders = {Order{.id = 1, .kind = OrderKind::hold, .tier = TierId{0}, .value = i % 2 ? 3 : 9}};
    stage.run_for(30s);
  }
  stage.orders.clear();
  stage.run_for(30s);
  EXPECT_FALSE(stage.why().flapping);
}

// 40 and 35 four times over flap. Ten calm minutes later five instances' work is left, and the five a minute that the owner
// allows go on, 35 after the first: what the rate holds back is no wish that was taken back.
TEST(Flap, AfterTheCalmAShrinkGoesOnAtItsOwnPace) {
  Tier tier = careless({1, 60});
  tier.scale.behavior.down = {0s, {{RatePolicy::Unit::instances, 5, 60s}}};
  Stage stage(stack_of({tier}));
  stage.runs(0, 35);
  for (int i = 0; i < 4; ++i) {
    stage.see(0, SignalKind::requests_per_second, 400);
    stage.run_for(60s);
    stage.see(0, SignalKind::requests_per_second, i < 3 ? 350 : 50);
    if (i < 3) stage.run_for(60s);
  }
  ASSERT_EQ(stage.tick().tiers[0].asked, 40);
  ASSERT_EQ(stage.reason(), Reason::flapping);
  const TimePoint over = stage.why().steps[stage.why().steps.size() - 1].since;
  while (stage.now() < over) {
    ASSERT_EQ(stage.asked(), 40);
    stage.tick();
  }
  for (const int want : {35, 30, 25, 20, 15, 10, 5}) {
    EXPECT_EQ(stage.asked(), want);
    EXPECT_EQ(stage.run_for(59s).tiers[0].asked, want) << "no more within the minute";
    stage.tick();
  }
  EXPECT_EQ(stage.asked(), 5);
}

}  // namespace
}  // namespace plimsoll
