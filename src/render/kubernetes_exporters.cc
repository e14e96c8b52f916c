#include "render/kubernetes_exporters.h"

#include <fmt/format.h>

#include "render/kubernetes_env.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "render/promql.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::string_view role = "monitoring";
constexpr std::string_view component_label = "app.kubernetes.io/name";

Yaml variable(std::string_view name, const std::string& value) {
  Yaml made;
  made["name"] = name;
  made["value"] = value;
  return made;
}

Yaml start(const std::string& name, std::string_view image, std::uint16_t port) {
  Yaml made;
  made["name"] = name + "-exporter";
  made["image"] = image;
  Yaml& metrics = made["ports"].add();
  metrics["name"] = metrics_port;
  metrics["containerPort"] = port;
  return made;
}

/// Enough to be placed by; no limit, since one that is too low would make the store look as if it were down.
Yaml finish(Yaml made) {
  Yaml& requests = made["resources"]["requests"];
  requests.about("a guess: it answers Prometheus every 30 s and rests meanwhile");
  requests["cpu"] = "10m";
  requests["memory"] = "32Mi";
  return made;
}

}  // namespace

std::string beside(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }

std::string place_of(const Scope& scope, const std::string& name, std::uint16_t port) {
  return to_text(endpoints_of(within(scope.stack, scope.options), name, port).front());
}

Yaml redis_exporter(const Scope& scope, const Cache& cache, const std::string& at) {
  Yaml made = start(cache.name, redis_exporter_image, redis_exporter_port);
  Yaml& env = made["env"];
  env.add(variable("REDIS_ADDR", "redis://" + at));
  env.add(env_from_secret("REDIS_PASSWORD", cache.name, "password"));
  if (cache.architecture == CacheArchitecture::cluster) env.add(variable("REDIS_EXPORTER_IS_CLUSTER", "true"));
  if (const std::string lists = promql::lists_in(scope.stack, cache); !lists.empty()) {
    Yaml& keys = env.add(variable("REDIS_EXPORTER_CHECK_SINGLE_KEYS", env_value(lists)));
    keys["value"].why("derived: the lists that workers consume");
  }
  return finish(std::move(made));
}

Yaml pgbouncer_exporter(const Pooler& pooler, const std::string& at) {
  Yaml made = start(pooler.name, pgbouncer_exporter_image, pgbouncer_exporter_port);
  Yaml& env = made["env"];
  Yaml& password = env.add(env_from_secret("MONITORING_PASSWORD", pooler.database, monitoring_key));
  password["valueFrom"]["secretKeyRef"]["optional"] =
      Yaml(true).why("without it the pooler runs all the same, and its alert tells");
  env.add(variable("PGBOUNCER_EXPORTER_CONNECTION_STRING",
                   fmt::format("postgres://{}:$(MONITORING_PASSWORD)@{}/pgbouncer?sslmode=disable", pgbouncer_stats, at)));
  return finish(std::move(made));
}

Yaml postgres_exporter(const Database& database, const std::string& host) {
  Yaml made = start(database.name, postgres_exporter_image, postgres_exporter_port);
  const bool managed = promql::is_managed(database);
  Yaml& env = made["env"];
  Yaml& uri = env.add(variable("DATA_SOURCE_URI",
                               fmt::format("{}/{}?sslmode={}", host, database_name(database), managed ? "require" : "disable")));
  if (managed) uri["value"].why("a managed one may refuse whoever comes without TLS");
  env.add(variable("DATA_SOURCE_USER", postgres_monitoring_role));
  env.add(env_from_secret("DATA_SOURCE_PASS", database.name, monitoring_key));
  return finish(std::move(made));
}

Yaml scrape_of(std::string_view port) {
  Yaml made;
  made["port"] = port;
  made["interval"] = "30s";
  return made;
}

Yaml pod_monitor(const Scope& scope, const std::string& component, std::string_view pods_role, const std::string& job,
                 Yaml endpoint) {
  Yaml made = object(scope, "monitoring.coreos.com/v1", "PodMonitor", component, component, pods_role);
  Yaml& spec = made["spec"];
  if (job == component) spec["jobLabel"] = Yaml(component_label).why(fmt::format("its job is \"{}\"", job));
  spec["selector"]["matchLabels"] = selector(scope, component);
  if (job != component) {
    Yaml& relabeling = endpoint["relabelings"].add();
    relabeling["targetLabel"] = "job";
    relabeling["replacement"] = Yaml(job).why("what alerts know it as");
  }
  spec["podMetricsEndpoints"].add(std::move(endpoint));
  return made;
}

Documents exporter_alone(const Scope& scope, const std::string& name, Yaml container) {
  const std::string component = name + "-exporter";
  Yaml made = object(scope, "apps/v1", "Deployment", component, component, role);
  Yaml& spec = made["spec"];
  spec["replicas"] = 1;
  spec["selector"]["matchLabels"] = selector(scope, component);
  spec["template"]["metadata"]["labels"] = pod_labels(scope, component, role);
  container["name"] = component;
  pod_of(made)["containers"].add(std::move(container));
  return {std::move(made), pod_monitor(scope, component, role, name)};
}

}  // namespace plimsoll::render::kube
