#include "decide/state.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using Keep = WishWindow::Keep;

const TimePoint start{std::chrono::hours(24 * 365 * 56)};

TEST(WishWindow, ForgetsAtTheWindowsEndAndNotBefore) {
  WishWindow window;
  window.record(start, 9, 600s, Keep::highest);
  for (Duration t = 1s; t <= 700s; t += 1s) {
    window.record(start + t, 4, 600s, Keep::highest);
    EXPECT_EQ(window.binding(start + t, 4, 600s).wish, t < 600s ? 9 : 4) << seconds(t);
  }
}

// A hundred wishes, each lower than the last: more than there is room for. None binds too short.
TEST(WishWindow, WhenFullBindsTooLongNeverTooShort) {
  WishWindow window;
  for (int i = 0; i < 100; ++i) window.record(start + i * 1s, 200 - i, 600s, Keep::highest);
  EXPECT_EQ(window.binding(start + 99s, 101, 600s).wish, 200);
  EXPECT_GE(window.binding(start + 650s, 0, 600s).wish, 200 - 51);
  EXPECT_EQ(window.binding(start + 700s, 7, 600s).wish, 7);
}

TEST(WishWindow, NamesTheWishThatBinds) {
  WishWindow window;
  window.record(start, 3, 60s, Keep::lowest);
  window.record(start + 10s, 7, 60s, Keep::lowest);
  const WishWindow::Binding binding = window.binding(start + 10s, 7, 60s);
  EXPECT_EQ(binding.wish, 3);
  EXPECT_EQ(binding.at, start);
}

TEST(WishWindow, AWindowOfZeroRemembersNothing) {
  WishWindow window;
  window.record(start, 9, 0s, Keep::highest);
  EXPECT_EQ(window.binding(start, 4, 0s).wish, 4);
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

// Eighty changes in a ring of 64: none is forgotten early, so the sum within the period is complete.
TEST(ChangeHistory, KeepsTheSumWhenFull) {
  ChangeHistory changes;
  for (int i = 0; i < 80; ++i) changes.record(start + i * 1s, 1);
  EXPECT_EQ(changes.grown(start + 79s, 100s), 80);
}

TEST(State, StaysWithinFourKibibytesATier) { EXPECT_LE(sizeof(TierState), 4096U); }

}  // namespace
}  // namespace plimsoll
