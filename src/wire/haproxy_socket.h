#pragma once
// HAProxy's runtime API over its UNIX socket: the admin socket of a worker, and the master's ("reload", "show proc", "@!1 show
// info").

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace plimsoll::wire {

/// One line of "show stat". Numbers HAProxy leaves empty for that kind of line are absent.
struct HaproxyServerStat {
  enum class Kind { frontend, backend, server, listener };
  Kind kind = Kind::server;
  std::string proxy;                     // pxname: the frontend's or backend's name
  std::string server;                    // svname: the server's name, "FRONTEND" or "BACKEND"
  std::string status;                    // "UP", "DOWN", "DRAIN", "MAINT", "UP 1/2", "no check", "OPEN"
  std::string address;                   // "127.0.0.1:9001"
  std::string check_status;              // "L7OK", "L4CON", ...
  std::optional<std::int64_t> scur;      // sessions now
  std::optional<std::int64_t> smax;      // most sessions at once
  std::optional<std::int64_t> slim;      // limit of sessions
  std::optional<std::int64_t> stot;      // sessions in all
  std::optional<std::int64_t> qcur;      // requests waiting in the queue now
  std::optional<std::int64_t> rate;      // sessions in the last second
  std::optional<std::int64_t> req_rate;  // requests in the last second (frontends)
  std::optional<std::int64_t> req_tot;   // requests in all (frontends; backends and servers from 2.x on)
  std::optional<std::int64_t> weight;
  std::optional<std::int64_t> hrsp_2xx, hrsp_3xx, hrsp_4xx, hrsp_5xx;  // answers in all
  std::optional<std::int64_t> econ;                                    // failed connections to the server
  std::optional<std::int64_t> eresp;                                   // failed answers
  std::optional<std::int64_t> wretr;                                   // retries
  std::optional<std::int64_t> wredis;                                  // redispatches
  std::optional<std::int64_t> bin, bout;                               // bytes in all
  std::optional<std::int64_t> qtime_ms, ctime_ms, rtime_ms, ttime_ms;  // means over the last 1024 requests
  std::optional<std::int64_t> lastsess_s;                              // seconds since the last session; -1: none yet
  std::optional<std::int64_t> used_connections;                        // used_conn_cur
  std::optional<std::int64_t> idle_connections;                        // idle_conn_cur
};

/// "show stat"'s CSV, columns found by name. Errc::malformed: no header line, or a line with too few columns.
Result<std::vector<HaproxyServerStat>> parse_haproxy_stat(std::string_view csv);

/// Fields of one CSV line; "a,\"b,\"\"c\"" is a and b,"c. Pure.
std::vector<std::string> split_csv_line(std::string_view line);

/// Opens a connection per command, which costs microseconds and can't be left in an odd state. Thread-safe (holds only the path).
/// Errors name the socket: "haproxy /run/x.sock: connection refused". Right after a start or reload the master's socket refuses
/// for some milliseconds (the master executes itself anew): ask again.
class HaproxySocket {
 public:
  explicit HaproxySocket(std::string path) : path_(std::move(path)) {}

  /// One line of one command; the whole answer without the blank line at its end. What HAProxy answers to a command it does not
  /// know or a server that does not exist is text too: use order() for commands that change something.
  Result<std::string> command(std::string_view text, Duration within) const;
  /// A command that is silent or confirms when it worked ("New server registered."); any other answer is Errc::refused
  /// (not_found for "No such server.").
  Result<void> order(std::string_view text, Duration within) const;
  /// Each order in turn until one fails; one deadline for all.
  Result<void> orders(std::span<const std::string> texts, Duration within) const;
  Result<std::vector<HaproxyServerStat>> show_stat(Duration within) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace plimsoll::wire
