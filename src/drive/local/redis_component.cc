#include "drive/local/redis_component.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/strays.h"
#include "render/redis.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

std::string redis_url(const std::string& password, std::uint16_t port) {
  return fmt::format("redis://:{}@127.0.0.1:{}/0", password, port);
}

RedisComponent::RedisComponent(RedisSite site) : site_(std::move(site)), process_(site_.cache.name, site_.place) {}

Result<void> RedisComponent::check() {
  if (const Result<std::string> program = find_packaged(site_.programs, "redis-server", "redis-server"); !program)
    return fail(program.error());
  const Result<bool> ours = ServerProcess(name(), site_.place).adopt();
  if (!ours) return fail(ours.error());
  if (!*ours && !port_free("127.0.0.1", site_.port))
    return fail(Errc::exhausted, fmt::format("{}: port {} is taken", name(), site_.port));
  return {};
}

Result<bool> RedisComponent::write_configuration() {
  return write_if_changed(conf(),
                          render::redis_conf(site_.stack, site_.cache, {site_.port, site_.place.data(name()), site_.password}),
                          {.mode = 0600, .owner = std::nullopt});
}

Result<bool> RedisComponent::adopt() {
  const std::optional<proc::Identity> lost = server_in(site_.place.data(name()), "redis-server");
  if (Result<void> restored = restore_pidfile(site_.place, name(), lost); !restored) return fail(restored.error());
  const Result<bool> found = process_.adopt();
  if (!found || !*found) return found;
  // Told when it answers: it may be loading its data just now.
  to_be_told_ = true;
  if (const Result<bool> written = write_configuration(); !written) return written;
  return true;
}

Result<void> RedisComponent::start() {
  const Result<std::string> program = find_packaged(site_.programs, "redis-server", "redis-server");
  if (!program) return fail(program.error());
  const std::string data = site_.place.data(name());
  if (::mkdir(data.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(Errc::failed, fmt::format("{}: can't make {}: {}", name(), data, std::strerror(errno)));
  if (const Result<bool> written = write_configuration(); !written) return fail(written.error());
  to_be_told_ = false;
  return process_.start({{*program, conf()}, server_environment(), std::nullopt});
}

Result<void> RedisComponent::tell(wire::RedisClient& client) {
  const std::string maxmemory = std::to_string(site_.cache.maxmemory ? site_.cache.maxmemory->count : 0);
  const char* appendonly = render::is_durable(site_.cache) ? "yes" : "no";
  const Result<wire::RespValue> told = client.command(
      {"CONFIG", "SET", "maxmemory", maxmemory, "maxmemory-policy", site_.cache.policy, "appendonly", appendonly}, 500ms);
  if (!told) return fail(told.error());
  to_be_told_ = false;
  return {};
}

Result<void> RedisComponent::learn_version(wire::RedisClient& client) {
  const Result<wire::RespValue> info = client.command({"INFO", "server"}, 300ms);
  if (!info) return fail(info.error());
  constexpr std::string_view key = "redis_version:";
  const std::size_t at = info->text.find(key);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + key.size();
  version_ = info->text.substr(begin, info->text.find_first_of("\r\n", begin) - begin);
  return {};
}

Result<Readiness> RedisComponent::ready() {
  if (!running()) return fail(process_.error(Errc::failed, "redis has ended"));
  const auto passing = [](const Error& error) { return error.code == Errc::unreachable || error.code == Errc::timed_out; };
  const auto judge = [&](const Error& error) -> Result<Readiness> {
    if (passing(error)) return Readiness::not_yet;
    return fail(process_.error(error.code, error.message));
  };
  Result<wire::RedisClient> client = wire::RedisClient::connect(redis_url(site_.password, site_.port), 300ms);
  if (!client) return judge(client.error());
  if (const Result<wire::RespValue> pong = client->command({"PING"}, 300ms); !pong) return judge(pong.error());
  if (to_be_told_)
    if (const Result<void> told = tell(*client); !told) return judge(told.error());
  if (version_.empty())
    if (const Result<void> learned = learn_version(*client); !learned) return judge(learned.error());
  return Readiness::ready;
}

Result<void> RedisComponent::stop(Duration deadline) {
  // It writes what it has in hand, then ends.
  return process_.stop({{SIGTERM, deadline}});
}

ComponentInfo RedisComponent::info() const {
  std::string role;
  for (const auto& [use, word] :
       {std::pair{CacheUse::cache, "cache"}, {CacheUse::queue, "queue"}, {CacheUse::session, "session"}})
    if (site_.cache.holds(use)) role += fmt::format("{}{}", role.empty() ? "" : ", ", word);
  return {"redis", version_, role, fmt::format("127.0.0.1:{}", site_.port), process_.pid()};
}

}  // namespace plimsoll::local
