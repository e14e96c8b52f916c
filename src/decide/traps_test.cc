// The traps that users of today's autoscalers fell into: our answer, and beside it what the exact controller does.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier api(Like like, Bounds bounds, MetricTarget metric) {
  Tier tier = plain_tier("api", bounds);
  tier.scale.like = like;
  tier.scale.metrics = {std::move(metric)};
  return tier;
}

int changes_in(Stage& stage, Duration time, Duration step = 5s) {
  int changes = 0;
  for (Duration done{}; done < time; done += step)
    for (const TierDecision& tier : stage.tick(step).tiers) changes += tier.changes();
  return changes;
}

// kubernetes#72775, #84142. Ten are asked for; a rollout's surge of five makes it fifteen, at 60 % of their memory, target 70 %.
// HPA multiplies the fifteen: ceil(15 * 0.857) = 13, below its target and yet more than ten; those get a surge too, and so on to
// the maximum. Ours does not turn against the direction of its own ratio.
TEST(Trap, V6_SurgeOfARollout) {
  const auto run = [](Like like) {
    Tier tier = api(like, {1, 40}, utilization_of(0.7, SignalKind::memory));
    tier.instance.memory = RequestLimit<Bytes>{Bytes{512 << 20}, std::nullopt};
    Stage stage(stack_of({tier}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::memory, 0.7);
    stage.tick();
    stage.manner(0) = {.rollout = true, .beyond = 5};
    stage.tick();
    stage.see(0, SignalKind::memory, 0.6);
    std::vector<int> counts;
    for (int sync = 0; sync < 10; ++sync) counts.push_back(stage.run_for(15s).tiers[0].asked);
    return counts;
  };
  const std::vector<int> ours = run(Like::plimsoll);
  EXPECT_EQ(std::ranges::max(ours), 10);
  EXPECT_EQ(std::ranges::min(ours), 10);
  const std::vector<int> hpa = run(Like::hpa);
  EXPECT_EQ(hpa[0], 13);
  EXPECT_EQ(hpa[1], 16);
  EXPECT_GT(hpa.back(), 25) << "no load was added";
}

// keda#3065: the query's answer is empty at peak. KEDA's ignoreNullValues makes it a zero, and five minutes later the minimum.
TEST(Trap, EmptyQueryAtPeak) {
  const auto run = [](Like like) {
    Stack stack =
        stack_of({api(like, {2, 40}, {.signal = SignalKind::named, .list = "rps", .type = TargetType::average, .target = 10})});
    stack.signals = {{.name = "rps", .from = NamedSignal::From::prometheus, .url = "http://prometheus", .query = "rate"}};
    Stage stage(stack);
    stage.runs(0, 30);
    stage.see(0, SignalKind::named, 300, "rps");
    stage.run_for(60s);
    EXPECT_EQ(stage.asked(), 30);
    stage.lose(0, SignalKind::named, Gap::empty, "rps");
    return stage.run_for(20min).tiers[0].asked;
  };
  EXPECT_EQ(run(Like::plimsoll), 30);
  EXPECT_EQ(run(Like::keda), 2);
  EXPECT_EQ(run(Like::hpa), 30) << "HPA itself takes it for an error";
}

// Four tasks an instance, ten instances, task 41 arrives: 41 / 40 is within HPA's tolerance, and the task waits.
TEST(Trap, TaskFortyOneOnFortySlots) {
  const auto run = [](Like like) {
    Tier tier = api(like, {1, 40}, {.signal = SignalKind::backlog, .list = "tasks", .type = TargetType::average, .target = 4});
    tier.kind = TierKind::worker;
    Stage stage(stack_of({tier}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::backlog, 40, "tasks");
    stage.run_for(60s);
    stage.see(0, SignalKind::backlog, 41, "tasks");
    return stage.run_for(5min).tiers[0].asked;
  };
  EXPECT_EQ(run(Like::plimsoll), 11);
  EXPECT_EQ(run(Like::hpa), 10);
}

// keda#5288 and many a GitOps repository: a manifest says 3, the load says 10. HPA sets it back at every sync, for ever.
TEST(Trap, TwoControllersOnOneTarget) {
  const auto run = [](Like like, bool guarded) {
    Tier tier = api(like, {1, 40}, rate_of(10));
    tier.scale.behavior.given = tier.scale.behavior.up.window_given = true;
    Stage stage(stack_of({tier}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::requests_per_second, 100);
    int fights = 0;
    for (int i = 0; i < 40; ++i) {
      fights += changes_in(stage, 15s, 1s);
      if (stage.asked() != 3) stage.set_by_somebody_else(0, 3);
    }
    stage.tick();
    if (guarded) {
      EXPECT_EQ(stage.reason(), Reason::contended) << "and the log says so";
    }
    return fights;
  };
  EXPECT_LE(run(Like::plimsoll, true), 3);
  EXPECT_LE(run(Like::hpa, true), 3) << "the guard stands over every controller";
  // What upstream does: it knows of no other, and scales whenever it looks.
  hpa::Config config;
  config.max = 40;
  hpa::Kept kept;
  std::vector<hpa::Recommendation> slots(hpa::slots(config, 15s).recommendations);
  hpa::State state{slots, {}, {}, {}, &kept};
  int fights = 0;
  for (int i = 0; i < 40; ++i) {
    hpa::Combiner combiner;
    combiner.take(10);
    fights += reconcile_combined(config, state, 3, combiner.result(3), stage_begins + i * 15s).rescale;
  }
  EXPECT_EQ(fights, 40);
}

// Medium/picchu#645: the load swings every three minutes, the policy has no window. HPA follows it for ever; ours sees it.
TEST(Trap, Sawtooth) {
  const auto run = [](Like like) {
    Tier tier = api(like, {1, 40}, rate_of(10));
    tier.scale.behavior.given = tier.scale.behavior.down.window_given = true;
    tier.scale.behavior.down.window = 0s;
    Stage stage(stack_of({tier}));
    stage.runs(0, 3);
    stage.world = [](Stage& s) {
      s.see(0, SignalKind::requests_per_second, (s.now().time_since_epoch() / 3min) % 2 == 1 ? 40 : 30);
    };
    const int changes = changes_in(stage, 4h);
    EXPECT_TRUE(stage.why().flapping) << "it is reported whoever decides";
    return changes;
  };
  EXPECT_LE(run(Like::plimsoll), 6);
  EXPECT_GE(run(Like::hpa), 75);
}

// Upstream keeps its history in memory: a policy of 4 a minute is forgotten by a restart, and allows 4 more at once. Ours, and
// HPA under ours, go on from the stored state.
TEST(Trap, Restart) {
  const auto run = [](Like like, bool forgets) {
    Tier tier = api(like, {1, 40}, rate_of(10));
    tier.scale.behavior.given = tier.scale.behavior.up.policies_given = true;
    tier.scale.behavior.up.policies = {{RatePolicy::Unit::instances, 4, 60s}};
    Stage stage(stack_of({tier}));
    stage.runs(0, 4);
    stage.see(0, SignalKind::requests_per_second, 400);
    stage.tick();
    EXPECT_EQ(stage.asked(), 8);
    stage.run_for(14s);
    if (forgets)
      stage.forget();
    else
      stage.restart();
    return stage.run_for(5s).tiers[0].asked;
  };
  EXPECT_EQ(run(Like::plimsoll, false), 8);
  EXPECT_EQ(run(Like::hpa, false), 8);
  EXPECT_EQ(run(Like::hpa, true), 12) << "as upstream";
}

// kubernetes#29989: an instance burns two cores for its first minute, and is ready at once. The load is 4 instances' work. HPA
// sees 200 % of the fresh ones and starts more of them, which burn too. Ours counts by the arrivals, which start-up does not
// change.
TEST(Trap, StartUpCpuSpike) {
  const auto run = [](Like like) {
    Tier tier = api(like, {1, 40}, utilization_of(0.5));
    if (like == Like::plimsoll) {
      tier.scale.metrics.clear();
      tier.capacity = Capacity{.concurrency = 1, .service_mean = 20ms};  // 40 a second
    }
    Stack stack = stack_of({tier});
    stack.balancer = Balancer{};
    Stage stage(stack);
    stage.runs(0, 3);
    if (like == Like::hpa)
      stage.see_each(0, SignalKind::cpu, [&stage](const InstanceSeen& one) -> std::optional<double> {
        return one.number > 3 && stage.now() - one.started < 60s ? 2.0 : 2.0 / stage.ready();
      });
    stage.world = [](Stage& s) {
      s.see(0, SignalKind::cpu, 0.5);
      s.see(0, SignalKind::requests_per_second, 160);
    };
    int most = 0;
    for (int i = 0; i < 300; ++i) most = std::max(most, stage.tick().tiers[0].asked);
    return most;
  };
  EXPECT_EQ(run(Like::plimsoll), 4);
  EXPECT_GE(run(Like::hpa), 8);
}

// kubernetes#115162: five hundred instances, a quiet night. HPA removes 499 in one write; ours by half, a minute apart.
TEST(Trap, FiveHundredToOneInOneWrite) {
  const auto run = [](Like like) {
    Tier tier = api(like, {1, 500}, rate_of(10));
    tier.scale.behavior.down.window = 5min;
    Stage stage(stack_of({tier}));
    stage.runs(0, 500);
    stage.see(0, SignalKind::requests_per_second, 5000);
    stage.run_for(60s, 5s);
    stage.see(0, SignalKind::requests_per_second, 1);
    int before = 500;
    int largest = 0;
    for (int i = 0; i < 20 * 12; ++i) {
      const int now = stage.tick(5s).tiers[0].asked;
      largest = std::max(largest, before - now);
      before = now;
    }
    EXPECT_EQ(before, 1) << "in the end";
    return largest;
  };
  EXPECT_EQ(run(Like::plimsoll), 250);
  EXPECT_EQ(run(Like::hpa), 499);
}

// One of two metrics fails: up by the other is allowed, down is not. HPA's rule is right; ours is the same.
TEST(Trap, PartialMetricFailure) {
  for (const Like like : {Like::plimsoll, Like::hpa}) {
    Tier tier = api(like, {1, 40}, utilization_of(0.5));
    tier.scale.metrics.push_back(rate_of(10));
    Stage stage(stack_of({tier}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::cpu, 0.5);
    stage.see(0, SignalKind::requests_per_second, 100);
    stage.run_for(60s);
    stage.lose(0, SignalKind::requests_per_second, Gap::unreachable);
    stage.see(0, SignalKind::cpu, 0.1);
    EXPECT_EQ(stage.run_for(20min, 5s).tiers[0].asked, 10);
    stage.see(0, SignalKind::cpu, 0.8);
    for (int i = 0; i < 15 && stage.asked() == 10; ++i) stage.tick();
    EXPECT_EQ(stage.asked(), 16);
  }
}

// keda#2314: min 3, idle 1, no work. KEDA's loop drops it to 1, its HPA lifts it to 3, and so on. Ours has one mind.
TEST(Trap, KedasLoopAgainstItsHpa) {
  const auto run = [](Like like) {
    Tier tier = plain_tier("worker", {3, 20}, TierKind::worker);
    tier.scale.like = like;
    tier.consumes = {{"jobs", 5}};
    tier.scale.idle = 1;
    tier.scale.cooldown = 60s;
    Stage stage(stack_of({tier}));
    stage.runs(0, 3);
    stage.see(0, SignalKind::backlog, 0, "jobs");
    stage.run_for(10min);
    return changes_in(stage, 30min, 1s);
  };
  EXPECT_EQ(run(Like::plimsoll), 0);
  EXPECT_GE(run(Like::keda), 4) << "until the contest is noticed, at least";
}

// knative/serving#13284: instances take 60 s to start; till then requests pile up, and what piles up is read as missing capacity.
// HPA on the queue's length goes to the maximum; ours computes 20 from the arrivals and waits for them.
TEST(Trap, SlowStartsAreReadAsMissingCapacity) {
  const auto run = [](Like like) {
    Tier tier = api(like, {2, 100}, {.signal = SignalKind::queued_requests, .type = TargetType::average, .target = 50});
    if (like == Like::plimsoll) {
      tier.scale.metrics.clear();
      tier.capacity = Capacity{.concurrency = 2, .service_mean = 20ms};  // 80 a second
      tier.instance.start = 60s;
    }
    Stack stack = stack_of({tier});
    stack.balancer = Balancer{};
    Stage stage(stack);
    stage.runs(0, 2);
    stage.manner(0).start = 60s;
    double waiting = 0;
    stage.world = [&](Stage& s) {
      const double arrivals = s.now() - stage_begins < 60s ? 150 : 1600;
      waiting = std::max(0.0, waiting + arrivals - s.ready() * 100.0);
      s.see(0, SignalKind::requests_per_second, arrivals);
      s.see(0, SignalKind::queued_requests, waiting);
    };
    int most = 0;
    for (int i = 0; i < 900; ++i) most = std::max(most, stage.tick().tiers[0].asked);
    return most;
  };
  EXPECT_EQ(run(Like::plimsoll), 20);
  EXPECT_EQ(run(Like::hpa), 100);
}

}  // namespace
}  // namespace plimsoll
