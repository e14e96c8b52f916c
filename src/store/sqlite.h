#pragma once
// SQLite as values and Results, for the files of this folder only.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace plimsoll::store {

/// One connection. Not thread-safe.
class Database {
 public:
  enum class Mode { create, read_write, read_only };
  static Result<Database> open(const std::string& path, Mode mode);

  Result<void> exec(const std::string& sql);  // statements without values to bind or rows to read
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::string> text(const std::string& sql);

  /// The connection's last error under the file's name, with what that means for whoever reads it.
  [[nodiscard]] Error last_error() const;
  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] int changes() const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

/// Kept as long as its Database, used through Query.
class Statement {
 public:
  static Result<Statement> prepare(const Database& database, std::string_view sql);
  [[nodiscard]] sqlite3_stmt* handle() const { return handle_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// One run of a statement; ends with the object, and with it the read transaction and all views. Bound text and blobs are
/// borrowed.
class Query {
 public:
  Query(const Database& database, const Statement& statement) : database_(&database), statement_(statement.handle()) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& with(std::int64_t value);
  Query& with(std::string_view text);
  Query& with(std::span<const std::uint8_t> blob);
  Query& with_null();

  Result<bool> next();  // true: there is a row
  Result<void> run();   // to its end

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] ByteVector blob(int column) const;

 private:
  const Database* database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace plimsoll::store
