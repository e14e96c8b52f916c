// Threshold rules held for a duration: H4 to H6, V2, T2, T5.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;
using Comparison = ThresholdRule::Comparison;

Tier tier_with(std::vector<ThresholdRule> rules, Bounds bounds = {1, 40}) {
  Tier tier = plain_tier("api", bounds);
  tier.scale.rules = std::move(rules);
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

ThresholdRule rule(SignalKind signal, Comparison comparison, double threshold, Duration held, int step) {
  return {.signal = signal, .comparison = comparison, .threshold = threshold, .held = held, .every = held, .step = step};
}

struct Row {
  const char* requirement;
  ThresholdRule rule;
  double calm, alarm;
  int from, to;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.requirement; }

/// Nothing just before the time is up, one step right after.
class Rule : public testing::TestWithParam<Row> {};
TEST_P(Rule, FiresOnceItHasHeld) {
  const Row& row = GetParam();
  Stage stage(stack_of({tier_with({row.rule})}));
  stage.runs(0, row.from);
  stage.see(0, row.rule.signal, row.calm);
  stage.run_for(5s);
  stage.see(0, row.rule.signal, row.alarm);
  stage.run_for(row.rule.held);
  EXPECT_EQ(stage.asked(), row.from);
  EXPECT_EQ(stage.why().policies[0].note, Note::not_held);
  stage.tick();
  EXPECT_EQ(stage.asked(), row.to);
}

ThresholdRule share(ThresholdRule made, double percent) {
  made.step = 0;
  made.percent = percent;
  return made;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Rule,
    testing::Values(
        Row{"H4 any resource 80 % for 10 min", rule(SignalKind::memory, Comparison::above, 0.8, 10min, 1), 0.7, 0.81, 4, 5},
        Row{"H5 cpu 80 % for 10 min", rule(SignalKind::cpu, Comparison::above, 0.8, 10min, 1), 0.8, 0.9, 3, 4},
        Row{"H5 memory 85 % for 5 min", rule(SignalKind::memory, Comparison::above, 0.85, 5min, 2), 0.85, 0.86, 3, 5},
        Row{"H5 p95 5 s for 10 min", rule(SignalKind::p95, Comparison::above, 5, 10min, 1), 5, 5.1, 3, 4},
        Row{"H6 cpu 30 % for 30 min halves", share(rule(SignalKind::cpu, Comparison::below, 0.3, 30min, 0), -50), 0.3, 0.2, 10,
            5},
        Row{"H6 memory 50 % for 60 min, 30 %", share(rule(SignalKind::memory, Comparison::below, 0.5, 60min, 0), -30), 0.6, 0.4,
            10, 7},
        Row{"V2 queue over 1000", rule(SignalKind::queued_requests, Comparison::above, 1000, 60s, 3), 1000, 1001, 2, 5},
        Row{"T2 p99 500 ms", rule(SignalKind::p99, Comparison::above, 0.5, 60s, 1), 0.5, 0.6, 2, 3},
        Row{"V2 errors 5 %", rule(SignalKind::errors, Comparison::above, 0.05, 5min, 1), 0.05, 0.06, 2, 3},
        Row{"a share is one at least", share(rule(SignalKind::cpu, Comparison::above, 0.8, 0s, 0), 10), 0.5, 0.9, 3, 4},
        Row{"a share of ten", share(rule(SignalKind::cpu, Comparison::above, 0.8, 0s, 0), 25), 0.5, 0.9, 10, 12}));

// Between 70 % (clears) and 80 % the rule goes on holding, but does not begin to.
TEST(RuleHysteresis, ClearsLaterThanItBegins) {
  ThresholdRule up = rule(SignalKind::cpu, Comparison::above, 0.8, 60s, 1);
  up.clears = 0.7;
  Stage stage(stack_of({tier_with({up})}));
  stage.runs(0, 2);
  stage.see(0, SignalKind::cpu, 0.75);
  EXPECT_EQ(stage.run_for(5min).tiers[0].asked, 2);
  stage.see(0, SignalKind::cpu, 0.81);
  stage.run_for(30s);
  stage.see(0, SignalKind::cpu, 0.75);
  EXPECT_EQ(stage.run_for(31s).tiers[0].asked, 3) << "the dip did not clear it";
  stage.see(0, SignalKind::cpu, 0.69);
  stage.tick();
  stage.see(0, SignalKind::cpu, 0.75);
  EXPECT_EQ(stage.run_for(5min).tiers[0].asked, 3);
}

// The up window of five minutes is for targets; a rule of high urgency has held its own minute.
TEST(RuleUrgency, H5_HighSkipsTheUpWindow) {
  for (const Urgency urgency : {Urgency::low, Urgency::medium, Urgency::high, Urgency::critical}) {
    ThresholdRule up = rule(SignalKind::cpu, Comparison::above, 0.8, 60s, 1);
    up.urgency = urgency;
    Tier tier = tier_with({up});
    tier.scale.behavior.up.window = 5min;
    Stage stage(stack_of({tier}));
    stage.runs(0, 2);
    stage.see(0, SignalKind::cpu, 0.9);
    stage.run_for(62s);
    EXPECT_EQ(stage.asked(), urgency >= Urgency::high ? 3 : 2);
    EXPECT_EQ(stage.reason(), urgency < Urgency::high ? Reason::window_up : Reason::steady);
  }
}

// A target that wants still more does not take the urgency away: what the rule asked for comes at once, the rest after the
// window.
TEST(RuleUrgency, AnotherPolicyThatWantsMoreTakesNothingAway) {
  ThresholdRule up = rule(SignalKind::p95, Comparison::above, 5, 0s, 2);
  up.urgency = Urgency::critical;
  Tier tier = tier_with({up});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.up.window = 60s;
  Stage stage(stack_of({tier}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::p95, 1);
  stage.see(0, SignalKind::requests_per_second, 40);
  stage.run_for(90s);
  stage.see(0, SignalKind::p95, 6);
  stage.see(0, SignalKind::requests_per_second, 200);
  stage.tick();
  EXPECT_EQ(stage.asked(), 6);
  stage.see(0, SignalKind::p95, 1);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 20);
}

// H5: errors > 5 % for 5 min are critical, but somebody is to look first: no policy grows the tier meanwhile.
TEST(RuleInvestigate, H5_HoldsGrowthAndSaysSo) {
  ThresholdRule look = rule(SignalKind::errors, Comparison::above, 0.05, 5min, 0);
  look.investigate = true;
  Tier tier = tier_with({look});
  tier.scale.metrics = {rate_of(10)};
  Stage stage(stack_of({tier}));
  stage.runs(0, 2);
  stage.see(0, SignalKind::errors, 0.2);
  stage.see(0, SignalKind::requests_per_second, 20);
  stage.run_for(302s);
  stage.see(0, SignalKind::requests_per_second, 100);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 2);
  EXPECT_EQ(stage.reason(), Reason::investigate);
  EXPECT_EQ(stage.why().policies[1].note, Note::investigate);
  EXPECT_EQ(stage.why().steps[0].subject, 1);
  stage.see(0, SignalKind::errors, 0.01);
  stage.tick();
  EXPECT_EQ(stage.asked(), 10);
}

// Two instances take three minutes to start; the alarm goes on. What was asked for is not asked for again.
TEST(RuleStarting, NoRepeatedStepWhileInstancesStart) {
  ThresholdRule up = rule(SignalKind::cpu, Comparison::above, 0.8, 0s, 2);
  up.every = 30s;
  Stage stage(stack_of({tier_with({up})}));
  stage.runs(0, 4);
  stage.manner(0).start = 3min;
  stage.see(0, SignalKind::cpu, 0.95);
  EXPECT_EQ(stage.tick().tiers[0].asked, 6);
  EXPECT_EQ(stage.run_for(179s).tiers[0].asked, 6);
  EXPECT_EQ(stage.run_for(5s).tiers[0].asked, 8) << "they are there, and it is not enough";
}

TEST(RuleGap, TheTimeIsCountedAsSeen) {
  Stage stage(stack_of({tier_with({rule(SignalKind::cpu, Comparison::below, 0.3, 60s, -1)})}));
  stage.runs(0, 5);
  stage.see(0, SignalKind::cpu, 0.1);
  stage.run_for(50s);
  stage.lose(0, SignalKind::cpu, Gap::unreachable);
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 5);
  stage.see(0, SignalKind::cpu, 0.1);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 5);
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
}

/// p95 far over its second on ten asked for: eight are ready, and what `others` says of the two.
int one_more(const Manner& others) {
  ThresholdRule up = rule(SignalKind::p95, Comparison::above, 1, 0s, 1);
  up.every = 30s;
  Stage stage(stack_of({tier_with({up})}));
  stage.runs(0, 8);
  stage.see(0, SignalKind::p95, 0.2);
  stage.tick();
  stage.manner(0) = others;
  stage.orders = {Order{.id = 1, .kind = OrderKind::floor, .tier = TierId{0}, .value = 10}};
  EXPECT_EQ(stage.tick().tiers[0].asked, 10);
  stage.orders.clear();
  stage.run_for(60s);
  EXPECT_EQ(stage.ready(), 8);
  stage.see(0, SignalKind::p95, 30);
  return stage.tick().tiers[0].asked;
}

// Two that fail to start are no help to wait for: 10 + 1. Two that really start are: 8 + 1 is not beyond the ten.
TEST(RuleStarting, BackingOffIsNothingToWaitFor) {
  EXPECT_EQ(one_more({.start = 10s, .fails = true, .pending = Pending::backing_off}), 11);
  EXPECT_EQ(one_more({.start = 3min}), 10);
}

// "Once in ten minutes" counts from a person's change too: 20 set to 10, the next one goes ten minutes later.
TEST(RuleEvery, CountsFromAnotherHandsChange) {
  ThresholdRule down = rule(SignalKind::cpu, Comparison::below, 0.3, 0s, -1);
  down.every = 10min;
  Stage stage(stack_of({tier_with({down})}));
  stage.runs(0, 20);
  stage.see(0, SignalKind::cpu, 0.5);
  stage.run_for(60s);
  stage.set_by_somebody_else(0, 10);
  stage.see(0, SignalKind::cpu, 0.1);
  EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 10);
  EXPECT_EQ(stage.tick().tiers[0].asked, 9);
}

}  // namespace
}  // namespace plimsoll
