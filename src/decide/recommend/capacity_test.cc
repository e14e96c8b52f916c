// Instances for a rate: a step of any size in one decision, and none twice.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

/// T6: an instance carries 100 complex requests a second: 2 places of 20 ms, at most 80 % busy are 80.
Tier api() {
  Tier tier = plain_tier("api", {2, 60});
  tier.capacity = Capacity{.concurrency = 2, .service_mean = 20ms};
  tier.instance.start = 60s;
  tier.scale.behavior.down.window = 5min;
  return tier;
}

Stage stage_of(const Tier& tier) {
  Stack stack = stack_of({tier});
  stack.balancer = Balancer{};
  return Stage(stack);
}

// 160/s are two instances' work, 1600/s twenty's. They take 60 s to start: nothing more is asked for meanwhile, and no policy
// that feels the queue of waiting requests or the busy CPUs of the two is needed.
TEST(CapacityPolicy, T6_AStepTimesTenIsMetInOneDecisionAndNotOvershot) {
  Stage stage = stage_of(api());
  stage.runs(0, 2);
  stage.manner(0).start = 60s;
  double rate = 160;
  stage.world = [&](Stage& s) { s.see(0, SignalKind::requests_per_second, rate); };
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 2);
  rate = 1600;
  EXPECT_EQ(stage.tick().tiers[0].asked, 20);
  for (int i = 0; i < 600; ++i) ASSERT_EQ(stage.tick().tiers[0].asked, 20) << i;
  EXPECT_EQ(stage.ready(), 20);
}

// The step limit is for growth that was felt for; what is computed goes through, also if another policy wants still more.
TEST(CapacityPolicy, T14_IsExemptFromTheStepLimit) {
  Tier tier = api();
  tier.scale.step.out = Ratio{0.5};
  tier.scale.step.observe = 10min;
  tier.scale.metrics = {rate_of(40)};
  Stage stage = stage_of(tier);
  stage.runs(0, 2);
  stage.see(0, SignalKind::requests_per_second, 1600);
  EXPECT_EQ(stage.tick().tiers[0].asked, 20) << "capacity says 20, the target 40";
  EXPECT_EQ(stage.reason(), Reason::step_out);
}

TEST(CapacityPolicy, NoRequestsNeedNobodyAndTheMaxIsNamed) {
  Stage stage = stage_of(api());
  stage.see(0, SignalKind::requests_per_second, 0);
  stage.tick();
  EXPECT_EQ(stage.why().policies[0].proposal, 0);
  stage.see(0, SignalKind::requests_per_second, 8000);
  EXPECT_EQ(stage.tick().tiers[0].asked, 60);
  EXPECT_EQ(stage.reason(), Reason::bound_max);
  EXPECT_EQ(stage.why().policies[0].proposal, 100) << "what it would have taken";
}

// An objective nearer to the service time takes more instances; one below it can't be met and is said to be so.
TEST(CapacityPolicy, FollowsTheObjective) {
  int before = 0;
  for (const Duration p95 : {Duration(5s), Duration(70ms), Duration(62ms)}) {
    Tier tier = api();
    tier.objectives = Objectives{.p95 = p95};
    Stage stage = stage_of(tier);
    stage.see(0, SignalKind::requests_per_second, 700);
    stage.tick();
    EXPECT_GE(stage.asked(), before) << seconds(p95);
    before = stage.asked();
  }
  Tier tier = api();
  tier.objectives = Objectives{.p95 = 30ms};
  Stage stage = stage_of(tier);
  stage.see(0, SignalKind::requests_per_second, 700);
  stage.tick();
  EXPECT_EQ(stage.why().policies[0].note, Note::unreachable_objective);
}

}  // namespace
}  // namespace plimsoll
