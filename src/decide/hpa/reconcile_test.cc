#include "decide/hpa/reconcile.h"

#include <gtest/gtest.h>

#include "decide/hpa/testing/autoscaler.h"

namespace plimsoll::hpa {
namespace {
using namespace std::chrono_literals;
using testing::Autoscaler;

Combined combined(std::int32_t current, std::initializer_list<std::optional<std::int32_t>> proposals) {
  Combiner combiner;
  for (const auto& p : proposals) {
    if (p)
      combiner.take(*p);
    else
      combiner.take_failure(Reason::failed_get_pods_metric);
  }
  return combiner.result(current);
}

TEST(Reconcile, V15AFailedMetricBlocksScalingDown) {
  Autoscaler scaler({.max = 10}, 5);
  const Outcome o = scaler.pass(0s, combined(5, {3, std::nullopt}));
  EXPECT_EQ(o.replicas, 5);
  EXPECT_TRUE(o.error);
  EXPECT_FALSE(o.rescale);
  EXPECT_EQ(o.conditions.scaling_active, (Condition{Status::no, Reason::failed_get_pods_metric}));
  EXPECT_EQ(o.conditions.scaling_limited, Condition{}) << "not reached, so not set";
}

TEST(Reconcile, V16AFailedMetricDoesNotBlockGrowth) {
  Autoscaler scaler({.max = 10}, 5);
  const Outcome o = scaler.pass(0s, combined(5, {8, std::nullopt}));
  EXPECT_EQ(o.replicas, 8);
  EXPECT_TRUE(o.error) << "and yet it is reported";
  EXPECT_EQ(o.winner, 0);
}

TEST(Reconcile, V17AboveTheMaximumIsCorrectedAtOnce) {
  Behavior frozen{default_up_rules(), default_down_rules({.window_seconds = 300, .select = Select::disabled})};
  Autoscaler scaler({.max = 20, .behavior = frozen}, 30);
  const Outcome o = scaler.pass(0s, 30);
  EXPECT_EQ(o.replicas, 20);
  EXPECT_FALSE(o.metrics_read);
  EXPECT_EQ(o.conditions.able_to_scale, (Condition{Status::yes, Reason::succeeded_rescale}));
}

// After a restart nothing is remembered but the count that is there: it must outlive the window before anything shrinks.
TEST(Reconcile, ARestartCausesNoScaleDown) {
  Autoscaler scaler({.max = 20}, 10);
  EXPECT_EQ(scaler.pass(0s, 2).replicas, 10);
  EXPECT_EQ(scaler.pass(300s, 2).replicas, 10);
  EXPECT_EQ(scaler.pass(301s, 2).replicas, 2);
}

TEST(Reconcile, ARefusedWriteLeavesCountAndEventsAlone) {
  Autoscaler scaler({.max = 20, .behavior = Behavior{default_up_rules(), default_down_rules()}}, 4);
  State state = scaler.view();
  Outcome o = reconcile_combined(scaler.config, state, 4, combined(4, {6}), testing::start);
  ASSERT_TRUE(o.rescale);
  record_refused(o);
  EXPECT_EQ(o.replicas, 4);
  EXPECT_TRUE(o.error);
  EXPECT_EQ(o.conditions.able_to_scale, (Condition{Status::no, Reason::failed_update_scale}));
  EXPECT_EQ(scaler.kept.ups, 0U);
  EXPECT_EQ(scaler.kept.recommendations, 2U) << "the recommendation was made all the same";
}

TEST(Reconcile, AnUnusableSelectorIsTheReason) {
  Autoscaler scaler({.max = 20}, 4);
  std::vector<MetricLine> lines(1);
  const std::vector<MetricSeen> metrics(1);
  const Outcome o = scaler.pass(0s, Seen{.spec_replicas = 4, .metrics = metrics, .selector = Selector::ambiguous}, lines);
  EXPECT_EQ(o.conditions.scaling_active, (Condition{Status::no, Reason::ambiguous_selector}));
  EXPECT_FALSE(o.metrics_read);
}

/// One external metric with a target per replica of 10.
struct ExternalScene {
  explicit ExternalScene(Config given, std::int32_t replicas) : scaler(std::move(given), replicas) {}

  Outcome see(Duration at, std::optional<Milli> value) {
    const Milli milli = value.value_or(0) * 1000;
    const MetricSeen metric{.values = {value ? std::span(&milli, 1) : std::span<const Milli>(), !value}};
    return scaler.pass(at, Seen{scaler.replicas, scaler.replicas, {}, {&metric, 1}}, lines);
  }
  static Config config(std::int32_t min, std::optional<Fallback> fallback = {}) {
    Config c{.min = min, .max = 20, .metrics = {{Source::external, false, Target::average, 10'000, fallback}}};
    c.downscale_stabilization = 0s;
    return c;
  }
  std::vector<MetricLine> lines{1};
  Autoscaler scaler;
};

TEST(ScaleToZero, ByUsWakesUpAgain) {
  Config config = ExternalScene::config(0);
  config.scale_to_zero = true;
  ExternalScene scene(config, 2);
  scene.see(0s, 20);
  EXPECT_EQ(scene.see(15s, 0).conditions.scaled_to_zero, (Condition{Status::yes, Reason::scaled_to_zero}));
  EXPECT_EQ(scene.scaler.replicas, 0);
  EXPECT_TRUE(scene.scaler.kept.scaled_to_zero);
  EXPECT_EQ(scene.see(30s, 0).conditions.scaling_active, (Condition{Status::yes, Reason::valid_metric_found}));
  EXPECT_EQ(scene.see(45s, 25).conditions.scaled_to_zero, (Condition{Status::no, Reason::not_scaled_to_zero}));
  EXPECT_EQ(scene.scaler.replicas, 3);
}

TEST(ScaleToZero, BySomebodyElseIsAPause) {
  Config config = ExternalScene::config(0);
  config.scale_to_zero = true;
  ExternalScene scene(config, 0);
  const Outcome o = scene.see(0s, 100);
  EXPECT_EQ(o.replicas, 0);
  EXPECT_EQ(o.conditions.scaling_active, (Condition{Status::no, Reason::scaling_disabled}));
}

TEST(ScaleToZero, ARaisedMinimumWakesWhatWeScaledToZero) {
  Config config = ExternalScene::config(0);
  config.scale_to_zero = true;
  ExternalScene scene(config, 1);
  scene.see(0s, 10);
  scene.see(15s, 0);
  ASSERT_EQ(scene.scaler.replicas, 0);
  scene.scaler.config.min = 3;
  EXPECT_EQ(scene.see(30s, 0).replicas, 3);
}

TEST(ScaleToZero, OffMeansAsReleased) {
  ExternalScene wakes(ExternalScene::config(0), 0), paused(ExternalScene::config(1), 0);
  EXPECT_EQ(wakes.see(0s, 25).replicas, 3);
  EXPECT_EQ(wakes.scaler.in_force.scaled_to_zero, Condition{});
  EXPECT_EQ(paused.see(0s, 25).replicas, 0);
}

// The metric fails from 100 s on; the fallback of 6 replicas stands in from 280 s, and only until the metric is back.
TEST(Fallback, StandsInForAMetricThatKeepsFailing) {
  ExternalScene scene(ExternalScene::config(1, Fallback{180s, 6}), 3);
  EXPECT_EQ(scene.see(0s, 30).replicas, 3);
  EXPECT_TRUE(scene.see(100s, std::nullopt).error);
  EXPECT_TRUE(scene.see(279s, std::nullopt).error);
  EXPECT_EQ(scene.scaler.replicas, 3);
  const Outcome o = scene.see(280s, std::nullopt);
  EXPECT_FALSE(o.error);
  EXPECT_TRUE(scene.lines[0].fallback);
  EXPECT_EQ(o.replicas, 6);
  EXPECT_EQ(scene.see(295s, 30).replicas, 3);
  EXPECT_FALSE(scene.lines[0].fallback);
  EXPECT_TRUE(scene.see(310s, std::nullopt).error) << "the clock starts anew";
}

TEST(Reconcile, LinesTellWhatEachMetricSaid) {
  const std::vector<Pod> pods(2, Pod{std::chrono::hours(1), std::chrono::hours(1)});
  const std::vector<Sample> samples(2, Sample{600, 0s, 1min, true});
  const std::vector<Milli> requests(2, 1000);
  Config config{.max = 10};
  config.metrics = {{Source::resource, true, Target::utilization, 50, {}},
                    {Source::resource, false, Target::utilization, 50, {}},
                    {Source::unknown, false, Target::none, 0, {}}};
  const std::vector<MetricSeen> metrics{
      {{samples, {}, false}, {requests, {}}, {}}, {{samples, {}, false}, {{}, MetricError::missing_request}, {}}, {}};
  Autoscaler scaler(config, 2);
  std::vector<MetricLine> lines(3);
  const Outcome o = scaler.pass(0s, Seen{2, 2, pods, metrics}, lines);
  EXPECT_TRUE(o.metrics_read);
  EXPECT_EQ(o.wanted, 3);
  EXPECT_EQ(o.winner, 0);
  EXPECT_EQ(lines[0].proposal->utilization, 60);
  EXPECT_EQ(lines[0].proposal->pods.ready, 2);
  EXPECT_EQ(lines[1].proposal.error(), MetricError::missing_request);
  EXPECT_EQ(lines[2].proposal.error(), MetricError::invalid_source);
}

TEST(Conditions, ReadAsKubernetesWritesThem) {
  EXPECT_EQ(to_text(Condition{Status::yes, Reason::scale_up_limit}), "True/ScaleUpLimit");
  EXPECT_EQ(to_text(Condition{Status::no, Reason::failed_get_container_resource_metric}),
            "False/FailedGetContainerResourceMetric");
  EXPECT_EQ(to_text(Condition{}), "");
}

}  // namespace
}  // namespace plimsoll::hpa
