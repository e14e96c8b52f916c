// Tiers that are like HPA or KEDA, through decide(): their sync period, their history, what comes over them.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier like(Like controller, Bounds bounds) {
  Tier tier = plain_tier("api", bounds);
  tier.scale.like = controller;
  tier.scale.metrics = {utilization_of(0.5)};
  return tier;
}

Tier keda_worker(Bounds bounds) {
  Tier tier = plain_tier("worker", bounds, TierKind::worker);
  tier.scale.like = Like::keda;
  tier.consumes = {{"jobs", 5}};
  tier.scale.cooldown = 300s;
  return tier;
}

// Between two syncs, 15 s apart, the count stands.
TEST(LikeHpa, TheCountStandsBetweenSyncs) {
  Stage stage(stack_of({like(Like::hpa, {1, 20})}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, 0.5);
  stage.tick();
  stage.see(0, SignalKind::cpu, 1.0);
  for (int i = 1; i < 15; ++i) {
    ASSERT_EQ(stage.tick().tiers[0].asked, 4) << i;
    ASSERT_EQ(stage.reason(), Reason::between_polls);
  }
  EXPECT_EQ(stage.tick().tiers[0].asked, 8);
}

// What is written down is what happened: HPA allows max(4, 100 %) per 15 s from what it remembers. A limit lets 3 of its 4
// through, so that the event says 3; a refused write is no event.
TEST(LikeHpa, SettleRecordsWhatHappened) {
  Tier tier = like(Like::hpa, {1, 40});
  tier.scale.behavior.given = true;
  tier.instance.cpu.request = Cores{1};
  Stack stack = stack_of({tier});
  stack.limits.cores = Cores{7};
  Stage stage(stack);
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, 1.0);
  EXPECT_EQ(stage.tick().tiers[0].asked, 7);
  EXPECT_EQ(stage.reason(), Reason::limit);
  const LikeState& memory = stage.state().likes[0];
  ASSERT_EQ(memory.kept.ups, 1U);
  EXPECT_EQ(memory.ups[0].change, 3);
  EXPECT_EQ(memory.rescale_to, -1);
}

TEST(LikeHpa, ARefusedWriteIsNoEvent) {
  Tier tier = like(Like::hpa, {1, 40});
  tier.scale.behavior.given = true;
  Stage stage(stack_of({tier}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, 0.5);
  stage.tick();
  stage.manner(0).refuses = true;
  stage.see(0, SignalKind::cpu, 1.0);
  stage.run_for(15s);
  EXPECT_EQ(stage.asked(), 8);
  EXPECT_EQ(stage.state().likes[0].kept.ups, 0U);
  EXPECT_EQ(stage.state().likes[0].conditions.able_to_scale.status, hpa::Status::no);
  EXPECT_EQ(stage.tick().tiers[0].before, 4);
}

// A wish that nothing came of (a pause) is forgotten: a hold given between two syncs is not HPA's own scaling.
TEST(LikeHpa, AnotherHandsChangeIsNotItsEvent) {
  Tier tier = like(Like::hpa, {1, 40});
  tier.scale.behavior.given = true;
  Stage stage(stack_of({tier}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, 0.5);
  stage.tick();
  stage.orders = {Order{.id = 1, .kind = OrderKind::pause, .tier = TierId{0}}};
  stage.see(0, SignalKind::cpu, 1.0);
  stage.run_for(16s);
  stage.orders = {Order{.id = 2, .kind = OrderKind::hold, .tier = TierId{0}, .value = 12}};
  EXPECT_EQ(stage.run_for(2s).tiers[0].asked, 12);
  EXPECT_EQ(stage.state().likes[0].kept.ups, 0U);
}

// A number that is none is no measurement: HPA leaves the count alone and says why.
TEST(LikeHpa, NotANumberIsUnavailable) {
  Stage stage(stack_of({like(Like::hpa, {1, 20})}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 4);
  EXPECT_EQ(stage.state().likes[0].conditions.scaling_active.reason, hpa::Reason::failed_get_resource_metric);
}

// HPA's down window of five minutes, on its own slots; the same after a fail-over in the middle.
TEST(LikeHpa, KeepsItsWindowThroughAFailOver) {
  for (const bool fails_over : {false, true}) {
    Stage stage(stack_of({like(Like::hpa, {1, 20})}));
    stage.runs(0, 8);
    stage.see(0, SignalKind::cpu, 0.5);
    stage.run_for(10min);
    stage.see(0, SignalKind::cpu, 0.25);
    stage.run_for(150s);
    if (fails_over) stage.restart();
    EXPECT_EQ(stage.run_for(140s).tiers[0].asked, 8);
    EXPECT_EQ(stage.run_for(30s).tiers[0].asked, 4);
  }
}

// KEDA: the loop wakes at its poll (30 s), HPA sizes at its sync, the loop puts to zero 300 s after the last sign of work.
TEST(LikeKeda, FromZeroAndBack) {
  Stage stage(stack_of({keda_worker({0, 20})}));
  stage.see(0, SignalKind::backlog, 0, "jobs");
  stage.run_for(10s);
  EXPECT_EQ(stage.asked(), 0);
  stage.see(0, SignalKind::backlog, 23, "jobs");
  std::vector<int> counts{0};
  for (int i = 0; i < 90; ++i)
    if (const int asked = stage.tick().tiers[0].asked; asked != counts.back()) counts.push_back(asked);
  EXPECT_EQ(counts, (std::vector{0, 1, 4, 5})) << "the loop's one; ceil(23 / 5), but max(2 x 1, 4) at first";
  stage.see(0, SignalKind::backlog, 0, "jobs");
  stage.run_for(10min);
  EXPECT_EQ(stage.asked(), 0);
}

// Shared limits hold for its tiers as well, and a schedule's exact count stands over its controller.
TEST(LikeKeda, LimitsAndExactSchedulesStandOverIt) {
  Tier tier = keda_worker({1, 20});
  tier.uses = {{.component = "main", .connections = 10}};
  tier.scale.schedule = {{.kind = ScheduleRule::Kind::exact, .replicas = 2}};
  tier.scale.schedule[0].when.from = stage_begins + 5min;
  Stack stack = stack_of({tier});
  stack.databases = {{.name = "main", .max_connections = 63}};
  Stage stage(stack);
  stage.see(0, SignalKind::backlog, 100, "jobs");
  stage.run_for(4min);
  EXPECT_EQ(stage.asked(), 6);
  stage.run_for(2min);
  EXPECT_EQ(stage.asked(), 2);
  EXPECT_EQ(stage.reason(), Reason::schedule_exact);
}

/// 50 % of CPU on whatever runs; nothing to measure while nobody is ready.
void on_target(Stage& stage) {
  if (stage.ready(0) > 0)
    stage.see(0, SignalKind::cpu, 0.5);
  else
    stage.lose(0, SignalKind::cpu, Gap::empty);
}

// K25: zero from 20:00 to 08:00. An HPA leaves a target at zero alone; this zero was the schedule's, so min comes back.
TEST(LikeHpa, K25_ComesBackFromAnExactZero) {
  Tier tier = like(Like::hpa, {2, 10});
  tier.scale.schedule = {{.kind = ScheduleRule::Kind::exact, .replicas = 0}};
  tier.scale.schedule[0].when.start = "0 20 * * *";
  tier.scale.schedule[0].when.end = "0 8 * * *";
  Stage stage(stack_of({tier}), {}, {}, stage_begins + 20h - 60s);
  stage.runs(0, 2);
  stage.world = on_target;
  EXPECT_EQ(stage.run_for(59s).tiers[0].asked, 2);
  EXPECT_EQ(stage.tick().tiers[0].asked, 0);
  EXPECT_EQ(stage.run_for(12h - 5s, 5s).tiers[0].asked, 0);
  EXPECT_EQ(stage.tick(5s).tiers[0].asked, 2);
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 2);
}

TEST(LikeHpa, ComesBackFromAHoldAtZero) {
  Stage stage(stack_of({like(Like::hpa, {2, 10})}));
  stage.runs(0, 2);
  stage.world = on_target;
  stage.run_for(60s);
  stage.orders = {Order{.id = 1, .kind = OrderKind::hold, .tier = TierId{0}, .value = 0}};
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 0);
  stage.orders.clear();
  EXPECT_EQ(stage.tick().tiers[0].asked, 2);
}

// kubectl scale --replicas=0 is HPA's own pause: it stays, through a fail-over too, until somebody sets another count.
TEST(LikeHpa, SomebodyElsesZeroIsAPause) {
  Stage stage(stack_of({like(Like::hpa, {2, 10})}));
  stage.runs(0, 4);
  stage.world = on_target;
  stage.run_for(60s);
  stage.set_by_somebody_else(0, 0);
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 0);
  stage.restart();
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 0);
  stage.set_by_somebody_else(0, 3);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 3);
}

// 41 / 40 = 1.025 is within HPA's 10 % (plimsoll's own queue policy would want two); 100 / 40 = 2.5 wants three.
TEST(LikeHpa, AListIsAnExternalAverage) {
  Tier tier = plain_tier("worker", {1, 20}, TierKind::worker);
  tier.scale.like = Like::hpa;
  tier.consumes = {{"jobs", 40}};
  Stage stage(stack_of({tier}));
  ASSERT_EQ(stage.plan().likes[0].hpa.metrics.size(), 1U) << "and no CPU target by default";
  stage.runs(0, 1);
  stage.see(0, SignalKind::backlog, 41, "jobs");
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 1);
  stage.see(0, SignalKind::backlog, 100, "jobs");
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 3);
}

// KEDA with a cron trigger alone has no CPU target: 160 % of CPU, which 80 % would double to 20 and on, adds none to the five.
TEST(LikeKeda, ACronTriggerAloneIsAllThereIs) {
  Tier tier = plain_tier("api", {1, 20});
  tier.scale.like = Like::keda;
  tier.scale.schedule = {{.replicas = 5}};
  tier.scale.schedule[0].when.start = "0 0 * * *";
  tier.scale.schedule[0].when.end = "0 12 * * *";
  Stage stage(stack_of({tier}));
  stage.runs(0, 1);
  int most = 0;
  for (int i = 0; i < 1200; ++i) {
    stage.see(0, SignalKind::cpu, 1.6);
    most = std::max(most, stage.tick().tiers[0].asked);
  }
  EXPECT_EQ(stage.asked(), 5);
  EXPECT_EQ(most, 5);
}

}  // namespace
}  // namespace plimsoll
