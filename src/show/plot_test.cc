#include "show/plot.h"

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

TEST(Resample, FillsFromTheLeftAsTheRunGoesOn) {
  const std::vector<double> samples = {1, 3, 5, 7};
  const std::vector<double> columns = resample(samples, 8, 4, Pick::mean);  // two samples a column, half of the run is over
  EXPECT_EQ(columns[0], 2);
  EXPECT_EQ(columns[1], 6);
  EXPECT_TRUE(std::isnan(columns[2]));
  EXPECT_TRUE(std::isnan(columns[3]));
}

TEST(Resample, WhatIsDrawnStaysWhereItIs) {
  std::vector<double> samples;
  std::vector<double> before;
  for (int i = 0; i < 100; ++i) {
    samples.push_back(i * 7 % 23);
    const std::vector<double> now = resample(samples, 130, 24, Pick::highest);
    // 5.4 samples a column: those of columns that were full 6 samples ago have not changed since.
    for (std::size_t c = 0; i > 6 && c < static_cast<std::size_t>((i - 6) * 24 / 130); ++c)
      ASSERT_EQ(now[c], before[c]) << i << " " << c;
    before = now;
  }
}

TEST(Resample, PicksAsAsked) {
  const std::vector<double> samples = {1, NAN, 9, 2};
  EXPECT_EQ(resample(samples, 4, 1, Pick::mean), std::vector<double>{4});
  EXPECT_EQ(resample(samples, 4, 1, Pick::highest), std::vector<double>{9}) << "a spike is not averaged away";
  EXPECT_EQ(resample(samples, 4, 1, Pick::last), std::vector<double>{2});
  EXPECT_TRUE(std::isnan(resample(std::vector<double>{NAN}, 1, 1, Pick::mean)[0]));
}

TEST(Resample, FewSamplesStretchAndOfManyTheLastCount) {
  EXPECT_EQ(resample(std::vector<double>{1, 2}, 2, 4, Pick::mean), (std::vector<double>{1, 1, 2, 2}));
  EXPECT_EQ(resample(std::vector<double>{1, 2, 3}, 2, 2, Pick::mean), (std::vector<double>{2, 3}));
}

TEST(RoundTop, IsTheNextTidyNumber) {
  for (const auto& [highest, want] :
       {std::pair{0.0, 1.0}, {NAN, 1.0}, {INFINITY, 1.0}, {-3.0, 1.0}, {207.0, 250.0}, {0.142, 0.15}, {1.0, 1.0}, {99.0, 100.0}})
    EXPECT_DOUBLE_EQ(round_top(highest), want) << highest;
}

TEST(Sparkline, ShowsAMeasuredZeroAndLeavesGapsBlank) {
  EXPECT_EQ(sparkline(std::vector<double>{0, 2, NAN, 4, 8, 100}, 8), "▁▂ ▄██");
}

TEST(Area, HasEightStepsToARow) {
  EXPECT_EQ(area(std::vector<double>{0, 3, 8, 12, 16, NAN}, 2, 16), (Lines{"   ▄█ ", "▁▃███ "}));
}

TEST(Steps, TurnAtRightAngles) {
  EXPECT_EQ(steps(std::vector<double>{2, 2, 3, 3, 5, 5, 2, NAN, 3}, 4, 2, 5), (Lines{
                                                                                  "    ╭─╮  ",
                                                                                  "    │ │  ",
                                                                                  "  ╭─╯ │ ─",
                                                                                  "──╯   ╰  ",
                                                                              }));
  EXPECT_EQ(steps(std::vector<double>{1, 1}, 1, 1, 1), (Lines{"──"})) << "nothing changes on one row";
}

TEST(TimeAxis, TicksAreTidy) {
  EXPECT_EQ(joined(time_axis(130s, 6, 50, kPlain)),
            "     └┬──────────┬───────────┬──────────┬───────────┬───\n"
            "      0:00       0:30        1:00       1:30        2:00\n");
  EXPECT_EQ(joined(time_axis(Duration::zero(), 6, 3, kPlain)), "     └┬──\n\n") << "no room for a label";
}

TEST(WithAxis, LabelsTopAndBottom) {
  EXPECT_EQ(joined(with_axis({"▁▂", "██", "██"}, "250/s", "0", 8, Ink::plain, kPlain)), " 250/s ┤▁▂\n       │██\n     0 ┤██\n");
  EXPECT_EQ(joined(with_axis({"▁▂"}, "a label too long", "0", 8, Ink::plain, kPlain)), "a lab… ┤▁▂\n");
}

TEST(Plot, IsAsWideAndHighAsAsked) {
  EXPECT_TRUE(rc::check([] {
    const int columns = *rc::gen::inRange(1, 60), rows = *rc::gen::inRange(1, 9);
    const std::vector<double> samples = some(any_value());
    const auto across = static_cast<std::size_t>(*rc::gen::inRange(1, 200));
    const std::vector<double> values = resample(samples, across, columns, static_cast<Pick>(*rc::gen::inRange(0, 3)));
    RC_ASSERT(values.size() == static_cast<std::size_t>(columns));
    const double top = round_top(highest(values));
    RC_ASSERT(top >= highest(values) * (1 - 1e-6));
    for (const Lines& plot : {area(values, rows, top), steps(values, rows, lowest(values), highest(values))}) {
      RC_ASSERT(plot.size() == static_cast<std::size_t>(rows));
      for (const std::string& line : plot) RC_ASSERT(display_width(line) == columns);
    }
    for (const Line& line : time_axis(*any_duration(), 4, columns, kPlain)) RC_ASSERT(line.width() <= columns + 4);
  }));
}

}  // namespace
}  // namespace plimsoll::show
