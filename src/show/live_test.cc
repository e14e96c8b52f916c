#include "show/live.h"

#include <gmock/gmock.h>

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct SizeRow {
  const char* golden;
  int second;
  Size size;
  Style style;
};
class Live : public testing::TestWithParam<SizeRow> {};
TEST_P(Live, LooksLikeItsGolden) {
  const SizeRow& row = GetParam();
  expect_golden(row.golden, render_live(demo_frame(row.second), row.size, row.style) + "\n");
}
INSTANTIATE_TEST_SUITE_P(
    Show, Live,
    testing::Values(SizeRow{"live-80x24.txt", 65, {80, 24}, kPlain}, SizeRow{"live-80x24-start.txt", 1, {80, 24}, kPlain},
                    SizeRow{"live-80x24-color.txt", 65, {80, 24}, kColor}, SizeRow{"live-80x24-ascii.txt", 65, {80, 24}, kAscii},
                    SizeRow{"live-100x50.txt", 110, {100, 50}, kPlain}, SizeRow{"live-140x40.txt", 110, {140, 40}, kPlain},
                    SizeRow{"live-50x14.txt", 65, {50, 14}, kPlain}));

TEST(LiveView, IsExactlyAsLargeAsTheTerminal) {
  EXPECT_TRUE(rc::check([] {
    const Size size{*rc::gen::inRange(1, 220), *rc::gen::inRange(1, 70)};
    const Style style = any_style();
    const std::string screen = render_live(*any_frame(), size, style);
    RC_ASSERT(lines_of(screen).size() == static_cast<std::size_t>(size.rows));
    check_lines(screen, size.columns, style);
  }));
}

TEST(LiveView, WhatIsAbsentIsADashAndNotZero) {
  LiveFrame f{.stack = "empty"};
  f.tiers = {{.name = "api", .ready = 2, .min = 2, .max = 4}};
  f.queues = {{.name = "jobs"}};
  const std::string screen = render_live(f, {100, 24}, kPlain);
  EXPECT_THAT(screen, HasSubstr("requests        –"));
  EXPECT_THAT(screen, HasSubstr("p95             –"));
  EXPECT_THAT(screen, HasSubstr("p50 –  p99 –"));
  EXPECT_THAT(screen, HasSubstr("jobs            –"));
  EXPECT_THAT(screen, HasSubstr("none yet"));
  EXPECT_THAT(render_line(f, kPlain), HasSubstr("–  p95 –  0 failed of 0  api 2  jobs –"));
}

TEST(LiveView, OnlyFailuresAreRed) {
  const std::string red(begin(Ink::bad, kColor));
  LiveFrame f = demo_frame(20);
  EXPECT_THAT(render_live(f, {80, 24}, kColor), Not(HasSubstr(red)));
  f.p95 = 900ms;  // over the objective
  EXPECT_THAT(render_live(f, {80, 24}, kColor), Not(HasSubstr(red)));
  f.failed = 3;
  EXPECT_THAT(render_live(f, {80, 24}, kColor), HasSubstr(red + "3 failed"));
  EXPECT_THAT(render_line(f, kColor), HasSubstr(red + "3 failed"));
}

TEST(LiveView, SaysWhenTheObjectiveIsMissed) {
  LiveFrame f = demo_frame(20);
  EXPECT_THAT(render_live(f, {80, 24}, kPlain), Not(HasSubstr("over 250 ms")));
  f.p95 = 900ms;
  EXPECT_THAT(render_live(f, {80, 24}, kPlain), HasSubstr("over 250 ms"));
}

TEST(LiveView, TheTimeOfTheDayIsShownWhereItIsKnown) {
  LiveFrame f = demo_frame(65);
  f.total.reset();
  f.clock_at_start = 12h + 3min;
  const std::string screen = render_live(f, {80, 24}, kPlain);
  EXPECT_THAT(screen, HasSubstr("12:04:05  up 1:05"));
  EXPECT_THAT(screen, HasSubstr("12:03:33  api 4→5"));
  EXPECT_THAT(render_line(f, kPlain), testing::StartsWith("12:04:05  "));
}

// Beside a heading, so that nothing moves when a tier is held and let go again.
TEST(LiveView, AHeldTierSaysWhyWhereThereIsRoom) {
  LiveFrame f = demo_frame(65);
  const std::vector<std::string> free = lines_of(render_live(f, {80, 24}, kPlain));
  f.tiers[0].held = "14 wanted, max is 10";
  const std::vector<std::string> held = lines_of(render_live(f, {80, 24}, kPlain));
  ASSERT_EQ(held.size(), free.size());
  for (std::size_t i = 0; i < held.size(); ++i)
    EXPECT_EQ(held[i], free[i] == "  scaling decisions" ? "  scaling decisions   api stays: 14 wanted, max is 10" : free[i]);
}

TEST(LiveView, ADecisionsLeadIsNotRepeated) {
  EXPECT_EQ(reason_of({.tier = "api", .from = 2, .to = 3, .why = "api 2→3: cpu 91% over target 70%"}), "cpu 91% over target 70%");
  EXPECT_EQ(reason_of({.tier = "api", .from = 2, .to = 3, .why = "api 2→4: odd"}), "api 2→4: odd");
}

TEST(LiveLine, IsOneLine) {
  EXPECT_EQ(render_line(demo_frame(65), kPlain),
            "1:05  load 40/s → 200/s  200/s  p95 38 ms  0 failed of 7,280  api 8→9  worker 5  decisions 30");
  EXPECT_TRUE(rc::check([] {
    const Style style = any_style();
    check_lines(render_line(*any_frame(), style), 1 << 30, style);
  }));
}

}  // namespace
}  // namespace plimsoll::show
