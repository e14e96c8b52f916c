#include "decide/decide.h"

#include <gtest/gtest.h>

#include "decide/testing/scene.h"
#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing_::Scene;

MetricTarget cpu(double target) { return {SignalKind::cpu, "", TargetType::utilization, target}; }
MetricTarget rate(double target) { return {SignalKind::requests_per_second, "", TargetType::average, target}; }

// Two ready at 91 % of a 70 % target: 2 * 0.91 / 0.70 = 2.6, so three.
TEST(Decide, GrowsToTheCpuTarget) {
  Scene scene({.replicas = {2, 10}, .scale = {.metrics = {cpu(0.7)}}});
  scene.see(SignalKind::cpu, 0.91);
  const TierDecision decision = scene.tick();
  EXPECT_EQ(decision.asked, 3);
  EXPECT_EQ(decision.reason, Reason::policy);
}

// 0.75 / 0.70 = 1.07 is within 10 %: nothing changes.
TEST(Decide, StaysWithinTheTolerance) {
  Scene scene({.replicas = {2, 10}, .scale = {.metrics = {cpu(0.7)}}});
  scene.see(SignalKind::cpu, 0.75);
  EXPECT_EQ(scene.tick().asked, 2);
}

// Asked for 7 while 3 are ready at 160 %: 3 * 1.6 / 0.7 = 6.9, still 7; starting ones are not asked for twice.
TEST(Decide, CountsWhatIsWantedNotWhatIsSeen) {
  Scene scene({.replicas = {3, 20}, .scale = {.metrics = {cpu(0.7)}}});
  scene.see(SignalKind::cpu, 1.6);
  EXPECT_EQ(scene.tick().asked, 7);
  scene.ready_stays(3);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(scene.tick().asked, 7);
}

// Two of four are measured, at 96 % of 70 %: 2 * 0.96 / 0.7 = 2.7 is what the load is worth, so the two new ones are enough.
// Under the target the unmeasured ones count as busy: 2 * 0.35 / 0.7 + 2 = 3.
TEST(Decide, InstancesNotMeasuredYetAreNotMultiplied) {
  Scene scene({.replicas = {2, 10}, .scale = {.metrics = {cpu(0.7)}, .behavior = {.down = {0s, {}}}}});
  scene.see(SignalKind::cpu, 1.39);
  ASSERT_EQ(scene.tick().asked, 4);
  scene.see(SignalKind::cpu, 0.96);
  scene.measured_on(SignalKind::cpu, 2);
  EXPECT_EQ(scene.tick().asked, 4);
  scene.see(SignalKind::cpu, 0.35);
  scene.measured_on(SignalKind::cpu, 2);
  EXPECT_EQ(scene.tick().asked, 3);
}

TEST(Decide, TheHighestPolicyWins) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {cpu(0.7), rate(100)}}});
  scene.see(SignalKind::cpu, 0.9);
  scene.see(SignalKind::requests_per_second, 750);
  EXPECT_EQ(scene.tick().asked, 8);
  EXPECT_EQ(scene.why().winner.index, 1U);
}

TEST(Decide, BoundsHold) {
  Scene scene({.replicas = {3, 5}, .scale = {.metrics = {rate(10)}}});
  scene.see(SignalKind::requests_per_second, 1000);
  EXPECT_EQ(scene.tick().asked, 5);
  EXPECT_EQ(scene.decision().reason, Reason::bound_max);
  scene.see(SignalKind::requests_per_second, 0);
  EXPECT_EQ(scene.run_for(120s).asked, 3);
}

// Ten instances on target, down window 600 s. Demand falls at t = 60 s: ten until t = 659 s, fewer by 676 s.
TEST(Stabilization, HoldsThroughTheDownWindow) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.down = {600s, {}}}}});
  scene.see(SignalKind::requests_per_second, 100);
  scene.run_for(60s);
  EXPECT_EQ(scene.decision().asked, 10);
  scene.see(SignalKind::requests_per_second, 30);
  EXPECT_EQ(scene.run_for(599s).asked, 10);
  EXPECT_EQ(scene.decision().reason, Reason::window_down);
  EXPECT_EQ(scene.run_for(17s).asked, 5) << "by half, unless step.in says otherwise";
  EXPECT_EQ(scene.run_for(60s).asked, 3);
}

// A dip shorter than the window lowers nothing; a peak shorter than the up window raises nothing.
TEST(Stabilization, ADipShorterThanTheWindowIsIgnored) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.up = {30s, {}}, .down = {60s, {}}}}});
  scene.see(SignalKind::requests_per_second, 50);
  scene.run_for(120s);
  ASSERT_EQ(scene.decision().asked, 5);
  scene.see(SignalKind::requests_per_second, 200);
  EXPECT_EQ(scene.run_for(20s).asked, 5);
  EXPECT_EQ(scene.decision().reason, Reason::window_up);
  scene.see(SignalKind::requests_per_second, 50);
  EXPECT_EQ(scene.run_for(120s).asked, 5);
  scene.see(SignalKind::requests_per_second, 10);
  EXPECT_EQ(scene.run_for(50s).asked, 5);
  scene.see(SignalKind::requests_per_second, 50);
  EXPECT_EQ(scene.run_for(120s).asked, 5);
}

// A window of 3 s beside one of 600 s is three seconds, not a slice of the long one.
TEST(Stabilization, AShortUpWindowStaysShort) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.up = {3s, {}}, .down = {600s, {}}}}});
  scene.see(SignalKind::requests_per_second, 20);
  scene.run_for(60s);
  scene.see(SignalKind::requests_per_second, 80);
  EXPECT_EQ(scene.run_for(2s).asked, 2);
  EXPECT_EQ(scene.run_for(2s).asked, 8);
}

// K2's up policy: 6 instances per 30 s. From 2 towards 20: 8 at once, 14 after 30 s, 20 after 60 s.
TEST(RatePolicy, K2_AllowsSoMuchPerPeriod) {
  Scene scene(
      {.replicas = {2, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.up = {0s, {{RatePolicy::Unit::instances, 6, 30s}}}}}});
  scene.see(SignalKind::requests_per_second, 200);
  EXPECT_EQ(scene.tick().asked, 8);
  EXPECT_EQ(scene.run_for(28s).asked, 8);
  EXPECT_EQ(scene.decision().reason, Reason::rate_up);
  EXPECT_EQ(scene.run_for(3s).asked, 14);
  EXPECT_EQ(scene.run_for(31s).asked, 20);
}

// Down 10 % per 60 s from 20: 18 first, 10 % of 18 rounded down leaves 16.
TEST(RatePolicy, PercentIsOfThePeriodsStart) {
  Scene scene({.replicas = {1, 20},
               .scale = {.metrics = {rate(10)}, .behavior = {.down = {0s, {{RatePolicy::Unit::percent, 10, 60s}}}}}});
  scene.see(SignalKind::requests_per_second, 200);
  ASSERT_EQ(scene.tick().asked, 20);
  scene.run_for(61s);
  scene.see(SignalKind::requests_per_second, 10);
  EXPECT_EQ(scene.tick().asked, 18);
  EXPECT_EQ(scene.run_for(58s).asked, 18);
  EXPECT_EQ(scene.run_for(3s).asked, 16);
}

// The queue target has no tolerance: 41 jobs at 40 an instance want two.
TEST(Queue, TheFortyFirstJobIsNotStranded) {
  Scene scene({.kind = TierKind::worker, .replicas = {0, 30}, .consumes = {{"jobs", 40}}});
  scene.see(SignalKind::backlog, 41, "jobs");
  EXPECT_EQ(scene.tick().asked, 2);
  scene.see(SignalKind::backlog, 40, "jobs");
  scene.run_for(120s);
  EXPECT_EQ(scene.decision().asked, 1);
}

TEST(Gap, NeverLowersATier) {
  for (const Gap gap : {Gap::stale, Gap::empty, Gap::unreachable, Gap::malformed}) {
    Scene scene({.replicas = {1, 20}, .scale = {.metrics = {cpu(0.7), rate(10)}, .behavior = {.down = {0s, {}}}}});
    scene.see(SignalKind::cpu, 0.7);
    scene.see(SignalKind::requests_per_second, 100);
    ASSERT_EQ(scene.tick().asked, 10);
    scene.lose(SignalKind::requests_per_second, gap);
    scene.see(SignalKind::cpu, 0.1);
    EXPECT_EQ(scene.run_for(600s).asked, 10);
    EXPECT_EQ(scene.decision().reason, Reason::gap_blocks_down);
    scene.see(SignalKind::cpu, 0.14 * 10);
    EXPECT_EQ(scene.tick().asked, 20) << "it may still grow by what is known";
  }
}

TEST(Gap, AnOldSampleIsStale) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.down = {0s, {}}}}});
  scene.see(SignalKind::requests_per_second, 100);
  ASSERT_EQ(scene.tick().asked, 10);
  scene.freeze();
  EXPECT_EQ(scene.run_for(60s).asked, 10);
  EXPECT_EQ(scene.why().policies[0].gap, Gap::stale);
  EXPECT_EQ(scene.decision().reason, Reason::no_data);
}

const StepLimit all_at_once{.in = Ratio{1}, .observe = 0s};

Order order(OrderKind kind, int value) {
  Order given;
  given.id = 7;
  given.kind = kind;
  given.value = value;
  given.who = "ops";
  return given;
}

// K3: hold 15..15, then the bounds of before.
TEST(Orders, K3_HoldIsExactAndMayStandOutsideTheBounds) {
  Scene scene({.replicas = {3, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.down = {0s, {}}}, .step = all_at_once}});
  scene.see(SignalKind::requests_per_second, 40);
  ASSERT_EQ(scene.tick().asked, 4);
  scene.orders = {order(OrderKind::hold, 25)};
  EXPECT_EQ(scene.tick().asked, 25);
  EXPECT_EQ(scene.decision().reason, Reason::order_hold);
  scene.orders = {order(OrderKind::hold, 15)};
  EXPECT_EQ(scene.tick().asked, 15);
  scene.orders = {};
  EXPECT_EQ(scene.tick().asked, 4);
}

TEST(Orders, PauseAndFloor) {
  Scene scene({.replicas = {3, 20}, .scale = {.metrics = {rate(10)}, .behavior = {.down = {0s, {}}}, .step = all_at_once}});
  scene.see(SignalKind::requests_per_second, 50);
  ASSERT_EQ(scene.tick().asked, 5);
  scene.orders = {order(OrderKind::pause, 0)};
  scene.see(SignalKind::requests_per_second, 190);
  EXPECT_EQ(scene.run_for(60s).asked, 5);
  scene.orders = {order(OrderKind::floor, 15)};
  scene.see(SignalKind::requests_per_second, 50);
  EXPECT_EQ(scene.tick().asked, 15);
  scene.see(SignalKind::requests_per_second, 180);
  EXPECT_EQ(scene.tick().asked, 18) << "a floor is no ceiling";
  scene.orders[0].until = scene.now();
  scene.see(SignalKind::requests_per_second, 50);
  EXPECT_EQ(scene.tick().asked, 5) << "expired";
}

// V5: 2..10, above 70 % one more, below 30 % one fewer, looked at every 60 s, one at a time.
TEST(Rules, V5_OneInstanceAMinute) {
  using Comparison = ThresholdRule::Comparison;
  Scene scene({.replicas = {2, 10},
               .scale = {.behavior = {.down = {0s, {}}},
                         .rules = {{SignalKind::cpu, "", Comparison::above, 0.7, 0s, 60s, 1},
                                   {SignalKind::cpu, "", Comparison::below, 0.3, 0s, 60s, -1}}}});
  scene.see(SignalKind::cpu, 0.5);
  EXPECT_EQ(scene.run_for(300s).asked, 2);
  scene.see(SignalKind::cpu, 0.9);
  EXPECT_EQ(scene.tick().asked, 3);
  EXPECT_EQ(scene.run_for(58s).asked, 3);
  EXPECT_EQ(scene.run_for(3s).asked, 4);
  EXPECT_EQ(scene.run_for(3600s).asked, 10);
  scene.see(SignalKind::cpu, 0.2);
  EXPECT_EQ(scene.tick().asked, 9);
  EXPECT_EQ(scene.run_for(58s).asked, 9);
  EXPECT_EQ(scene.run_for(3600s).asked, 2);
}

TEST(Rules, MustHoldForTheirTime) {
  Scene scene(
      {.replicas = {1, 10}, .scale = {.rules = {{SignalKind::cpu, "", ThresholdRule::Comparison::above, 0.8, 600s, 600s, 1}}}});
  scene.see(SignalKind::cpu, 0.9);
  EXPECT_EQ(scene.run_for(599s).asked, 1);
  scene.see(SignalKind::cpu, 0.7);
  scene.tick();
  scene.see(SignalKind::cpu, 0.9);
  EXPECT_EQ(scene.run_for(599s).asked, 1) << "the clock starts again";
  EXPECT_EQ(scene.run_for(3s).asked, 2);
}

TEST(Settle, ARefusedCountChangesNothing) {
  Scene scene({.replicas = {1, 20}, .scale = {.metrics = {rate(10)}}});
  scene.see(SignalKind::requests_per_second, 10);
  scene.tick();
  scene.see(SignalKind::requests_per_second, 100);
  scene.refuse_next();
  EXPECT_EQ(scene.tick().asked, 10);
  EXPECT_EQ(scene.state().tiers[0].asked, 1);
  EXPECT_EQ(scene.tick().before, 1);
}

TEST(Start, FirstTickTakesWhatIsThereWithinTheBounds) {
  Scene scene({.replicas = {3, 5}});
  EXPECT_EQ(scene.tick().asked, 3);
}

// Min ten each, room for twelve: the first tick grants six each, as any other would, and names the limit.
TEST(Start, TheFirstTickMeetsSharedLimits) {
  using namespace testing_;
  Stack stack = stack_of({plain_tier("api", {10, 20}), plain_tier("web", {10, 20})});
  stack.limits.cores = Cores{12};
  Stage stage(stack);
  for (int i = 0; i < 60; ++i) {
    stage.tick();
    ASSERT_EQ(stage.asked(0) + stage.asked(1), 12) << i;
    for (const std::size_t tier : {0U, 1U}) {
      ASSERT_EQ(stage.reason(tier), Reason::limit) << i;
      ASSERT_EQ(stage.plan().limits[stage.why(tier).limits[0].limit.index].name, "cores");
    }
  }
}

TEST(Start, APauseStartsNothing) {
  testing_::Stage stage(testing_::stack_of({testing_::plain_tier("api", {3, 5})}));
  stage.orders = {order(OrderKind::pause, 0)};
  EXPECT_EQ(stage.tick().tiers[0].asked, 0);
  EXPECT_EQ(stage.reason(), Reason::order_pause);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 0);
  stage.orders.clear();
  EXPECT_EQ(stage.tick().tiers[0].asked, 3);
}

TEST(Start, AnIdleTierStaysAtZero) {
  Tier worker = testing_::plain_tier("worker", {0, 5}, TierKind::worker);
  worker.consumes = {{"jobs", 20}};
  testing_::Stage stage(testing_::stack_of({worker}));
  stage.see(0, SignalKind::backlog, 0, "jobs");
  for (int i = 0; i < 400; ++i) ASSERT_EQ(stage.tick().tiers[0].asked, 0) << i;
}

}  // namespace
}  // namespace plimsoll
