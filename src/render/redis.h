#pragma once
// redis.conf and sentinel.conf of a cache, for `up` and for `render`. Pure text.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/stack.h"
#include "render/render.h"

namespace plimsoll::render {

/// One node and where its things are. The defaults are a node that plimsoll runs on this machine.
struct RedisServer {
  std::uint16_t port = 0;
  std::string directory;  // absolute; its data
  std::string password;   // letters and digits; empty: in auth.conf of the working directory
  std::string bind = "127.0.0.1";
  std::optional<Endpoint> follows = std::nullopt;  // a replica's master
  bool clustered = false;
  std::string is;  // "replica of redis"; empty: the only one
  std::string maker = "Written by plimsoll at every start; change the stack's file instead.";
};

/// Whether what it holds must survive a restart: jobs and sessions must, a cache need not.
bool is_durable(const Cache&);

/// Contains the password if there is one: a secret then, 0600.
std::string redis_conf(const Stack&, const Cache&, const RedisServer&);

/// Of one of the sentinels, which all have the same. The passwords are in sentinel-auth.conf of the working directory.
std::string sentinel_conf(const Stack&, const Cache&, std::uint16_t port, const Endpoint& master);

/// The nodes of a cluster: those that Options::at lists if they are all there, else "redis-1" and so on.
std::vector<Endpoint> redis_nodes(const Cache&, const Options&);
/// The command that makes a cluster of running nodes; the password comes from REDISCLI_AUTH.
std::string redis_cluster_create(const Cache&, const Options&);

}  // namespace plimsoll::render
