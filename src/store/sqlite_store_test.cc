#include "store/sqlite_store.h"

#include <gmock/gmock.h>

#include "store/testing/folder.h"

namespace plimsoll::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Journal : public testing::Test {
 protected:
  std::filesystem::path file() { return folder_ / "journal.db"; }
  void reopen() {
    store_.reset();
    store_ = must(SqliteStore::open(file()));
  }
  SqliteStore& store() { return *store_; }
  std::vector<std::string> open_names() {
    std::vector<std::string> names;
    for (const Action& action : must(store().open_actions())) names.push_back(action.instance);
    return names;
  }

 private:
  Folder folder_;
  std::unique_ptr<SqliteStore> store_ = must(SqliteStore::open(file()));
};

TEST_F(Journal, AnActionIsOpenUntilItIsFinishedAlsoAfterARestart) {
  const auto first = must(store().begin(start_of("api-1", 1s)));
  const auto second = must(store().begin(start_of("api-2", 2s)));
  EXPECT_LT(first, second);
  reopen();
  EXPECT_THAT(open_names(), ElementsAre("api-1", "api-2"));
  must(store().finish(first, ActionResult::done, "ready after 0.8 s", at(3s)));
  EXPECT_THAT(open_names(), ElementsAre("api-2"));
  must(store().finish(second, ActionResult::abandoned, "its process is gone", at(3s)));
  EXPECT_THAT(open_names(), IsEmpty());
}

TEST_F(Journal, AnOpenActionComesBackWhole) {
  const Action wrote{.kind = Action::Kind::stop, .tier = "wörker", .instance = "wörker-7", .detail = "", .begun = at(1500ms)};
  const auto id = must(store().begin(wrote));
  const auto actions = must(store().open_actions());
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(actions[0].id, id);
  EXPECT_EQ(actions[0].kind, Action::Kind::stop);
  EXPECT_EQ(actions[0].tier, wrote.tier);
  EXPECT_EQ(actions[0].instance, wrote.instance);
  EXPECT_EQ(actions[0].detail, "");
  EXPECT_EQ(actions[0].begun, wrote.begun);
}

TEST_F(Journal, AnActionIsFinishedOnce) {
  const auto id = must(store().begin(start_of("api-1")));
  must(store().finish(id, ActionResult::failed, "exited with 1", at(1s)));
  const auto again = store().finish(id, ActionResult::done, "", at(2s));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::not_found);
  EXPECT_FALSE(store().finish(4711, ActionResult::done, "", at(2s)));
}

TEST_F(Journal, IdsAreNeverUsedAgain) {
  const auto id = must(store().begin(start_of("api-1")));
  must(store().finish(id, ActionResult::done, "", at(1s)));
  reopen();
  EXPECT_GT(must(store().begin(start_of("api-1"))), id);
}

TEST_F(Journal, TicksComeBackOldestFirstFromAMoment) {
  const ByteVector state{1, 0, 255}, observation{2}, why{3, 3};
  must(store().record({.at = at(1s),
                       .keyframe = true,
                       .state = state,
                       .observation = observation,
                       .explanations = why,
                       .sentences = "api 2→3: cpu 91%\n",
                       .engine = "0.1.0"}));
  must(store().record({.at = at(2s),
                       .keyframe = false,
                       .state = state,
                       .observation = observation,
                       .explanations = {},
                       .sentences = "",
                       .engine = "0.1.0"}));
  must(store().record({.at = at(3s),
                       .keyframe = false,
                       .state = {},
                       .observation = {},
                       .explanations = why,
                       .sentences = "three",
                       .engine = "0.1.0"}));
  reopen();
  const auto all = must(store().ticks(TimePoint{}, 100));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at, at(1s));
  EXPECT_TRUE(all[0].keyframe);
  EXPECT_EQ(all[0].state, state);
  EXPECT_EQ(all[0].observation, observation);
  EXPECT_EQ(all[0].explanations, why);
  EXPECT_EQ(all[0].sentences, "api 2→3: cpu 91%\n");
  EXPECT_EQ(all[0].engine, "0.1.0");
  EXPECT_FALSE(all[1].keyframe);
  EXPECT_THAT(all[1].state, IsEmpty()) << "only keyframes keep it";
  EXPECT_THAT(all[1].explanations, IsEmpty());
  const auto late = must(store().ticks(at(2s), 1));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].at, at(2s));
  EXPECT_THAT(must(store().ticks(at(4s), 10)), IsEmpty());
  EXPECT_THAT(must(store().ticks(at(0s), 0)), IsEmpty());
}

TEST_F(Journal, TicksGoBackFromAMoment) {
  for (int i = 1; i <= 4; ++i) must(store().record({.at = at(i * 1s), .sentences = std::to_string(i), .engine = "e"}));
  const auto back = must(store().ticks_back(at(3s), 2));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].sentences, "3");
  EXPECT_EQ(back[1].sentences, "2");
  EXPECT_THAT(must(store().ticks_back(at(0s), 9)), IsEmpty());
}

TEST_F(Journal, TheLatestTickTakesThePlaceOfTheOneBefore) {
  EXPECT_EQ(must(store().latest()), std::nullopt);
  const ByteVector state{1}, observation{2}, why{3};
  must(store().save_latest({.at = at(1s), .keyframe = true, .state = state, .observation = observation, .explanations = why}));
  must(store().save_latest({.at = at(2s),
                            .keyframe = true,
                            .state = state,
                            .observation = observation,
                            .explanations = why,
                            .sentences = "api stays at 2",
                            .engine = "0.1.0",
                            .pending = "api: api-3 exited with 1\n"}));
  reopen();
  const auto latest = must(store().latest());
  ASSERT_TRUE(latest);
  EXPECT_EQ(*latest,
            (StoredTick{0, at(2s), true, state, observation, why, "api stays at 2", "0.1.0", "api: api-3 exited with 1\n"}));
  EXPECT_THAT(must(store().ticks(at(0s), 9)), IsEmpty()) << "it is no record by itself";
}

TEST_F(Journal, TheStateIsTheLastOneSaved) {
  EXPECT_EQ(must(store().latest_state()), std::nullopt);
  must(store().save_state(ByteVector{1, 2, 3}, at(1s)));
  must(store().save_state(ByteVector{9}, at(2s)));
  reopen();
  EXPECT_EQ(must(store().latest_state()), ByteVector{9});
  must(store().save_state(ByteVector{}, at(3s)));
  EXPECT_EQ(must(store().latest_state()), ByteVector{});
}

Store::NamedOrder order(std::string tier, OrderKind kind, int value, std::optional<TimePoint> until = {}) {
  Store::NamedOrder named{.tier = std::move(tier), .order = {}};
  named.order.kind = kind;
  named.order.value = value;
  named.order.who = "ann";
  named.order.why = "sale";
  named.order.given = at(0s);
  named.order.until = until;
  return named;
}

TEST_F(Journal, AnOrderComesBackWhole) {
  const auto id = must(store().give(order("api", OrderKind::floor, 15, at(60s))));
  reopen();
  const auto all = must(store().orders(at(1s)));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].tier, "api");
  EXPECT_EQ(all[0].order.id, id);
  EXPECT_EQ(all[0].order.kind, OrderKind::floor);
  EXPECT_EQ(all[0].order.value, 15);
  EXPECT_EQ(all[0].order.who, "ann");
  EXPECT_EQ(all[0].order.why, "sale");
  EXPECT_EQ(all[0].order.given, at(0s));
  EXPECT_EQ(all[0].order.until, at(60s));
}

TEST_F(Journal, ADirectionAndAMaintenanceComeBack) {
  Store::NamedOrder pause = order("api", OrderKind::pause, 0);
  pause.order.direction = Direction::up;
  must(store().give(pause));
  must(store().give(order("worker", OrderKind::maintenance, 0)));
  reopen();
  const auto all = must(store().orders(at(1s)));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].order.direction, Direction::up);
  EXPECT_EQ(all[1].order.kind, OrderKind::maintenance);
  EXPECT_EQ(all[1].order.direction, Direction::both);
}

TEST_F(Journal, AnOrderIsInForceUntilItExpires) {
  must(store().give(order("api", OrderKind::pause, 0, at(60s))));
  must(store().give(order("api", OrderKind::hold, 3)));
  EXPECT_EQ(must(store().orders(at(60s) - 1ns)).size(), 2U);
  const auto later = must(store().orders(at(60s)));
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].order.kind, OrderKind::hold);
  EXPECT_EQ(later[0].order.until, std::nullopt);
}

TEST_F(Journal, WithdrawingEndsTheOrdersInForceOfOneTier) {
  must(store().give(order("api", OrderKind::hold, 3)));
  must(store().give(order("api", OrderKind::floor, 2, at(10s))));
  must(store().give(order("api", OrderKind::floor, 2, at(1s))));
  must(store().give(order("worker", OrderKind::hold, 5)));
  EXPECT_EQ(must(store().withdraw("api", "bob", at(5s))), 2) << "one had expired";
  EXPECT_EQ(must(store().withdraw("api", "bob", at(6s))), 0);
  EXPECT_EQ(must(store().withdraw("'; drop table given_order; --", "bob", at(6s))), 0);
  const auto left = must(store().orders(at(6s)));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].tier, "worker");
}

TEST_F(Journal, OrdersFromElsewhereAreSeenAtOnce) {
  const auto other = must(SqliteStore::open_existing(file()));
  must(other->give(order("api", OrderKind::hold, 3)));
  EXPECT_EQ(must(store().orders(at(1s))).size(), 1U);
  must(store().record(
      {.at = at(1s), .keyframe = false, .state = {}, .observation = {}, .explanations = {}, .sentences = "one", .engine = ""}));
  EXPECT_EQ(must(other->ticks(at(0s), 10)).size(), 1U);
}

TEST_F(Journal, AReaderReadsAndIsRefusedWrites) {
  must(store().give(order("api", OrderKind::hold, 3)));
  const auto reader = must(SqliteStore::open_existing(file(), Access::read_only));
  EXPECT_EQ(must(reader->orders(at(1s))).size(), 1U);
  for (const Errc code :
       {reader->give(order("api", OrderKind::hold, 4)).error().code, reader->withdraw("api", "ann", at(1s)).error().code,
        reader->begin(start_of("api-1")).error().code, reader->save_state(ByteVector{1}, at(1s)).error().code})
    EXPECT_EQ(code, Errc::refused);
  EXPECT_EQ(must(store().orders(at(1s))).size(), 1U);
}

}  // namespace
}  // namespace plimsoll::store
