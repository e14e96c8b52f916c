#pragma once
// A thin blocking wrapper over libpq with deadlines. Works through PgBouncer in transaction mode: nothing is prepared by name.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

struct pg_conn;
struct pg_result;

namespace plimsoll::wire {

/// The answer to one statement; owns its memory, views into it live as long as it does.
class PgResult {
 public:
  explicit PgResult(pg_result* result) : result_(result) {}

  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view column_name(int column) const;
  /// Text of one value; absent for null. Row and column in range (asserted).
  [[nodiscard]] std::optional<std::string_view> value(int row, int column) const;
  /// By the column's name; absent for null and for a column that is not there.
  [[nodiscard]] std::optional<std::string_view> value(int row, std::string_view column) const;
  /// As numbers; absent if null, not there or not a number.
  [[nodiscard]] std::optional<std::int64_t> integer(int row, std::string_view column) const;
  [[nodiscard]] std::optional<double> number(int row, std::string_view column) const;
  /// Rows inserted, updated, deleted or selected.
  [[nodiscard]] std::int64_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result*) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

/// Not thread-safe; movable. Errors are one line with the server's address and SQLSTATE, never a password:
/// "postgres 127.0.0.1:5432/app: relation \"x\" does not exist [42P01]".
///   unreachable  no server, connection lost, server starting or stopping (08, 57P)    timed_out  the deadline, or 57014
///   exhausted    too many connections, disk or memory full (53)                       refused    login, rights, constraints, bad
///   SQL not_found    no such database, table, column or function                          failed     the rest (40001 too)
class PgConnection {
 public:
  /// A URL (postgresql://user:password@host:port/db?...) or libpq's "key=value" form.
  static Result<PgConnection> connect(const std::string& conninfo, Duration within);

  /// Simple protocol, several statements allowed (then the last one's result): what PgBouncer's admin console takes.
  Result<PgResult> exec(const std::string& sql, Duration within);
  /// One statement with $1.. as text; absent is null. Unnamed statement, so any pooler works.
  using Parameter = std::optional<std::string_view>;
  Result<PgResult> query(const std::string& sql, std::span<const Parameter> parameters, Duration within);
  Result<PgResult> query(const std::string& sql, std::initializer_list<Parameter> parameters, Duration within) {
    return query(sql, std::span(parameters.begin(), parameters.size()), within);
  }

  /// True after the connection was lost or a deadline passed in the middle of a statement. It stays so: connect again.
  /// The server may still finish a statement whose deadline passed here.
  [[nodiscard]] bool broken() const;
  /// Of the last error: "23505"; empty if the server said none.
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }  // "postgres 127.0.0.1:5432/app"

 private:
  struct Finish {
    void operator()(pg_conn*) const;
  };
  explicit PgConnection(pg_conn* connection);
  Result<PgResult> collect(Duration within);
  Error lost(std::string_view what);
  Error error_in(const pg_result& result);

  std::unique_ptr<pg_conn, Finish> connection_;
  std::string endpoint_;
  std::string sqlstate_;
  bool spoiled_ = false;  // a statement's answer was not read to its end
};

/// A SQLSTATE's kind of error, as listed above.
Errc errc_of_sqlstate(std::string_view sqlstate);

}  // namespace plimsoll::wire
