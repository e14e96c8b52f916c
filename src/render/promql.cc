#include "render/promql.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "render/names.h"

namespace plimsoll::render::promql {

std::string number(double value) {
  // 1e+09 would be right too, but nobody reads that at a glance.
  if (std::abs(value) < 1e15 && value == std::floor(value)) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.10g}", value);  // 0.7 * 2 is 1.4, not 1.4000000000000001
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string series(std::string_view name, std::string_view job, std::string_view more) {
  return fmt::format("{}{{job={}{}{}}}", name, quoted(job), more.empty() ? "" : ",", more);
}

namespace {

/// What is read from a file is "@file" to Traefik.
std::string traefik_service(std::string_view tier) { return "service=" + quoted(fmt::format("{}@file", tier)); }

}  // namespace

std::string latency(double quantile, std::string_view job) {
  return fmt::format("histogram_quantile({}, sum by (le) (rate({}[5m])))", number(quantile),
                     series("http_request_duration_seconds_bucket", job));
}

std::string requests(std::string_view job) { return fmt::format("sum(rate({}[5m]))", series("http_requests_total", job)); }

std::string error_ratio(std::string_view job) {
  return fmt::format("sum(rate({}[5m])) / {}", series("http_requests_total", job, "code=~\"5..\""), requests(job));
}

std::string cpu(std::string_view job, double cores) {
  return fmt::format("avg(rate({}[5m])) / {}", series("process_cpu_seconds_total", job), number(cores));
}

std::string memory(std::string_view job, double bytes) {
  return fmt::format("max({}) / {}", series("process_resident_memory_bytes", job), number(bytes));
}

std::string instances(std::string_view job) { return fmt::format("count({} == 1)", series("up", job)); }

std::string pool_used(std::string_view job) {
  return fmt::format("sum(avg_over_time({}[5m])) / sum(avg_over_time({}[5m]))", series("db_pool_in_use", job),
                     series("db_pool_size", job));
}

std::string pool_waiting(std::string_view job) { return fmt::format("max({})", series("db_pool_waiting", job)); }

std::string backlog(std::string_view cache, std::string_view list) {
  return fmt::format("max({})", series("redis_key_size", cache, "key=" + quoted(list)));
}

std::string backlog_growth(std::string_view cache, std::string_view list) {
  return fmt::format("max(deriv({}[30m]))", series("redis_key_size", cache, "key=" + quoted(list)));
}

std::string copies(std::string_view cache) {
  return fmt::format("{} and on (job, instance) {}", series("redis_connected_slaves", cache),
                     series("redis_instance_info", cache, "role=\"master\""));
}

std::string connections(std::string_view database) { return fmt::format("sum({})", series("pg_stat_activity_count", database)); }

std::string database_bytes(std::string_view database) {
  return fmt::format("sum({})", series("pg_database_size_bytes", database));
}

std::string database_cpu(const Database& database) {
  const std::string job = machine_job(database.name);
  if (is_managed(database)) return fmt::format("max({}) / 100", series("aws_rds_cpuutilization_average", job));
  return fmt::format("1 - avg(rate({}[5m]))", series("node_cpu_seconds_total", job, "mode=\"idle\""));
}

std::string lag(std::string_view database) {
  return fmt::format("max({})", series("pg_replication_lag_seconds", read_job(database)));
}

std::string following(std::string_view database) {
  return fmt::format("(count({}) or vector(0))", series("pg_stat_replication_pg_wal_lsn_diff", database, "state=\"streaming\""));
}

std::string pooler_waiting(std::string_view pooler) {
  return fmt::format("max({})", series("pgbouncer_pools_client_waiting_connections", pooler));
}

std::string pooler_servers(std::string_view pooler) {
  return fmt::format("max(sum by (instance) ({}))", series("pgbouncer_pools_server_active_connections", pooler));
}

std::string pooler_clients(std::string_view pooler) {
  return fmt::format("max(sum by (instance) ({} + {}))", series("pgbouncer_pools_client_active_connections", pooler),
                     series("pgbouncer_pools_client_waiting_connections", pooler));
}

std::string hit_ratio(std::string_view cache) {
  const std::string hits = fmt::format("sum(rate({}[5m]))", series("redis_keyspace_hits_total", cache));
  return fmt::format("{} / ({} + sum(rate({}[5m])))", hits, hits, series("redis_keyspace_misses_total", cache));
}

bool is_managed(const Database& database) { return database.bought.instance_class.starts_with("db."); }

std::string balancer_servers(BalancerEngine engine, std::string_view tier) {
  if (engine == BalancerEngine::traefik)
    return fmt::format("sum({})", series("traefik_service_server_up", "balancer", traefik_service(tier)));
  return fmt::format("max({})", series("haproxy_backend_active_servers", "balancer", "proxy=" + quoted(tier)));
}

std::string balancer_requests(BalancerEngine engine, std::string_view tier, bool failed) {
  if (engine == BalancerEngine::traefik)
    return fmt::format("sum(rate({}[5m]))", series("traefik_service_requests_total", "balancer",
                                                   traefik_service(tier) + (failed ? ",code=~\"5..\"" : "")));
  return fmt::format("sum(rate({}[5m]))", series("haproxy_backend_http_responses_total", "balancer",
                                                 "proxy=" + quoted(tier) + (failed ? ",code=\"5xx\"" : "")));
}

std::string machine_job(std::string_view database) { return fmt::format("{}-machine", database); }

std::string read_job(std::string_view database) { return fmt::format("{}-read", database); }

std::string replica_job(std::string_view cache) { return fmt::format("{}-replica", cache); }

bool tells_of_itself(const Stack& stack) {
  return stack.balancer && stack.balancer->engine != BalancerEngine::nginx && entrance_of(stack) != nullptr;
}

double most_cores(const Tier& tier) { return tier.instance.cpu.limit.value_or(tier.instance.cpu.request).count; }

double most_bytes(const Tier& tier) {
  if (!tier.instance.memory) return 0;
  return static_cast<double>(tier.instance.memory->limit.value_or(tier.instance.memory->request).count);
}

Objectives objectives_of(const Stack& stack, const Tier& tier) { return tier.objectives ? *tier.objectives : stack.objectives; }

const Cache* queue_cache_of(const Stack& stack, const Tier& tier) {
  for (const Use& use : tier.uses)
    if (const Cache* cache = stack.cache(use.component); cache != nullptr && cache->holds(CacheUse::queue)) return cache;
  for (const Cache& cache : stack.caches)
    if (cache.holds(CacheUse::queue)) return &cache;
  return nullptr;
}

std::string lists_in(const Stack& stack, const Cache& cache) {
  std::string lists;
  for (const Tier& tier : stack.tiers)
    if (!tier.consumes.empty() && queue_cache_of(stack, tier) == &cache)
      for (const QueueTarget& queue : tier.consumes) lists += (lists.empty() ? "" : ",") + queue.list;
  return lists;
}

}  // namespace plimsoll::render::promql
