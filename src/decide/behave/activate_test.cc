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

/// Behind a balancer, so that "no request came" can be told from "no answer".
Stack balanced(Bounds bounds, std::vector<MetricTarget> metrics) {
  Tier api = plain_tier("api", bounds);
  api.scale.metrics = std::move(metrics);
  api.scale.behavior.down = {0s, {}};
  api.scale.step.in = Ratio{1};
  api.scale.step.observe = 0s;
  api.scale.cooldown = 300s;
  Stack stack = stack_of({api});
  stack.balancer = Balancer{};
  return stack;
}

// No request, so no latency: the rule on p95 has nothing to say, and CPU (10 * 0.05 / 0.7, one instance) may shrink to min. The
// same without knowing that no request came is an outage: the ten stand.
TEST(NoTraffic, NoLatencyIsNoOutageOnlyWithoutRequests) {
  Stack stack = balanced({2, 20}, {utilization_of(0.7)});
  stack.tiers[0].scale.rules = {{.signal = SignalKind::p95, .threshold = 1, .held = 60s, .every = 60s, .step = 1}};
  for (const Gap requests : {Gap::none, Gap::empty, Gap::unreachable, Gap::stale}) {
    Stage stage(stack);
    stage.runs(0, 10);
    stage.see(0, SignalKind::cpu, 0.7);
    stage.see(0, SignalKind::p95, 0.2);
    stage.see(0, SignalKind::requests_per_second, 30);
    ASSERT_EQ(stage.run_for(60s).tiers[0].asked, 10);
    stage.see(0, SignalKind::cpu, 0.05);
    stage.lose(0, SignalKind::p95, Gap::empty);
    stage.see(0, SignalKind::requests_per_second, 0);
    stage.lose(0, SignalKind::requests_per_second, requests);
    stage.run_for(10min);
    EXPECT_EQ(stage.asked(), requests == Gap::none ? 2 : 10);
    EXPECT_EQ(stage.why().policies[1].note, requests == Gap::none ? Note::no_traffic : Note::no_data);
  }
}

// A tier on its latency alone: 300 s after the last request it goes to zero, and a request wakes it.
TEST(NoTraffic, ALatencyTargetSleepsAfterTheCooldown) {
  Stage stage(balanced({0, 20}, {{.signal = SignalKind::p95, .type = TargetType::value, .target = 0.5}}));
  stage.runs(0, 3);
  stage.see(0, SignalKind::p95, 0.5);
  stage.see(0, SignalKind::requests_per_second, 30);
  ASSERT_EQ(stage.run_for(60s).tiers[0].asked, 3);
  stage.lose(0, SignalKind::p95, Gap::empty);
  stage.see(0, SignalKind::requests_per_second, 0);
  EXPECT_EQ(stage.run_for(299s).tiers[0].asked, 1);
  EXPECT_EQ(stage.reason(), Reason::cooldown);
  EXPECT_EQ(stage.tick().tiers[0].asked, 0);
  EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 0);
  stage.see(0, SignalKind::requests_per_second, 1);
  EXPECT_EQ(stage.tick().tiers[0].asked, 1);
}

// Requests can't be counted: nobody knows that nobody came.
TEST(NoTraffic, UncountedRequestsLetNothingSleep) {
  Stage stage(balanced({0, 20}, {{.signal = SignalKind::p95, .type = TargetType::value, .target = 0.5}}));
  stage.runs(0, 3);
  stage.see(0, SignalKind::p95, 0.5);
  stage.see(0, SignalKind::requests_per_second, 30);
  stage.run_for(60s);
  stage.lose(0, SignalKind::p95, Gap::empty);
  stage.lose(0, SignalKind::requests_per_second, Gap::unreachable);
  EXPECT_EQ(stage.run_for(1h, 5s).tiers[0].asked, 3);
}

}  // namespace
}  // namespace plimsoll
