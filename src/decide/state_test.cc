#include "decide/state.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using Keep = WishWindow::Keep;

const TimePoint start{std::chrono::hours(24 * 365 * 56)};

TEST(WishWindow, ForgetsAfterTheWindowAndAtMostAFortiethLate) {
  WishWindow window;
  window.record(start, 9, 600s, Keep::highest);
  for (Duration t = 1s; t <= 700s; t += 1s) {
    window.record(start + t, 4, 600s, Keep::highest);
    const int highest = window.binding(start + t, 4, 600s, Keep::highest).wish;
    if (t < 600s) {
      EXPECT_EQ(highest, 9) << seconds(t);
    }
    if (t >= 616s) {
      EXPECT_EQ(highest, 4) << seconds(t);
    }
  }
}

TEST(WishWindow, NamesTheWishThatBinds) {
  WishWindow window;
  window.record(start, 3, 60s, Keep::lowest);
  window.record(start + 10s, 7, 60s, Keep::lowest);
  const WishWindow::Binding binding = window.binding(start + 10s, 7, 60s, Keep::lowest);
  EXPECT_EQ(binding.wish, 3);
  EXPECT_EQ(binding.at, start);
}

TEST(WishWindow, AWindowOfZeroRemembersNothing) {
  WishWindow window;
  window.record(start, 9, 0s, Keep::highest);
  EXPECT_EQ(window.binding(start, 4, 0s, Keep::highest).wish, 4);
}

TEST(ChangeHistory, SumsDirectionsApartWithinThePeriod) {
  ChangeHistory changes;
  changes.record(start, 4);
  changes.record(start + 10s, -1);
  changes.record(start + 20s, 2);
  EXPECT_EQ(changes.grown(start + 20s, 30s), 6);
  EXPECT_EQ(changes.grown(start + 30s, 30s), 2) << "the first is exactly a period old";
  EXPECT_EQ(changes.shrunk(start + 30s, 30s), 1);
}

// Forty changes in a ring of 32: none is forgotten early, so the sum within the period is complete.
TEST(ChangeHistory, KeepsTheSumWhenFull) {
  ChangeHistory changes;
  for (int i = 0; i < 40; ++i) changes.record(start + i * 1s, 1);
  EXPECT_EQ(changes.grown(start + 39s, 60s), 40);
}

TEST(State, StaysWithinFourKibibytesATier) { EXPECT_LE(sizeof(TierState), 4096U); }

}  // namespace
}  // namespace plimsoll
