#include "wire/redis_client.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "wire/url.h"

namespace plimsoll::wire {
namespace {

Errc errc_of_reply(std::string_view text) {
  for (const std::string_view passing : {"LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"})
    if (text.starts_with(passing)) return Errc::unreachable;
  return text.starts_with("OOM") ? Errc::exhausted : Errc::refused;
}

}  // namespace

RedisClient::RedisClient(Socket socket, std::string endpoint, RespLimits limits)
    : socket_(std::move(socket)), endpoint_(std::move(endpoint)), parser_(limits) {}

Result<RedisClient> RedisClient::connect(std::string_view text, Duration within, RespLimits limits) {
  const Deadline deadline = deadline_in(within);
  const Result<Url> url = parse_url(text);
  if (!url) return fail(url.error().code, "redis: " + url.error().message);
  if (url->scheme != "redis") return fail(Errc::malformed, fmt::format("redis: a URL with '{}://', not redis://", url->scheme));
  const std::string host = url->host.empty() ? "127.0.0.1" : url->host;
  const std::uint16_t port = url->port == 0 ? std::uint16_t{6379} : url->port;
  const std::string endpoint = fmt::format("redis {}:{}", host, port);
  Result<Socket> socket = Socket::connect_tcp(host, port, deadline);
  if (!socket) return fail(socket.error().code, endpoint + ": " + socket.error().message);
  RedisClient client(std::move(*socket), endpoint, limits);
  const std::string_view database = url->path.size() > 1 ? std::string_view(url->path).substr(1) : std::string_view();
  if (Result<void> in = client.log_in(url->user, url->password, database, deadline - std::chrono::steady_clock::now()); !in)
    return fail(in.error());
  return client;
}

Result<void> RedisClient::log_in(std::string_view user, std::string_view password, std::string_view database, Duration within) {
  const Deadline deadline = deadline_in(within);
  if (!password.empty()) {
    const Result<RespValue> reply =
        user.empty() ? command({"AUTH", password}, within) : command({"AUTH", user, password}, within);
    if (!reply) return fail(reply.error());
  }
  if (database.empty() || database == "0") return {};
  const Result<RespValue> reply = command({"SELECT", database}, deadline - std::chrono::steady_clock::now());
  if (!reply) return fail(reply.error());
  return {};
}

Result<RespValue> RedisClient::command(std::span<const std::string_view> arguments, Duration within) {
  std::string bytes;
  append_command(bytes, arguments);
  Result<std::vector<RespValue>> replies = exchange(bytes, 1, within);
  if (!replies) return fail(replies.error());
  RespValue& reply = replies->front();
  if (reply.is_error())
    return fail(errc_of_reply(reply.text), fmt::format("{}: {}: {}", endpoint_, arguments.front(), reply.text));
  return std::move(reply);
}

Result<std::vector<RespValue>> RedisClient::pipeline(std::span<const Command> commands, Duration within) {
  std::string bytes;
  for (const Command& each : commands) append_command(bytes, each);
  return exchange(bytes, commands.size(), within);
}

Result<std::vector<RespValue>> RedisClient::exchange(std::string_view bytes, std::size_t replies, Duration within) {
  if (broken_) return fail(Errc::unreachable, endpoint_ + ": the connection broke earlier");
  const Deadline deadline = deadline_in(within);
  const auto give_up = [this](const Error& error) {
    broken_ = true;
    socket_.close();
    return fail(error.code, endpoint_ + ": " + error.message);
  };
  if (const Result<void> sent = socket_.send_all(bytes, deadline); !sent) return give_up(sent.error());
  std::vector<RespValue> values;
  values.reserve(replies);
  std::array<char, 16384> chunk{};
  while (values.size() < replies) {
    Result<std::optional<RespValue>> value = parser_.next();
    if (!value) return give_up(value.error());
    if (*value) {
      values.push_back(std::move(**value));
      continue;
    }
    const Result<std::size_t> received = socket_.receive(chunk.data(), chunk.size(), deadline);
    if (!received) return give_up(received.error());
    if (*received == 0) return give_up({Errc::unreachable, "the connection was closed"});
    parser_.feed({chunk.data(), *received});
  }
  return values;
}

}  // namespace plimsoll::wire
