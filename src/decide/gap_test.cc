// Outages of sources and of the controller, and somebody else at the wheel.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier api(Duration down_window) {
  Tier tier = plain_tier("api", {1, 40});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down.window = down_window;
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

// After an outage a full window passes before scale-in.
TEST(GapStep, AfterAnOutageAFullWindowPasses) {
  for (const Gap gap : {Gap::empty, Gap::unreachable, Gap::malformed, Gap::stale}) {
    Stage stage(stack_of({api(5min)}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::requests_per_second, 100);
    stage.run_for(60s);
    stage.lose(0, SignalKind::requests_per_second, gap);
    EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 10);
    EXPECT_EQ(stage.reason(), Reason::no_data);
    stage.see(0, SignalKind::requests_per_second, 30);
    EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 10);
    EXPECT_EQ(stage.reason(), Reason::window_down);
    EXPECT_EQ(stage.tick().tiers[0].asked, 3);
  }
}

// A controller that comes new to a running tier, or comes back after an hour, knows nothing of the window: it waits one.
TEST(GapStep, AnAbsentControllerKnowsNothingOfTheWindow) {
  Stage fresh(stack_of({api(5min)}));
  fresh.runs(0, 10);
  fresh.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(fresh.run_for(299s).tiers[0].asked, 10);
  EXPECT_EQ(fresh.run_for(2s).tiers[0].asked, 3);

  Stage back(stack_of({api(5min)}));
  back.runs(0, 10);
  back.see(0, SignalKind::requests_per_second, 100);
  back.run_for(10min);
  back.restart();
  back.see(0, SignalKind::requests_per_second, 30);
  EXPECT_EQ(back.tick(1h).tiers[0].asked, 10);
  EXPECT_EQ(back.run_for(299s).tiers[0].asked, 10);
  EXPECT_EQ(back.run_for(2s).tiers[0].asked, 3);
}

// One of two policies without data: the other may raise the count, not lower it.
TEST(GapStep, APartialOutageMayGrow) {
  Tier tier = api(0s);
  tier.scale.metrics.push_back(utilization_of(0.5));
  Stage stage(stack_of({tier}));
  stage.runs(0, 10);
  stage.lose(0, SignalKind::requests_per_second, Gap::unreachable);
  stage.see(0, SignalKind::cpu, 0.1);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 10);
  EXPECT_EQ(stage.reason(), Reason::gap_blocks_down);
  stage.see(0, SignalKind::cpu, 0.75);
  EXPECT_EQ(stage.tick().tiers[0].asked, 15);
}

// A script sets 4 again and again; we want 10. After the third time we keep our hands off for ten minutes, and say so.
TEST(Contended, AfterThreeContestsHandsOff) {
  Stage stage(stack_of({api(0s)}));
  stage.runs(0, 10);
  stage.see(0, SignalKind::requests_per_second, 100);
  for (int i = 0; i < 2; ++i) {
    stage.tick();
    stage.set_by_somebody_else(0, 4);
    EXPECT_EQ(stage.tick().tiers[0].asked, 10);
    EXPECT_EQ(stage.decision().tiers[0].before, 4) << "theirs is taken over as what there is";
  }
  stage.set_by_somebody_else(0, 4);
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
  EXPECT_EQ(stage.reason(), Reason::contended);
  EXPECT_EQ(stage.run_for(590s).tiers[0].asked, 4);
  stage.orders = {Order{.id = 1, .kind = OrderKind::hold, .tier = TierId{0}, .value = 7}};
  EXPECT_EQ(stage.tick().tiers[0].asked, 7) << "a person may";
  stage.orders.clear();
  EXPECT_EQ(stage.run_for(20s).tiers[0].asked, 10);
}

// Hands off, but not below min: a script that sets 0 for the third time meets the three that there must be, not our ten.
TEST(Contended, ATierBelowItsMinIsLiftedToIt) {
  Tier tier = api(0s);
  tier.replicas = {3, 40};
  Stage stage(stack_of({tier}));
  stage.runs(0, 10);
  stage.see(0, SignalKind::requests_per_second, 100);
  for (int i = 0; i < 2; ++i) {
    stage.tick();
    stage.set_by_somebody_else(0, 0);
    EXPECT_EQ(stage.tick().tiers[0].asked, 10);
  }
  stage.set_by_somebody_else(0, 0);
  EXPECT_EQ(stage.tick().tiers[0].asked, 3);
  EXPECT_EQ(stage.run_for(590s).tiers[0].asked, 3);
  EXPECT_EQ(stage.reason(), Reason::contended);
  EXPECT_EQ(stage.run_for(20s).tiers[0].asked, 10);
}

}  // namespace
}  // namespace plimsoll
