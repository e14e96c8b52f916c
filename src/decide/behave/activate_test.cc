// Zero and idle: when a tier sleeps and what wakes it.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier worker() {
  Tier tier = plain_tier("worker", {0, 30}, TierKind::worker);
  tier.consumes = {{"jobs", 20}};
  tier.scale.cooldown = 300s;
  return tier;
}

// K6: the last job is done; the last worker goes 300 s after it.
TEST(Activate, K6_CooldownBeforeZero) {
  Stage stage(stack_of({worker()}));
  stage.see(0, SignalKind::backlog, 15, "jobs");
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 1);
  stage.see(0, SignalKind::backlog, 0, "jobs");
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 1);
  EXPECT_EQ(stage.reason(), Reason::cooldown);
  EXPECT_EQ(stage.tick().tiers[0].asked, 0);
  EXPECT_EQ(stage.reason(), Reason::inactive);
  stage.see(0, SignalKind::backlog, 1, "jobs");
  EXPECT_EQ(stage.tick().tiers[0].asked, 1) << "one job wakes it";
}

// An activation of 10: ten jobs wake nobody, eleven do; and what has woken works the rest off.
TEST(Activate, TheActivationMustBePassed) {
  Tier tier = worker();
  tier.consumes[0].activation = 10;
  Stage stage(stack_of({tier}));
  stage.see(0, SignalKind::backlog, 10, "jobs");
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 0);
  EXPECT_EQ(stage.reason(), Reason::inactive);
  stage.see(0, SignalKind::backlog, 11, "jobs");
  EXPECT_EQ(stage.tick().tiers[0].asked, 1);
  stage.see(0, SignalKind::backlog, 5, "jobs");
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 1);
}

// idle: 1 below min: 4. Without work for the cooldown: one; a job: four at once.
TEST(Activate, AnIdleTierGoesBelowItsMin) {
  Tier tier = worker();
  tier.replicas = {4, 30};
  tier.scale.idle = 1;
  Stage stage(stack_of({tier}));
  stage.see(0, SignalKind::backlog, 10, "jobs");
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
  stage.see(0, SignalKind::backlog, 0, "jobs");
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 4);
  EXPECT_EQ(stage.run_for(2s).tiers[0].asked, 1);
  EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 1);
  stage.see(0, SignalKind::backlog, 1, "jobs");
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
}

// A list that can't be read may hold work: the cooldown starts again when it can.
TEST(Activate, AnOutageIsNoSilence) {
  Stage stage(stack_of({worker()}));
  stage.see(0, SignalKind::backlog, 15, "jobs");
  stage.run_for(60s);
  stage.lose(0, SignalKind::backlog, Gap::unreachable, "jobs");
  EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 1);
  stage.see(0, SignalKind::backlog, 0, "jobs");
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 1);
  EXPECT_EQ(stage.run_for(2s).tiers[0].asked, 0);
}

// A service with a minimum of one has no cooldown, and CPU alone can't tell that there is nothing to do.
TEST(Activate, CpuAloneLetsNothingSleep) {
  Tier tier = plain_tier("api", {0, 5});
  tier.scale.metrics = {utilization_of(0.7)};
  Stage stage(stack_of({tier}));
  stage.runs(0, 1);
  stage.see(0, SignalKind::cpu, 0);
  EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 1);
}

}  // namespace
}  // namespace plimsoll
