// T14: 25 to 50 % a step, and time to watch what it did.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

struct Row {
  std::optional<Ratio> out, in;
  int from;
  double rate;             // at 10 a second an instance
  std::vector<int> after;  // each watch of ten minutes
};

class StepLimitTable : public testing::TestWithParam<Row> {};
TEST_P(StepLimitTable, T14_OneStepThenTenMinutes) {
  const Row& row = GetParam();
  Tier tier = plain_tier("api", {1, 100});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step = {.out = row.out, .in = row.in, .observe = 10min};
  Stage stage(stack_of({tier}));
  stage.runs(0, row.from);
  stage.see(0, SignalKind::requests_per_second, row.from * 10);
  stage.run_for(20min, 5s);
  stage.see(0, SignalKind::requests_per_second, row.rate);
  for (const int want : row.after) {
    EXPECT_EQ(stage.tick().tiers[0].asked, want);
    EXPECT_EQ(stage.run_for(10min - 1s).tiers[0].asked, want) << "watching";
  }
}
INSTANTIATE_TEST_SUITE_P(T14, StepLimitTable,
                         testing::Values(Row{Ratio{0.25}, {}, 8, 400, {10, 12, 15, 18}},
                                         Row{Ratio{0.5}, {}, 8, 400, {12, 18, 27, 40, 40}},
                                         Row{Ratio{0.25}, {}, 2, 40, {3, 4, 4}}, Row{{}, {}, 8, 400, {40}},
                                         Row{{}, Ratio{0.25}, 16, 40, {12, 9, 7, 6, 5, 4, 4}}, Row{{}, {}, 16, 20, {8, 4, 2, 2}},
                                         Row{{}, Ratio{1}, 16, 20, {2}}));

// Rate policies for scale-in take the step's place, unless both are given.
TEST(StepLimit, RatePoliciesTakeTheDefaultsPlace) {
  Tier tier = plain_tier("api", {1, 100});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {{RatePolicy::Unit::percent, 100, 15s}}};
  Stage stage(stack_of({tier}));
  stage.runs(0, 50);
  stage.see(0, SignalKind::requests_per_second, 500);
  stage.run_for(60s);
  stage.see(0, SignalKind::requests_per_second, 10);
  EXPECT_EQ(stage.tick().tiers[0].asked, 1) << "the owner asked for it";
}

// Somebody takes 20 to 10; the load is five instances' work. Their step is watched for ten minutes as ours would be, then a
// quarter of ten goes.
TEST(StepLimit, APersonsStepIsWatchedToo) {
  Tier tier = plain_tier("api", {1, 100});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step = {.in = Ratio{0.25}, .observe = 10min};
  Stage stage(stack_of({tier}));
  stage.runs(0, 20);
  stage.see(0, SignalKind::requests_per_second, 200);
  stage.run_for(20min, 5s);
  stage.set_by_somebody_else(0, 10);
  stage.see(0, SignalKind::requests_per_second, 50);
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 10);
  EXPECT_EQ(stage.reason(), Reason::step_in);
  EXPECT_EQ(stage.tick().tiers[0].asked, 8);
}

}  // namespace
}  // namespace plimsoll
