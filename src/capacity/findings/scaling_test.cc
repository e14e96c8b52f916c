// What decides the count, and what stops an instance.

#include <gtest/gtest.h>

#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {
namespace {

using enum Level;
using namespace std::chrono_literals;
constexpr std::nullopt_t silent = std::nullopt;

class ScalingRule : public Rule {};
TEST_P(ScalingRule, SaysWhatItMustAndNothingElse) { check(GetParam()); }

void like_hpa(Given& g) {
  api(g).scale.like = Like::hpa;
  api(g).scale.behavior.given = true;
}

void down(Given& g, Duration window) {
  api(g).scale.behavior.down.window = window;
  api(g).scale.behavior.down.window_given = true;
}

void policy(Given& g, RatePolicy::Unit unit, double amount, Duration every) {
  like_hpa(g);
  api(g).scale.behavior.up.policies = {{unit, amount, every}};
}
using Unit = RatePolicy::Unit;

INSTANTIATE_TEST_SUITE_P(
    K2, ScalingRule,
    testing::Values(Row{"ShorterThanTheSync", "policy-period", note,
                        "api: 4 instances every 10 s (up) is shorter than the sync period of 15 s",
                        [](Given& g) { policy(g, Unit::instances, 4, 10s); }},
                    Row{"TheSyncItself", "policy-period", note, "api: 100 % every 15 s (up) is exactly the sync period",
                        [](Given& g) { policy(g, Unit::percent, 100, 15s); }},
                    Row{"KubernetesOwnDefaults", "policy-period", silent, "",
                        [](Given& g) {
                          policy(g, Unit::percent, 100, 15s);
                          api(g).scale.behavior.up.policies.push_back({Unit::instances, 4, 15s});
                          api(g).scale.behavior.down.policies = {{Unit::percent, 100, 15s}};
                        }},
                    Row{"SixInThirty", "policy-period", silent, "", [](Given& g) { policy(g, Unit::instances, 6, 30s); }},
                    // plimsoll ticks every second.
                    Row{"OurOwnEngine", "policy-period", silent, "",
                        [](Given& g) {
                          policy(g, Unit::instances, 2, 5s);
                          api(g).scale.like = Like::plimsoll;
                        }},
                    Row{"DownBeforeItHasStarted", "window-under-start", warning,
                        "api: a dip of 30 s removes an instance, and it takes 90 s to start one",
                        [](Given& g) {
                          down(g, 30s);
                          api(g).instance.start = 90s;
                        }},
                    Row{"UpBeforeItHasStarted", "window-under-start", note,
                        "api: the up window of 30 s ends before an instance has started (90 s)",
                        [](Given& g) {
                          like_hpa(g);
                          api(g).scale.behavior.up.window = 30s;
                          api(g).scale.behavior.up.window_given = true;
                          api(g).instance.start = 90s;
                        }},
                    Row{"UpAtOnceIsAChoice", "window-under-start", silent, "",
                        [](Given& g) {
                          like_hpa(g);
                          api(g).scale.behavior.up.window_given = true;
                          api(g).instance.start = 90s;
                        }},
                    Row{"LongEnough", "window-under-start", silent, "",
                        [](Given& g) {
                          down(g, 600s);
                          api(g).instance.start = 90s;
                        }},
                    Row{"StartNotWritten", "window-under-start", silent, "",
                        [](Given& g) {
                          down(g, 5s);
                          g.context.given = [](std::string_view path) { return path != "tiers.api.instance.start"; };
                        }}),
    name_of_row);

void keda(Given& g, double per_instance, int most) {
  worker(g).scale.like = Like::keda;
  worker(g).consumes[0].per_instance = per_instance;
  worker(g).replicas.max = most;
}

INSTANTIATE_TEST_SUITE_P(
    K6, ScalingRule,
    testing::Values(Row{"OneJobEach", "tolerance-strands-work", note,
                        "worker: at 39 instances up to 3 jobs of orders wait without another instance: 10 % of 39 × 1",
                        [](Given& g) { keda(g, 1, 40); }},
                    // Four tasks an instance, ten of them, the 41st waits: inside 10 %.
                    Row{"TheFortyFirst", "tolerance-strands-work", note, "at 10 instances up to 4 jobs",
                        [](Given& g) { keda(g, 4, 11); }},
                    Row{"FiftyEachAreABacklog", "tolerance-strands-work", silent, "", [](Given& g) { keda(g, 50, 30); }},
                    Row{"PlacesForFifty", "tolerance-strands-work", note, "up to 145 jobs",
                        [](Given& g) {
                          keda(g, 50, 30);
                          worker(g).capacity = Capacity{.concurrency = 50, .service_mean = 1s};
                        }},
                    Row{"LessThanOneInstance", "tolerance-strands-work", silent, "", [](Given& g) { keda(g, 5, 10); }},
                    Row{"NoTolerance", "tolerance-strands-work", silent, "",
                        [](Given& g) {
                          keda(g, 1, 40);
                          worker(g).scale.tolerance = Ratio{0};
                        }},
                    Row{"OurOwnEngineHasNone", "tolerance-strands-work", silent, "",
                        [](Given& g) {
                          keda(g, 1, 40);
                          worker(g).scale.like = Like::plimsoll;
                        }}),
    name_of_row);

void rules(Given& g, double more, double fewer) {
  api(g).scale.rules = {
      {.signal = SignalKind::cpu, .threshold = more, .step = 1},
      {.signal = SignalKind::cpu, .comparison = ThresholdRule::Comparison::below, .threshold = fewer, .step = -1}};
}

INSTANTIATE_TEST_SUITE_P(T15, ScalingRule,
                         testing::Values(
                             // Up above 2 × 70 % × 1.1, back at min(2, 3 × 0.9) × 70 %.
                             Row{"NoWindow", "flapping", warning,
                                 "api: from 2 to 3 instances above 154 % of cpu in all and back at 140 %: a swing of 9.1 % moves "
                                 "it there and back at once",
                                 [](Given& g) {
                                   like_hpa(g);
                                   down(g, 0s);
                                 }},
                             Row{"UntilNine", "flapping", warning, "below one instance's target up to 9 instances",
                                 [](Given& g) {
                                   like_hpa(g);
                                   down(g, 0s);
                                   api(g).replicas.max = 18;
                                   api(g).uses.clear();
                                 }},
                             Row{"FromTenOnTheBandIsWide", "flapping", silent, "",
                                 [](Given& g) {
                                   like_hpa(g);
                                   down(g, 0s);
                                   api(g).replicas = {10, 18};
                                 }},
                             Row{"AMinute", "flapping", silent, "",
                                 [](Given& g) {
                                   like_hpa(g);
                                   down(g, 60s);
                                 }},
                             Row{"KubernetesDefault", "flapping", silent, "",
                                 [](Given& g) {
                                   like_hpa(g);
                                   api(g).scale.behavior.down.window = 0s;  // not given: five minutes are filled in
                                 }},
                             Row{"OurOwnEngineDamps", "flapping", silent, "", [](Given& g) { down(g, 0s); }},
                             // 70 % on two is 47 % on three.
                             Row{"RulesThatUndoEachOther", "flapping", warning,
                                 "api: cpu 70 % on 2 instances is 46.7 % on 3, below 60 %: what one rule adds the other removes",
                                 [](Given& g) { rules(g, 0.7, 0.6); }},
                             Row{"SeventyAndThirty", "flapping", silent, "", [](Given& g) { rules(g, 0.7, 0.3); }},
                             Row{"NothingToMove", "flapping", silent, "",
                                 [](Given& g) {
                                   rules(g, 0.7, 0.6);
                                   api(g).replicas = {3, 3};
                                 }}),
                         name_of_row);

void target(Given& g, MetricTarget wanted) { api(g).scale.metrics = {std::move(wanted)}; }

INSTANTIATE_TEST_SUITE_P(
    A8, ScalingRule,
    testing::Values(
        Row{"P95", "not-proportional-target", warning,
            "api: p95 is a proportional target, and twice the instances do not halve a latency",
            [](Given& g) { target(g, {.signal = SignalKind::p95, .type = TargetType::value, .target = 0.5}); }},
        Row{"Errors", "not-proportional-target", warning, "errors is a proportional target",
            [](Given& g) { target(g, {.signal = SignalKind::errors, .type = TargetType::value, .target = 0.01}); }},
        Row{"DatabaseLatency", "not-proportional-target", warning, "more instances make a slow database slower",
            [](Given& g) {
              g.stack.signals = {{.name = "database_latency", .unit = SignalUnit::seconds}};
              target(g, {.signal = SignalKind::named, .list = "database_latency", .type = TargetType::value, .target = 0.5});
            }},
        Row{"AQuantileByItsQuery", "not-proportional-target", warning, "slow is a proportional target",
            [](Given& g) {
              g.stack.signals = {
                  {.name = "slow", .query = "histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[1m])))"}};
              target(g, {.signal = SignalKind::named, .list = "slow", .type = TargetType::average, .target = 0.5});
            }},
        // A tier's number by its target: no count to multiply, so nothing runs away.
        Row{"AverageOfATiersNumber", "not-proportional-target", warning, "wanted = ceil(value / target), however many run",
            [](Given& g) {
              g.stack.signals = {{.name = "checkout_latency", .unit = SignalUnit::seconds}};
              target(g, {.signal = SignalKind::named, .list = "checkout_latency", .type = TargetType::average, .target = 0.5});
            }},
        Row{"AverageOfEachInstances", "not-proportional-target", warning, "again and again while the value stays",
            [](Given& g) {
              g.stack.signals = {{.name = "checkout_latency", .per_instance = true, .unit = SignalUnit::seconds}};
              target(g, {.signal = SignalKind::named, .list = "checkout_latency", .type = TargetType::average, .target = 0.5});
            }},
        Row{"ATransactionIsNoDatabase", "not-proportional-target", warning, "twice the instances do not halve a latency",
            [](Given& g) {
              g.stack.signals = {{.name = "transaction_time", .unit = SignalUnit::seconds}};
              target(g, {.signal = SignalKind::named, .list = "transaction_time", .type = TargetType::value, .target = 0.5});
            }},
        Row{"MemoryAlone", "not-proportional-target", warning, "memory is a proportional target",
            [](Given& g) { target(g, {.signal = SignalKind::memory, .target = 0.8}); }},
        Row{"MemoryBesideCpu", "not-proportional-target", note, "memory is a proportional target",
            [](Given& g) { api(g).scale.metrics.push_back({.signal = SignalKind::memory, .target = 0.8}); }},
        Row{"AGuardIsARule", "not-proportional-target", silent, "",
            [](Given& g) {
              g.stack.signals = {{.name = "database_latency", .unit = SignalUnit::seconds}};
              api(g).scale.rules = {
                  {.signal = SignalKind::named, .list = "database_latency", .threshold = 0.5, .investigate = true}};
            }},
        Row{"RequestsPerSecond", "not-proportional-target", silent, "",
            [](Given& g) { target(g, {.signal = SignalKind::requests_per_second, .type = TargetType::average, .target = 100}); }},
        Row{"AQueueLength", "not-proportional-target", silent, "",
            [](Given& g) {
              g.stack.signals = {{.name = "queue_length_total"}};
              target(g, {.signal = SignalKind::named, .list = "queue_length_total", .type = TargetType::average, .target = 50});
            }}),
    name_of_row);

TEST(NotProportional, A8_BesideALoadTargetMemoryIsToBeRemoved) {
  Given given = sound();
  target(given, {.signal = SignalKind::memory, .target = 0.8});
  ASSERT_EQ(of_rule(given, "not-proportional-target").size(), 1U);
  EXPECT_EQ(of_rule(given, "not-proportional-target")[0].advice,
            "add a target that follows the load: cpu, or requests per second");
  api(given).scale.metrics.push_back({.signal = SignalKind::cpu, .target = 0.7});
  ASSERT_EQ(of_rule(given, "not-proportional-target").size(), 1U);
  EXPECT_EQ(of_rule(given, "not-proportional-target")[0].advice, "remove the memory target; it can only hold the count up");
}

INSTANTIATE_TEST_SUITE_P(
    A14, ScalingRule,
    testing::Values(
        // 4 × $70 × (1 - 0.35 / 0.7) = $140.
        Row{"HalfOfItSpare", "target-too-low", warning,
            "api: a cpu target of 35 % keeps 50 % of its instances spare beyond what 70 % would: up to $140 a month",
            [](Given& g) {
              api(g).scale.metrics[0].target = 0.35;
              api(g).instance.price = Money{70 / hours_a_month};
            }},
        Row{"TheSum", "target-too-low", warning, "4 × $70 × (1 - 35 % / 70 %) = $140 at the maximum, $70 at the minimum",
            [](Given& g) {
              api(g).scale.metrics[0].target = 0.35;
              api(g).instance.price = Money{70 / hours_a_month};
            }},
        Row{"WithoutAPrice", "target-too-low", warning, "1 - 25 % / 70 % = 64.3 %",
            [](Given& g) { api(g).scale.metrics[0].target = 0.25; }},
        Row{"Forty", "target-too-low", silent, "", [](Given& g) { api(g).scale.metrics[0].target = 0.4; }},
        Row{"Memory", "target-too-low", silent, "",
            [](Given& g) { api(g).scale.metrics[0] = {.signal = SignalKind::memory, .target = 0.2}; }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    T13, ScalingRule,
    testing::Values(
        Row{"TwoOfTwo", "pdb-blocks-eviction", warning, "api: min_available 2 of 2 at the minimum: no instance may go",
            [](Given& g) { api(g).disruption = Disruption{.min_available = 2}; }},
        Row{"OneOfOne", "pdb-blocks-eviction", warning, "api: min_available 1 of 1",
            [](Given& g) {
              api(g).replicas.min = 1;
              api(g).disruption = Disruption{.min_available = 1};
            }},
        Row{"NoneMayGo", "pdb-blocks-eviction", warning, "max_unavailable 0",
            [](Given& g) { api(g).disruption = Disruption{.max_unavailable = 0}; }},
        Row{"AllMustStay", "pdb-blocks-eviction", warning, "min_available 100 %",
            [](Given& g) { api(g).disruption = Disruption{.min_available_share = Ratio{1}}; }},
        Row{"OneOfTwo", "pdb-blocks-eviction", silent, "", [](Given& g) { api(g).disruption = Disruption{.min_available = 1}; }},
        Row{"HalfOfTwo", "pdb-blocks-eviction", silent, "",
            [](Given& g) { api(g).disruption = Disruption{.min_available_share = Ratio{0.5}}; }},
        // Kubernetes rounds what may go up.
        Row{"AQuarterOfTwoMayGo", "pdb-blocks-eviction", silent, "",
            [](Given& g) { api(g).disruption = Disruption{.max_unavailable_share = Ratio{0.25}}; }},
        Row{"TheLintSaysIt", "pdb-blocks-eviction", silent, "",
            [](Given& g) {
              api(g).disruption = Disruption{.min_available = 2};
              g.context.imported = true;
            }},
        Row{"BothOnCpu", "vertical-and-cpu-target", warning,
            "api: a vertical autoscaler sets the cpu request that the target 70 % is measured against",
            [](Given& g) { api(g).vertical = Vertical{.mode = Vertical::Mode::automatic}; }},
        Row{"OnlyMemory", "vertical-and-cpu-target", silent, "",
            [](Given& g) { api(g).vertical = Vertical{.mode = Vertical::Mode::automatic, .memory_max = Bytes{1 << 30}}; }},
        Row{"Off", "vertical-and-cpu-target", silent, "", [](Given& g) { api(g).vertical = Vertical{.cpu_max = Cores{4}}; }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    H10, ScalingRule,
    testing::Values(
        Row{"OneIsEnoughForNobody", "single-instance", note, "api may be one instance",
            [](Given& g) { api(g).replicas.min = 1; }},
        Row{"Two", "single-instance", silent, "", [](Given&) {}},
        Row{"NeverMoreThanOne", "single-instance", silent, "",
            [](Given& g) {
              api(g).replicas = {1, 1};
            }},
        Row{"ToZeroIsAChoice", "single-instance", silent, "", [](Given& g) { api(g).replicas.min = 0; }},
        Row{"AWorker", "single-instance", silent, "",
            [](Given& g) {
              worker(g).replicas = {1, 9};
            }},
        Row{"NotSticky", "sticky-memory-sessions", error, "a session is found again one time in 4",
            [](Given& g) { api(g).sessions = SessionState::memory; }},
        Row{"Sticky", "sticky-memory-sessions", warning, "each instance that is scaled in or dies takes its own with it",
            [](Given& g) {
              api(g).sessions = SessionState::memory;
              g.stack.balancer->sticky = "tw_server";
            }},
        Row{"InACache", "sticky-memory-sessions", silent, "", [](Given& g) { api(g).sessions = SessionState::cache; }},
        Row{"OneInstance", "sticky-memory-sessions", silent, "",
            [](Given& g) {
              api(g).sessions = SessionState::memory;
              api(g).replicas = {1, 1};
            }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    A7, ScalingRule,
    testing::Values(Row{"TenOfThirty", "scale-in-cuts-requests", warning, "api: stop_within 10 s < balancer.drain 30 s",
                        [](Given& g) { api(g).run.stop_within = 10s; }},
                    Row{"AJobLongerThanTheStop", "scale-in-cuts-requests", warning,
                        "worker is killed 30 s after it is told to stop, and a job's p99 is 3 min",
                        [](Given& g) { worker(g).capacity = Capacity{.service_mean = 60s, .service_p99 = 180s}; }},
                    Row{"AModelThatTakesItsTime", "scale-in-cuts-requests", warning, "llm's p99 is 45 s",
                        [](Given& g) { g.stack.externals[0].p99 = 45s; }},
                    Row{"ModelWithinTheStop", "scale-in-cuts-requests", silent, "",
                        [](Given& g) { g.stack.externals[0].p99 = 20s; }},
                    Row{"StopNotWritten", "scale-in-cuts-requests", silent, "",
                        [](Given& g) {
                          api(g).run.stop_within = 10s;
                          g.context.given = [](std::string_view path) { return !path.ends_with("stop_within"); };
                        }}),
    name_of_row);

void lease(Given& g, Duration lease, Duration renew, Duration retry) { worker(g).leader = Lease{lease, renew, retry}; }

INSTANTIATE_TEST_SUITE_P(
    T4, ScalingRule,
    testing::Values(
        Row{"TheReferences", "lease-two-leaders", silent, "", [](Given& g) { lease(g, 15s, 10s, 2s); }},
        Row{"RenewBeyondTheLease", "lease-two-leaders", error,
            "worker: the leader gives up after 20 s, others take over after 15 s: two lead at once",
            [](Given& g) { lease(g, 15s, 20s, 2s); }},
        Row{"RenewAtTheLease", "lease-two-leaders", error, "two lead at once", [](Given& g) { lease(g, 15s, 15s, 2s); }},
        Row{"HalfASecondApart", "lease-two-leaders", warning, "500 ms between giving up (14.5 s) and being replaced (15 s)",
            [](Given& g) { lease(g, 15s, 14500ms, 2s); }},
        Row{"OneTry", "lease-two-leaders", warning, "one failed try ends the leadership",
            [](Given& g) { lease(g, 15s, 10s, 10s); }},
        Row{"NoLeader", "lease-two-leaders", silent, "", [](Given&) {}}),
    name_of_row);

}  // namespace
}  // namespace plimsoll::capacity::testing_
