// Schedules: planned events and off-hours.

#include <gtest/gtest.h>

#include "core/quantity.h"
#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

TimePoint day(int year, unsigned month, unsigned date, Duration time) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(date)) + time;
}

TimeZones berlin() { return {{"Europe/Berlin", *parse_zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin")}}; }

ScheduleRule off_hours() {
  ScheduleRule night{.kind = ScheduleRule::Kind::exact, .replicas = 0, .why = "off-hours"};
  night.when.start = "0 20 * * *";
  night.when.end = "0 8 * * *";
  night.when.zone = "Europe/Berlin";
  return night;
}

// K5: an event at 20:00, floor 15 from half past seven until 22:00, then back to 3 through the down window.
TEST(Schedule, K5_FloorFifteenThirtyMinutesBeforeAndBackToThree) {
  const TimePoint event = day(2026, 11, 27, 20h);
  Tier tier = plain_tier("api", {3, 20});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down.window = 5min;
  tier.scale.schedule = {{.replicas = 15, .why = "launch"}};
  tier.scale.schedule[0].when.from = event - 30min;
  tier.scale.schedule[0].when.until = event + 2h;
  Stage stage(stack_of({tier}), {}, {}, event - 1h);
  stage.runs(0, 3);
  stage.see(0, SignalKind::requests_per_second, 20);
  EXPECT_EQ(stage.run_for(30min - 1s).tiers[0].asked, 3);
  EXPECT_EQ(stage.tick().tiers[0].asked, 15);
  EXPECT_EQ(stage.reason(), Reason::schedule_floor);
  stage.see(0, SignalKind::requests_per_second, 180);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 18) << "a floor is no ceiling";
  stage.see(0, SignalKind::requests_per_second, 20);
  EXPECT_EQ(stage.run_for(150min - 62s, 1s).tiers[0].asked, 15);
  EXPECT_EQ(stage.run_for(5min).tiers[0].asked, 15) << "the window";
  EXPECT_EQ(stage.run_for(5min).tiers[0].asked, 3);
}

// A floor is reached at once, whatever windows, rates and steps are there for the policies; never past max.
TEST(Schedule, AFloorWaitsForNoWindowAndStaysBelowMax) {
  Tier tier = plain_tier("api", {3, 20});
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.up = {10min, {{RatePolicy::Unit::instances, 1, 60s}}};
  tier.scale.step.out = Ratio{0.25};
  tier.scale.schedule = {{.replicas = 50}};
  tier.scale.schedule[0].when.from = stage_begins + 60s;
  for (const Like like : {Like::plimsoll, Like::hpa}) {
    tier.scale.like = like;
    tier.scale.schedule[0].when.until = stage_begins + 2h;
    Stage stage(stack_of({tier}));
    stage.runs(0, 3);
    stage.see(0, SignalKind::requests_per_second, 25);
    EXPECT_EQ(stage.run_for(59s).tiers[0].asked, 3);
    EXPECT_EQ(stage.tick().tiers[0].asked, 20);
  }
}

// K25: 20:00 to zero, 08:00 to one, on the clocks of Berlin: an hour earlier in UTC on the Sunday on which summer begins.
TEST(Schedule, K25_OffHoursFollowTheZonesClocks) {
  Tier tier = plain_tier("staging", {1, 10});
  tier.scale.metrics = {utilization_of(0.7)};
  tier.scale.schedule = {off_hours()};
  Stage stage(stack_of({tier}), berlin(), {}, day(2026, 3, 28, 18h + 58min));
  stage.runs(0, 1);
  stage.world = [](Stage& s) {
    if (s.ready(0) > 0)
      s.see(0, SignalKind::cpu, 0.7);
    else
      s.lose(0, SignalKind::cpu, Gap::empty);
  };
  EXPECT_EQ(stage.run_for(2min - 1s).tiers[0].asked, 1);
  EXPECT_EQ(stage.tick().tiers[0].asked, 0) << "19:00 UTC is 20:00 in winter";
  EXPECT_EQ(stage.reason(), Reason::schedule_exact);
  EXPECT_EQ(stage.run_for(11h - 5s, 5s).tiers[0].asked, 0);
  EXPECT_EQ(stage.run_for(5s).tiers[0].asked, 1) << "06:00 UTC is 08:00 in summer";
  EXPECT_EQ(stage.run_for(12h - 5s, 5s).tiers[0].asked, 1);
  EXPECT_EQ(stage.run_for(5s).tiers[0].asked, 0) << "18:00 UTC";
}

// At night there is nothing to measure; that is no outage for the fallback to speak of in the morning.
TEST(Schedule, K25_TheMorningBeginsWithoutTheFallback) {
  Tier tier = plain_tier("staging", {1, 10});
  tier.scale.metrics = {utilization_of(0.7)};
  tier.scale.schedule = {off_hours()};
  tier.scale.fallback = Fallback{.after = 3min, .replicas = 8};
  Stage stage(stack_of({tier}), berlin(), {}, day(2026, 7, 1, 17h + 59min));
  stage.runs(0, 1);
  stage.manner(0).start = 60s;
  stage.world = [](Stage& s) {
    if (s.ready(0) > 0)
      s.see(0, SignalKind::cpu, 0.7);
    else
      s.lose(0, SignalKind::cpu, Gap::empty);
  };
  int most = 0;
  for (int i = 0; i < 13 * 720; ++i) most = std::max(most, stage.tick(5s).tiers[0].asked);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(stage.asked(), 1);
}

// The demand of a person's schedule meets limits, not the policies' caution: a saturated component withholds nothing of it.
TEST(Schedule, AFloorIsNotWithheldByABottleneck) {
  Stack stack = stack_of({plain_tier("api", {3, 20})});
  stack.tiers[0].scale.metrics = {rate_of(10)};
  stack.tiers[0].scale.schedule = {{.replicas = 15}};
  stack.tiers[0].uses = {{.component = "llm", .calls = 1}};
  stack.externals = {{.name = "llm", .concurrency = 12}};
  Stage stage(stack);
  stage.runs(0, 3);
  stage.see(0, SignalKind::requests_per_second, 30);
  stage.see_component("llm", 1.0);
  EXPECT_EQ(stage.tick().tiers[0].asked, 12);
  EXPECT_EQ(stage.reason(), Reason::limit);
}

// The controller stops at 22:30, inside a night of 22:00 to 06:00; the file now says 01:00 to 05:00. The stored answer ("zero
// until six") is the old file's: the tier is back at once, and down again from one to five.
TEST(Schedule, AnEditedScheduleIsReadAnewAfterARestart) {
  const auto staging = [](const char* from, const char* until) {
    Tier tier = plain_tier("staging", {1, 10});
    tier.scale.metrics = {rate_of(10)};
    tier.scale.schedule = {{.kind = ScheduleRule::Kind::exact, .replicas = 0}};
    tier.scale.schedule[0].when.start = from;
    tier.scale.schedule[0].when.end = until;
    return stack_of({tier});
  };
  Stage old(staging("0 22 * * *", "0 6 * * *"), {}, {}, day(2026, 7, 1, 21h + 59min));
  old.runs(0, 1);
  old.see(0, SignalKind::requests_per_second, 5);
  ASSERT_EQ(old.run_for(31min).tiers[0].asked, 0);

  Stage edited(staging("0 1 * * *", "0 5 * * *"), {}, {}, old.now());
  Result<StackState> stored = decode_state(encode(old.state()));
  ASSERT_TRUE(stored && fits(*stored, edited.plan()));
  take_up(edited.plan(), *stored);
  edited.state() = *stored;
  edited.see(0, SignalKind::requests_per_second, 5);
  EXPECT_EQ(edited.run_for(31min).tiers[0].asked, 1) << "23:01";
  EXPECT_EQ(edited.run_for(2h, 5s).tiers[0].asked, 0) << "01:01";
  EXPECT_EQ(edited.run_for(4h, 5s).tiers[0].asked, 1) << "05:01";
}

}  // namespace
}  // namespace plimsoll
