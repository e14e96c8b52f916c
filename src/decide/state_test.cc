#include "decide/state.h"

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

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

/// 5 connections an instance, 80 clients a pooler: one admits 16 instances, three 48.
Stack pooled(Bounds poolers) {
  Tier api = testing_::plain_tier("api", {1, 60});
  api.uses = {{.component = "main", .through = "pooler", .connections = 5}};
  api.scale.metrics = {testing_::rate_of(10)};
  Stack stack = testing_::stack_of({api});
  stack.databases = {{.name = "main", .max_connections = 400}};
  stack.poolers = {{.name = "pooler", .database = "main", .replicas = poolers, .default_pool_size = 25, .max_client_conn = 80}};
  return stack;
}

struct Restart {
  const char* what;
  Bounds before, after;
  int stored, want;
};
void PrintTo(const Restart& row, std::ostream* out) { *out << row.what; }

class TakeUp : public testing::TestWithParam<Restart> {};
TEST_P(TakeUp, CountsThePoolersThatTheNewFileHas) {
  const Plan before = compile(pooled(GetParam().before)), after = compile(pooled(GetParam().after));
  StackState state = initial_state(before);
  state.poolers[0] = GetParam().stored;
  state = *decode_state(encode(state));
  ASSERT_TRUE(fits(state, after));
  take_up(after, state);
  EXPECT_EQ(state.poolers[0], GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, TakeUp,
                         testing::Values(Restart{"one became three", {1, 1}, {3, 3}, 1, 3},
                                         Restart{"two that were added are still there", {1, 4}, {1, 4}, 2, 2},
                                         Restart{"four became two at most", {1, 4}, {1, 2}, 4, 2},
                                         Restart{"three became one", {3, 3}, {1, 1}, 3, 1}));

// Sixteen was all that one pooler let through; with three 40 instances are granted.
TEST(TakeUpPoolers, GrowthIsGrantedByTheNewCount) {
  testing_::Stage old(pooled({1, 1}));
  old.see(0, SignalKind::requests_per_second, 400);
  ASSERT_EQ(old.run_for(5s).tiers[0].asked, 16);
  testing_::Stage edited(pooled({3, 3}), {}, {}, old.now());
  edited.runs(0, 16);
  edited.state() = *decode_state(encode(old.state()));
  take_up(edited.plan(), edited.state());
  edited.see(0, SignalKind::requests_per_second, 400);
  EXPECT_EQ(edited.run_for(5s).tiers[0].asked, 40);
}

}  // namespace
}  // namespace plimsoll
