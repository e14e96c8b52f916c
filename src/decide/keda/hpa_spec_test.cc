#include "decide/keda/hpa_spec.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace plimsoll::keda {
namespace {

using namespace std::chrono_literals;

const TimePoint now{1'000'000s};

ScaledObject two_queues() {  // K6
  ScaledObject so;
  so.triggers.push_back({.threshold = 50});
  so.triggers.push_back({.threshold = 20});
  so.min = 2;
  so.max = 30;
  return so;
}

Modifiers modifiers(std::string_view text, std::vector<std::string_view> names, double target) {
  const Parsed<Program> parsed = compile(text, names);
  EXPECT_TRUE(parsed.ok()) << text;
  return {.formula = parsed.value.value_or(Program{}), .target = target};
}

Served served(const ScaledObject& so, LoopState& state, std::size_t metric, std::span<const Reading> readings,
              Replicas replicas = {4, 4}) {
  return serve(so, state, hpa_spec(so).external[metric], readings, replicas, now);
}

TEST(HpaSpec, K6OneMetricAQueue) {
  const HpaSpec spec = hpa_spec(two_queues());
  EXPECT_TRUE(spec.exists);
  EXPECT_EQ(spec.min, 2);
  EXPECT_EQ(spec.max, 30);
  ASSERT_EQ(spec.external.size(), 2U);
  EXPECT_EQ(spec.external[1].trigger, 1);
  EXPECT_EQ(spec.external[1].target_milli, 20'000);
  EXPECT_EQ(spec.external[1].type, MetricType::average_value);
}

TEST(HpaSpec, TheMinimumIsAtLeastOne) {
  ScaledObject so = two_queues();
  so.min = 0;
  EXPECT_EQ(hpa_spec(so).min, 1);
}

TEST(HpaSpec, CpuAndMemoryAreTheHpasOwn) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::resource});
  so.triggers.push_back({.threshold = 5});
  const HpaSpec spec = hpa_spec(so);
  ASSERT_EQ(spec.external.size(), 1U);
  EXPECT_EQ(spec.external[0].trigger, 1);
}

TEST(HpaSpec, PausingDeletesItAndOneDirectionDisablesAPolicy) {
  ScaledObject so = two_queues();
  so.paused_scale_in = true;
  EXPECT_TRUE(hpa_spec(so).exists);
  EXPECT_TRUE(hpa_spec(so).scale_down_disabled);
  EXPECT_FALSE(hpa_spec(so).scale_up_disabled);
  so.paused_replicas = 20;
  EXPECT_FALSE(hpa_spec(so).exists);
}

TEST(HpaSpec, AFormulaReplacesAllExternalMetrics) {
  ScaledObject so = two_queues();
  so.modifiers = modifiers("a + b", {"a", "b"}, 2.5);
  const HpaSpec spec = hpa_spec(so);
  ASSERT_EQ(spec.external.size(), 1U);
  EXPECT_EQ(spec.external[0].trigger, ExternalTarget::composite);
  EXPECT_EQ(spec.external[0].target_milli, 2'500);
}

// §2.9: list of 23 at 5 each and two instances: 23/10 = 2.3 -> ceil(4.6) = 5; list of 11: 1.1 is within the HPA's tolerance.
TEST(Serve, VectorsOfTheRedisList) {
  ScaledObject so;
  so.triggers.push_back({.threshold = 5});
  LoopState state;
  for (const auto& [length, want] : {std::pair{23.0, 5}, {11.0, 2}}) {
    const Served metric = served(so, state, 0, std::array{Reading::of(length)}, {2, 2});
    ASSERT_TRUE(metric.milli);
    const double ratio = static_cast<double>(*metric.milli) / (static_cast<double>(hpa_spec(so).external[0].target_milli) * 2);
    EXPECT_EQ(ratio > 1.1 ? static_cast<int>(std::ceil(ratio * 2)) : 2, want);
  }
}

TEST(Serve, FailuresOfPollsAndQueriesCountTogether) {
  ScaledObject so = two_queues();
  so.fallback = Fallback{.failure_threshold = 3, .replicas = 6};
  LoopState state;
  const std::array readings{Reading::failed(), Reading::of(7)};
  poll(so, state, readings, {4, 4}, now);
  EXPECT_FALSE(served(so, state, 0, readings).milli);
  EXPECT_FALSE(served(so, state, 0, readings).milli);
  const Served fourth = served(so, state, 0, readings);
  EXPECT_EQ(fourth.milli, 300'000);
  EXPECT_TRUE(fourth.from_fallback);
  EXPECT_EQ(served(so, state, 1, readings).milli, 7'000) << "each metric has its own count";
}

TEST(Serve, WithoutAFallbackAnErrorStaysOne) {
  const ScaledObject so = two_queues();
  LoopState state;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(served(so, state, 0, std::array{Reading::failed(), Reading::of(7)}).milli);
}

TEST(Serve, CachedMetricsAreTheLastPolls) {
  ScaledObject so = two_queues();
  so.triggers[0].use_cached_metrics = true;
  LoopState state;
  EXPECT_EQ(served(so, state, 0, std::array{Reading::of(1), Reading::of(1)}).milli, 1'000) << "nothing polled yet: live";
  poll(so, state, std::array{Reading::of(9), Reading::of(9)}, {4, 4}, now);
  EXPECT_EQ(served(so, state, 0, std::array{Reading::of(1), Reading::of(1)}).milli, 9'000);
  EXPECT_EQ(served(so, state, 1, std::array{Reading::of(1), Reading::of(1)}).milli, 1'000);
}

// The poll that trips the fallback caches its value; serving that looks like an answer, and the count begins anew: the next
// failing polls are errors again.
TEST(Trap, ACachedFallbackCountsAsAnAnswer) {
  ScaledObject so = two_queues();
  so.triggers[0].use_cached_metrics = true;
  so.fallback = Fallback{.failure_threshold = 1, .replicas = 6};
  LoopState state;
  const std::array readings{Reading::failed(), Reading::of(0)};
  poll(so, state, readings, {4, 4}, now);
  EXPECT_TRUE(poll(so, state, readings, {4, 4}, now).active);
  const Served cached = served(so, state, 0, readings);
  EXPECT_EQ(cached.milli, 300'000);
  EXPECT_FALSE(cached.from_fallback);
  EXPECT_EQ(state.health[0].failures, 0U);
  EXPECT_FALSE(poll(so, state, readings, {4, 4}, now).active);
}

TEST(Composite, IsCutToThousandths) {
  ScaledObject so = two_queues();
  so.modifiers = modifiers("a * b / 3", {"a", "b"}, 5);
  LoopState state;
  EXPECT_EQ(served(so, state, 0, std::array{Reading::of(2), Reading::of(1)}).milli, 666);
  so.modifiers = modifiers("a - b", {"a", "b"}, 5);
  EXPECT_EQ(served(so, state, 0, std::array{Reading::of(1), Reading::of(3)}).milli, -2'000) << "upstream keeps it";
}

TEST(Composite, OneErrorIsTheWholesError) {
  ScaledObject so = two_queues();
  so.modifiers = modifiers("a ?? 8", {"a", "b"}, 5);
  LoopState state;
  EXPECT_FALSE(served(so, state, 0, std::array{Reading::of(2), Reading::failed()}).milli);
}

TEST(Composite, ATrippedFallbackTakesItsPlace) {
  ScaledObject so = two_queues();
  so.modifiers = modifiers("a + b", {"a", "b"}, 5);
  so.fallback = Fallback{.failure_threshold = 0, .replicas = 6};
  LoopState state;
  const Served metric = served(so, state, 0, std::array{Reading::of(2), Reading::failed()});
  EXPECT_EQ(metric.milli, 30'000);
  EXPECT_TRUE(metric.from_fallback);
  so.modifiers->target = 2.5;  // upstream wants a whole number here, and otherwise ignores the fallback
  EXPECT_FALSE(served(so, state, 0, std::array{Reading::of(2), Reading::failed()}).milli);
}

TEST(Composite, ScalingModifiersRouteRoundAFailedTrigger) {
  ScaledObject so = two_queues();
  so.modifiers = modifiers("a ?? b ?? nil", {"a", "b"}, 5);
  so.fallback = Fallback{.failure_threshold = 1, .replicas = 6, .behavior = FallbackBehavior::scaling_modifiers};
  LoopState state;
  const std::array one_fails{Reading::failed(), Reading::of(9)};
  EXPECT_FALSE(served(so, state, 0, one_fails).milli) << "the first failure is an error";
  EXPECT_EQ(served(so, state, 0, one_fails).milli, 9'000);
  const std::array both_fail{Reading::failed(), Reading::failed()};
  EXPECT_FALSE(served(so, state, 0, both_fail).milli);
  EXPECT_EQ(served(so, state, 0, both_fail).milli, 30'000) << "nil: replicas * target";
  so.modifiers = modifiers("a + 1", {"a", "b"}, 5);
  EXPECT_FALSE(served(so, state, 0, both_fail).milli) << "nil where a number is needed is an error";
}

// As the other triggers: its metric asks for 10 of the HPA, and it wakes the object from zero; it never lowers what others ask
// for.
TEST(HpaSpec, ACronTriggerIsATriggerOfThresholdOne) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::cron, .threshold = 1});
  LoopState state;
  const TimePoint inside{}, outside = inside + std::chrono::hours(10);
  const LoopAction up = poll(so, state, std::array{Reading::of(10)}, {0, 0}, inside);
  EXPECT_EQ(up.target, 1);
  const Served metric = serve(so, state, hpa_spec(so).external[0], std::array{Reading::of(10)}, {1, 1}, inside);
  EXPECT_EQ(metric.milli, 10'000);
  const LoopAction down = poll(so, state, std::array{Reading::of(0)}, {10, 10}, outside);
  EXPECT_EQ(down.kind, LoopAction::Kind::set);
  EXPECT_EQ(down.target, 0);
}

}  // namespace
}  // namespace plimsoll::keda
