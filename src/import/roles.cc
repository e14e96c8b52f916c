#include "import/roles.h"

#include <algorithm>
#include <array>
#include <span>

#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return contains(text, part); });
}

/// Programs by the name of their image; `whole`: the name itself, else its beginning.
struct Program {
  std::string_view name;
  Role role;
  std::string_view engine;
  bool whole = true;
};
constexpr std::array<Program, 79> programs = {{
    {"postgres", Role::database, "postgres"},
    {"postgresql", Role::database, "postgres"},
    {"postgis", Role::database, "postgres"},
    {"pgvector", Role::database, "postgres"},
    {"timescaledb", Role::database, "postgres"},
    {"timescaledb-ha", Role::database, "postgres"},
    {"postgresql-repmgr", Role::database, "postgres"},
    {"postgres-ha", Role::database, "postgres"},
    {"pg", Role::database, "postgres"},
    {"spilo", Role::database, "postgres", false},
    {"crunchy-postgres", Role::database, "postgres", false},
    {"pgbouncer", Role::pooler, "pgbouncer"},
    {"docker-pgbouncer", Role::pooler, "pgbouncer"},
    {"pgcat", Role::pooler, "pgcat"},
    {"odyssey", Role::pooler, "odyssey"},
    {"pgpool", Role::pooler, "pgpool", false},
    {"supavisor", Role::pooler, "supavisor"},
    {"redis", Role::cache, "redis"},
    {"redis-stack", Role::cache, "redis"},
    {"redis-stack-server", Role::cache, "redis"},
    {"redis-cluster", Role::cache, "redis"},
    {"valkey", Role::cache, "redis"},
    {"valkey-cluster", Role::cache, "redis"},
    {"keydb", Role::cache, "redis"},
    {"dragonfly", Role::cache, "redis"},
    {"redis-sentinel", Role::sentinel, "redis"},
    {"valkey-sentinel", Role::sentinel, "redis"},
    {"haproxy", Role::balancer, "haproxy"},
    {"haproxy-alpine", Role::balancer, "haproxy"},
    {"haproxy-ingress", Role::balancer, "haproxy"},
    {"traefik", Role::balancer, "traefik"},
    {"nginx-ingress", Role::balancer, "nginx"},
    {"nginx-ingress-controller", Role::balancer, "nginx"},
    {"nginx-proxy", Role::balancer, "nginx"},
    {"qdrant", Role::vector_store, "qdrant"},
    {"mysql", Role::external, "mysql"},
    {"mysql-server", Role::external, "mysql"},
    {"mariadb", Role::external, "mysql"},
    {"mariadb-galera", Role::external, "mysql"},
    {"percona-server", Role::external, "mysql"},
    {"mongo", Role::external, "mongodb"},
    {"mongodb", Role::external, "mongodb"},
    {"rabbitmq", Role::external, "rabbitmq"},
    {"kafka", Role::external, "kafka"},
    {"cp-kafka", Role::external, "kafka"},
    {"redpanda", Role::external, "kafka"},
    {"nats", Role::external, "nats"},
    {"elasticsearch", Role::external, "elasticsearch"},
    {"elasticsearch-oss", Role::external, "elasticsearch"},
    {"opensearch", Role::external, "elasticsearch"},
    {"memcached", Role::external, "memcached"},
    {"minio", Role::external, "minio"},
    {"clickhouse", Role::external, "clickhouse"},
    {"clickhouse-server", Role::external, "clickhouse"},
    {"cassandra", Role::external, "cassandra"},
    {"influxdb", Role::external, "influxdb"},
    {"meilisearch", Role::external, "meilisearch"},
    {"typesense", Role::external, "typesense"},
    {"weaviate", Role::external, "weaviate"},
    {"milvus", Role::external, "milvus"},
    {"chroma", Role::external, "chroma"},
    {"neo4j", Role::external, "neo4j"},
    {"zookeeper", Role::ignored, "ZooKeeper"},
    {"cp-zookeeper", Role::ignored, "ZooKeeper"},
    {"etcd", Role::ignored, "etcd"},
    {"prometheus", Role::ignored, "Prometheus"},
    {"alertmanager", Role::ignored, "Alertmanager"},
    {"grafana", Role::ignored, "Grafana"},
    {"loki", Role::ignored, "Loki"},
    {"tempo", Role::ignored, "Tempo"},
    {"all-in-one", Role::ignored, "Jaeger"},
    {"kube-state-metrics", Role::ignored, "kube-state-metrics"},
    {"pgadmin4", Role::ignored, "pgAdmin"},
    {"adminer", Role::ignored, "Adminer"},
    {"mailhog", Role::ignored, "MailHog"},
    {"mailpit", Role::ignored, "Mailpit"},
    {"redis-commander", Role::ignored, "Redis Commander"},
    {"redisinsight", Role::ignored, "RedisInsight"},
    {"portainer", Role::ignored, "Portainer", false},
}};

const Program* known(std::string_view program) {
  for (const Program& one : programs)
    if (one.whole ? program == one.name : program.starts_with(one.name)) return &one;
  return nullptr;
}

/// Programs that stand before another container of the pod where there is one.
bool stands_in_front(std::string_view program) {
  return program == "nginx" || program == "nginx-unprivileged" || program == "pgbouncer" || program == "haproxy" ||
         program == "caddy" || program == "httpd" || program == "memcached";
}

const Container* main_of(const Workload& workload) {
  const Container* first = nullptr;
  const Container* any = nullptr;
  for (const Container& one : workload.containers) {
    if (!any) any = &one;
    if (one.sidecar || is_helper(one)) continue;
    if (one.name == workload.name && !stands_in_front(program_of(one.image))) return &one;
    const bool better = first && stands_in_front(program_of(first->image)) && !stands_in_front(program_of(one.image));
    if (!first || better) first = &one;
  }
  return first ? first : any;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const std::size_t end = at + word.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) return true;
  }
  return false;
}

std::string command_of(const Container& container) {
  std::string all;
  for (const std::string& word : container.command) all += word + " ";
  return lower(all);
}

/// Of an image nobody knows: what it listens on and what it is called.
void by_port(Part& part) {
  const std::string name = lower(part.workload->name);
  const auto listens = [&](int port) {
    return std::find(part.main->ports.begin(), part.main->ports.end(), port) != part.main->ports.end();
  };
  const std::string command = command_of(*part.main);
  if (listens(6432) || (listens(5432) && contains(name, "bouncer"))) {
    part.role = Role::pooler;
    part.engine = "pgbouncer";
  } else if (listens(5432)) {
    part.role = Role::database;
    part.engine = "postgres";
  } else if (listens(6379)) {
    part.role = Role::cache;
    part.engine = "redis";
  } else if (listens(26379)) {
    part.role = Role::sentinel;
    part.engine = "redis";
  }
}

}  // namespace

std::string program_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  if (slash != std::string_view::npos) image.remove_prefix(slash + 1);
  return lower(image.substr(0, image.find(':')));
}

bool is_helper(const Container& container) {
  constexpr std::array<std::string_view, 24> words = {
      "istio-proxy", "linkerd-proxy", "linkerd2-proxy",  "exporter",       "fluent",          "filebeat",
      "promtail",    "vault-agent",   "cloud-sql-proxy", "cloudsql-proxy", "cloud_sql_proxy", "opentelemetry",
      "otel-",       "jaeger-agent",  "datadog",         "oauth2-proxy",   "config-reload",   "configmap-reload",
      "k8s-sidecar", "statsd",        "kube-rbac-proxy", "git-sync",       "daprd",           "aws-otel"};
  constexpr std::array<std::string_view, 4> names = {"envoy", "vector", "otel-collector", "proxyv2"};
  const std::string program = program_of(container.image);
  if (contains_any(program, words) || contains_any(lower(container.name), words)) return true;
  return std::find(names.begin(), names.end(), program) != names.end();
}

Part part_of(const Workload& workload, bool passes_on) {
  Part part;
  part.workload = &workload;
  part.main = main_of(workload);
  if (!part.main) {
    part.role = Role::ignored;
    part.why = "it has no container";
    return part;
  }
  if (workload.kind == Workload::Kind::daemon_set || workload.kind == Workload::Kind::job) {
    part.role = Role::ignored;
    part.why = workload.kind == Workload::Kind::daemon_set ? "a DaemonSet runs once a node" : "a job ends by itself";
    return part;
  }
  const std::string program = program_of(part.main->image);
  if (const Program* one = known(program)) {
    part.role = one->role;
    part.engine = one->engine;
    if (part.role == Role::ignored) part.why = part.engine + " carries none of the stack's load";
  } else if (contains(program, "exporter")) {
    part.role = Role::ignored;
    part.why = "it carries none of the stack's load";
  } else if (program == "controller" && contains(part.main->image, "nginx")) {
    part.role = Role::balancer;
    part.engine = "nginx";
  } else if ((program == "nginx" || program == "nginx-unprivileged" || program == "openresty") && passes_on) {
    part.role = Role::balancer;
    part.engine = "nginx";
  } else {
    by_port(part);
  }
  if (part.role == Role::tier && workload.by_hand) {
    part.role = Role::ignored;
    part.why = "it runs only when somebody asks for its profile";
  }
  if (part.role == Role::cache) {
    const std::string command = command_of(*part.main);
    if (has_word(command, "sentinel") && !has_word(command, "redis-server --port")) part.role = Role::sentinel;
  }
  return part;
}

const Container* pooler_beside(const Part& part) {
  if (part.role != Role::tier) return nullptr;
  for (const Container& one : part.workload->containers)
    if (&one != part.main && program_of(one.image) == "pgbouncer") return &one;
  return nullptr;
}

std::string_view job_runner(const Container& container) {
  const std::string command = command_of(container);
  if (has_word(command, "celery")) return "celery";
  if (has_word(command, "sidekiq")) return "sidekiq";
  if (contains(command, "rq worker") || contains(command, "rqworker")) return "rq";
  if (contains(command, "queue:work") || contains(command, "horizon")) return "laravel";
  if (has_word(command, "resque")) return "resque";
  if (has_word(command, "dramatiq")) return "dramatiq";
  if (has_word(command, "bullmq")) return "bullmq";
  return {};
}

bool works_on_jobs(const Container& container) {
  const std::string command = command_of(container);
  if (has_word(command, "flower")) return false;  // Celery's own web page
  return !job_runner(container).empty();
}

}  // namespace plimsoll::import
