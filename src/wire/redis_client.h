#pragma once
// One blocking connection to Redis. Reconnecting is the caller's choice: a broken connection says so and stays broken.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "wire/resp.h"
#include "wire/socket.h"

namespace plimsoll::wire {

/// Not thread-safe; movable. Errors name "redis HOST:PORT", never the password.
class RedisClient {
 public:
  /// redis://[[user]:password@]host[:port][/db]; port 6379, database 0. Logs in and selects, so that a wrong password shows here.
  static Result<RedisClient> connect(std::string_view url, Duration within, RespLimits limits = {});

  /// One command and its reply. An error reply is an Error: unreachable while Redis is loading or has lost its master, refused
  /// otherwise ("redis 127.0.0.1:6379: LMOVE: WRONGTYPE ..."). A command that blocks by itself (BLMOVE) needs `within` above its
  /// own timeout.
  Result<RespValue> command(std::span<const std::string_view> arguments, Duration within);
  Result<RespValue> command(std::initializer_list<std::string_view> arguments, Duration within) {
    return command(std::span(arguments.begin(), arguments.size()), within);
  }

  /// All commands in one write, all replies in order; error replies are values here. One deadline for all.
  using Command = std::vector<std::string_view>;
  Result<std::vector<RespValue>> pipeline(std::span<const Command> commands, Duration within);

  /// True after a transport error or a timeout: the reply to an earlier command could be taken for that of a later one.
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }  // "redis 127.0.0.1:6379"

 private:
  RedisClient(Socket socket, std::string endpoint, RespLimits limits);
  Result<void> log_in(std::string_view user, std::string_view password, std::string_view database, Duration within);
  Result<std::vector<RespValue>> exchange(std::string_view bytes, std::size_t replies, Duration within);

  Socket socket_;
  std::string endpoint_;
  RespParser parser_;
  bool broken_ = false;
};

}  // namespace plimsoll::wire
