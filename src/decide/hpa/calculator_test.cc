// The named vectors of the research notes; the committed conformance vectors run in tools/conform.

#include "decide/hpa/calculator.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace plimsoll::hpa {
namespace {

/// Pods that all run; a sample that is absent is missing.
struct Fleet {
  std::vector<Pod> pods;
  std::vector<Sample> samples;
  std::vector<Milli> requests;

  Fleet& add(int count, std::optional<Milli> used, Milli request, Phase phase = Phase::running) {
    for (int i = 0; i < count; ++i) {
      pods.push_back({.started_age = std::chrono::hours(1), .ready_age = std::chrono::hours(1), .phase = phase});
      samples.push_back({.value = used.value_or(0), .window = std::chrono::minutes(1), .present = used.has_value()});
      requests.push_back(request);
    }
    return *this;
  }
  [[nodiscard]] Measured<Proposal> utilization(std::int32_t current, std::int32_t percent) const {
    return hpa::utilization(current, percent, true, {}, {}, pods, {requests, {}}, {samples, {}, false});
  }
};

TEST(Calculator, V1UtilizationAboveTargetGrowsInProportion) {
  const auto p = Fleet{}.add(2, 450, 500).add(1, 400, 500).add(1, 500, 500).utilization(4, 60);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->utilization, 90);
  EXPECT_EQ(p->ratio, 1.5);
  EXPECT_EQ(p->replicas, 6);
  EXPECT_EQ(p->pods, (PodCounts{.ready = 4}));
}

// Four pods of 500 each on target 60 %: the percentage is cut to a whole number before it is held against the target.
struct V2Row {
  Milli total;
  std::int32_t percent, replicas;
};
void PrintTo(const V2Row& row, std::ostream* out) { *out << row.total; }
class V2 : public testing::TestWithParam<V2Row> {};
TEST_P(V2, PercentIsTruncatedBeforeTheRatio) {
  const auto p = Fleet{}.add(1, GetParam().total, 500).add(3, 0, 500).utilization(4, 60);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->utilization, GetParam().percent);
  EXPECT_EQ(p->replicas, GetParam().replicas);
}
INSTANTIATE_TEST_SUITE_P(Calculator, V2,
                         testing::Values(V2Row{1319, 65, 4}, V2Row{1320, 66, 4}, V2Row{1340, 67, 5}, V2Row{1080, 54, 4},
                                         V2Row{1079, 53, 4}));

TEST(Calculator, V3MissingPodsCountAsFullWhereItWouldShrink) {
  EXPECT_EQ(Fleet{}.add(3, 20, 100).add(2, std::nullopt, 100).utilization(5, 50)->replicas, 5) << "104 % of target: hold";
  const auto p = Fleet{}.add(9, 10, 100).add(1, std::nullopt, 100).utilization(10, 50);
  EXPECT_EQ(p->replicas, 4);
  EXPECT_EQ(p->ratio, 0.2);
  EXPECT_EQ(p->used_ratio, 0.38);
}

TEST(Calculator, V4MissingPodsCountAsIdleWhereItWouldGrow) {
  EXPECT_EQ(Fleet{}.add(3, 90, 100).add(2, std::nullopt, 100).utilization(5, 50)->replicas, 5);
  EXPECT_EQ(Fleet{}.add(4, 90, 100).add(1, std::nullopt, 100).utilization(5, 50)->replicas, 8);
}

TEST(Calculator, V5UnreadyPodsDampGrowth) {
  const auto p = Fleet{}.add(1, 260, 100).add(1, std::nullopt, 300, Phase::pending).utilization(2, 50);
  EXPECT_EQ(p->ratio, 5.2);
  EXPECT_EQ(p->replicas, 3);
  EXPECT_EQ(p->pods, (PodCounts{.ready = 1, .unready = 1}));
}

// The surge of a rollout: two pods are ready where one is asked for, and the ready ones are what is multiplied.
TEST(Calculator, V6GrowsUnderTargetWhilePodsOutnumberReplicas) {
  EXPECT_EQ(Fleet{}.add(2, 40, 100).utilization(1, 50)->replicas, 2);
}

TEST(Calculator, V8ExternalAverage) {
  const std::pair<Milli, int> rows[] = {{95, 10}, {41, 4}, {44, 4}, {45, 5}, {36, 4}, {35, 4}, {0, 0}};
  for (const auto& [value, want] : rows) {
    const Milli milli = value * 1000;
    EXPECT_EQ(external_average(4, 10'000, {}, {{&milli, 1}, false})->replicas, want) << value;
  }
}

TEST(Calculator, V9ExternalValueMultipliesReadyPods) {
  const auto replicas = [](std::int32_t current, Milli value, int ready) {
    const std::vector<Pod> pods(static_cast<std::size_t>(ready));
    return external_value(current, 100, {}, pods, {{&value, 1}, false})->replicas;
  };
  EXPECT_EQ(replicas(3, 300, 3), 9);
  EXPECT_EQ(replicas(0, 250, 0), 3) << "from zero there is nothing to multiply";
  EXPECT_EQ(replicas(6, 300, 4), 12);
}

TEST(Calculator, StrangersCountInAveragesOnly) {
  const Fleet fleet = Fleet{}.add(2, 100, 100);
  const Milli stranger = 700;
  const PodSamples samples{fleet.samples, {&stranger, 1}, false};
  EXPECT_EQ(pods_average(2, 100, false, {}, {}, fleet.pods, samples)->value, 300);
  EXPECT_EQ(utilization(2, 100, false, {}, {}, fleet.pods, {fleet.requests, {}}, samples)->utilization, 100);
}

TEST(Calculator, NamesTheFirstReasonWhyThereIsNoCount) {
  const Fleet none, missing = Fleet{}.add(1, std::nullopt, 100), good = Fleet{}.add(1, 50, 100), free = Fleet{}.add(1, 50, 0);
  const auto error = [](const Fleet& fleet, std::optional<MetricError> requests, bool unavailable) {
    return utilization(1, 50, true, {}, {}, fleet.pods, {fleet.requests, requests}, {fleet.samples, {}, unavailable}).error();
  };
  EXPECT_EQ(error(none, MetricError::missing_request, true), MetricError::metrics_unavailable);
  EXPECT_EQ(error(none, MetricError::missing_request, false), MetricError::no_pods);
  EXPECT_EQ(error(missing, MetricError::missing_request, false), MetricError::no_metrics_for_usable_pods);
  EXPECT_EQ(error(good, MetricError::missing_request, false), MetricError::missing_request);
  EXPECT_EQ(error(free, {}, false), MetricError::no_metrics_match_known_pods);
}

TEST(Calculator, TolerancesAreSeparateAndInclusive) {
  const Tolerance t{.down = 0.5, .up = 0.1};
  EXPECT_TRUE(t.holds(0.5));
  EXPECT_FALSE(t.holds(0.49));
  EXPECT_TRUE(t.holds(1.1));
  EXPECT_FALSE(t.holds(1.11));
}

}  // namespace
}  // namespace plimsoll::hpa
