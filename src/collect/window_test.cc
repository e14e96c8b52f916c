#include "collect/window.h"

#include <gtest/gtest.h>

#include <vector>

namespace plimsoll::collect {
namespace {

using namespace std::chrono_literals;

struct Row {
  const char* name;
  std::vector<std::pair<Duration, double>> readings;
  std::optional<double> per_second;
  Duration span{};
};

class Window : public testing::TestWithParam<Row> {};

// All with a window of 3 s.
TEST_P(Window, Rate) {
  CounterWindow window(3s);
  for (const auto& [at, total] : GetParam().readings) window.add(TimePoint(at), total);
  const auto rate = window.rate();
  ASSERT_EQ(rate.has_value(), GetParam().per_second.has_value());
  if (!rate) return;
  EXPECT_DOUBLE_EQ(rate->per_second, *GetParam().per_second);
  EXPECT_EQ(rate->span, GetParam().span);
}

INSTANTIATE_TEST_SUITE_P(
    Counter, Window,
    testing::Values(Row{"NeedsAReading", {}, {}}, Row{"NeedsTwo", {{1s, 100}}, {}},
                    Row{"IsTheGrowthOverTheTime", {{1s, 100}, {3s, 150}}, 25, 2s},
                    Row{"IsZeroWithoutGrowth", {{1s, 100}, {2s, 100}}, 0, 1s},
                    Row{"ForgetsWhatIsBeforeTheWindow", {{0s, 0}, {1s, 1000}, {2s, 1010}, {3s, 1020}, {4s, 1030}}, 10, 3s},
                    // Read at 0, 2 and 4 s: from 0 on, for from 2 on would be less than the window.
                    Row{"SpansTheWholeWindow", {{0s, 0}, {2s, 20}, {4s, 60}}, 15, 4s},
                    Row{"OutlivesALongPause", {{0s, 0}, {1s, 10}, {61s, 610}}, 10, 60s},
                    Row{"StartsAfreshWhenTheCounterFell", {{0s, 500}, {1s, 600}, {2s, 5}}, {}},
                    Row{"NeverCountsAcrossARestart", {{0s, 500}, {1s, 600}, {2s, 5}, {3s, 25}}, 20, 1s},
                    Row{"IgnoresATimeThatStandsStill", {{1s, 100}, {1s, 900}, {2s, 200}}, 100, 1s}),
    [](const auto& row) { return row.param.name; });

TEST(Counter, EndsAtTheLastReading) {
  CounterWindow window(1s);
  window.add(TimePoint(1s), 1);
  window.add(TimePoint(2s), 2);
  EXPECT_EQ(window.rate()->end, TimePoint(2s));
  window.forget();
  EXPECT_FALSE(window.rate());
}

// 100 answers, 5 of them failed, then 100 more of which none did: the share is of the window's answers only.
TEST(ShareWindow, IsOfWhatWasCountedInTheWindow) {
  ShareWindow window(10s);
  EXPECT_FALSE(window.share());
  window.add(TimePoint(1s), 7, 1000);
  EXPECT_FALSE(window.share()) << "one reading";
  window.add(TimePoint(6s), 12, 1100);
  EXPECT_DOUBLE_EQ(window.share()->ratio, 0.05);
  EXPECT_EQ(window.share()->span, 5s);
  window.add(TimePoint(16s), 12, 1200);
  EXPECT_DOUBLE_EQ(window.share()->ratio, 0);
  EXPECT_EQ(window.share()->end, TimePoint(16s));
  window.add(TimePoint(16s), 90, 1300);
  EXPECT_DOUBLE_EQ(window.share()->ratio, 0) << "not later than the last";
}

TEST(ShareWindow, NothingCountedIsNoShareAndAFallIsAStart) {
  ShareWindow window(10s);
  window.add(TimePoint(1s), 5, 100);
  window.add(TimePoint(2s), 5, 100);
  EXPECT_FALSE(window.share());
  window.add(TimePoint(3s), 6, 101);
  EXPECT_TRUE(window.share());
  window.add(TimePoint(4s), 6, 90);
  EXPECT_FALSE(window.share()) << "the whole fell";
  window.add(TimePoint(5s), 7, 100);
  EXPECT_TRUE(window.share());
  window.add(TimePoint(6s), 5, 200);
  EXPECT_FALSE(window.share()) << "the part fell";
}

}  // namespace
}  // namespace plimsoll::collect
