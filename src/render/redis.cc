#include "render/redis.h"

#include <fmt/format.h>

#include <string_view>

namespace plimsoll::render {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result += '"';
}

std::string_view word(CacheUse use) {
  switch (use) {
    case CacheUse::cache:
      return "cache";
    case CacheUse::queue:
      return "queue";
    case CacheUse::session:
      return "session";
  }
  return "cache";
}

std::string uses_of(const Cache& cache) {
  std::string text;
  for (const CacheUse use : cache.used_for) text += fmt::format("{}{}", text.empty() ? "" : ", ", word(use));
  return text.empty() ? "nothing stated" : text;
}

}  // namespace

bool is_durable(const Cache& cache) { return cache.holds(CacheUse::queue) || cache.holds(CacheUse::session); }

std::string redis_conf(const Stack& stack, const Cache& cache, const RedisServer& server) {
  std::string text = fmt::format(
      "# Redis {} of the stack {}.\n"
      "# Written by plimsoll at every start; change the stack's file instead.\n\n"
      "bind 127.0.0.1\n"
      "port {}\n"
      "protected-mode yes\n"
      "requirepass {}\n"
      "daemonize no\n"
      "dir {}\n\n",
      cache.name, stack.name, server.port, quoted(server.password), quoted(server.directory));
  if (cache.maxmemory) text += fmt::format("maxmemory {}\n", cache.maxmemory->count);
  text += fmt::format("maxmemory-policy {}\n\n", cache.policy);
  text += fmt::format("# derived: used for {}\n", uses_of(cache));
  // Written before the reply, synced each second: what a client was told survives the process, all but the last second the
  // machine.
  text += is_durable(cache) ? "appendonly yes\nappendfsync everysec\n" : "appendonly no\n";
  text += "save \"\"\n";
  return text;
}

}  // namespace plimsoll::render
