// A dashboard of the stack and what Grafana needs to find it: what users get first, then each component in the order of a
// request. Lines are drawn where the alerts are (render/alerts.h). Percentiles, never means of a latency.

#include <fmt/format.h>

#include <algorithm>

#include "core/quantity.h"
#include "render/grafana_panels.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/promql.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

using dashboard::Panel;
using dashboard::Row;
using dashboard::Threshold;

Panel latency_panel(const Stack& stack, const Tier& tier) {
  const Objectives owed = promql::objectives_of(stack, tier);
  Panel panel{fmt::format("Latency of {}", tier.name), "s", {}};
  for (const auto& [name, quantile] : {std::pair{"P50", 0.5}, {"P95", 0.95}, {"P99", 0.99}})
    panel.queries.emplace_back(name, promql::latency(quantile, tier.name));
  for (const auto& promise : {owed.p50, owed.p95, owed.p99})
    if (promise) panel.thresholds.push_back({seconds(*promise), "orange"});
  if (panel.thresholds.empty()) panel.thresholds = {{0.5, "orange"}, {1, "red"}};
  std::ranges::sort(panel.thresholds, {}, &Threshold::value);
  panel.says = "The slow ones are what users complain of: P99 first.";
  return panel;
}

Panel errors_panel(const Stack& stack, const Tier& tier) {
  const Objectives owed = promql::objectives_of(stack, tier);
  Panel panel{fmt::format("Failed requests of {}", tier.name), "percentunit", {{"5xx", promql::error_ratio(tier.name)}}};
  panel.thresholds = {{owed.errors ? owed.errors->value : 0.05, "red"}};
  return panel;
}

Row users(const Stack& stack) {
  Row row{"What users get", {}};
  for (const Tier& tier : stack.tiers)
    if (tier.kind == TierKind::service && !tier.run.metrics.empty()) {
      row.panels.push_back(latency_panel(stack, tier));
      row.panels.push_back(errors_panel(stack, tier));
      row.panels.push_back({fmt::format("Requests of {}", tier.name), "reqps", {{"requests", promql::requests(tier.name)}}});
    }
  return row;
}

Row tier_row(const Stack& stack, const Tier& tier) {
  Row row{fmt::format("{}: {}", tier.kind == TierKind::service ? "Service" : "Worker", tier.name), {}};
  if (!tier.run.metrics.empty()) {
    row.panels.push_back({"Instances",
                          "short",
                          {{"running", promql::instances(tier.name)}},
                          {{static_cast<double>(tier.replicas.max), "orange"}},
                          fmt::format("{} to {} replicas.", tier.replicas.min, tier.replicas.max)});
    row.panels.push_back({"CPU",
                          "percentunit",
                          {{"mean of the instances", promql::cpu(tier.name, promql::most_cores(tier))}},
                          {{0.7, "orange"}, {0.85, "red"}},
                          fmt::format("Of the {} cores an instance may use.", to_text(Cores{promql::most_cores(tier)}))});
    if (tier.instance.memory)
      row.panels.push_back(
          {"Memory",
           "percentunit",
           {{"fullest instance", promql::memory(tier.name, promql::most_bytes(tier))}},
           {{0.8, "orange"}, {0.9, "red"}},
           fmt::format("Of the {} an instance may use.", to_text(Bytes{static_cast<std::int64_t>(promql::most_bytes(tier))}))});
    if (std::ranges::any_of(tier.uses, [&](const Use& use) { return stack.database(use.component) != nullptr; })) {
      row.panels.push_back(
          {"Database connections in use", "percentunit", {{"all instances", promql::pool_used(tier.name)}}, {{0.9, "orange"}}});
      row.panels.push_back({"Requests that wait for a connection",
                            "short",
                            {{"instance where most wait", promql::pool_waiting(tier.name)}},
                            {{1, "orange"}, {6, "red"}}});
    }
  }
  if (const Cache* cache = promql::queue_cache_of(stack, tier))
    for (const QueueTarget& queue : tier.consumes)
      row.panels.push_back({fmt::format("Jobs waiting in {}", queue.list),
                            "short",
                            {{queue.list, promql::backlog(cache->name, queue.list)}},
                            {{queue.per_instance * tier.replicas.max, "orange"}},
                            fmt::format("One instance for every {}.", promql::number(queue.per_instance))});
  return row;
}

Row pooler_row(const Pooler& pooler) {
  const int servers = servers_of(pooler);
  return {fmt::format("Pooler: {}", pooler.name),
          {{fmt::format("Connections to {} in use", pooler.database),
            "short",
            {{"fullest instance", promql::pooler_servers(pooler.name)}},
            {{0.9 * servers, "orange"}, {static_cast<double>(servers), "red"}}},
           {"Clients",
            "short",
            {{"fullest instance", promql::pooler_clients(pooler.name)}},
            {{0.8 * pooler.max_client_conn, "orange"}, {static_cast<double>(pooler.max_client_conn), "red"}}},
           {"Clients that wait", "short", {{"most", promql::pooler_waiting(pooler.name)}}, {{1, "orange"}, {6, "red"}}}}};
}

Row database_row(const Database& database) {
  const auto most = static_cast<double>(database.max_connections);
  Row row{fmt::format("Database: {}", database.name), {}};
  row.panels.push_back(
      {"Connections",
       "short",
       {{"open", promql::connections(database.name)}},
       {{0.7 * most, "orange"}, {most - database.reserve.sum(), "red"}},
       fmt::format("max_connections {}, of them {} reserved.", database.max_connections, database.reserve.sum())});
  row.panels.push_back({"CPU", "percentunit", {{"machine", promql::database_cpu(database)}}, {{0.7, "orange"}}});
  const std::string hit = fmt::format("sum(rate({}[5m]))", promql::series("pg_stat_database_blks_hit", database.name));
  row.panels.push_back({"Reads answered from memory",
                        "percentunit",
                        {{"hit ratio", fmt::format("{} / ({} + sum(rate({}[5m])))", hit, hit,
                                                   promql::series("pg_stat_database_blks_read", database.name))}},
                        {},
                        "Far below 99% what is read no longer fits into shared_buffers."});
  Panel size{"Size", "bytes", {{"databases", promql::database_bytes(database.name)}}};
  if (database.storage.size)
    size.thresholds = {{database.storage.act_at.value * static_cast<double>(database.storage.size->count), "orange"},
                       {static_cast<double>(database.storage.size->count), "red"}};
  row.panels.push_back(std::move(size));
  if (database.read_replicas > 0)
    row.panels.push_back({"Lag of the read replicas",
                          "s",
                          {{"furthest behind", promql::lag(database.name)}},
                          {{seconds(database.lag_max), "orange"}}});
  return row;
}

Row cache_row(const Cache& cache) {
  Row row{fmt::format("Redis: {}", cache.name), {}};
  const auto of_node = [&](std::string_view series) { return fmt::format("max({})", promql::series(series, cache.name)); };
  Panel memory{
      "Memory", "bytes", {{"used", of_node("redis_memory_used_bytes")}, {"maxmemory", of_node("redis_memory_max_bytes")}}};
  if (cache.maxmemory) {
    const auto most = static_cast<double>(cache.maxmemory->count);
    memory.thresholds = {{0.7 * most, "orange"}, {0.9 * most, "red"}};
  }
  row.panels.push_back(std::move(memory));
  row.panels.push_back({"Operations",
                        "ops",
                        {{"busiest node", of_node("redis_instantaneous_ops_per_sec")}},
                        {{0.8 * cache.ops_max.per_second, "orange"}, {cache.ops_max.per_second, "red"}}});
  row.panels.push_back({"Clients",
                        "short",
                        {{"most of a node", of_node("redis_connected_clients")}},
                        {{0.80 * cache.max_clients, "orange"}, {0.95 * cache.max_clients, "red"}}});
  if (cache.holds(CacheUse::cache)) {
    row.panels.push_back({"Reads that find their key", "percentunit", {{"hit ratio", promql::hit_ratio(cache.name)}}});
    row.panels.push_back({"Keys evicted",
                          "ops",
                          {{"evicted", fmt::format("sum(rate({}[5m]))", promql::series("redis_evicted_keys_total", cache.name))}},
                          {},
                          "Some are usual in a full cache; many with a falling hit ratio say that it is too small."});
  }
  return row;
}

Row balancer_row(const Stack& stack) {
  Row row{"Balancer", {}};
  if (!promql::tells_of_itself(stack)) return row;
  const std::string& tier = entrance_of(stack)->name;
  const BalancerEngine engine = stack.balancer->engine;
  row.panels.push_back(
      {fmt::format("Instances of {} it sends to", tier), "short", {{"healthy", promql::balancer_servers(engine, tier)}}});
  row.panels.push_back({"Answers", "reqps", {{"answers", promql::balancer_requests(engine, tier)}}});
  row.panels.push_back(
      {"Answers that are 5xx",
       "percentunit",
       {{"5xx", fmt::format("{} / {}", promql::balancer_requests(engine, tier, true), promql::balancer_requests(engine, tier))}},
       {{0.05, "orange"}},
       "Its own among them: no instance, or too late an answer."});
  return row;
}

Row vector_store_row(const VectorStore& store) {
  const auto rate = [&](std::string_view more) {
    return fmt::format("sum(rate({}[5m]))", promql::series("rest_responses_total", store.name, more));
  };
  return {fmt::format("Qdrant: {}", store.name),
          {{"Nodes", "short", {{"running", promql::instances(store.name)}}, {}, fmt::format("{} in all.", store.nodes)},
           {"Requests by REST", "reqps", {{"requests", rate("")}, {"5xx", rate("status=~\"5..\"")}}},
           {"Memory", "bytes", {{"fullest node", fmt::format("max({})", promql::series("memory_resident_bytes", store.name))}}}}};
}

/// 8 to 40 characters, the same for the same stack.
std::string uid_of(const Stack& stack) {
  const std::string full = "plimsoll-" + stack.name;
  return full.size() <= 40 ? full : stack.name.substr(0, 40);
}

Yaml datasource_variable() {
  Yaml variable;
  variable["name"] = "DS_PROMETHEUS";
  variable["label"] = "Prometheus";
  variable["type"] = "datasource";
  variable["query"] = "prometheus";
  variable["current"]["text"] = "Prometheus";
  variable["current"]["value"] = "prometheus";
  return variable;
}

std::string board(const Stack& stack) {
  std::vector<Row> rows = {users(stack)};
  rows.push_back(balancer_row(stack));
  for (const Tier& tier : stack.tiers) rows.push_back(tier_row(stack, tier));
  for (const Pooler& pooler : stack.poolers) rows.push_back(pooler_row(pooler));
  for (const Database& database : stack.databases) rows.push_back(database_row(database));
  for (const Cache& cache : stack.caches) rows.push_back(cache_row(cache));
  for (const VectorStore& store : stack.vector_stores) rows.push_back(vector_store_row(store));

  Yaml root;
  root["uid"] = uid_of(stack);
  root["title"] = fmt::format("Stack {}", stack.name);
  root["description"] = "Made by `plimsoll render`.";
  root["tags"] = Yaml::list({"plimsoll", stack.name});
  root["timezone"] = "browser";
  root["editable"] = true;
  root["graphTooltip"] = 1;
  root["schemaVersion"] = 39;
  root["version"] = 1;
  root["refresh"] = "30s";
  root["time"]["from"] = "now-6h";
  root["time"]["to"] = "now";
  root["templating"]["list"].add(datasource_variable());
  root["annotations"]["list"] = Yaml::list();
  root["links"] = Yaml::list();
  root["panels"] = dashboard::laid_out(rows);
  return to_json(root);
}

std::string datasources(const Stack& stack, const Options& options) {
  Yaml root;
  root.about(fmt::format("Where Grafana reads the figures of the stack {}, made by `plimsoll render`.", stack.name));
  root["apiVersion"] = 1;
  Yaml& source = root["datasources"].add();
  source["name"] = "Prometheus";
  source["uid"] = "prometheus";
  source["type"] = "prometheus";
  source["access"] = "proxy";
  source["url"] = "http://" + to_text(endpoints_of(options, "prometheus", prometheus_port).front());
  source["isDefault"] = true;
  source["jsonData"]["timeInterval"] = Yaml("30s").why("prometheus.yml scrapes so often");
  return to_yaml(root);
}

std::string providers(const Stack& stack) {
  Yaml root;
  root.about(fmt::format("Which dashboards Grafana loads for the stack {}, made by `plimsoll render`.", stack.name));
  root["apiVersion"] = 1;
  Yaml& provider = root["providers"].add();
  provider["name"] = stack.name;
  provider["type"] = "file";
  provider["allowUiUpdates"] = false;
  provider["options"]["path"] = Yaml("/var/lib/grafana/dashboards").why("dashboard.json is mounted there");
  return to_yaml(root);
}

}  // namespace

Rendered grafana(const Stack& stack, const Options& options) {
  return {{{"grafana/dashboard.json", board(stack)},
           {"grafana/provisioning/dashboards/dashboards.yaml", providers(stack)},
           {"grafana/provisioning/datasources/prometheus.yaml", datasources(stack, options)}},
          {{"", "Grafana's first login is admin, admin: GF_SECURITY_ADMIN_PASSWORD__FILE names a file with another password"}}};
}

}  // namespace plimsoll::render
