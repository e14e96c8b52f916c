// How fast a count moves: windows, policies and what is remembered of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rng.h"
#include "decide/hpa/events.h"
#include "decide/hpa/stabilize.h"
#include "decide/hpa/testing/autoscaler.h"

namespace plimsoll::hpa {
namespace {
using namespace std::chrono_literals;
using testing::Autoscaler;
using ::testing::ElementsAre;
using testing::start;

/// The counts after passes `period` apart that all want the same, until it is reached.
std::vector<std::int32_t> climb(Autoscaler& scaler, std::int32_t wanted, Duration period) {
  std::vector<std::int32_t> counts{scaler.replicas};
  for (Duration at{}; scaler.replicas != wanted && counts.size() < 50; at += period) {
    scaler.pass(at, wanted);
    counts.push_back(scaler.replicas);
  }
  return counts;
}

TEST(Behavior, V10WithoutItCountsDouble) {
  Autoscaler scaler({.max = 1000}, 1);
  EXPECT_THAT(climb(scaler, 100, 15s), ElementsAre(1, 4, 8, 16, 32, 64, 100));
}

TEST(Behavior, V11DefaultPoliciesAddFourFirst) {
  Autoscaler scaler({.max = 1000, .behavior = Behavior{default_up_rules(), default_down_rules()}}, 1);
  EXPECT_THAT(climb(scaler, 100, 15001ms), ElementsAre(1, 5, 10, 20, 40, 80, 100));
}

TEST(Behavior, V11bAnEventCountsForLessThanItsPeriod) {
  const std::vector<ScaleEvent> ups{{start, 4, false}};
  EXPECT_EQ(scale_up_limit(5, default_up_rules(), ups, {}, start + 14s), 5);
  EXPECT_EQ(scale_up_limit(5, default_up_rules(), ups, {}, start + 15s), 10);
}

TEST(Behavior, V12TenPercentAMinute) {
  Behavior slow{default_up_rules(), {0, Select::max, {{Policy::Type::percent, 10, 60}}}};
  Autoscaler scaler({.max = 100, .behavior = slow}, 80);
  std::vector<std::int32_t> by_minute;
  for (Duration at{}; at <= 300s; at += 15s) {
    scaler.pass(at, 10);
    if (at % 60s == 0s) by_minute.push_back(scaler.replicas);
  }
  EXPECT_THAT(by_minute, ElementsAre(72, 64, 57, 51, 45, 40));
}

TEST(Behavior, V13TheDownWindowHoldsItsHighest) {
  const std::vector<Recommendation> past{{start, 10}, {start + 1s, 9}, {start + 2s, 8}};
  const Stabilized s = stabilize_with_behavior(10, 8, 0s, 300s, past, start + 3s);
  EXPECT_EQ(s.replicas, 10);
  EXPECT_EQ(s.reason, Reason::scale_down_stabilized);
}

TEST(Behavior, V14TheUpWindowHoldsItsLowest) {
  std::vector<Recommendation> past;
  for (const std::int32_t n : {2, 3, 19, 10, 3, 4}) past.push_back({start + 15s * std::ssize(past), n});
  EXPECT_EQ(stabilize_with_behavior(2, 7, 300s, 300s, past, start + 90s).replicas, 2);
  EXPECT_EQ(stabilize_with_behavior(2, 7, 300s, 300s, past, start + 300s).replicas, 3) << "the 2 is out of the window";
}

TEST(Behavior, DisabledDirectionStandsStill) {
  Behavior frozen{default_up_rules({.select = Select::disabled}), default_down_rules({.select = Select::disabled})};
  Autoscaler scaler({.max = 100, .behavior = frozen}, 10);
  EXPECT_EQ(scaler.pass(0s, 50).conditions.scaling_limited, (Condition{Status::yes, Reason::scale_up_limit}));
  scaler.pass(400s, 1);
  EXPECT_EQ(scaler.pass(800s, 1).conditions.scaling_limited, (Condition{Status::yes, Reason::scale_down_limit}));
  EXPECT_EQ(scaler.replicas, 10);
}

TEST(Behavior, AnOpenDownWindowIsTheControllersInWholeSeconds) {
  Config config{.max = 100, .behavior = Behavior{default_up_rules(), default_down_rules()}};
  config.downscale_stabilization = 60'900ms;
  const std::vector<Recommendation> past{{start, 9}};
  EXPECT_EQ(normalize(config, 9, 3, past, {}, {}, start + 59'900ms).stabilized, 9);
  EXPECT_EQ(normalize(config, 9, 3, past, {}, {}, start + 60'000ms).stabilized, 3) << "900 ms are cut off";
}

TEST(Behavior, TolerancesFallBackEachForItself) {
  EXPECT_EQ(resolve_tolerance(0.1, std::nullopt, 0.0).down, 0.1);
  EXPECT_EQ(resolve_tolerance(0.1, std::nullopt, 0.0).up, 0.0);
}

TEST(History, SlotsOfAConfigurationAreNeverOverrun) {
  Behavior odd{{120, Select::max, {{Policy::Type::pods, 1, 90}}}, {300, Select::max, {{Policy::Type::percent, 50, 30}}}};
  for (const auto& behavior : {std::optional<Behavior>(odd), std::optional<Behavior>()}) {
    Rng rng = Rng(7).fork("slots");
    Autoscaler scaler({.max = 1000, .behavior = behavior}, 5);
    scaler.recommendations.emplace_back();  // one spare in each: were it ever used, slots() would be too few
    scaler.ups.emplace_back();
    scaler.downs.emplace_back();
    for (int tick = 0; tick < 2000; ++tick) scaler.pass(15s * tick, static_cast<std::int32_t>(1 + rng.below(200)));
    EXPECT_LT(scaler.kept.recommendations, scaler.recommendations.size());
    EXPECT_LT(scaler.kept.ups, scaler.ups.size());
    EXPECT_LT(scaler.kept.downs, scaler.downs.size());
  }
}

TEST(History, AFullOneForgetsTheOldest) {
  std::vector<Recommendation> slots(3);
  std::uint32_t used = 0;
  History<Recommendation> history(slots, used);
  for (const auto at : {20s, 10s, 30s}) history.put(used, {start + at, 1});
  history.put(used, {start + 40s, 2});
  EXPECT_EQ(used, 3U);
  EXPECT_THAT(slots, ElementsAre(Recommendation{start + 20s, 1}, Recommendation{start + 40s, 2}, Recommendation{start + 30s, 1}));
}

// Anything goes in; the sanitizers watch, and limits keep the order they promise.
TEST(Behavior, LimitsTakeAnyNumbers) {
  Rng rng = Rng(2026).fork("hpa limits");
  const auto any = [&] {
    return rng.below(3) == 0 ? static_cast<std::int32_t>(rng.next()) : static_cast<std::int32_t>(rng.below(50));
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto rules = [&] {
      return Rules{
          static_cast<std::int32_t>(rng.below(3600)),
          static_cast<Select>(rng.below(3)),
          {{static_cast<Policy::Type>(rng.below(2)), any(), any()}, {static_cast<Policy::Type>(rng.below(2)), any(), any()}}};
    };
    const Behavior behavior{rules(), rules()};
    const std::vector<ScaleEvent> ups{{start, any(), false}, {start - 100s, any(), true}}, downs{{start - 5s, any(), false}};
    const std::int32_t current = any(), desired = any();
    const Limited limited = rate_limit_with_behavior(current, desired, any(), any(), behavior, ups, downs, start + 1s);
    if (desired == current) {
      ASSERT_EQ(limited.replicas, desired);
    }
    const Limited without = limit_without_behavior(current, desired, any(), any(), {});
    ASSERT_EQ(without.replicas == desired, without.reason == Reason::desired_within_range);
  }
}

}  // namespace
}  // namespace plimsoll::hpa
