#pragma once
// For each alert, by the name behind its component's: series under which it must fire, and some under which it must not. The
// figures are worked out here from the stack, not read from the alert's expression.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/promql.h"
#include "render/render.h"
#include "render/yaml.h"

namespace plimsoll::render::live {

using Series = std::vector<std::pair<std::string, std::string>>;  // name with labels, values as promtool has them

inline constexpr int scrapes = 500;  // at 30 s: over four hours

inline Series operator+(Series a, const Series& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Series gauge(std::string series, double value) {
  return {{std::move(series), fmt::format("{:.12g}+0x{}", value, scrapes)}};
}
inline Series counter(std::string series, double per_second) {
  return {{std::move(series), fmt::format("0+{:.12g}x{}", 30 * per_second, scrapes)}};
}
/// So many instances of a job that answer.
inline Series up(const std::string& job, int instances, std::string_view name = "up") {
  Series all;
  for (int i = 0; i < instances; ++i) all = all + gauge(fmt::format("{}{{job=\"{}\",instance=\"{}\"}}", name, job, i), 1);
  return all;
}
/// A histogram all of whose quantiles are at `seconds`, to a thousandth.
inline Series all_at(const std::string& name, const std::string& labels, double seconds) {
  const auto bucket = [&](const std::string& bound) {
    return fmt::format("{}_bucket{{{}{}le=\"{}\"}}", name, labels, labels.empty() ? "" : ",", bound);
  };
  return counter(bucket(fmt::format("{:.9g}", seconds * 0.9995)), 0) +
         counter(bucket(fmt::format("{:.9g}", seconds * 1.0005)), 10) + counter(bucket("+Inf"), 10);
}
inline Series requests_at(const std::string& job, double seconds) {
  return all_at("http_request_duration_seconds", fmt::format("job=\"{}\"", job), seconds);
}
inline Series failing(const std::string& job, double share) {
  return counter(fmt::format("http_requests_total{{job=\"{}\",code=\"200\"}}", job), 100 * (1 - share)) +
         counter(fmt::format("http_requests_total{{job=\"{}\",code=\"503\"}}", job), 100 * share);
}
inline Series burning(const std::string& job, double cores) {
  return counter(fmt::format("process_cpu_seconds_total{{job=\"{}\"}}", job), cores);
}

/// Instances with 60 of 100 database connections in use, of which some leave: one a minute, the last of them as the question is
/// asked, 15 minutes in.
inline Series leaving(const std::string& job, int instances, int leave) {
  Series all;
  for (int i = 0; i < instances; ++i)
    for (const auto& [name, value] : {std::pair{"db_pool_in_use", 60}, {"db_pool_size", 100}}) {
      const int last = 30 - 2 * (leave - i);
      const std::string values =
          i < leave ? fmt::format("{}+0x{} stale", value, std::max(last, 0) + 1) : fmt::format("{}+0x{}", value, scrapes);
      all.emplace_back(fmt::format("{}{{job=\"{}\",instance=\"{}\"}}", name, job, i), values);
    }
  return all;
}

struct AlertCase {
  Series fires;
  std::vector<Series> quiet;
};

/// One per cent above a figure, and one below. A figure of zero: one, and zero.
inline AlertCase around(double figure, const std::function<Series(double)>& at, const Series& besides = {}) {
  return {at(figure > 0 ? figure * 1.01 : 1) + besides, {at(figure * 0.99) + besides}};
}
inline AlertCase below(double figure, const std::function<Series(double)>& at, const Series& besides = {}) {
  return {at(figure * 0.99) + besides, {at(figure * 1.01) + besides}};
}

/// What an alert's name says of it, and whose it is.
struct Named {
  const Stack& stack;
  std::string component;
  std::string kind;  // "CpuHigh"
  std::string list;  // the label
};

namespace detail {

/// "500ms", "80Percent", "100": as a name has the figure of a rule.
inline double figure_in(const std::string& text) {
  const double value = std::stod(text);
  return text.ends_with("Percent") ? value / 100 : text.ends_with("ms") ? value / 1000 : value;
}

inline std::optional<AlertCase> missing(const Yaml& rule) {
  const std::string expr = rule.at("expr").text();
  Series page, answering;
  const std::regex needed("unless count\\((\\w+)\\{job=\"([^\"]+)\"");
  for (std::sregex_iterator it(expr.begin(), expr.end(), needed); it != std::sregex_iterator(); ++it) {
    page = page + gauge(fmt::format("{}{{job=\"{}\"}}", it->str(1), it->str(2)), 1);
    answering = answering + up(it->str(2), 1);
  }
  // Every series but one: that one is told.
  Series but_one = page;
  but_one.pop_back();
  return AlertCase{answering + but_one, {answering + page, page}};
}

/// A level that may wait until all replicas run: then it is quiet with one fewer.
inline AlertCase with_all(const Named& of, const Tier& tier, const Yaml& rule, AlertCase made) {
  const bool gated = rule.at("expr").text().find(" and on () ") != std::string::npos;
  if (!gated) return made;
  const Series high = made.fires;
  made.fires = high + up(of.component, tier.replicas.max);
  for (Series& one : made.quiet) one = one + up(of.component, tier.replicas.max);
  made.quiet.push_back(high + up(of.component, tier.replicas.max - 1));
  return made;
}

inline std::optional<AlertCase> of_rule(const Named& of, const Tier& tier) {
  std::smatch part;
  if (!std::regex_match(of.kind, part, std::regex("(.+)(Above|Below)(.+)"))) return std::nullopt;
  const std::string what = part[1];
  const double figure = figure_in(part[3]);
  const Series spare = up(of.component, tier.replicas.min + 1);
  const auto side = [&](const std::function<Series(double)>& at) {
    if (part[2] == "Above") return around(figure, at);
    AlertCase made = below(figure, at, spare);
    made.quiet.push_back(at(figure * 0.5) + up(of.component, tier.replicas.min));  // nothing to save
    return made;
  };
  if (what == "P95" || what == "P99") return side([&](double v) { return requests_at(of.component, v); });
  if (what == "Errors") return side([&](double v) { return failing(of.component, v); });
  if (what == "Cpu") return side([&](double v) { return burning(of.component, v * tier.instance.cpu.request.count); });
  if (what.ends_with("Backlog"))
    return side([&](double v) { return gauge(fmt::format("redis_key_size{{job=\"redis\",key=\"{}\"}}", of.list), v); });
  if (what == "PoolWaiting")
    return side([&](double v) { return gauge(fmt::format("db_connection_pool_waiting{{job=\"{}\"}}", of.component), v); });
  if (what == "DatabaseLatency") return side([&](double v) { return all_at("db_transaction_seconds", "", v); });
  return std::nullopt;
}

/// Jobs in a list that grows by one at each scrape.
inline Series growing_list(const std::string& cache, const std::string& list, double from) {
  return {{fmt::format("redis_key_size{{job=\"{}\",key=\"{}\"}}", cache, list), fmt::format("{:.12g}+1x{}", from, scrapes)}};
}

/// Five workers that run may have five times what is meant for one. Where nobody knows how many run: what stands or falls is
/// well, what grows is not.
inline AlertCase backlog_growing(const Named& of, const Tier& tier, const QueueTarget& queue, const std::string& cache) {
  const double one = queue.per_instance;
  const auto jobs = [&](double n) { return gauge(fmt::format("redis_key_size{{job=\"{}\",key=\"{}\"}}", cache, of.list), n); };
  if (tier.run.metrics.empty()) return {growing_list(cache, of.list, one + 1), {jobs(5 * one), jobs(one + 1), jobs(one)}};
  return {jobs(5 * one + 1) + up(of.component, 5), {jobs(5 * one) + up(of.component, 5), jobs(one) + up(of.component, 1)}};
}

inline std::optional<AlertCase> of_queue(const Named& of, const Tier& tier) {
  for (const QueueTarget& queue : tier.consumes) {
    if (queue.list != of.list) continue;
    const Cache* cache = promql::queue_cache_of(of.stack, tier);
    const auto jobs = [&](double v) {
      return gauge(fmt::format("redis_key_size{{job=\"{}\",key=\"{}\"}}", cache->name, of.list), v);
    };
    const double all = queue.per_instance * tier.replicas.max;
    if (of.kind.ends_with("BacklogGrowing")) return backlog_growing(of, tier, queue, cache->name);
    if (of.kind.ends_with("BacklogHigh")) return around(all, jobs);
    if (of.kind.ends_with("BacklogCritical")) return around(5 * all, jobs);
  }
  return std::nullopt;
}

inline std::optional<AlertCase> of_tier(const Named& of, const Tier& tier, const Yaml& rule) {
  const std::string job = fmt::format("{{job=\"{}\"}}", of.component);
  const Objectives owed = promql::objectives_of(of.stack, tier);
  const auto at = [&](double v) { return requests_at(of.component, v); };
  if (of.kind == "Down") return AlertCase{{}, {up(of.component, 1)}};
  if (of.kind == "InstanceDown") return AlertCase{gauge("up" + job, 0), {gauge("up" + job, 1), {}}};
  if (of.kind == "LatencyP50High") return around(seconds(*owed.p50), at);
  if (of.kind == "LatencyP95High") return around(seconds(*owed.p95), at);
  if (of.kind == "LatencyP95Critical") return around(2 * seconds(*owed.p95), at);
  if (of.kind == "LatencyP99High") return around(owed.p99 ? seconds(*owed.p99) : 0.5, at);
  if (of.kind == "LatencyP99Critical") return around(owed.p99 ? 2 * seconds(*owed.p99) : 1, at);
  const auto fail = [&](double v) { return failing(of.component, v); };
  if (of.kind == "ErrorsHigh") return around(owed.errors->value, fail);
  if (of.kind == "ErrorsCritical")
    return around(owed.errors ? std::max(owed.errors->value, std::min(0.05, 10 * owed.errors->value)) : 0.05, fail);
  const std::map<std::string, double> levels = {{"CpuGrowing", 0.60},    {"CpuHigh", 0.70},    {"CpuCritical", 0.85},
                                                {"MemoryGrowing", 0.75}, {"MemoryHigh", 0.80}, {"MemoryCritical", 0.90}};
  if (const auto level = levels.find(of.kind); level != levels.end()) {
    if (of.kind.starts_with("Cpu"))
      return with_all(of, tier, rule,
                      around(level->second, [&](double v) { return burning(of.component, v * promql::most_cores(tier)); }));
    return with_all(of, tier, rule, around(level->second, [&](double v) {
                      return gauge("process_resident_memory_bytes" + job, v * promql::most_bytes(tier));
                    }));
  }
  const auto waiting = [&](double v) { return gauge("db_pool_waiting" + job, v); };
  if (of.kind == "PoolWaiting") return around(0, waiting);
  if (of.kind == "PoolWaitingCritical") return AlertCase{waiting(6), {waiting(5)}};
  if (of.kind == "PoolNearlyFull") {
    AlertCase made =
        around(0.9, [&](double v) { return gauge("db_pool_in_use" + job, 100 * v) + gauge("db_pool_size" + job, 100); });
    made.quiet.push_back(leaving(of.component, 20, 18));
    return made;
  }
  if (of.kind == "AtMaxReplicas")
    return AlertCase{up(of.component, tier.replicas.max), {up(of.component, tier.replicas.max - 1)}};
  if (auto queue = of_queue(of, tier)) return queue;
  return of_rule(of, tier);
}

inline std::optional<AlertCase> of_database(const Named& of, const Database& database) {
  const std::string job = fmt::format("{{job=\"{}\"}}", of.component);
  const std::string replica = fmt::format("{{job=\"{}-read\"}}", of.component);
  const auto connected = [&](double v) { return gauge("pg_stat_activity_count" + job, v); };
  if (of.kind == "Down") return AlertCase{gauge("pg_up" + job, 0), {gauge("pg_up" + job, 1)}};
  if (of.kind == "ConnectionsHigh")
    return around(std::min(0.7 * database.max_connections, 0.8 * (database.max_connections - database.reserve.sum())), connected);
  if (of.kind == "ConnectionsCritical") return around(0.9 * (database.max_connections - database.reserve.sum()), connected);
  if (of.kind == "CpuHigh") {
    if (database.bought.instance_class.starts_with("db."))
      return around(70, [&](double v) {
        return gauge(fmt::format("aws_rds_cpuutilization_average{{job=\"{}-machine\"}}", of.component), v);
      });
    return around(0.7, [&](double v) {
      return counter(fmt::format("node_cpu_seconds_total{{job=\"{}-machine\",mode=\"idle\",cpu=\"0\"}}", of.component), 1 - v);
    });
  }
  const auto stored = [&](double v) { return gauge("pg_database_size_bytes" + job, v); };
  if (of.kind == "StorageHigh")
    return around(database.storage.act_at.value * static_cast<double>(database.storage.size->count), stored);
  if (of.kind == "StorageCritical") return around(0.9 * static_cast<double>(database.storage.size->count), stored);
  const auto answers = [&](int which, double v) {
    return gauge(fmt::format("pg_up{{job=\"{}-read\",instance=\"{}\"}}", of.component, which), v);
  };
  if (of.kind == "ReplicaDown") return AlertCase{answers(1, 1) + answers(2, 0), {answers(1, 1) + answers(2, 1)}};
  if (of.kind == "ReplicaMissing") {
    const auto follow = [&](int n) {
      Series all = gauge("pg_up" + job, 1);
      for (int i = 0; i < n; ++i)
        all = all + gauge(fmt::format("pg_stat_replication_pg_wal_lsn_diff{{job=\"{}\",state=\"streaming\",client_addr=\"{}\"}}",
                                      of.component, i),
                          0);
      return all;
    };
    return AlertCase{follow(database.read_replicas - 1), {follow(database.read_replicas), gauge("pg_up" + job, 0)}};
  }
  if (of.kind == "ReplicaLagHigh")
    return around(seconds(database.lag_max), [&](double v) { return gauge("pg_replication_lag_seconds" + replica, v); });
  return std::nullopt;
}

inline std::optional<AlertCase> of_pooler(const Named& of, const Pooler& pooler) {
  const auto series = [&](const std::string& name) { return fmt::format("{}{{job=\"{}\",instance=\"0\"}}", name, of.component); };
  const auto waiting = [&](double v) { return gauge(series("pgbouncer_pools_client_waiting_connections"), v); };
  if (of.kind == "Down") return AlertCase{gauge(series("pgbouncer_up"), 0), {gauge(series("pgbouncer_up"), 1)}};
  if (of.kind == "ClientsWaiting") return around(0, waiting);
  if (of.kind == "ClientsWaitingCritical") return AlertCase{waiting(6), {waiting(5)}};
  if (of.kind == "PoolNearlyFull") {
    const int servers = servers_of(pooler);
    return around(0.9 * servers, [&](double v) { return gauge(series("pgbouncer_pools_server_active_connections"), v); });
  }
  if (of.kind == "ClientsHigh")
    return around(0.8 * pooler.max_client_conn,
                  [&](double v) { return gauge(series("pgbouncer_pools_client_active_connections"), v - 1) + waiting(1); });
  return std::nullopt;
}

inline std::optional<AlertCase> of_cache(const Named& of, const Cache& cache) {
  const std::string job = fmt::format("{{job=\"{}\"}}", of.component);
  const auto used = [&](double v) {
    return gauge("redis_memory_used_bytes" + job, v * 1e9) + gauge("redis_memory_max_bytes" + job, 1e9);
  };
  const Series unlimited = gauge("redis_memory_used_bytes" + job, 1e9) + gauge("redis_memory_max_bytes" + job, 0);
  const auto clients = [&](double v) { return gauge("redis_connected_clients" + job, v); };
  const auto node = [&](const char* name, int which, const char* more, double v) {
    return gauge(fmt::format("{}{{job=\"{}\",instance=\"{}\"{}}}", name, of.component, which, more), v);
  };
  if (of.kind == "NodeDown")
    return AlertCase{node("redis_up", 1, "", 1) + node("redis_up", 2, "", 0),
                     {node("redis_up", 1, "", 1) + node("redis_up", 2, "", 1)}};
  if (of.kind == "CopyMissing") {
    const auto with = [&](int copies) {
      return node("redis_connected_slaves", 1, "", copies) + node("redis_instance_info", 1, ",role=\"master\"", 1) +
             node("redis_connected_slaves", 2, "", 0) + node("redis_instance_info", 2, ",role=\"slave\"", 1);
    };
    return AlertCase{with(cache.replicas - 1), {with(cache.replicas)}};
  }
  if (of.kind == "Down") return AlertCase{gauge("redis_up" + job, 0), {gauge("redis_up" + job, 1)}};
  if (of.kind == "MemoryHigh" || of.kind == "MemoryCritical") {
    AlertCase made = around(of.kind == "MemoryHigh" ? 0.7 : 0.9, used);
    made.quiet.push_back(unlimited);  // a ratio without its denominator
    return made;
  }
  if (of.kind == "OperationsHigh")
    return around(0.8 * cache.ops_max.per_second, [&](double v) { return gauge("redis_instantaneous_ops_per_sec" + job, v); });
  if (of.kind == "ClientsHigh") return around(0.80 * cache.max_clients, clients);
  if (of.kind == "ClientsCritical") return around(0.95 * cache.max_clients, clients);
  if (of.kind == "HitRatioLow") {
    AlertCase made = below(cache.content.hit_rate_min->value, [&](double v) {
      return counter("redis_keyspace_hits_total" + job, 1000 * v) + counter("redis_keyspace_misses_total" + job, 1000 * (1 - v));
    });
    made.quiet.push_back(counter("redis_keyspace_hits_total" + job, 0) +
                         counter("redis_keyspace_misses_total" + job, 0));  // nobody reads
    return made;
  }
  return std::nullopt;
}

inline std::optional<AlertCase> of_vector_store(const Named& of) {
  const std::string job = fmt::format("{{job=\"{}\"}}", of.component);
  if (of.kind == "Down") return AlertCase{gauge("up" + job, 0), {gauge("up" + job, 1)}};
  if (of.kind == "NodeDown") return AlertCase{gauge("up" + job, 0), {gauge("up" + job, 1)}};
  return std::nullopt;
}

inline std::optional<AlertCase> of_balancer(const Named& of) {
  const std::string tier = entrance_of(of.stack)->name;
  const bool haproxy = of.stack.balancer->engine == BalancerEngine::haproxy;
  const auto servers = [&](double n) {
    return gauge(haproxy ? fmt::format("haproxy_backend_active_servers{{job=\"balancer\",proxy=\"{}\"}}", tier)
                         : fmt::format("traefik_service_server_up{{job=\"balancer\",service=\"{}@file\",url=\"u\"}}", tier),
                 n);
  };
  const auto answers = [&](const char* code, double rate) {
    return counter(
        haproxy
            ? fmt::format("haproxy_backend_http_responses_total{{job=\"balancer\",proxy=\"{}\",code=\"{}xx\"}}", tier, code[0])
            : fmt::format("traefik_service_requests_total{{job=\"balancer\",service=\"{}@file\",code=\"{}\"}}", tier, code),
        rate);
  };
  if (of.kind == "Down") return AlertCase{{}, {up("balancer", 1)}};
  if (of.kind == "NoServer") return AlertCase{servers(0), {servers(1)}};
  if (of.kind == "ErrorsHigh")
    return around(0.05, [&](double v) { return answers("200", 100 * (1 - v)) + answers("503", 100 * v); });
  return std::nullopt;
}

}  // namespace detail

/// Nothing: the alert is not known here, and the test that asks has to fail.
inline std::optional<AlertCase> case_of(const Named& of, const Yaml& rule) {
  if (of.kind == "MetricsMissing") return detail::missing(rule);
  if (const Tier* tier = of.stack.tier(of.component)) return detail::of_tier(of, *tier, rule);
  if (const Database* database = of.stack.database(of.component)) return detail::of_database(of, *database);
  if (const Pooler* pooler = of.stack.pooler(of.component)) return detail::of_pooler(of, *pooler);
  if (const Cache* cache = of.stack.cache(of.component)) return detail::of_cache(of, *cache);
  if (of.component == "balancer") return detail::of_balancer(of);
  if (of.stack.vector_store(of.component) != nullptr) return detail::of_vector_store(of);
  return std::nullopt;
}

}  // namespace plimsoll::render::live
