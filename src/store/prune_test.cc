#include "store/prune.h"

#include <gmock/gmock.h>

#include "store/testing/folder.h"

namespace plimsoll::store {
namespace {

// Ticks at 0 s, 1 s, ...; 'K' is a keyframe. `now` is the last tick's time.
struct Row {
  const char* name;
  std::string ticks;
  Retention retention;
  std::size_t kept;  // the newest so many
};

class Pruning : public testing::TestWithParam<Row> {};

TEST_P(Pruning, Keeps) {
  const Row& row = GetParam();
  const Folder folder;
  const auto path = folder / "journal.db";
  const auto store = must(SqliteStore::open(path));
  for (std::size_t i = 0; i < row.ticks.size(); ++i)
    must(store->record({.at = at(static_cast<std::int64_t>(i) * 1s),
                        .keyframe = row.ticks[i] == 'K',
                        .state = {},
                        .observation = {},
                        .explanations = {},
                        .sentences = "",
                        .engine = ""}));
  auto database = must(Database::open(path.string(), Database::Mode::read_write));
  const TimePoint now = at((static_cast<std::int64_t>(row.ticks.size()) - 1) * 1s);
  must(prune(database, row.retention, now));
  must(prune(database, row.retention, now));  // the second time there is nothing left to do
  const auto left = must(store->ticks(at(0s), 1000));
  ASSERT_EQ(left.size(), row.kept);
  EXPECT_TRUE(left.empty() || left.back().at == now);
}

constexpr Duration long_time = std::chrono::hours(1);

INSTANTIATE_TEST_SUITE_P(Ticks, Pruning,
                         testing::Values(Row{"NothingOverTheBounds", "K..K..", {.age = long_time, .ticks = 6}, 6},
                                         Row{"UpToAKeyframe", "K..K..", {.age = long_time, .ticks = 3}, 3},
                                         Row{"BackToTheKeyframeBefore", "K..K..", {.age = long_time, .ticks = 4}, 6},
                                         Row{"TheKeyframeOfTheFirstThatStays", "K..K..", {.age = long_time, .ticks = 2}, 3},
                                         Row{"ByAge", "K..K..K..", {.age = 4s, .ticks = 100}, 6},
                                         Row{"AllTooOldButTheNewestKeyframeStays", "K..K.", {.age = -10s, .ticks = 100}, 2},
                                         Row{"NoKeyframeAtAll", "......", {.age = long_time, .ticks = 4}, 4},
                                         Row{"NoKeyframeForVeryLong", "K.........K", {.age = long_time, .ticks = 3}, 3},
                                         Row{"Empty", "", {.age = long_time, .ticks = 1}, 0}),
                         [](const auto& row) { return row.param.name; });

TEST(History, HistoryDoesNotGrowForEver) {
  const Folder folder;
  const auto store = must(SqliteStore::open(folder / "journal.db", {.age = long_time, .ticks = 50}));
  for (int i = 0; i < 1000; ++i)
    must(store->record({.at = at(i * 1s),
                        .keyframe = i % 10 == 0,
                        .state = {},
                        .observation = {},
                        .explanations = {},
                        .sentences = "",
                        .engine = ""}));
  EXPECT_LE(must(store->ticks(at(0s), 1000)).size(), 50U + 10U + 64U);
}

TEST(History, OldFinishedActionsAndEndedOrdersGo) {
  const Folder folder;
  const auto path = folder / "journal.db";
  const auto store = must(SqliteStore::open(path));
  const auto old = must(store->begin(start_of("api-1")));
  must(store->begin(start_of("api-2")));  // open: stays, however old
  must(store->finish(old, ActionResult::done, "", at(1s)));
  Store::NamedOrder order{.tier = "api", .order = {}};
  must(store->give(order));  // in force: stays
  order.order.until = at(1s);
  must(store->give(order));
  order.order.until.reset();
  order.tier = "worker";
  must(store->give(order));
  must(store->withdraw("worker", "ann", at(1s)));
  auto database = must(Database::open(path.string(), Database::Mode::read_write));
  must(prune(database, {.age = 10s}, at(5s)));
  EXPECT_EQ(must(database.integer("select count(*) from action")), 2);
  EXPECT_EQ(must(database.integer("select count(*) from given_order")), 3);
  must(prune(database, {.age = 10s}, at(12s)));
  EXPECT_EQ(must(database.integer("select count(*) from action")), 1);
  EXPECT_EQ(must(database.integer("select count(*) from given_order")), 1);
  EXPECT_EQ(must(store->open_actions()).size(), 1U);
  EXPECT_EQ(must(store->orders(at(12s))).size(), 1U);
}

TEST(History, FinishedActionsHaveABoundOfTheirOwn) {
  const Folder folder;
  const auto path = folder / "journal.db";
  const auto store = must(SqliteStore::open(path));
  must(store->begin(start_of("api-1")));  // open
  for (int i = 0; i < 10; ++i) must(store->finish(must(store->begin(start_of("api-2"))), ActionResult::done, "", at(1s)));
  auto database = must(Database::open(path.string(), Database::Mode::read_write));
  must(prune(database, {.age = long_time, .ticks = 10, .actions = 4}, at(5s)));
  EXPECT_EQ(must(database.integer("select count(*) from action")), 5);
  EXPECT_EQ(must(store->open_actions()).size(), 1U);
}

}  // namespace
}  // namespace plimsoll::store
