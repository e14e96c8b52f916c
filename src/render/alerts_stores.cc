// Stores and poolers, as their exporters tell.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/pgbouncer.h"
#include "render/promql.h"

namespace plimsoll::render::alerting {
namespace {

using namespace std::chrono_literals;

void connections(const Database& database, Group& group) {
  const int most = database.max_connections;
  const int room = std::max(0, most - database.reserve.sum());
  // Reserves may be so large that 70% of all is beyond what is critical: a warning has to come first.
  const bool of_all = 0.7 * most <= 0.8 * room;
  const double high = of_all ? 0.7 * most : 0.8 * room;
  const std::string below = of_all ? fmt::format("70% of its {}", most) : fmt::format("80% of the {} that tiers may have", room);
  group.need(database.name, "pg_stat_activity_count");
  group.alerts.push_back(
      {.name = "ConnectionsHigh",
       .severity = Severity::warning,
       .held = 10min,
       .expr = fmt::format("{} > {}", promql::connections(database.name), promql::number(high)),
       .signal = "connections",
       .summary = fmt::format("{} has {{{{ $value }}}} connections open: above {} for 10m.", database.name, below),
       .action = "Scale PgBouncer's pools down to what is used, or the database up.",
       .why = of_all ? fmt::format("derived: 70% of max_connections {}", most)
                     : fmt::format("derived: 80% of max_connections {} less reserves of {}", most, database.reserve.sum())});
  group.alerts.push_back(
      {.name = "ConnectionsCritical",
       .severity = Severity::critical,
       .held = 2min,
       .expr = fmt::format("{} > {}", promql::connections(database.name), promql::number(0.9 * room)),
       .signal = "connections",
       .summary = fmt::format("{} has {{{{ $value }}}} connections open: above 90% of the {} that tiers may have, for 2m.",
                              database.name, room),
       .action = "Find who holds them (pg_stat_activity): an instance that leaks, or pools that together are too large.",
       .why = fmt::format("derived: 90% of max_connections {} less reserves of {}", most, database.reserve.sum())});
}

void storage(const Scope& scope, const Database& database, Group& group) {
  if (!database.storage.size) {
    scope.notes.push_back(
        {fmt::format("databases.{}.storage.size", database.name), "not stated: no alert can say how full its disk is"});
    return;
  }
  const auto size = static_cast<double>(database.storage.size->count);
  group.need(database.name, "pg_database_size_bytes");
  const auto add = [&](std::string_view suffix, Severity severity, double share, Duration held, std::string action) {
    group.alerts.push_back(
        {.name = fmt::format("Storage{}", suffix),
         .severity = severity,
         .held = held,
         .expr = fmt::format("{} > {}", promql::database_bytes(database.name), promql::number(std::floor(share * size))),
         .signal = "storage",
         .summary = fmt::format("{}'s databases take {{{{ $value | humanize1024 }}}}B: above {} of {} for {}.", database.name,
                                to_text(Ratio{share}), to_text(*database.storage.size), to_text(held)),
         .action = std::move(action),
         .why = fmt::format("derived: {} of {}{}", to_text(Ratio{share}), to_text(*database.storage.size),
                            share == database.storage.act_at.value ? " (storage.act_at)" : "; write-ahead log comes on top")});
  };
  add("High", Severity::warning, database.storage.act_at.value, 30min, "Increase storage, or drop what is no longer needed.");
  if (database.storage.act_at.value < 0.9)
    add("Critical", Severity::critical, 0.9, 5min, "Increase storage now: a full disk stops every write.");
}

void machine(const Scope& scope, const Database& database, Group& group) {
  const std::string job = promql::machine_job(database.name);
  const bool managed = promql::is_managed(database);
  scope.notes.push_back(
      {fmt::format("databases.{}", database.name),
       managed
           ? fmt::format(
                 "its CPU is in CloudWatch: scrape an exporter that has aws_rds_cpuutilization_average as the job {}; until "
                 "then {}CpuHigh can't fire",
                 job, pascal(database.name))
           : fmt::format("its CPU is its machine's: scrape a node_exporter there as the job {}; until then {}CpuHigh can't fire",
                         job, pascal(database.name))});
  group.alerts.push_back(
      {.name = "CpuHigh",
       .severity = Severity::warning,
       .held = 15min,
       .expr = fmt::format("{} > 0.7", promql::database_cpu(database)),
       .signal = "cpu",
       .summary =
           fmt::format("{}'s machine uses {{{{ $value | humanizePercentage }}}} of its CPU: above 70% for 15m.", database.name),
       .action = "Look for the queries that cost most (pg_stat_statements); then scale up the instance type."});
}

void replicas(const Database& database, Group& group) {
  if (database.read_replicas == 0) return;
  const std::string job = promql::read_job(database.name);
  group.need(job, "pg_replication_lag_seconds");
  group.alerts.push_back(
      {.name = "ReplicaDown",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{0} == 0 or absent({0})", promql::series("pg_up", job)),
       .signal = "replica",
       .summary = fmt::format("A read replica of {} has not answered for 5m; its reads go elsewhere.", database.name),
       .action = "Start it again; if it can't follow any more, build it anew from the primary.",
       .why = "absent() also holds where discovery finds nobody"});
  group.alerts.push_back({.name = "ReplicaMissing",
                          .severity = Severity::warning,
                          .held = 5min,
                          .expr = fmt::format("{} < {} and on () {} == 1", promql::following(database.name),
                                              database.read_replicas, promql::series("pg_up", database.name)),
                          .signal = "replica",
                          .summary = fmt::format("{}: {{{{ $value }}}} of {} read replicas follow the primary, for 5m.",
                                                 database.name, database.read_replicas),
                          .action = "Start the one that is missing; if it can't follow any more, build it anew from the primary.",
                          .why = "the primary knows: one that is gone from discovery can't say so itself"});
  group.alerts.push_back(
      {.name = "ReplicaLagHigh",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} > {}", promql::lag(database.name), promql::number(seconds(database.lag_max))),
       .signal = "replica",
       .summary = fmt::format("A read replica of {} is {{{{ $value | humanizeDuration }}}} behind: above {} for 5m.",
                              database.name, to_text(database.lag_max)),
       .action = "Reads go to the primary meanwhile. Look for long queries on the replica and bulk writes on the primary.",
       .why = "lag_max: a read replica further behind is not read from"});
}

/// Whose figures the highest ones are.
std::string node_of(const Cache& cache) { return cache.nodes() > 1 ? "A node of " + cache.name : cache.name; }

/// Where Down is only said once no node answers.
void nodes(const Cache& cache, Group& group) {
  if (cache.architecture == CacheArchitecture::cluster)
    group.alerts.push_back(
        {.name = "NodeDown",
         .severity = cache.replicas > 0 ? Severity::warning : Severity::critical,
         .held = 5min,
         .expr = fmt::format("{} == 0", promql::series("redis_up", cache.name)),
         .signal = "node",
         .summary = fmt::format("{}: the node {{{{ $labels.instance }}}} has not answered for 5m.", cache.name),
         .action = cache.replicas > 0 ? "Start it again; redis-cli cluster info on another says whether all slots are served."
                                      : "Start it again: nobody has a copy of its slots, and their keys are away until then."});
  if (cache.architecture == CacheArchitecture::standalone || cache.replicas == 0) return;
  for (const char* series : {"redis_connected_slaves", "redis_instance_info"}) group.need(cache.name, series);
  group.alerts.push_back(
      {.name = "CopyMissing",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("({}) < {}", promql::copies(cache.name), cache.replicas),
       .signal = "node",
       .summary = fmt::format("{}: {{{{ $value }}}} of {} copies follow the master {{{{ $labels.instance }}}}, for 5m.",
                              cache.name, cache.replicas),
       .action = "Start the one that is missing; until then one failure more may cost data.",
       .why = "the master knows: a copy that is gone from discovery can't say so itself"});
}

void memory_of(const Cache& cache, Group& group) {
  // A cache that evicts is full as a rule, and its hit ratio tells when it is too small. One that holds more than a cache, or
  // refuses writes when full, must not get there.
  const bool evicts = cache.policy.starts_with("allkeys-") && !cache.holds(CacheUse::queue) && !cache.holds(CacheUse::session);
  if (evicts) return;
  group.need(cache.name, "redis_memory_used_bytes");
  group.need(cache.name, "redis_memory_max_bytes");
  // The node that is fullest. Without maxmemory a node says 0, and dividing by that would always fire.
  const std::string used = fmt::format("max({} / ({} > 0))", promql::series("redis_memory_used_bytes", cache.name),
                                       promql::series("redis_memory_max_bytes", cache.name));
  const auto add = [&](std::string_view suffix, Severity severity, double above, Duration held, std::string action) {
    group.alerts.push_back({.name = fmt::format("Memory{}", suffix),
                            .severity = severity,
                            .held = held,
                            .expr = fmt::format("{} > {}", used, promql::number(above)),
                            .signal = "memory",
                            .summary = fmt::format("{} uses {{{{ $value | humanizePercentage }}}} of maxmemory: above {} for {}.",
                                                   node_of(cache), to_text(Ratio{above}), to_text(held)),
                            .action = std::move(action)});
  };
  add("High", Severity::warning, 0.7, 30min,
      "Scale up the instance type, and maxmemory with it; or give what is kept a shorter life.");
  add("Critical", Severity::critical, 0.9, 5min,
      cache.policy == "noeviction" ? "Make room now: a full one refuses every write."
                                   : "Make room now: a full one evicts what may be needed.");
}

void operations(const Cache& cache, Group& group) {
  const double most = cache.ops_max.per_second;
  group.need(cache.name, "redis_instantaneous_ops_per_sec");
  group.alerts.push_back(
      {.name = "OperationsHigh",
       .severity = Severity::warning,
       .held = 10min,
       .expr =
           fmt::format("max({}) > {}", promql::series("redis_instantaneous_ops_per_sec", cache.name), promql::number(0.8 * most)),
       .signal = "operations",
       .summary =
           fmt::format("{} does {{{{ $value | humanize }}}} operations a second: above 80% of the {} one carries, for 10m.",
                       node_of(cache), promql::number(most)),
       .action = cache.architecture == CacheArchitecture::cluster ? "Add shards."
                                                                  : "Enable cluster mode, or move a use to a cache of its own.",
       .why = "derived: 80% of ops_max"});
}

void clients(const Cache& cache, Group& group) {
  group.need(cache.name, "redis_connected_clients");
  const auto add = [&](std::string_view suffix, Severity severity, double share, Duration held) {
    group.alerts.push_back({.name = fmt::format("Clients{}", suffix),
                            .severity = severity,
                            .held = held,
                            .expr = fmt::format("max({}) > {}", promql::series("redis_connected_clients", cache.name),
                                                promql::number(share * cache.max_clients)),
                            .signal = "clients",
                            .summary = fmt::format("{} has {{{{ $value }}}} clients: above {} of {} for {}.", node_of(cache),
                                                   to_text(Ratio{share}), cache.max_clients, to_text(held)),
                            .action = "Look for an instance that leaks connections; else raise maxclients, or scale Redis.",
                            .why = fmt::format("derived: {} of maxclients {}", to_text(Ratio{share}), cache.max_clients)});
  };
  add("High", Severity::warning, 0.80, 5min);
  add("Critical", Severity::critical, 0.95, 1min);
}

void hits(const Cache& cache, Group& group) {
  if (!cache.content.hit_rate_min) return;
  const Ratio least = *cache.content.hit_rate_min;
  group.need(cache.name, "redis_keyspace_hits_total");
  group.alerts.push_back(
      {.name = "HitRatioLow",
       .severity = Severity::warning,
       .held = 20min,
       .expr = fmt::format("{} < {}", promql::hit_ratio(cache.name), promql::number(least.value)),
       .signal = "hits",
       .summary = fmt::format("{}: {{{{ $value | humanizePercentage }}}} of the reads find their key: below {} for 20m.",
                              cache.name, to_text(least)),
       .action = "Increase Redis memory, or look at what is cached and for how long.",
       .why = "content.hit_rate_min"});
}

}  // namespace

void database_alerts(const Scope& scope, const Database& database, Group& group) {
  group.alerts.push_back(
      down_alert(database.name, "pg_up", "Look whether the server runs, then whether its exporter may log in."));
  connections(database, group);
  machine(scope, database, group);
  storage(scope, database, group);
  replicas(database, group);
}

void pooler_alerts(const Pooler& pooler, Group& group) {
  const int servers = servers_of(pooler);
  for (const char* series : {"pgbouncer_pools_client_waiting_connections", "pgbouncer_pools_client_active_connections",
                             "pgbouncer_pools_server_active_connections"})
    group.need(pooler.name, series);
  group.alerts.push_back(
      down_alert(pooler.name, "pgbouncer_up", "Look whether PgBouncer runs, then whether its exporter may log in."));
  group.alerts.push_back(
      {.name = "ClientsWaiting",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} > 0", promql::pooler_waiting(pooler.name)),
       .signal = "pool",
       .summary = fmt::format("Clients of {} have waited for a connection to {} for 5m on end.", pooler.name, pooler.database),
       .action = "Increase pool size, if the database has connections left; look for long transactions first."});
  group.alerts.push_back(
      {.name = "ClientsWaitingCritical",
       .severity = Severity::critical,
       .held = 1min,
       .expr = fmt::format("{} > 5", promql::pooler_waiting(pooler.name)),
       .signal = "pool",
       .summary = fmt::format("{{{{ $value }}}} clients of {} wait for a connection to {}: above 5 for 1m.", pooler.name,
                              pooler.database),
       .action = "Look at the database first: a slow one is not helped by more connections. Then increase pool size."});
  group.alerts.push_back(
      {.name = "PoolNearlyFull",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} > {}", promql::pooler_servers(pooler.name), promql::number(0.9 * servers)),
       .signal = "pool",
       .summary = fmt::format("An instance of {} uses {{{{ $value }}}} connections to {}: above 90% of {} for 5m.", pooler.name,
                              pooler.database, servers),
       .action = "Look for slow queries and long transactions; else enlarge the pool or add a pooler.",
       .why = fmt::format("derived: 90% of {}",
                          pooler.max_db_connections > 0 ? "max_db_connections" : "default_pool_size + reserve_pool_size")});
  group.alerts.push_back(
      {.name = "ClientsHigh",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} > {}", promql::pooler_clients(pooler.name), promql::number(0.8 * pooler.max_client_conn)),
       .signal = "clients",
       .summary = fmt::format("An instance of {} has {{{{ $value }}}} clients: above 80% of {} for 5m.", pooler.name,
                              pooler.max_client_conn),
       .action = "Raise max_client_conn (and the limit on open files), or add a pooler.",
       .why = fmt::format("derived: 80% of max_client_conn {}", pooler.max_client_conn)});
}

void cache_alerts(const Cache& cache, Group& group) {
  group.alerts.push_back(
      down_alert(cache.name, "redis_up", "Look whether Redis runs, then whether its exporter has the password."));
  nodes(cache, group);
  memory_of(cache, group);
  operations(cache, group);
  clients(cache, group);
  hits(cache, group);
}

void vector_store_alerts(const VectorStore& store, Group& group) {
  group.alerts.push_back(
      down_alert(store.name, "up", "Look whether Qdrant runs and has its disk, then whether Prometheus has its API key."));
  if (store.nodes > 1)
    group.alerts.push_back(
        {.name = "NodeDown",
         .severity = Severity::warning,
         .held = 5min,
         .expr = fmt::format("{} == 0", promql::series("up", store.name)),
         .signal = "up",
         .summary = fmt::format("{}: the node {{{{ $labels.instance }}}} has not answered for 5m.", store.name),
         .action = "Start it again; shards without a second copy are away until then."});
}

}  // namespace plimsoll::render::alerting
