#include "drive/local/endpoints.h"

#include <fmt/format.h>

#include <utility>

#include "core/assert.h"
#include "drive/local/pgbouncer_component.h"
#include "drive/local/postgres_primary.h"
#include "drive/local/postgres_replica.h"
#include "drive/local/redis_component.h"
#include "drive/local/strays.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"

namespace plimsoll::local {

namespace {

std::string secret_name(const std::string& component, const std::string& user) { return component + "." + user; }

Result<std::uint16_t> known_port(const Ports& ports, const std::string& name) {
  if (const std::optional<std::uint16_t> port = ports.known(name)) return *port;
  return fail(Errc::not_found, fmt::format("{} has no port yet: it was never started here", name));
}

std::optional<proc::Identity> first(const std::vector<proc::Identity>& all) {
  return all.empty() ? std::nullopt : std::optional<proc::Identity>(all.front());
}

/// A server that still runs keeps its port, and its pidfile is how its port is known to be ours: a lost one is restored before
/// the port is asked for.
class Builder {
 public:
  Builder(const Stack& stack, const Place& place, Ports& ports, Secrets& secrets, const ProgramPaths& programs)
      : stack_(stack), place_(place), ports_(ports), secrets_(secrets), programs_(programs) {}

  Result<void> add(const Database& database) {
    PostgresSite site{stack_, database, place_, programs_, 0, {}};
    const Result<std::uint16_t> port = postgres_port(database.name);
    if (!port) return fail(port.error());
    site.primary_port = *port;
    for (const auto& [user, into] : {std::pair{"admin", &site.passwords.admin},
                                     {"app", &site.passwords.app},
                                     {"replication", &site.passwords.replication},
                                     {"monitoring", &site.passwords.monitoring}})
      if (Result<void> got = password(database.name, user, *into); !got) return got;
    made_.push_back(std::make_unique<PostgresPrimary>(site));
    for (int i = 1; i <= database.read_replicas; ++i) {
      const Result<std::uint16_t> replica = postgres_port(replica_name(database, i));
      if (!replica) return fail(replica.error());
      made_.push_back(std::make_unique<PostgresReplica>(site, i, *replica));
    }
    return {};
  }

  Result<void> add(const Pooler& pooler) {
    const Database* database = stack_.database(pooler.database);
    PLIMSOLL_ASSERT(database != nullptr);  // the spec's to check
    PgbouncerSite site{stack_, pooler, *database, place_, programs_, 0, 0, {}, {}, {}};
    if (Result<void> found =
            restore_pidfile(place_, pooler.name, first(processes_with_argument(place_.conf(pooler.name + ".ini"), "pgbouncer")));
        !found)
      return found;
    const Result<std::uint16_t> port = ports_.of(pooler.name);
    if (!port) return fail(port.error());
    const Result<std::uint16_t> database_port = ports_.of(database->name);
    if (!database_port) return fail(database_port.error());
    site.port = *port;
    site.database_port = *database_port;
    if (Result<void> got = password(database->name, "app", site.app_password); !got) return got;
    if (Result<void> got = password(pooler.name, "admin", site.admin_password); !got) return got;
    if (Result<void> got = password(pooler.name, "monitoring", site.monitoring_password); !got) return got;
    made_.push_back(std::make_unique<PgbouncerComponent>(std::move(site)));
    return {};
  }

  Result<void> add(const Cache& cache) {
    RedisSite site{stack_, cache, place_, programs_, 0, {}};
    if (Result<void> found = restore_pidfile(place_, cache.name, server_in(place_.data(cache.name), "redis-server")); !found)
      return found;
    const Result<std::uint16_t> port = ports_.of(cache.name);
    if (!port) return fail(port.error());
    site.port = *port;
    if (Result<void> got = password(cache.name, "default", site.password); !got) return got;
    made_.push_back(std::make_unique<RedisComponent>(std::move(site)));
    return {};
  }

  std::vector<std::unique_ptr<Component>> take() { return std::move(made_); }

 private:
  Result<std::uint16_t> postgres_port(const std::string& name) {
    if (Result<void> found = restore_pidfile(place_, name, postmaster_of(place_.data(name))); !found) return fail(found.error());
    return ports_.of(name);
  }
  Result<void> password(const std::string& component, const std::string& user, std::string& into) {
    Result<std::string> password = secrets_.of(secret_name(component, user));
    if (!password) return fail(password.error());
    into = std::move(*password);
    return {};
  }

  const Stack& stack_;
  const Place& place_;
  Ports& ports_;
  Secrets& secrets_;
  const ProgramPaths& programs_;
  std::vector<std::unique_ptr<Component>> made_;
};

Result<std::string> url(const std::string& listener, const std::string& secret_of, const std::string& secret_user,
                        const std::string& user, const std::string& database, const Ports& ports, Secrets& secrets) {
  const Result<std::uint16_t> port = known_port(ports, listener);
  if (!port) return fail(port.error());
  const Result<std::string> password = secrets.of(secret_name(secret_of, secret_user));
  if (!password) return password;
  return postgres_url(user, *password, *port, database);
}

}  // namespace

Result<std::vector<std::unique_ptr<Component>>> components(const Stack& stack, const Place& place, Ports& ports, Secrets& secrets,
                                                           const ProgramPaths& programs) {
  Builder builder(stack, place, ports, secrets, programs);
  for (const Cache& cache : stack.caches)
    if (Result<void> added = builder.add(cache); !added) return fail(added.error());
  for (const Database& database : stack.databases)
    if (Result<void> added = builder.add(database); !added) return fail(added.error());
  for (const Pooler& pooler : stack.poolers)
    if (Result<void> added = builder.add(pooler); !added) return fail(added.error());
  return builder.take();
}

Result<Endpoints> endpoints(const Stack& stack, const Tier& tier, const Ports& ports, Secrets& secrets) {
  Endpoints found;
  if (const Cache* cache = render::redis_of(stack, tier)) {
    Result<std::string> redis = cache_url(*cache, ports, secrets);
    if (!redis) return fail(redis.error());
    found.redis_url = std::move(*redis);
  }
  for (const Use& use : tier.uses) {
    if (const Database* database = stack.database(use.component); database != nullptr && found.database_url.empty()) {
      const std::string name = render::database_name(*database);
      const std::string& listener = use.through.empty() ? database->name : use.through;
      Result<std::string> main = url(listener, database->name, "app", render::postgres_app_role, name, ports, secrets);
      if (!main) return fail(main.error());
      found.database_url = std::move(*main);
      if (database->read_replicas == 0) continue;
      Result<std::string> read =
          url(replica_name(*database, 1), database->name, "app", render::postgres_app_role, name, ports, secrets);
      if (!read) return fail(read.error());
      found.database_read_url = std::move(*read);
    }
  }
  return found;
}

Result<std::string> monitoring_url(const Database& database, int replica, const Ports& ports, Secrets& secrets) {
  const std::string listener = replica == 0 ? database.name : replica_name(database, replica);
  return url(listener, database.name, "monitoring", render::postgres_monitoring_role, render::database_name(database), ports,
             secrets);
}

Result<std::string> console_url(const Pooler& pooler, const Ports& ports, Secrets& secrets) {
  return url(pooler.name, pooler.name, "monitoring", render::pgbouncer_stats, "pgbouncer", ports, secrets);
}

Result<std::string> admin_console_url(const Pooler& pooler, const Ports& ports, Secrets& secrets) {
  return url(pooler.name, pooler.name, "admin", render::pgbouncer_admin, "pgbouncer", ports, secrets);
}

Result<std::string> cache_url(const Cache& cache, const Ports& ports, Secrets& secrets) {
  const Result<std::uint16_t> port = known_port(ports, cache.name);
  if (!port) return fail(port.error());
  const Result<std::string> password = secrets.of(secret_name(cache.name, "default"));
  if (!password) return password;
  return redis_url(*password, *port);
}

}  // namespace plimsoll::local
