// Prometheus, Alertmanager, Grafana and the exporters of stores: started with --profile monitoring only.

#include <fmt/format.h>

#include "render/compose_parts.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "render/prometheus.h"
#include "render/promql.h"

namespace plimsoll::render::compose_parts {
namespace {

Yaml start(std::string_view image) {
  Yaml service;
  service["image"] = image;
  service["profiles"].add("monitoring");
  service["profiles"].flow();
  return service;
}

void finish(Project& project, const std::string& name, Yaml service) {
  service["restart"] = "unless-stopped";
  put(project, name, std::move(service));
}

/// On the loopback: who may look is the machine's to say.
std::string published(std::uint16_t port) { return fmt::format("127.0.0.1:{}:{}", port, port); }

/// The login by which an exporter asks each of several.
std::string probe_config(const std::string& password) {
  return fmt::format(
      "printf 'auth_modules:\\n  {}:\\n    type: userpass\\n    userpass:\\n      username: {}\\n      password: \"%s\"\\n    "
      "options:\\n"
      "      sslmode: disable\\n' \"${}\"",
      postgres_probe_module, postgres_monitoring_role, password);
}

void postgres_exporter(Project& project, const std::string& host, const Database& database, int servers) {
  Yaml service = start(postgres_exporter_image);
  Yaml& environment = service["environment"];
  environment["DATA_SOURCE_URI"] = fmt::format(
      "{}/{}?sslmode=disable", to_text(endpoints_of(project.options, host, postgres_port).front()), database_of(database));
  environment["DATA_SOURCE_USER"] = postgres_monitoring_role;
  const std::string password = variable_of(database.name) + "_MONITORING_PASSWORD";
  environment["DATA_SOURCE_PASS"] = project.password(password);
  if (servers > 1) {
    const std::string name = host + "_exporter", at = "/run/secrets/" + name;
    service["command"].add("--config.file=" + at);
    service["command"].flow().why(fmt::format("its /probe asks each of {}", host));
    use_secret(project, service, name, at, probe_config(password));
  }
  wait_for(project, service, host);
  finish(project, host + "-exporter", std::move(service));
}

void pgbouncer_exporter(Project& project, const Pooler& pooler) {
  Yaml service = start(pgbouncer_exporter_image);
  service["environment"]["PGBOUNCER_EXPORTER_CONNECTION_STRING"] =
      fmt::format("postgres://{}:{}@{}/pgbouncer?sslmode=disable", pgbouncer_stats,
                  project.password(variable_of(pooler.database) + "_MONITORING_PASSWORD"),
                  to_text(endpoints_of(project.options, pooler.name, pgbouncer_port).front()));
  wait_for(project, service, pooler.name);
  finish(project, pooler.name + "-exporter", std::move(service));
}

void redis_exporter(Project& project, const Cache& cache) {
  Yaml service = start(redis_exporter_image);
  Yaml& environment = service["environment"];
  environment["REDIS_ADDR"] = "redis://" + to_text(endpoints_of(project.options, first_node(cache), redis_port).front());
  environment["REDIS_PASSWORD"] = project.password(variable_of(cache.name) + "_PASSWORD");
  if (cache.architecture == CacheArchitecture::cluster) environment["REDIS_EXPORTER_IS_CLUSTER"] = "true";
  if (const std::string lists = promql::lists_in(project.stack, cache); !lists.empty())
    environment["REDIS_EXPORTER_CHECK_SINGLE_KEYS"] = Yaml(plain(lists)).why("derived: the lists that workers consume");
  wait_for(project, service, first_node(cache));
  finish(project, cache.name + "-exporter", std::move(service));
}

void prometheus(Project& project) {
  Yaml service = start(prometheus_image);
  mount(project, service, "prometheus/prometheus.yml", "/etc/prometheus/prometheus.yml");
  mount(project, service, "prometheus/rules.yml", "/etc/prometheus/rules.yml");
  keep_data(project, service, "prometheus", "/prometheus");
  for (const VectorStore& store : project.stack.vector_stores) {
    const std::string variable = variable_of(store.name) + "_API_KEY";
    project.password(variable);  // where the store is elsewhere, nobody else asks for it
    use_secret(project, service, store.name + "_api_key", api_key_file(store), fmt::format("printf %s \"${}\"", variable));
  }
  service["ports"].add(published(prometheus_port));
  finish(project, "prometheus", std::move(service));
}

void alertmanager(Project& project) {
  Yaml service = start(alertmanager_image);
  Yaml& command = service["command"];
  command.add("--config.file=/etc/alertmanager/alertmanager.yml");
  command.add("--storage.path=/alertmanager");
  command.add(fmt::format("--data.retention={}", alertmanager_retention)).why("it forgets later than it repeats (7d)");
  keep_data(project, service, "alertmanager", "/alertmanager");
  mount(project, service, "alertmanager/alertmanager.yml", "/etc/alertmanager/alertmanager.yml");
  use_secret(project, service, "alertmanager_pagerduty_key", "/run/secrets/alertmanager_pagerduty_key", "echo REPLACE-ME");
  use_secret(project, service, "alertmanager_slack_url", "/run/secrets/alertmanager_slack_url",
             "echo https://hooks.slack.com/services/REPLACE-ME");
  service["ports"].add(published(alertmanager_port));
  finish(project, "alertmanager", std::move(service));
}

void grafana(Project& project) {
  Yaml service = start(grafana_image);
  service["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"] = "/run/secrets/grafana_password";
  for (const File& file : project.files) {
    const std::string_view path = file.path;
    if (path.starts_with("grafana/provisioning/"))
      mount(project, service, path, fmt::format("/etc/{}", path));
    else if (path.starts_with("grafana/"))
      mount(project, service, path, fmt::format("/var/lib/grafana/dashboards/{}", path.substr(8)));
  }
  use_secret(project, service, "grafana_password", "/run/secrets/grafana_password", "openssl rand -hex 16");
  service["ports"].add(published(grafana_port));
  wait_for(project, service, "prometheus");
  finish(project, "grafana", std::move(service));
}

}  // namespace

void add_monitoring(Project& project) {
  const Stack& stack = project.stack;
  for (const Database& database : stack.databases) {
    postgres_exporter(project, database.name, database, 1);
    if (database.read_replicas > 0) postgres_exporter(project, database.name + "-read", database, database.read_replicas);
  }
  for (const Pooler& pooler : stack.poolers) pgbouncer_exporter(project, pooler);
  for (const Cache& cache : stack.caches) redis_exporter(project, cache);
  prometheus(project);
  alertmanager(project);
  grafana(project);
}

}  // namespace plimsoll::render::compose_parts
