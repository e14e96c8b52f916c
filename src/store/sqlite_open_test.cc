// What open() makes of the files it may meet: each case says what is wrong and leaves the file as it was.

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <fstream>

#include "store/schema.h"
#include "store/testing/folder.h"

namespace plimsoll::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void run_sql(const std::filesystem::path& path, const char* sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

struct Row {
  const char* name;
  void (*make)(const std::filesystem::path&);
  Errc code;
  const char* says;
};

class WrongFile : public testing::TestWithParam<Row> {};

TEST_P(WrongFile, IsNamedAndLeftAlone) {
  const Folder folder;
  const auto path = folder / "journal.db";
  GetParam().make(path);
  const std::string before = contents(path);
  const auto opened = SqliteStore::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, GetParam().code) << opened.error().message;
  EXPECT_THAT(opened.error().message, AllOf(HasSubstr(path.string()), HasSubstr(GetParam().says)));
  const auto existing = SqliteStore::open_existing(path);
  ASSERT_FALSE(existing);
  EXPECT_EQ(existing.error().code, GetParam().code) << existing.error().message;
  EXPECT_EQ(contents(path), before);
}

INSTANTIATE_TEST_SUITE_P(
    Open, WrongFile,
    testing::Values(Row{"NotSqlite", [](const auto& p) { write(p, std::string(5000, 'x')); }, Errc::malformed, "not a database"},
                    Row{"OtherProgram", [](const auto& p) { run_sql(p, "create table t (x); insert into t values (1)"); },
                        Errc::malformed, "not one of plimsoll's"},
                    Row{"OtherApplication",
                        [](const auto& p) {
                          run_sql(p, "create table t (x); pragma application_id = 7; pragma user_version = 1");
                        },
                        Errc::malformed, "not one of plimsoll's"},
                    Row{"TooNew",
                        [](const auto& p) {
                          must(SqliteStore::open(p));
                          run_sql(p, "pragma user_version = 99; pragma wal_checkpoint(truncate)");
                        },
                        Errc::refused, "newer plimsoll (schema 99"},
                    Row{"Damaged",
                        [](const auto& p) {
                          must(SqliteStore::open(p));
                          std::string bytes = contents(p);
                          bytes.replace(100, 300, 300, '\xff');  // the schema's own page
                          write(p, bytes);
                        },
                        Errc::malformed, "damaged"},
                    Row{"CutShort",
                        [](const auto& p) {
                          must(SqliteStore::open(p));
                          write(p, contents(p).substr(0, 4096 + 100));
                        },
                        Errc::malformed, "damaged"}),
    [](const auto& row) { return row.param.name; });

TEST(Open, AFolderIsNoStore) {
  const Folder folder;
  std::filesystem::create_directory(folder / "journal.db");
  EXPECT_FALSE(SqliteStore::open(folder / "journal.db"));
}

TEST(Open, AMissingFolderIsAnErrorAndNotMade) {
  const Folder folder;
  const auto opened = SqliteStore::open(folder / "nowhere/journal.db");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, AllOf(HasSubstr("nowhere/journal.db"), HasSubstr("folder")));
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

TEST(Open, ExistingMeansExisting) {
  const Folder folder;
  const auto absent = SqliteStore::open_existing(folder / "journal.db");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder / "journal.db"));
  write(folder / "journal.db", "");
  const auto empty = SqliteStore::open_existing(folder / "journal.db");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Errc::not_found);
  EXPECT_TRUE(SqliteStore::open(folder / "journal.db")) << "an empty file may become a store";
}

TEST(Open, DamageWithinIsAnErrorOfTheReadThatMeetsIt) {
  const Folder folder;
  const auto path = folder / "journal.db";
  {
    const auto store = must(SqliteStore::open(path));
    for (int i = 0; i < 500; ++i)
      must(store->record({.at = at(i * 1s),
                          .keyframe = false,
                          .state = {},
                          .observation = {},
                          .explanations = ByteVector(300, 1),
                          .sentences = "s",
                          .engine = "e"}));
  }
  std::string bytes = contents(path);
  ASSERT_GT(bytes.size(), 150'000U);
  bytes.replace(40'000, 80'000, 80'000, '\xee');
  write(path, bytes);
  const auto store = must(SqliteStore::open(path));
  const auto ticks = store->ticks(at(0s), 1000);
  ASSERT_FALSE(ticks);
  EXPECT_EQ(ticks.error().code, Errc::malformed);
  EXPECT_THAT(ticks.error().message, HasSubstr("damaged"));
}

TEST(Open, ValuesNobodyWritesAreDamageToo) {
  const Folder folder;
  const auto path = folder / "journal.db";
  const auto store = must(SqliteStore::open(path));
  run_sql(path,
          "insert into given_order (tier, kind, value, who, why, given) values ('api', 9, 1, '', '', 0);"
          "insert into action (kind, tier, instance, detail, begun) values (-1, '', '', '', 0)");
  EXPECT_EQ(store->orders(at(0s)).error().code, Errc::malformed);
  EXPECT_EQ(store->open_actions().error().code, Errc::malformed);
}

/// The schema of 0.1.0, as it wrote it, with an order, an open action and a tick in it.
constexpr const char* schema_1 = R"(
  pragma journal_mode = wal;
  create table action (
    id integer primary key autoincrement,
    kind integer not null, tier text not null, instance text not null, detail text not null, begun integer not null,
    ended integer, result integer, outcome text) strict;
  create index open_action on action (id) where ended is null;
  create table tick (
    id integer primary key autoincrement,
    at integer not null, keyframe integer not null, state blob, observation blob,
    explanations blob not null, sentences text not null, engine text not null) strict;
  create index tick_at on tick (at, id);
  create index keyframe on tick (id) where keyframe = 1;
  create table state (id integer primary key check (id = 0), at integer not null, bytes blob not null) strict;
  create table given_order (
    id integer primary key autoincrement,
    tier text not null, kind integer not null, value integer not null, who text not null, why text not null,
    given integer not null, until integer, withdrawn integer, withdrawn_by text) strict;
  create index standing_order on given_order (id) where withdrawn is null;
  insert into given_order (tier, kind, value, who, why, given) values ('api', 1, 0, 'ann', 'sale', 5);
  insert into action (kind, tier, instance, detail, begun) values (0, 'api', 'api-1', 'port 1', 7);
  insert into tick (at, keyframe, state, observation, explanations, sentences, engine)
    values (9, 1, x'01', x'02', x'03', 'api 2→3: cpu 91%', '0.1.0');
  insert into state (id, at, bytes) values (0, 9, x'0405');
  pragma application_id = 0x706c696d;
  pragma user_version = 1;)";

TEST(Open, AnOlderFileIsBroughtUpToDateWithAllThatIsInIt) {
  const Folder folder;
  const auto path = folder / "journal.db";
  run_sql(path, schema_1);
  const auto looked = SqliteStore::open_existing(path, Access::read_only);
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().message, HasSubstr("`plimsoll up` brings it up to date"));
  const auto store = must(SqliteStore::open(path));
  const auto orders = must(store->orders(at(0s)));
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].order.kind, OrderKind::pause);
  EXPECT_EQ(orders[0].order.direction, Direction::both);
  EXPECT_EQ(orders[0].order.why, "sale");
  EXPECT_EQ(must(store->open_actions()).size(), 1U);
  const auto ticks = must(store->ticks(TimePoint{}, 10));
  ASSERT_EQ(ticks.size(), 1U);
  EXPECT_EQ(ticks[0].sentences, "api 2→3: cpu 91%");
  EXPECT_EQ(ticks[0].pending, "");
  EXPECT_EQ(must(store->latest()), std::nullopt);
  EXPECT_EQ(must(store->latest_state()), (ByteVector{4, 5}));
  EXPECT_TRUE(SqliteStore::open_existing(path, Access::read_only));
}

// The docs tell people to ask the file with the sqlite3 program.
TEST(Open, TheFileSaysWhoseItIs) {
  const Folder folder;
  must(SqliteStore::open(folder / "journal.db"));
  auto database = must(Database::open((folder / "journal.db").string(), Database::Mode::read_only));
  EXPECT_EQ(must(database.integer("pragma application_id")), 0x706c696d);
  EXPECT_EQ(must(database.integer("pragma user_version")), schema_version());
  EXPECT_EQ(must(database.text("pragma journal_mode")), "wal");
  EXPECT_EQ(must(database.text("select group_concat(name, ' ') from (select name from sqlite_master where type = 'table'"
                               " and name not like 'sqlite%' order by name)")),
            "action given_order latest state tick");
}

}  // namespace
}  // namespace plimsoll::store
