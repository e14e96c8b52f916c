#include "core/cron.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/quantity.h"

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

Cron cron(std::string_view text) {
  const Parsed<Cron> parsed = parse_cron(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value.value_or(Cron{});
}
TimePoint utc(std::string_view text) { return parse_time(text).value(); }
std::string said(const std::optional<TimePoint>& t) { return t ? to_text(*t) : "never"; }
TimeZone zone(std::string_view rule) { return parse_zone_rule(rule, "test").value(); }

const TimeZone universal;
const TimeZone berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
const TimeZone lord_howe = zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
const TimeZone azores_midnight = zone("<-01>1<+00>,M3.5.0/0,M10.5.0/1");  // midnight does not exist on a day in March

struct Row {
  std::string_view expression, at, next, previous;
};
class Times : public testing::TestWithParam<Row> {};
TEST_P(Times, ComeWhereTheyShould) {
  const Row& row = GetParam();
  EXPECT_EQ(said(cron(row.expression).next(utc(row.at), universal)), row.next);
  EXPECT_EQ(said(cron(row.expression).previous(utc(row.at), universal)), row.previous);
}
INSTANTIATE_TEST_SUITE_P(
    Utc, Times,
    testing::Values(Row{"* * * * *", "2026-11-22T14:51:23Z", "2026-11-22T14:52Z", "2026-11-22T14:51Z"},
                    Row{"* * * * *", "2026-11-22T14:51Z", "2026-11-22T14:52Z",
                        "2026-11-22T14:51Z"},  // strictly after; at or before
                    Row{"59 23 31 12 *", "2026-12-31T23:59Z", "2027-12-31T23:59Z", "2026-12-31T23:59Z"},
                    Row{"0 0 1 1 *", "2026-12-31T23:59:59Z", "2027-01-01T00:00Z", "2026-01-01T00:00Z"},
                    Row{"0 8 * * 1-5", "2026-11-27T08:00Z", "2026-11-30T08:00Z", "2026-11-27T08:00Z"},  // over a weekend
                    Row{"30 8,20 * * *", "2026-11-27T12:00Z", "2026-11-27T20:30Z", "2026-11-27T08:30Z"},
                    Row{"45 8 * * *", "2026-11-27T08:50Z", "2026-11-28T08:45Z", "2026-11-27T08:45Z"},
                    Row{"0 0 31 * *", "2026-11-15T00:00Z", "2026-12-31T00:00Z", "2026-10-31T00:00Z"},
                    Row{"0 0 29 2 *", "2026-11-15T00:00Z", "2028-02-29T00:00Z", "2024-02-29T00:00Z"},
                    Row{"0 0 29 2 *", "2097-01-01T00:00Z", "never", "2096-02-29T00:00Z"},  // 2100 has none; 2104 is too far
                    Row{"0 0 30 2 *", "2026-11-15T00:00Z", "never", "never"},
                    Row{"0 0 13 * fri", "2026-11-13T00:00Z", "2026-11-20T00:00Z", "2026-11-13T00:00Z"},  // the 13th or a Friday
                    Row{"0 0 13 * fri", "2026-12-12T00:00Z", "2026-12-13T00:00Z", "2026-12-11T00:00Z"},
                    Row{"0 0 */2 * mon", "2026-11-22T12:00Z", "2026-11-23T00:00Z", "2026-11-21T00:00Z"},
                    Row{"0 0 1 * *", "2026-11-22T12:00Z", "2026-12-01T00:00Z", "2026-11-01T00:00Z"},  // H15
                    Row{"@yearly", "2026-11-22T12:00Z", "2027-01-01T00:00Z", "2026-01-01T00:00Z"}));

TEST(Cron, GivesUpAfterTheFifthYear) {
  EXPECT_EQ(said(cron("0 0 29 2 *").next(utc("2099-01-01T00:00Z"), universal)), "2104-02-29T00:00Z");
  EXPECT_EQ(said(cron("0 0 29 2 *").previous(utc("2103-01-01T00:00Z"), universal)), "never");
}

TEST(Cron, TheEndsOfTimeAreNever) {
  for (const TimePoint t : {TimePoint::min(), TimePoint::max()}) {
    EXPECT_EQ(said(cron("* * * * *").next(t, berlin)), "never");
    EXPECT_EQ(said(cron("* * * * *").previous(t, berlin)), "never");
  }
}

// Berlin springs from 02:00 to 03:00 on 29 March 2026: half past two does not come that day, three does.
TEST(CronDst, AReadingSkippedInSpringDoesNotCome) {
  EXPECT_EQ(said(cron("30 2 * * *").next(utc("2026-03-28T12:00Z"), berlin)), "2026-03-30T00:30Z");
  EXPECT_EQ(said(cron("0 3 * * *").next(utc("2026-03-28T12:00Z"), berlin)), "2026-03-29T01:00Z");
  EXPECT_EQ(said(cron("30 2 * * *").previous(utc("2026-03-29T12:00Z"), berlin)), "2026-03-28T01:30Z");
  EXPECT_EQ(said(cron("*/30 * * * *").next(utc("2026-03-29T00:30Z"), berlin)), "2026-03-29T01:00Z");
}

// And back from 03:00 to 02:00 on 25 October: half past two comes twice.
TEST(CronDst, AReadingShownTwiceInAutumnComesTwice) {
  const Cron half_past_two = cron("30 2 * * *");
  EXPECT_EQ(said(half_past_two.next(utc("2026-10-24T12:00Z"), berlin)), "2026-10-25T00:30Z");
  EXPECT_EQ(said(half_past_two.next(utc("2026-10-25T00:30Z"), berlin)), "2026-10-25T01:30Z");
  EXPECT_EQ(said(half_past_two.next(utc("2026-10-25T01:30Z"), berlin)), "2026-10-26T01:30Z");
  EXPECT_EQ(said(half_past_two.previous(utc("2026-10-25T01:29Z"), berlin)), "2026-10-25T00:30Z");
}

TEST(CronDst, HalfAnHourAndAMissingMidnight) {
  EXPECT_EQ(said(cron("15 2 * * *").next(utc("2026-10-03T12:00Z"), lord_howe)), "2026-10-04T15:15Z");
  EXPECT_EQ(said(cron("30 2 * * *").next(utc("2026-10-03T12:00Z"), lord_howe)), "2026-10-03T15:30Z");
  EXPECT_EQ(said(cron("0 0 * * *").next(utc("2026-03-28T12:00Z"), azores_midnight)), "2026-03-30T00:00Z");
  EXPECT_EQ(said(cron("0 1 * * *").next(utc("2026-03-28T12:00Z"), azores_midnight)), "2026-03-29T01:00Z");
}

/// By definition: the first minute after `t` whose local reading matches, found by walking.
std::optional<TimePoint> walk(const Cron& c, TimePoint t, const TimeZone& z, bool forward, int most) {
  TimePoint at = std::chrono::floor<std::chrono::minutes>(t);
  for (int i = 0; i <= most; ++i, at += forward ? 1min : -1min)
    if ((forward ? at > t : at <= t) && c.matches(z.local(at))) return at;
  return std::nullopt;
}

TEST(CronProperty, NextAndPreviousAreWhatAWalkFinds) {
  EXPECT_TRUE(rc::check([] {
    const auto field = [](int min, int max) -> std::string {
      const int a = *rc::gen::inRange(min, max + 1), b = *rc::gen::inRange(a, max + 1);
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          return std::to_string(a);
        case 1:
          return std::to_string(a) + "-" + std::to_string(b);
        case 2:
          return "*/" + std::to_string(*rc::gen::inRange(1, 20));
        case 3:
          return std::to_string(a) + "," + std::to_string(b);
        default:
          return "*";
      }
    };
    const std::string text = field(0, 59) + " " + field(0, 23) + " " + field(1, 31) + " * " + field(0, 7);
    const Cron c = cron(text);
    const TimeZone& z = **rc::gen::element(&universal, &berlin, &lord_howe, &azores_midnight);
    // Around the clock changes of 2026, where it is hard.
    const TimePoint month =
        *rc::gen::element(utc("2026-03-27T00:00Z"), utc("2026-10-02T00:00Z"), utc("2026-10-23T00:00Z"), utc("2026-04-03T00:00Z"));
    const TimePoint t = month + std::chrono::seconds(*rc::gen::inRange(0, 5 * 86400));
    constexpr int days3 = 3 * 1440;
    const std::optional<TimePoint> after = walk(c, t, z, true, days3), before = walk(c, t, z, false, days3);
    const std::optional<TimePoint> next = c.next(t, z), previous = c.previous(t, z);
    RC_LOG() << text << " at " << to_text(t);
    if (after) RC_ASSERT(said(next) == said(after));
    if (!after && next) RC_ASSERT(*next > t + 3 * 24h - 1min);
    if (before) RC_ASSERT(said(previous) == said(before));
    if (!before && previous) RC_ASSERT(*previous < t - 3 * 24h + 1min);
    if (next) RC_ASSERT(said(c.previous(*next, z)) == said(next));
    if (next && previous) RC_ASSERT(said(c.next(*previous, z)) == said(next));
  }));
}

// ---- windows

const CronWindow office{cron("0 8 * * 1-5"), cron("0 20 * * 1-5")};

TEST(CronWindow, IsFromStartUpToEnd) {
  const auto at = [](std::string_view t) { return inside(office.start, office.end, universal, utc(t)); };
  EXPECT_FALSE(at("2026-11-27T07:59:59Z"));
  EXPECT_TRUE(at("2026-11-27T08:00Z"));
  EXPECT_TRUE(at("2026-11-27T19:59:59Z"));
  EXPECT_FALSE(at("2026-11-27T20:00Z"));
  EXPECT_FALSE(at("2026-11-28T12:00Z"));  // Saturday
}

TEST(CronWindow, SpansMidnight) {
  const CronWindow night{cron("0 20 * * *"), cron("0 8 * * *")};  // K25: off-hours
  EXPECT_TRUE(night.state(utc("2026-11-27T23:00Z"), universal).inside);
  EXPECT_TRUE(night.state(utc("2026-11-28T07:59Z"), universal).inside);
  EXPECT_FALSE(night.state(utc("2026-11-28T08:00Z"), universal).inside);
}

TEST(CronWindow, SaysHowLongTheAnswerStands) {
  EXPECT_EQ(office.state(utc("2026-11-27T12:00Z"), universal).until, utc("2026-11-27T20:00Z"));
  EXPECT_EQ(office.state(utc("2026-11-27T21:00Z"), universal).until, utc("2026-11-30T08:00Z"));
  EXPECT_EQ(said(office.next_change(utc("2026-11-27T21:00Z"), universal)), "2026-11-30T08:00Z");
}

TEST(CronWindow, FollowsTheClocksOfItsZone) {
  EXPECT_EQ(office.state(utc("2026-07-01T12:00Z"), berlin).until, utc("2026-07-01T18:00Z"));
  EXPECT_EQ(office.state(utc("2026-12-01T12:00Z"), berlin).until, utc("2026-12-01T19:00Z"));
}

// Ends at 18 and at 20: the window opened at 8 is inside until 20, since after 18 the next end still comes before the next start.
TEST(CronWindow, AnotherEndBeforeTheNextStartKeepsItOpen) {
  const CronWindow two_ends{cron("0 8 * * *"), cron("0 18,20 * * *")};
  EXPECT_TRUE(two_ends.state(utc("2026-11-27T19:00Z"), universal).inside);
  EXPECT_EQ(two_ends.state(utc("2026-11-27T12:00Z"), universal).until, utc("2026-11-27T18:00Z"));
  EXPECT_EQ(said(two_ends.next_change(utc("2026-11-27T12:00Z"), universal)), "2026-11-27T20:00Z");
}

TEST(CronWindow, AnEndThatIsAStartTooGoesOn) {
  const CronWindow shifts{cron("0 8,16 * * *"), cron("0 16,20 * * *")};
  EXPECT_EQ(said(shifts.next_change(utc("2026-11-27T12:00Z"), universal)), "2026-11-27T20:00Z");
  const Cron daily = cron("@daily");
  EXPECT_EQ(said(CronWindow{daily, daily}.next_change(utc("2026-11-27T12:00Z"), universal)), "never");
}

TEST(CronWindow, WhatNeverComes) {
  const Cron never = cron("0 0 30 2 *"), daily = cron("@daily");
  const TimePoint now = utc("2026-11-27T12:00Z");
  EXPECT_FALSE((CronWindow{daily, never}.state(now, universal).inside));
  EXPECT_TRUE((CronWindow{never, daily}.state(now, universal).inside));  // KEDA's rule, to the letter
  EXPECT_FALSE((CronWindow{never, never}.state(now, universal).inside));
  EXPECT_EQ(said(CronWindow{daily, never}.next_change(now, universal)), "never");
  EXPECT_GT((CronWindow{never, never}.state(now, universal).until), now);
}

TEST(CronProperty, TheAnswerStandsUntilItSays) {
  EXPECT_TRUE(rc::check([] {
    const TimeZone& z = **rc::gen::element(&universal, &berlin, &lord_howe);
    const auto some = [] {
      return cron(std::to_string(*rc::gen::inRange(0, 60)) + " " + *rc::gen::element<std::string>("2", "8", "1-3", "*/6", "20") +
                  " * * " + *rc::gen::element<std::string>("*", "1-5", "0,6"));
    };
    const CronWindow window{some(), some()};
    const TimePoint t = utc("2026-03-20T00:00Z") + std::chrono::seconds(*rc::gen::inRange(0, 300 * 86400));
    const CronWindow::State state = window.state(t, z);
    RC_ASSERT(state.until > t);
    const TimePoint within = t + (state.until - t) / 1000 * *rc::gen::inRange(0, 1000);
    RC_ASSERT(window.state(within, z).inside == state.inside);
    RC_ASSERT(window.state(state.until - 1ns, z).inside == state.inside);
    // The next change is where a walk from one answer to the next first finds the other one.
    CronWindow::State at = state;
    TimePoint walked = t;
    for (int i = 0; i < 200 && at.inside == state.inside; ++i) at = window.state(walked = at.until, z);
    if (at.inside != state.inside) RC_ASSERT(said(window.next_change(t, z)) == said(walked));
  }));
}

/// Whatever the fuzzer began with or found is read or refused, and what is read comes in order.
TEST(Cron, CorpusIsReadOrRefused) {
  int texts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/cron")) {
    std::ifstream in(entry.path());
    std::ostringstream whole;
    whole << in.rdbuf();
    const std::string text = whole.str();
    for (std::size_t n = 0; n <= text.size(); ++n) {
      const Parsed<Cron> parsed = parse_cron(std::string_view(text).substr(0, n));
      ASSERT_TRUE(parsed.value || !parsed.diagnostics.empty()) << entry.path();
      if (!parsed.value) continue;
      const std::optional<TimePoint> next = parsed.value->next(utc("2026-11-27T12:00Z"), berlin);
      ASSERT_TRUE(!next || parsed.value->matches(berlin.local(*next))) << entry.path();
    }
    ++texts;
  }
  EXPECT_GT(texts, 5);
}

}  // namespace
}  // namespace plimsoll
