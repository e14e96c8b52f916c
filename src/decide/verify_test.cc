// Did it help? A growth that did not is not repeated for ten minutes, and what stands in the way is named.

#include <gtest/gtest.h>

#include "decide/steps.h"
#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

/// p95 is to be half a second; the database is what the tier calls; an instance starts in 20 s.
Stack slow_api() {
  Stack stack = stack_of({plain_tier("api", {2, 40})});
  Tier& api = stack.tiers[0];
  api.instance.start = 20s;
  api.uses = {{.component = "main", .connections = 1}};
  api.scale.metrics = {{.signal = SignalKind::p95, .type = TargetType::value, .target = 0.5}, utilization_of(0.7)};
  api.scale.behavior.down.window = 1h;
  api.scale.behavior.up.policies = {{RatePolicy::Unit::instances, 4, 60s}};
  stack.databases = {{.name = "main"}};
  stack.balancer = Balancer{};
  return stack;
}

struct Seen {
  const char* what;
  double p95_after, rate_after, cpu_after, database;
  VerifyLine::Verdict verdict;
};
void PrintTo(const Seen& row, std::ostream* out) { *out << row.what; }

/// 4 instances at 1 s: 8 are asked for. 80 s later (20 s start and a minute) the growth is judged.
Stage grown(const Seen& after) {
  Stage stage(slow_api());
  stage.runs(0, 4);
  stage.manner(0).start = 20s;
  stage.see(0, SignalKind::p95, 0.5);
  stage.see(0, SignalKind::cpu, 0.3);
  stage.see(0, SignalKind::requests_per_second, 100);
  stage.tick();
  stage.see(0, SignalKind::p95, 1);
  EXPECT_EQ(stage.tick().tiers[0].asked, 8);
  stage.run_for(30s);
  stage.see(0, SignalKind::p95, after.p95_after);
  stage.see(0, SignalKind::cpu, after.cpu_after);
  stage.see(0, SignalKind::requests_per_second, after.rate_after);
  stage.see_component("main", after.database);
  return stage;
}

class Verify : public testing::TestWithParam<Seen> {};
TEST_P(Verify, JudgesTheGrowth) {
  Stage stage = grown(GetParam());
  while (stage.why().verify.verdict == VerifyLine::Verdict::waiting || stage.why().verify.verdict == VerifyLine::Verdict::none)
    stage.tick();
  EXPECT_EQ(stage.why().verify.verdict, GetParam().verdict);
  EXPECT_EQ(stage.why().verify.before, 1);
  EXPECT_EQ(stage.why().verify.expected, 0.5);
  const bool frozen = GetParam().verdict == VerifyLine::Verdict::no_help;
  EXPECT_EQ(stage.state().tiers[0].frozen_until > stage.now(), frozen);
}
INSTANTIATE_TEST_SUITE_P(Table, Verify,
                         testing::Values(Seen{"met", 0.4, 100, 0.3, 0, VerifyLine::Verdict::helped},
                                         Seen{"on its way", 0.85, 100, 0.3, 0, VerifyLine::Verdict::helped},
                                         Seen{"not at all", 1.0, 100, 0.3, 0.85, VerifyLine::Verdict::no_help},
                                         Seen{"worse", 1.4, 110, 0.3, 0.85, VerifyLine::Verdict::no_help},
                                         Seen{"but the load grew", 1.0, 125, 0.3, 0.85, VerifyLine::Verdict::not_judged},
                                         Seen{"but the instances themselves are busy", 1.0, 100, 0.95, 0.85,
                                              VerifyLine::Verdict::not_judged}));

// T14: frozen for ten minutes with the database named, then thawed; the growth is tried again.
TEST(VerifyFreeze, T14_NamesTheComponentAndThawsAfterTenMinutes) {
  Stage stage = grown({"", 1.0, 100, 0.3, 0.85, {}});
  while (stage.state().tiers[0].frozen_until == TimePoint{}) stage.tick();
  const int stands = stage.asked();
  const TimePoint thaw = stage.state().tiers[0].frozen_until;
  EXPECT_EQ(thaw - stage.now(), freeze_for);
  stage.run_for(60s);  // until the rate policy would allow more
  while (stage.now() + 1s < thaw) {
    stage.tick();
    ASSERT_EQ(stage.asked(), stands);
    const StepLine& line = stage.why().steps[stage.why().steps.size() - 1];
    ASSERT_EQ(line.reason, Reason::frozen);
    ASSERT_EQ(stage.plan().components[static_cast<std::size_t>(line.subject)].name, "main");
  }
  EXPECT_GT(stage.tick().tiers[0].asked, stands);
}

// A tier that grows a little every 30 s is judged all the same: by its first step.
TEST(VerifyFreeze, SteadyGrowthInSmallStepsIsJudged) {
  Stack stack = slow_api();
  stack.tiers[0].scale.behavior.up.policies = {{RatePolicy::Unit::instances, 1, 30s}};
  Stage stage(stack);
  stage.runs(0, 4);
  stage.see(0, SignalKind::cpu, 0.3);
  stage.see(0, SignalKind::requests_per_second, 100);
  stage.see(0, SignalKind::p95, 2);
  stage.see_component("main", 0.9);
  stage.run_for(10min);
  EXPECT_EQ(stage.reason(), Reason::frozen);
  EXPECT_LE(stage.asked(), 8) << "not the 24 that a step each 30 s would be";
}

// Frozen is what was tried in vain; that the CPU asks for growth is another matter, and does not thaw the first.
TEST(VerifyFreeze, AnotherPolicyMayGrowAndThawsNothing) {
  Stage stage = grown({"", 1.0, 100, 0.3, 0.85, {}});
  while (stage.state().tiers[0].frozen_until == TimePoint{}) stage.tick();
  const int stands = stage.asked();
  stage.see(0, SignalKind::p95, 0.5);
  stage.see(0, SignalKind::cpu, 0.85);
  stage.run_for(60s);
  const int by_cpu = stage.asked();
  EXPECT_GT(by_cpu, stands);
  stage.see(0, SignalKind::p95, 2);
  stage.see(0, SignalKind::cpu, 0.7);
  stage.run_for(60s);
  EXPECT_EQ(stage.asked(), by_cpu);
  EXPECT_EQ(stage.reason(), Reason::frozen);
}

// Eight, of which four start for longer than the judge waits: p95 stays at a second and its policy is frozen. Later p95 at 5.6 s
// would have 8 * 5.6 / 0.5 = 90; CPU at 365 % asks for 8 * 3.65 / 0.7 = 42, and those are granted.
TEST(VerifyFreeze, AnotherPolicyGetsItsOwnCountNotTheFrozenOnes) {
  Stack stack = slow_api();
  stack.tiers[0].replicas.max = 100;
  stack.tiers[0].scale.behavior.up.policies.clear();
  Stage stage(stack);
  stage.runs(0, 4);
  stage.manner(0).start = 90s;
  stage.see(0, SignalKind::p95, 0.5);
  stage.see(0, SignalKind::cpu, 0.3);
  stage.see(0, SignalKind::requests_per_second, 100);
  stage.tick();
  stage.see(0, SignalKind::p95, 1);
  ASSERT_EQ(stage.tick().tiers[0].asked, 8);
  stage.run_for(85s);
  ASSERT_GT(stage.state().tiers[0].frozen_until, stage.now());
  stage.run_for(10s);
  ASSERT_EQ(stage.ready(), 8);
  stage.see(0, SignalKind::p95, 5.6);
  stage.tick();
  ASSERT_EQ(stage.why().policies[0].proposal, 90);
  ASSERT_EQ(stage.asked(), 8);
  stage.see(0, SignalKind::cpu, 3.65);
  stage.tick();
  EXPECT_EQ(stage.asked(), 42);
  EXPECT_EQ(stage.reason(), Reason::frozen);
}

}  // namespace
}  // namespace plimsoll
