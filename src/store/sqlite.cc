#include "store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/assert.h"

namespace plimsoll::store {
namespace {

struct Meaning {
  Errc code;
  std::string_view advice;
};

Meaning meaning_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::timed_out, "; another process holds it"};
    case SQLITE_FULL:
      return {Errc::exhausted, ""};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::malformed, "; it is damaged or not a file of plimsoll's: move it away to start afresh"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {Errc::refused, ""};
    case SQLITE_CANTOPEN:
      return {Errc::refused, "; is it a file, and its folder there and writable?"};
    default:
      return {Errc::failed, ""};
  }
}

Error error_of(int code, std::string_view path, std::string_view message) {
  const Meaning meaning = meaning_of(code);
  return {meaning.code, fmt::format("store {}: {}{}", path, message, meaning.advice)};
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }
void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Result<Database> Database::open(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::read_only)
    flags |= SQLITE_OPEN_READONLY;
  else
    flags |= SQLITE_OPEN_READWRITE | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  Database database;
  database.path_ = path;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return fail(error_of(code, path, handle != nullptr ? sqlite3_errmsg(handle) : "out of memory"));
  sqlite3_busy_timeout(handle, 2000);
  return database;
}

Result<void> Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return fail(last_error());
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return fail(statement.error());
  Query query(*this, *statement);
  auto row = query.next();
  if (!row) return fail(row.error());
  return *row ? query.integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return fail(statement.error());
  Query query(*this, *statement);
  auto row = query.next();
  if (!row) return fail(row.error());
  return *row ? query.text(0) : std::string();
}

Error Database::last_error() const {
  return error_of(sqlite3_extended_errcode(handle_.get()), path_, sqlite3_errmsg(handle_.get()));
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
int Database::changes() const { return sqlite3_changes(handle_.get()); }

Result<Statement> Statement::prepare(const Database& database, std::string_view sql) {
  Statement statement;
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle, nullptr);
  statement.handle_.reset(handle);
  if (code != SQLITE_OK) return fail(database.last_error());
  return statement;
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::with(std::int64_t value) {
  PLIMSOLL_ASSERT(sqlite3_bind_int64(statement_, ++bound_, value) == SQLITE_OK);
  return *this;
}

// A null pointer would be bound as null, so an empty value needs one that is not.
Query& Query::with(std::string_view text) {
  const char* const data = text.empty() ? "" : text.data();
  PLIMSOLL_ASSERT(sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Query& Query::with(std::span<const std::uint8_t> blob) {
  const void* const data = blob.empty() ? static_cast<const void*>("") : blob.data();
  PLIMSOLL_ASSERT(sqlite3_bind_blob64(statement_, ++bound_, data, blob.size(), SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

Query& Query::with_null() {
  PLIMSOLL_ASSERT(sqlite3_bind_null(statement_, ++bound_) == SQLITE_OK);
  return *this;
}

Result<bool> Query::next() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(database_->last_error());
  }
}

Result<void> Query::run() {
  for (;;) {
    auto row = next();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string Query::text(int column) const {
  const auto* const data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteVector Query::blob(int column) const {
  const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, data + sqlite3_column_bytes(statement_, column)};
}

}  // namespace plimsoll::store
