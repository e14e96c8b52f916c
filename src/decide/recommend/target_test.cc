// What one target wants, in both directions.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier tier_with(MetricTarget metric, Ratio tolerance = Ratio{0.1}) {
  Tier tier = plain_tier("api", {1, 100});
  tier.scale.metrics = {std::move(metric)};
  tier.scale.tolerance = tolerance;
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  tier.instance.cpu.request = Cores{0.5};
  tier.instance.memory = RequestLimit<Bytes>{Bytes{512 << 20}, std::nullopt};
  return tier;
}

int proposal(const Tier& tier, int running, double value) {
  Stage stage(stack_of({tier}));
  stage.runs(0, running);
  const MetricTarget& metric = tier.scale.metrics[0];
  stage.see(0, metric.signal, value, metric.list);
  stage.tick();
  return stage.why().policies[0].proposal;
}

struct Row {
  const char* what;
  MetricTarget metric;
  int running;
  double value;
  int want;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class Target : public testing::TestWithParam<Row> {};
TEST_P(Target, Proposes) {
  const Row& row = GetParam();
  EXPECT_EQ(proposal(tier_with(row.metric), row.running, row.value), row.want);
}

constexpr auto cpu = SignalKind::cpu;
constexpr auto memory = SignalKind::memory;
constexpr auto requests = SignalKind::requests_per_second;
constexpr auto p95 = SignalKind::p95;
constexpr auto waiting = SignalKind::queued_requests;
MetricTarget of(SignalKind signal, TargetType type, double target) { return {.signal = signal, .type = type, .target = target}; }

INSTANTIATE_TEST_SUITE_P(Utilization, Target,
                         testing::Values(Row{"T5 cpu 85 % of 70 %", of(cpu, TargetType::utilization, 0.7), 10, 0.85, 13},
                                         Row{"on target", of(cpu, TargetType::utilization, 0.7), 10, 0.7, 10},
                                         Row{"upper end of the tolerance", of(cpu, TargetType::utilization, 0.7), 10, 0.77, 10},
                                         Row{"past it", of(cpu, TargetType::utilization, 0.7), 10, 0.771, 12},
                                         Row{"lower end", of(cpu, TargetType::utilization, 0.7), 10, 0.63, 10},
                                         Row{"below it", of(cpu, TargetType::utilization, 0.7), 10, 0.629, 9},
                                         Row{"idle", of(cpu, TargetType::utilization, 0.7), 10, 0, 0},
                                         Row{"300 % of one request", of(cpu, TargetType::utilization, 0.7), 1, 3, 5},
                                         Row{"T5 memory 90 % of 80 %", of(memory, TargetType::utilization, 0.8), 8, 0.9, 9}));
// Cores and bytes are compared as shares of the request: 0.4 of half a core is 80 %.
INSTANTIATE_TEST_SUITE_P(Amounts, Target,
                         testing::Values(Row{"400m a core at 100 % of 500m", of(cpu, TargetType::average, 0.4), 4, 1.0, 5},
                                         Row{"400m at 80 %", of(cpu, TargetType::average, 0.4), 4, 0.8, 4},
                                         Row{"256Mi at 100 % of 512Mi", of(memory, TargetType::average, 256 << 20), 3, 1.0, 6}));
INSTANTIATE_TEST_SUITE_P(Totals, Target,
                         testing::Values(Row{"100 a second each: 750", of(requests, TargetType::average, 100), 2, 750, 8},
                                         Row{"within 10 %", of(requests, TargetType::average, 100), 10, 1090, 10},
                                         Row{"past 10 %", of(requests, TargetType::average, 100), 10, 1101, 12},
                                         Row{"what waits has no tolerance", of(waiting, TargetType::average, 10), 10, 101, 11},
                                         Row{"p95 twice the target", of(p95, TargetType::value, 0.5), 4, 1.0, 8},
                                         Row{"p95 half the target", of(p95, TargetType::value, 0.5), 4, 0.25, 2}));

// 0.1 up, 0.3 down: 0.9 of the target is left alone, so is 0.71; 0.69 is not, and upwards 1.11 is not.
TEST(TargetTolerance, IsADirectionsOwn) {
  Tier tier = tier_with(of(cpu, TargetType::utilization, 0.5));
  tier.scale.behavior.down.tolerance = Ratio{0.3};
  EXPECT_EQ(proposal(tier, 20, 0.5 * 0.71), 20);
  EXPECT_EQ(proposal(tier, 20, 0.5 * 0.69), 14);
  EXPECT_EQ(proposal(tier, 20, 0.5 * 1.09), 20);
  EXPECT_EQ(proposal(tier, 20, 0.5 * 1.11), 23);
  tier.scale.behavior.up.tolerance = Ratio{0};
  EXPECT_EQ(proposal(tier, 20, 0.5 * 1.01), 21);
}

// A mean over nobody, and numbers that can't be, are gaps: the count stands.
TEST(TargetGap, SenselessNumbersAreNone) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const double value : {nan, inf, -inf, -0.5}) {
    Stage stage(stack_of({tier_with(of(cpu, TargetType::utilization, 0.7))}));
    stage.runs(0, 10);
    stage.see(0, cpu, value);
    stage.tick();
    EXPECT_EQ(stage.asked(), 10) << value;
    EXPECT_EQ(stage.why().policies[0].gap, Gap::malformed) << value;
  }
  EXPECT_EQ(proposal(tier_with(of(cpu, TargetType::utilization, 0.7)), 1, 1e300), 1'000'000) << "large, and no overflow";
}

TEST(TargetGap, NobodyReadyIsNobodyMeasured) {
  Stage stage(stack_of({tier_with(of(p95, TargetType::value, 0.5))}));
  stage.manner(0).fails = true;
  stage.manner(0).start = 1s;
  stage.see(0, p95, 0.01);
  stage.run_for(10s);
  EXPECT_EQ(stage.asked(), 1);
  EXPECT_EQ(stage.why().policies[0].gap, Gap::empty);
}

}  // namespace
}  // namespace plimsoll
