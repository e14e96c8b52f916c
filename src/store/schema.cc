#include "store/schema.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>

namespace plimsoll::store {
namespace {

constexpr std::int64_t application_id = 0x706c696d;  // "plim"

/// Migration i turns schema i into i + 1. Never edited once released: a change is one more entry.
constexpr std::array migrations = {
    R"(create table action (
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
       create index standing_order on given_order (id) where withdrawn is null;)",
    R"(alter table given_order add column direction integer not null default 0;
       alter table tick add column pending text not null default '';
       create table latest (
         id integer primary key check (id = 0),
         at integer not null, keyframe integer not null, state blob, observation blob,
         explanations blob not null, sentences text not null, engine text not null, pending text not null) strict;)",
};

struct Version {
  std::int64_t application = 0;
  std::int64_t schema = 0;
  std::int64_t tables = 0;
};

/// In one statement, for another program may be making the file right now.
Result<Version> version_of(Database& database) {
  auto statement = Statement::prepare(database,
                                      "select (select application_id from pragma_application_id),"
                                      " (select user_version from pragma_user_version), (select count(*) from sqlite_master)");
  if (!statement) return fail(statement.error());
  Query query(database, *statement);
  auto row = query.next();
  if (!row) return fail(row.error());
  return Version{query.integer(0), query.integer(1), query.integer(2)};
}

/// Empty files may become ours; other programs' may not.
Result<void> check(const Database& database, const Version& version) {
  const bool empty = version.tables == 0 && version.application == 0;
  if (!empty && (version.application != application_id || version.schema < 1))
    return fail(Errc::malformed,
                fmt::format("store {}: an SQLite file, but not one of plimsoll's; give another path", database.path()));
  if (version.schema > schema_version())
    return fail(Errc::refused, fmt::format("store {}: written by a newer plimsoll (schema {}, this one knows {}); use that one",
                                           database.path(), version.schema, schema_version()));
  return {};
}

/// Turning a file to WAL needs it alone, and the busy timeout does not cover that: two programs that start at once take turns
/// here.
Result<void> set_wal(Database& database) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (;;) {
    auto mode = database.text("pragma journal_mode = wal");
    if (mode && *mode == "wal") return {};
    if (mode) return fail(Errc::failed, fmt::format("store {}: its file system can't hold a write-ahead log", database.path()));
    if (mode.error().code != Errc::timed_out || std::chrono::steady_clock::now() > give_up) return fail(mode.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Result<void> migrate(Database& database) {
  // Again within the transaction: another program may have done it since.
  auto version = version_of(database);
  if (!version) return fail(version.error());
  if (auto fine = check(database, *version); !fine) return fine;
  for (auto i = static_cast<std::size_t>(version->schema); i < migrations.size(); ++i)
    if (auto done = database.exec(migrations[i]); !done) return done;
  return database.exec(fmt::format("pragma application_id = {}; pragma user_version = {}", application_id, schema_version()));
}

}  // namespace

int schema_version() { return static_cast<int>(migrations.size()); }

Result<void> set_up(Database& database) {
  auto version = version_of(database);
  if (!version) return fail(version.error());
  if (auto fine = check(database, *version); !fine) return fine;  // before anything is changed
  if (auto wal = set_wal(database); !wal) return wal;
  // The log is synced at checkpoints only: a kill of the process loses nothing, a power cut perhaps the last moments.
  if (auto set = database.exec("pragma synchronous = normal; pragma journal_size_limit = 16777216; pragma trusted_schema = off");
      !set)
    return set;
  if (version->schema == schema_version()) return {};
  if (auto begun = database.exec("begin immediate"); !begun) return begun;
  auto migrated = migrate(database);
  if (migrated) return database.exec("commit");
  (void)database.exec("rollback");  // the first error is the one to tell
  return migrated;
}

Result<void> check_schema(Database& database) {
  auto version = version_of(database);
  if (!version) return fail(version.error());
  if (auto fine = check(database, *version); !fine) return fine;
  if (version->schema == 0) return fail(Errc::not_found, fmt::format("store {}: empty; was the stack ever up?", database.path()));
  if (version->schema < schema_version())
    return fail(
        Errc::refused,
        fmt::format("store {}: written by an older plimsoll (schema {}, this one needs {}); `plimsoll up` brings it up to date",
                    database.path(), version->schema, schema_version()));
  return {};
}

}  // namespace plimsoll::store
