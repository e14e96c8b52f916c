#include "store/sqlite_store.h"

#include <fmt/format.h>

#include <array>

#include "store/prune.h"
#include "store/schema.h"
#include "store/sqlite.h"

namespace plimsoll::store {
namespace {

enum Sql : std::size_t {
  begin_action,
  finish_action,
  list_open,
  insert_tick,
  list_ticks,
  list_ticks_back,
  put_latest,
  get_latest,
  put_state,
  get_state,
  put_order,
  end_orders,
  list_orders,
  sql_count
};

constexpr std::array<std::string_view, sql_count> sql_texts = {
    "insert into action (kind, tier, instance, detail, begun) values (?, ?, ?, ?, ?)",
    "update action set result = ?, outcome = ?, ended = ? where id = ? and ended is null",
    "select id, kind, tier, instance, detail, begun from action where ended is null order by id",
    "insert into tick (at, keyframe, state, observation, explanations, sentences, engine, pending)"
    " values (?, ?, ?, ?, ?, ?, ?, ?)",
    "select id, at, keyframe, state, observation, explanations, sentences, engine, pending from tick where at >= ?"
    " order by at, id limit ?",
    "select id, at, keyframe, state, observation, explanations, sentences, engine, pending from tick where at <= ?"
    " order by at desc, id desc limit ?",
    "replace into latest (id, at, keyframe, state, observation, explanations, sentences, engine, pending)"
    " values (0, ?, ?, ?, ?, ?, ?, ?, ?)",
    "select id, at, keyframe, state, observation, explanations, sentences, engine, pending from latest where id = 0",
    "insert into state (id, at, bytes) values (0, ?, ?) on conflict (id) do update set at = excluded.at, bytes = excluded.bytes",
    "select bytes from state where id = 0",
    "insert into given_order (tier, kind, direction, value, who, why, given, until) values (?, ?, ?, ?, ?, ?, ?, ?)",
    "update given_order set withdrawn = ?2, withdrawn_by = ?3 where tier = ?1 and withdrawn is null and (until is null or until "
    "> ?2)",
    "select id, tier, kind, direction, value, who, why, given, until from given_order"
    " where withdrawn is null and (until is null or until > ?) order by id",
};

// Pruning costs some milliseconds when there is something to prune, so it is not done at each tick.
constexpr int ticks_between_prunings = 64;

std::int64_t nanoseconds(TimePoint t) { return t.time_since_epoch().count(); }
TimePoint time_of(std::int64_t ns) { return TimePoint(Duration(ns)); }
std::int64_t at_most(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)); }

/// The columns of a tick from `at` on, as insert_tick and put_latest name them.
Query& with_tick(Query& put, const TickRecord& tick) {
  put.with(nanoseconds(tick.at)).with(static_cast<std::int64_t>(tick.keyframe));
  if (tick.keyframe)
    put.with(tick.state).with(tick.observation);
  else
    put.with_null().with_null();
  return put.with(tick.explanations).with(tick.sentences).with(tick.engine).with(tick.pending);
}

/// From `id` on, as list_ticks and get_latest name them.
StoredTick tick_of(const Query& row) {
  return {row.integer(0),      time_of(row.integer(1)),
          row.integer(2) != 0, row.blob(3),
          row.blob(4),         row.blob(5),
          row.text(6),         row.text(7),
          row.text(8)};
}

Result<std::vector<StoredTick>> all_of(Query& rows) {
  std::vector<StoredTick> ticks;
  for (;;) {
    auto row = rows.next();
    if (!row) return fail(row.error());
    if (!*row) return ticks;
    ticks.push_back(tick_of(rows));
  }
}

}  // namespace

struct SqliteStore::Impl {
  Database database;  // outlives its statements
  std::vector<Statement> statements;
  Retention retention;
  int recorded = 0;

  Query query(Sql which) { return {database, statements[which]}; }
  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(Errc::malformed, fmt::format("store {}: {} can't be understood; it is damaged", database.path(), what));
  }
  static Result<std::unique_ptr<Impl>> make(Database database, Retention retention) {
    auto impl = std::make_unique<Impl>(Impl{std::move(database), {}, retention});
    for (const std::string_view sql : sql_texts) {
      auto statement = Statement::prepare(impl->database, sql);
      if (!statement) return fail(statement.error());
      impl->statements.push_back(std::move(*statement));
    }
    return impl;
  }
};

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path, Retention retention) {
  auto database = Database::open(path, Database::Mode::create);
  if (!database) return fail(database.error());
  if (auto ready = set_up(*database); !ready) return fail(ready.error());
  auto impl = Impl::make(std::move(*database), retention);
  if (!impl) return fail(impl.error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*impl)));
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_existing(const std::filesystem::path& path, Access access,
                                                                Retention retention) {
  std::error_code error;
  if (const auto status = std::filesystem::status(path, error); status.type() == std::filesystem::file_type::not_found)
    return fail(Errc::not_found, fmt::format("store {}: no such file; was the stack ever up?", path.string()));
  const bool writes = access == Access::read_write;
  auto database = Database::open(path, writes ? Database::Mode::read_write : Database::Mode::read_only);
  if (!database) return fail(database.error());
  auto ready = check_schema(*database);
  // An older schema is no obstacle to whoever may bring it up to date.
  if (writes && (ready || ready.error().code == Errc::refused)) ready = set_up(*database);
  if (!ready) return fail(ready.error());
  auto impl = Impl::make(std::move(*database), retention);
  if (!impl) return fail(impl.error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*impl)));
}

Result<std::int64_t> SqliteStore::begin(const Action& action) {
  Query insert = impl_->query(begin_action);
  insert.with(static_cast<std::int64_t>(action.kind)).with(action.tier).with(action.instance).with(action.detail);
  if (auto done = insert.with(nanoseconds(action.begun)).run(); !done) return fail(done.error());
  return impl_->database.last_id();
}

Result<void> SqliteStore::finish(std::int64_t action, ActionResult result, std::string_view detail, TimePoint now) {
  Query update = impl_->query(finish_action);
  if (auto done = update.with(static_cast<std::int64_t>(result)).with(detail).with(nanoseconds(now)).with(action).run(); !done)
    return done;
  if (impl_->database.changes() == 0)
    return fail(Errc::not_found, fmt::format("store {}: no action {} is open", impl_->database.path(), action));
  return {};
}

Result<std::vector<Action>> SqliteStore::open_actions() {
  std::vector<Action> actions;
  Query rows = impl_->query(list_open);
  for (;;) {
    auto row = rows.next();
    if (!row) return fail(row.error());
    if (!*row) return actions;
    const std::int64_t kind = rows.integer(1);
    if (kind != 0 && kind != 1) return impl_->damaged("an open action");
    actions.push_back(
        {rows.integer(0), static_cast<Action::Kind>(kind), rows.text(2), rows.text(3), rows.text(4), time_of(rows.integer(5))});
  }
}

Result<void> SqliteStore::record(const TickRecord& tick) {
  {
    Query insert = impl_->query(insert_tick);
    if (auto done = with_tick(insert, tick).run(); !done) return done;
  }
  if (impl_->recorded++ % ticks_between_prunings != 0) return {};
  auto pruned = prune(impl_->database, impl_->retention, tick.at);
  if (!pruned && pruned.error().code == Errc::timed_out) return {};  // the tick is written; history waits for another time
  return pruned;
}

Result<std::vector<StoredTick>> SqliteStore::ticks(TimePoint from, std::size_t limit) {
  Query rows = impl_->query(list_ticks);
  rows.with(nanoseconds(from)).with(at_most(limit));
  return all_of(rows);
}

Result<std::vector<StoredTick>> SqliteStore::ticks_back(TimePoint to, std::size_t limit) {
  Query rows = impl_->query(list_ticks_back);
  rows.with(nanoseconds(to)).with(at_most(limit));
  return all_of(rows);
}

Result<void> SqliteStore::save_latest(const TickRecord& tick) {
  Query put = impl_->query(put_latest);
  return with_tick(put, tick).run();
}

Result<std::optional<StoredTick>> SqliteStore::latest() {
  Query row = impl_->query(get_latest);
  auto there = row.next();
  if (!there) return fail(there.error());
  return *there ? std::optional(tick_of(row)) : std::nullopt;
}

Result<void> SqliteStore::save_state(std::span<const std::uint8_t> bytes, TimePoint now) {
  return impl_->query(put_state).with(nanoseconds(now)).with(bytes).run();
}

Result<std::optional<ByteVector>> SqliteStore::latest_state() {
  Query row = impl_->query(get_state);
  auto there = row.next();
  if (!there) return fail(there.error());
  return *there ? std::optional(row.blob(0)) : std::nullopt;
}

Result<std::int64_t> SqliteStore::give(const NamedOrder& named) {
  const Order& order = named.order;
  Query insert = impl_->query(put_order);
  insert.with(named.tier)
      .with(static_cast<std::int64_t>(order.kind))
      .with(static_cast<std::int64_t>(order.direction))
      .with(std::int64_t{order.value})
      .with(order.who)
      .with(order.why);
  insert.with(nanoseconds(order.given));
  if (order.until)
    insert.with(nanoseconds(*order.until));
  else
    insert.with_null();
  if (auto done = insert.run(); !done) return fail(done.error());
  return impl_->database.last_id();
}

Result<int> SqliteStore::withdraw(std::string_view tier, std::string_view who, TimePoint now) {
  if (auto done = impl_->query(end_orders).with(tier).with(nanoseconds(now)).with(who).run(); !done) return fail(done.error());
  return impl_->database.changes();
}

Result<std::vector<Store::NamedOrder>> SqliteStore::orders(TimePoint now) {
  std::vector<NamedOrder> orders;
  Query rows = impl_->query(list_orders);
  rows.with(nanoseconds(now));
  for (;;) {
    auto row = rows.next();
    if (!row) return fail(row.error());
    if (!*row) return orders;
    const std::int64_t kind = rows.integer(2);
    const std::int64_t direction = rows.integer(3);
    const std::int64_t value = rows.integer(4);
    const bool known = kind >= 0 && kind <= static_cast<std::int64_t>(OrderKind::maintenance) && direction >= 0 &&
                       direction <= static_cast<std::int64_t>(Direction::down);
    if (!known || value < 0 || value > INT32_MAX) return impl_->damaged("an order");
    NamedOrder named;
    named.tier = rows.text(1);
    named.order.id = rows.integer(0);
    named.order.kind = static_cast<OrderKind>(kind);
    named.order.direction = static_cast<Direction>(direction);
    named.order.value = static_cast<int>(value);
    named.order.who = rows.text(5);
    named.order.why = rows.text(6);
    named.order.given = time_of(rows.integer(7));
    if (const auto until = rows.optional_integer(8)) named.order.until = time_of(*until);
    orders.push_back(std::move(named));
  }
}

}  // namespace plimsoll::store
