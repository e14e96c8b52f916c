#include "render/redis.h"

#include <fmt/format.h>

#include <string_view>

#include "capacity/wording.h"
#include "render/names.h"

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

/// Exactly, as Redis reads it: its mb and gb are powers of 1024.
std::string size_text(Bytes bytes) {
  constexpr std::int64_t mib = std::int64_t{1} << 20, gib = std::int64_t{1} << 30;
  if (bytes.count % gib == 0) return fmt::format("{}gb", bytes.count / gib);
  if (bytes.count % mib == 0) return fmt::format("{}mb", bytes.count / mib);
  return std::to_string(bytes.count);
}

std::int64_t milliseconds(Duration d) { return std::chrono::ceil<std::chrono::milliseconds>(d).count(); }

std::string access(const RedisServer& server) {
  // First: a relative name starts from the working directory, which `dir` changes.
  const bool inside = !server.password.empty();
  return fmt::format(
      "{}"
      "bind {}\n"
      "port {}\n"
      "protected-mode yes\n"
      "{}"
      "daemonize no\n"
      "dir {}\n\n",
      inside ? "" : "# the passwords, a file of the working directory (before dir, which changes that)\ninclude auth.conf\n",
      server.bind, server.port, inside ? fmt::format("requirepass {}\n", quoted(server.password)) : "", quoted(server.directory));
}

std::string memory(const Cache& cache) {
  std::string text;
  if (cache.maxmemory && cache.memory)
    text += fmt::format("# of the {} that a node has; the rest is for clients, and for what a copy to disk takes\n",
                        capacity::size(*cache.memory));
  if (cache.maxmemory) text += fmt::format("maxmemory {}\n", size_text(*cache.maxmemory));
  text += fmt::format("maxmemory-policy {}\n", cache.policy);
  if (cache.max_clients != Cache().max_clients) text += fmt::format("maxclients {}\n", cache.max_clients);
  return text + '\n';
}

std::string persistence(const Cache& cache) {
  std::string text = cache.persistence.empty() ? fmt::format("# derived: used for {}, which {} survive a restart\n",
                                                             uses_of(cache), is_durable(cache) ? "must" : "need not")
                                               : "";
  const std::string kind = cache.persistence.empty() ? is_durable(cache) ? "aof" : "none" : cache.persistence;
  // aof: written before the reply, synced each second: what a client was told survives the process, all but the last second the
  // machine.
  if (kind == "aof") return text + "appendonly yes\nappendfsync everysec\nsave \"\"\n";
  // Redis' own moments: after an hour with a change, five minutes with 100, one with 10,000.
  if (kind == "rdb") return text + "appendonly no\nsave 3600 1\nsave 300 100\nsave 60 10000\n";
  return text + "appendonly no\nsave \"\"\n";
}

std::string copies(const Cache& cache, const RedisServer& server) {
  if (server.follows)
    return fmt::format("\nreplicaof {} {}\nreplica-read-only yes\n", server.follows->host, server.follows->port);
  if (!server.clustered) return {};
  return fmt::format(
      "\ncluster-enabled yes\n"
      "# in dir; the node keeps it, nobody edits it\n"
      "cluster-config-file nodes.conf\n"
      "# ms: a node silent for so long has failed, and a replica takes its place\n"
      "cluster-node-timeout {}\n",
      milliseconds(cache.node_timeout));
}

}  // namespace

bool is_durable(const Cache& cache) { return cache.holds(CacheUse::queue) || cache.holds(CacheUse::session); }

std::string redis_conf(const Stack& stack, const Cache& cache, const RedisServer& server) {
  return fmt::format("# Redis {} of the stack {}{}{}.\n# {}\n\n", cache.name, stack.name, server.is.empty() ? "" : ": ",
                     server.is, server.maker) +
         access(server) + memory(cache) + persistence(cache) + copies(cache, server);
}

std::string sentinel_conf(const Stack& stack, const Cache& cache, std::uint16_t port, const Endpoint& master) {
  return fmt::format(
      "# Redis Sentinel of {0} of the stack {1}: one of {2}.\n"
      "# Made by `plimsoll render`. Sentinel writes what it learns into this file: each has a copy that it may write.\n\n"
      "# the passwords, a file of the working directory\n"
      "include sentinel-auth.conf\n"
      "bind * -::*\n"
      "port {3}\n"
      "daemonize no\n\n"
      "# names, as they stand below and as replicas announce them: an address may be another's by tomorrow\n"
      "sentinel resolve-hostnames yes\n"
      "sentinel announce-hostnames yes\n"
      "# {4} of {2} must agree that the master is gone\n"
      "sentinel monitor {0} {5} {6} {4}\n"
      "# ms\n"
      "sentinel down-after-milliseconds {0} {7}\n"
      "sentinel failover-timeout {0} {8}\n"
      "# one replica after the other copies the new master; the others answer meanwhile\n"
      "sentinel parallel-syncs {0} 1\n",
      cache.name, stack.name, cache.sentinels, port, cache.quorum, master.host, master.port, milliseconds(cache.down_after),
      milliseconds(cache.failover_timeout));
}

std::vector<Endpoint> redis_nodes(const Cache& cache, const Options& options) {
  const std::vector<Endpoint> given = endpoints_of(options, cache.name, redis_port);
  if (static_cast<int>(given.size()) == cache.nodes()) return given;
  std::vector<Endpoint> nodes;
  for (int i = 1; i <= cache.nodes(); ++i) nodes.push_back({fmt::format("{}-{}", cache.name, i), given.front().port});
  return nodes;
}

std::string redis_cluster_create(const Cache& cache, const Options& options) {
  std::string command = "redis-cli --cluster create";
  for (const Endpoint& node : redis_nodes(cache, options)) command += " " + to_text(node);
  return command + fmt::format(" --cluster-replicas {} --cluster-yes", cache.replicas);
}

}  // namespace plimsoll::render
