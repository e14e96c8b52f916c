#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/stack.h"
#include "drive/local/component.h"
#include "drive/local/place.h"
#include "drive/local/programs.h"
#include "drive/local/server_process.h"
#include "wire/redis_client.h"

namespace plimsoll::local {

struct RedisSite {
  Stack stack;
  Cache cache;
  Place place;
  ProgramPaths programs;
  std::uint16_t port = 0;
  std::string password;
};

/// redis://:password@127.0.0.1:port/0. Contains the password.
std::string redis_url(const std::string& password, std::uint16_t port);

/// A cache. Runs as plimsoll's own user, in its data folder. ready() is PING answered, which it is not while data are loaded.
/// Found running with another configuration, it is told the new one (CONFIG SET).
class RedisComponent final : public Component {
 public:
  explicit RedisComponent(RedisSite site);

  const std::string& name() const override { return site_.cache.name; }
  const std::vector<std::string>& needs() const override { return needs_; }
  Result<void> check() override;
  Result<bool> adopt() override;
  Result<void> start() override;
  Result<Readiness> ready() override;
  bool running() override { return process_.running(); }
  Result<void> stop(Duration deadline) override;
  ComponentInfo info() const override;

 private:
  Result<bool> write_configuration();
  Result<void> tell(wire::RedisClient&);
  Result<void> learn_version(wire::RedisClient&);
  [[nodiscard]] std::string conf() const { return site_.place.conf(site_.cache.name + ".redis.conf"); }

  RedisSite site_;
  std::vector<std::string> needs_;
  ServerProcess process_;
  bool to_be_told_ = false;  // it runs with an older configuration than it has on disk
  std::string version_;
};

}  // namespace plimsoll::local
