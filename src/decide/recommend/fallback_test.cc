// A policy without data for long enough is spoken for by the fallback.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;
using Behavior_ = Fallback::Behavior;

struct Row {
  Behavior_ behavior;
  int replicas, from, want;
};

class FallbackPolicy : public testing::TestWithParam<Row> {};
TEST_P(FallbackPolicy, SpeaksAfterItsDurationNotBefore) {
  const Row& row = GetParam();
  Tier tier = plain_tier("api", {1, 40});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  tier.scale.fallback = Fallback{.behavior = row.behavior, .after = 3min, .replicas = row.replicas};
  Stage stage(stack_of({tier}));
  stage.runs(0, row.from);
  stage.see(0, SignalKind::requests_per_second, row.from * 10);
  stage.run_for(60s);
  ASSERT_EQ(stage.asked(), row.from);
  stage.lose(0, SignalKind::requests_per_second, Gap::unreachable);
  EXPECT_EQ(stage.run_for(3min).tiers[0].asked, row.from);
  EXPECT_EQ(stage.why().policies[0].note, Note::no_data);
  EXPECT_EQ(stage.tick().tiers[0].asked, row.want);
  EXPECT_EQ(stage.why().policies[0].note, Note::fallback);
  stage.see(0, SignalKind::requests_per_second, row.from * 10);
  EXPECT_EQ(stage.tick().tiers[0].asked, row.from) << "data is back";
}
INSTANTIATE_TEST_SUITE_P(Table, FallbackPolicy,
                         testing::Values(Row{Behavior_::fixed, 12, 5, 12}, Row{Behavior_::fixed, 3, 5, 3},
                                         Row{Behavior_::current, 12, 5, 5}, Row{Behavior_::current_if_higher, 12, 5, 12},
                                         Row{Behavior_::current_if_higher, 3, 5, 5}, Row{Behavior_::current_if_lower, 3, 5, 3},
                                         Row{Behavior_::current_if_lower, 12, 5, 5}));

/// Lists by the job, CPU by the instance; 30 s without data are spoken for by ten.
Tier sleeper() {
  Tier tier = plain_tier("worker", {0, 40}, TierKind::worker);
  tier.consumes = {{"jobs", 10}};
  tier.scale.metrics = {utilization_of(0.7)};
  tier.scale.fallback = Fallback{.after = 30s, .replicas = 10};
  return tier;
}

// Woken by five jobs; the one instance takes 60 s to start and has no CPU to show till then. That is no outage.
TEST(FallbackStart, AStartingInstanceIsNoOutage) {
  Stage stage(stack_of({sleeper()}));
  stage.manner(0).start = 60s;
  stage.world = [](Stage& s) {
    if (s.ready(0) > 0)
      s.see(0, SignalKind::cpu, 0.7);
    else
      s.lose(0, SignalKind::cpu, Gap::empty);
  };
  stage.see(0, SignalKind::backlog, 0, "jobs");
  ASSERT_EQ(stage.run_for(2min).tiers[0].asked, 0);
  stage.see(0, SignalKind::backlog, 5, "jobs");
  for (int i = 0; i < 300; ++i) ASSERT_EQ(stage.tick().tiers[0].asked, 1) << i;
}

// Its source lost while it is ready is one.
TEST(FallbackStart, AReadyInstanceWithoutDataIsAnOutage) {
  Stage stage(stack_of({sleeper()}));
  stage.see(0, SignalKind::backlog, 5, "jobs");
  stage.see(0, SignalKind::cpu, 0.7);
  ASSERT_EQ(stage.run_for(60s).tiers[0].asked, 1);
  stage.lose(0, SignalKind::cpu, Gap::unreachable);
  EXPECT_EQ(stage.run_for(30s).tiers[0].asked, 1);
  EXPECT_EQ(stage.tick().tiers[0].asked, 10);
}

}  // namespace
}  // namespace plimsoll
