#pragma once
// The store of a stack on one machine: one SQLite file in WAL mode, written by the controller, read and given orders by any
// process.
//
// What the file holds (schema 2; PRAGMA application_id 0x706c696d, "plim"; PRAGMA user_version is the schema's number).
// Times are nanoseconds since 1970 UTC; a null end means "not yet" or "never".
//   action         id, kind (0 start, 1 stop), tier, instance, detail, begun; ended, result (0 done, 1 failed, 2 abandoned),
//   outcome
//                  one row per instance started or stopped, written before it is done; open as long as `ended` is null
//   tick           id, at, keyframe (0, 1), state, observation (both null unless keyframe), explanations, sentences, engine,
//   pending
//                  one row per tick worth keeping; blobs are those of decide/state_codec.h, each with its own version
//   latest         as tick, but id is always 0: the last tick, worth keeping or not
//   state          id (always 0), at, bytes: the state after the last tick
//   given_order    id, tier, kind (0 hold, 1 pause, 2 floor, 3 maintenance), direction (0 both, 1 up, 2 down), value, who, why,
//   given, until; withdrawn, withdrawn_by
//                  in force while `withdrawn` is null and `until` is null or still to come
// What can be asked with the sqlite3 program while plimsoll runs:
//   select datetime(at / 1000000000, 'unixepoch'), sentences from tick where sentences <> '' order by id desc limit 20;

#include <cstddef>
#include <filesystem>
#include <memory>

#include "ports/store.h"

namespace plimsoll::store {

/// How much history is kept. What is over a bound goes with one of the next 64 ticks recorded. Never pruned: open actions, orders
/// in force. Ticks go only up to a keyframe, so that every tick that is kept can be replayed from one that
/// is kept too; at most as many ticks again are kept for that.
struct Retention {
  Duration age = std::chrono::hours(24 * 30);
  std::size_t ticks = 20'000;     // > 0; some 4 kB for each tier and keyframe
  std::size_t actions = 100'000;  // > 0; finished ones
};

enum class Access {
  read_write,
  read_only,  // every write is Errc::refused; an older schema is an error, for it is not brought up to date
};

/// Use one object from one thread, and never across a fork; any number of objects and processes may use one file.
/// A write is durable when it returns: it survives kill -9 of any process (of the machine, all but the last moments do).
/// Errors name the file:
///   timed_out   another process held the file for over 2 s        exhausted   the disk is full
///   malformed   damaged, not SQLite, or not a file of plimsoll's   refused     no right to read or write it, or read_only
///   not_found   no such file, folder, or open action               failed      anything else of the system's
class SqliteStore : public Store {
 public:
  /// Makes the file if it is not there (its folder must be) and brings an older schema up to date. A schema newer than this
  /// program knows is Errc::refused, and the file stays as it is.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path, Retention retention = {});
  /// Errc::not_found if there is no file, or an empty one: nothing is made. For verbs that talk to a stack that was up before.
  static Result<std::unique_ptr<SqliteStore>> open_existing(const std::filesystem::path& path, Access access = Access::read_write,
                                                            Retention retention = {});
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Result<std::int64_t> begin(const Action&) override;
  /// Errc::not_found if no such action is open.
  Result<void> finish(std::int64_t action, ActionResult, std::string_view detail, TimePoint now) override;
  Result<std::vector<Action>> open_actions() override;  // oldest first

  Result<void> record(const TickRecord&) override;
  Result<std::vector<StoredTick>> ticks(TimePoint from, std::size_t limit) override;
  Result<std::vector<StoredTick>> ticks_back(TimePoint to, std::size_t limit) override;
  Result<void> save_latest(const TickRecord&) override;
  Result<std::optional<StoredTick>> latest() override;

  Result<void> save_state(std::span<const std::uint8_t>, TimePoint now) override;
  Result<std::optional<ByteVector>> latest_state() override;

  Result<std::int64_t> give(const NamedOrder&) override;
  Result<int> withdraw(std::string_view tier, std::string_view who, TimePoint now) override;
  Result<std::vector<NamedOrder>> orders(TimePoint now) override;  // oldest first

 private:
  struct Impl;
  explicit SqliteStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace plimsoll::store
