#include "decide/keda/fallback.h"

#include <gtest/gtest.h>

namespace plimsoll::keda {
namespace {

using namespace std::chrono_literals;

struct Row {
  FallbackBehavior behavior;
  int current, want;
};
class FallbackReplicas : public testing::TestWithParam<Row> {};
TEST_P(FallbackReplicas, ByBehavior) {
  EXPECT_EQ(fallback_replicas({.replicas = 6, .behavior = GetParam().behavior}, GetParam().current), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(K8, FallbackReplicas,
                         testing::Values(Row{FallbackBehavior::fixed, 9, 6}, Row{FallbackBehavior::fixed, 2, 6},
                                         Row{FallbackBehavior::current_replicas, 9, 9},
                                         Row{FallbackBehavior::current_replicas, 2, 2},
                                         Row{FallbackBehavior::current_replicas_if_higher, 9, 9},
                                         Row{FallbackBehavior::current_replicas_if_higher, 2, 6},
                                         Row{FallbackBehavior::current_replicas_if_lower, 9, 6},
                                         Row{FallbackBehavior::current_replicas_if_lower, 2, 2},
                                         Row{FallbackBehavior::scaling_modifiers, 9, 6}));

TEST(Fallback, TheSyntheticValueLeadsTheHpaToTheReplicas) {
  const Fallback six{.replicas = 6};
  EXPECT_EQ(fallback_milli(six, MetricType::average_value, 5, 3, 3), 30'000);  // ceil(30 / 5) = 6
  EXPECT_EQ(fallback_milli(six, MetricType::value, 5, 3, 4), 7'500);           // ceil(4 * 7.5 / 5) = 6
  EXPECT_EQ(fallback_milli(six, MetricType::value, 5, 3, 0), std::nullopt);
  EXPECT_EQ(fallback_milli({.replicas = 3}, MetricType::average_value, 0.7, 1, 1), 2'100);  // 0.7 * 3 * 1000 would be cut to 2099
}

TEST(Fallback, TripsAfterMoreFailuresInARowThanTheThreshold) {
  const Fallback fallback{.failure_threshold = 3};
  const TimePoint start{1000s};
  Health health;
  for (int i = 0; i < 3; ++i) record(health, false, start + i * 30s);
  EXPECT_FALSE(tripped(fallback, health));
  record(health, false, start + 90s);
  EXPECT_TRUE(tripped(fallback, health));
  EXPECT_EQ(health.failing_since, start);
  record(health, true, start + 120s);
  EXPECT_EQ(health, Health{});
  EXPECT_FALSE(tripped({.failure_threshold = 0}, health));
  record(health, false, start + 150s);
  EXPECT_TRUE(tripped({.failure_threshold = 0}, health));
}

// Ours: the same outage trips after the same time, whether the source is asked every 5 s or every 60 s.
}  // namespace
}  // namespace plimsoll::keda
