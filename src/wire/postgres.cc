#include "wire/postgres.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "core/assert.h"
#include "wire/socket.h"

namespace plimsoll::wire {
namespace {

/// libpq's messages have several lines and a "FATAL:  " in front: one line, single blanks.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string endpoint_of(const PGconn* connection) {
  const auto text = [](const char* value) { return value == nullptr ? "" : value; };
  const std::string_view port = text(PQport(connection));
  return fmt::format("postgres {}{}{}/{}", text(PQhost(connection)), port.empty() ? "" : ":", port, text(PQdb(connection)));
}

/// The server's words at login are only text; these are the ones worth telling apart.
Errc errc_of_login(std::string_view message) {
  const auto has = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  if (has("authentication failed") || has("pg_hba.conf") || has("no password supplied") || has("no such user"))
    return Errc::refused;
  if (has("role \"") && has("does not exist")) return Errc::refused;
  if (has("database \"") && has("does not exist")) return Errc::not_found;
  if (has("no such database")) return Errc::not_found;
  if (has("too many clients") || has("no more connections allowed") || has("remaining connection slots")) return Errc::exhausted;
  return Errc::unreachable;
}

Result<void> finish_login(PGconn* connection, Deadline deadline) {
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(connection)) {
    if (next == PGRES_POLLING_FAILED) {
      const std::string message = one_line(PQerrorMessage(connection));
      return fail(errc_of_login(message), message);
    }
    if (!wait_for(PQsocket(connection), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
      return fail(Errc::timed_out, "no login in time");
  }
  return {};
}

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Owned = std::unique_ptr<PGresult, ClearResult>;

}  // namespace

void PgResult::Clear::operator()(pg_result* result) const { PQclear(result); }
void PgConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

int PgResult::rows() const { return PQntuples(result_.get()); }
int PgResult::columns() const { return PQnfields(result_.get()); }
std::string_view PgResult::column_name(int column) const {
  PLIMSOLL_ASSERT(column >= 0 && column < columns());
  return PQfname(result_.get(), column);
}

std::optional<std::string_view> PgResult::value(int row, int column) const {
  PLIMSOLL_ASSERT(row >= 0 && row < rows() && column >= 0 && column < columns());
  if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
  return std::string_view(PQgetvalue(result_.get(), row, column),
                          static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}

std::optional<std::string_view> PgResult::value(int row, std::string_view column) const {
  for (int i = 0; i < columns(); ++i)
    if (column == PQfname(result_.get(), i)) return value(row, i);
  return std::nullopt;
}

std::optional<std::int64_t> PgResult::integer(int row, std::string_view column) const {
  const std::optional<std::string_view> text = value(row, column);
  std::int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<double> PgResult::number(int row, std::string_view column) const {
  const std::optional<std::string_view> text = value(row, column);
  double number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::int64_t PgResult::affected() const { return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10); }

Errc errc_of_sqlstate(std::string_view state) {
  const auto is = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (state.empty() || is("08") || is("57P")) return Errc::unreachable;
  if (is("57014")) return Errc::timed_out;
  if (is("53")) return Errc::exhausted;
  if (is("3D000") || is("42P01") || is("42703") || is("42883") || is("42704") || is("3F000")) return Errc::not_found;
  if (is("28") || is("22") || is("23") || is("25") || is("42") || is("0A") || is("44")) return Errc::refused;
  return Errc::failed;
}

PgConnection::PgConnection(pg_conn* connection) : connection_(connection), endpoint_(endpoint_of(connection)) {}

Result<PgConnection> PgConnection::connect(const std::string& conninfo, Duration within) {
  const Deadline deadline = deadline_in(within);
  // Parsed apart, since libpq's message about a conninfo it can't read repeats it, password and all.
  char* complaint = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(conninfo.c_str(), &complaint);
  if (complaint != nullptr) PQfreemem(complaint);
  if (parsed == nullptr)
    return fail(Errc::malformed, "postgres: the connection string is neither postgresql://user@host:port/database nor key=value");
  PQconninfoFree(parsed);
  PGconn* raw = PQconnectStart(conninfo.c_str());
  if (raw == nullptr) return fail(Errc::exhausted, "postgres: out of memory");
  PgConnection connection(raw);
  if (PQstatus(raw) == CONNECTION_BAD)
    return fail(Errc::unreachable, connection.endpoint_ + ": " + one_line(PQerrorMessage(raw)));
  if (Result<void> in = finish_login(raw, deadline); !in)
    return fail(in.error().code, connection.endpoint_ + ": " + in.error().message);
  connection.endpoint_ = endpoint_of(raw);
  PQsetnonblocking(raw, 1);
  PQsetNoticeProcessor(
      raw, [](void*, const char*) {}, nullptr);
  return connection;
}

bool PgConnection::broken() const { return spoiled_ || PQstatus(connection_.get()) != CONNECTION_OK; }

Error PgConnection::lost(std::string_view what) {
  const std::string message = one_line(PQerrorMessage(connection_.get()));
  return {Errc::unreachable, fmt::format("{}: {}{}{}", endpoint_, what, message.empty() ? "" : ": ", message)};
}

Result<PgResult> PgConnection::exec(const std::string& sql, Duration within) {
  sqlstate_.clear();
  if (broken()) return fail(Errc::unreachable, endpoint_ + ": the connection broke earlier");
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return fail(lost("not sent"));
  return collect(within);
}

Result<PgResult> PgConnection::query(const std::string& sql, std::span<const Parameter> parameters, Duration within) {
  sqlstate_.clear();
  if (broken()) return fail(Errc::unreachable, endpoint_ + ": the connection broke earlier");
  // Text parameters end in a zero byte for libpq; views do not.
  std::vector<std::string> owned;
  std::vector<const char*> values;
  owned.reserve(parameters.size());
  for (const Parameter& parameter : parameters) {
    owned.emplace_back(parameter.value_or(std::string_view()));
    values.push_back(parameter ? owned.back().c_str() : nullptr);
  }
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                        0) == 0)
    return fail(lost("not sent"));
  return collect(within);
}

Result<PgResult> PgConnection::collect(Duration within) {
  const Deadline deadline = deadline_in(within);
  PGconn* connection = connection_.get();
  const auto late = [&] {
    spoiled_ = true;
    return fail(Errc::timed_out, endpoint_ + ": no answer in time");
  };
  for (int left = PQflush(connection); left != 0; left = PQflush(connection)) {
    if (left < 0) return fail(lost("not sent"));
    // The server may be waiting for us to read before it reads on.
    if (!wait_for(PQsocket(connection), POLLOUT | POLLIN, deadline)) return late();
    if (PQconsumeInput(connection) == 0) return fail(lost("connection lost"));
  }
  Owned last;
  Owned error;
  for (;;) {
    while (PQisBusy(connection) != 0) {
      if (!wait_for(PQsocket(connection), POLLIN, deadline)) return late();
      if (PQconsumeInput(connection) == 0) break;  // PQgetResult gives the error
    }
    Owned result(PQgetResult(connection));
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      spoiled_ = true;  // the stream of a COPY is not taken out: nothing else can be asked here
      return fail(Errc::refused, endpoint_ + ": COPY is not supported here");
    }
    const bool is_error = status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
    if (!is_error)
      last = std::move(result);
    else if (error == nullptr)
      error = std::move(result);
  }
  if (error != nullptr) return fail(error_in(*error));
  if (last == nullptr) return fail(lost("no result"));
  return PgResult(last.release());
}

Error PgConnection::error_in(const pg_result& result) {
  const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY);
  sqlstate_ = state == nullptr ? "" : state;
  const std::string text = one_line(primary != nullptr ? primary : PQresultErrorMessage(&result));
  const Errc code = PQstatus(connection_.get()) == CONNECTION_OK ? errc_of_sqlstate(sqlstate_) : Errc::unreachable;
  return {code,
          sqlstate_.empty() ? fmt::format("{}: {}", endpoint_, text) : fmt::format("{}: {} [{}]", endpoint_, text, sqlstate_)};
}

}  // namespace plimsoll::wire
