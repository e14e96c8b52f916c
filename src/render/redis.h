#pragma once
// redis.conf of a cache. Pure text.

#include <cstdint>
#include <string>

#include "core/stack.h"

namespace plimsoll::render {

struct RedisServer {
  std::uint16_t port = 0;
  std::string directory;  // absolute; its data
  std::string password;   // letters and digits
};

/// Whether what it holds must survive a restart: jobs and sessions must, a cache need not.
bool is_durable(const Cache&);

/// Contains the password: a secret, 0600.
std::string redis_conf(const Stack&, const Cache&, const RedisServer&);

}  // namespace plimsoll::render
