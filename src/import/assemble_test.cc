// Who is what, and who uses whom: scenes of a few objects.

#include <gtest/gtest.h>

#include "import/testing/scene.h"
#include "spec/parse.h"
#include "spec/write.h"

namespace plimsoll::import {
namespace {

using testing::import_of;
using testing::manifest;
using testing::model;
using testing::origin;
using testing::questions;
using testing::service;

std::string env(std::initializer_list<std::pair<const char*, const char*>> variables) {
  std::string out = "          env:\n";
  for (const auto& [name, value] : variables)
    out += fmt::format("            - name: {}\n              value: \"{}\"\n", name, value);
  return out;
}

std::string postgres(std::string_view name, std::string_view args = "") {
  return manifest({.name = std::string(name),
                   .kind = "StatefulSet",
                   .image = "docker.io/bitnami/postgresql:16",
                   .container = std::string(args)}) +
         service(name, 5432);
}
std::string redis(std::string_view name) {
  return manifest({.name = std::string(name), .kind = "StatefulSet", .image = "redis:7-alpine"}) + service(name, 6379);
}
std::string api(const std::string& container) { return manifest({.container = container}) + service("api", 80); }

/// A stack without errors comes back from its text.
void is_a_spec(const Imported& it) {
  const std::string text = spec::write(it.stack, {});
  const Parsed<Stack> again = spec::parse(text, [](std::string_view) { return std::nullopt; });
  std::string said;
  for (const Diagnostic& one : again.diagnostics) said += fmt::format("{}: {}\n", one.at.line, one.message);
  EXPECT_TRUE(again.ok()) << said << text;
}

struct Row {
  const char* what;
  std::string text;
  const char* model;
  const char* questions = "tiers.api.capacity\n";
};
class Connections : public ::testing::TestWithParam<Row> {};
TEST_P(Connections, AreInferred) {
  const Imported it = import_of(GetParam().text);
  EXPECT_EQ(model(it), GetParam().model) << GetParam().what;
  EXPECT_EQ(questions(it), GetParam().questions) << GetParam().what;
  is_a_spec(it);
}

const char* const asks_pool = "tiers.api.uses.db.connections\ntiers.api.capacity\n";
INSTANTIATE_TEST_SUITE_P(
    Databases, Connections,
    ::testing::Values(
        Row{"a URL with its pool",
            postgres("db") + api(env({{"DATABASE_URL", "postgres://u:p@db:5432/shop?pool_size=7&max_overflow=2"}})),
            "service api 1..1\n  uses db 7 + 2\ndatabase db 100\n"},
        Row{"a URL and a variable",
            postgres("db") +
                api(env({{"DATABASE_URL", "postgresql+asyncpg://db/shop"}, {"DB_POOL_SIZE", "12"}, {"DB_MAX_OVERFLOW", "4"}})),
            "service api 1..1\n  uses db 12 + 4\ndatabase db 100\n"},
        Row{"Prisma",
            postgres("db") + api(env({{"DATABASE_URL", "postgresql://db.default.svc.cluster.local/shop?connection_limit=9"}})),
            "service api 1..1\n  uses db 9\ndatabase db 100\n"},
        Row{"a host alone", postgres("db") + api(env({{"PGHOST", "db"}, {"PGUSER", "db"}})),
            "service api 1..1\n  uses db\ndatabase db 100\n", asks_pool},
        Row{"words that are no hosts", postgres("db") + api(env({{"DB_DRIVER", "db"}, {"APP_NAME", "db"}})),
            "service api 1..1\ndatabase db 100\n"},
        Row{"variables of Kubernetes",
            postgres("db") +
                api(env({{"DB", "db"}, {"DATABASE_URL", "postgres://$(USER):$(PASSWORD)@$(DB):5432/x"}, {"POOL_SIZE", "3"}})),
            "service api 1..1\n  uses db 3\ndatabase db 100\n"},
        Row{"each process has a pool",
            postgres("db") +
                api(env({{"DATABASE_URL", "postgres://db/x"}, {"RAILS_MAX_THREADS", "5"}, {"WEB_CONCURRENCY", "3"}})),
            "service api 1..1\n  uses db 15\ndatabase db 100\n"},
        Row{"a managed one", api(env({{"DATABASE_URL", "postgres://u:p@orders.abc.eu-west-1.rds.amazonaws.com/x?pool_size=5"}})),
            "service api 1..1\n  uses orders 5\ndatabase orders ?\n", "databases.orders.max_connections\ntiers.api.capacity\n"},
        Row{"a Secret's, and one database",
            postgres("db") + api("          env: [{name: DATABASE_URL, valueFrom: {secretKeyRef: {name: s, key: url}}}, {name: "
                                 "DATABASE_PASSWORD, valueFrom: {secretKeyRef: {name: s, key: p}}}]\n"),
            "service api 1..1\n  uses db\ndatabase db 100\n", asks_pool},
        Row{"a Secret's, and two databases",
            postgres("db") + postgres("other") +
                api("          env: [{name: DATABASE_URL, valueFrom: {secretKeyRef: {name: s, key: url}}}]\n"),
            "service api 1..1\ndatabase db 100\ndatabase other 100\n", "tiers.api.uses\ntiers.api.capacity\n"},
        Row{"a whole Secret", postgres("db") + api("          envFrom: [{secretRef: {name: s}}]\n"),
            "service api 1..1\ndatabase db 100\n", "tiers.api.uses\ntiers.api.capacity\n"},
        Row{"a value that is filled in later",
            postgres("db") + api(env({{"DATABASE_URL", "${DATABASE_URL}"}, {"POOL_SIZE", "4"}})),
            "service api 1..1\n  uses db 4\ndatabase db 100\n"},
        Row{"a ConfigMap's",
            postgres("db") +
                api("          envFrom: [{configMapRef: {name: c}}]\n          env: [{name: DB_POOL_SIZE, valueFrom: "
                    "{configMapKeyRef: {name: c, key: pool}}}]\n") +
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  DB_HOST: db\n  pool: \"6\"\n",
            "service api 1..1\n  uses db 6\ndatabase db 100\n"},
        Row{"an argument", postgres("db") + api("          args: [--database-url=postgres://db:5432/x?pool_size=8]\n"),
            "service api 1..1\n  uses db 8\ndatabase db 100\n"},
        Row{"max_connections as an argument",
            postgres("db", "          args: [-c, max_connections=300]\n") + api(env({{"PGHOST", "db"}, {"POOL_SIZE", "4"}})),
            "service api 1..1\n  uses db 4\ndatabase db 300\n"},
        Row{"another namespace is another host",
            std::string("---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: other}\nspec: {selector: {app: x}, "
                        "ports: [{port: 5432}]}\n") +
                api(env({{"DATABASE_URL", "postgres://db.other.svc/x?pool_size=2"}})),
            "service api 1..1\n  uses db 2\ndatabase db ?\n", "databases.db.max_connections\ntiers.api.capacity\n"},
        Row{"one host in all its spellings",
            api(env({{"DATABASE_URL", "postgres://pg.db:5432/x?pool_size=2"},
                     {"OTHER_URL", "postgres://pg.db.svc/x"},
                     {"THIRD_URL", "postgres://PG.db.svc.cluster.local./x"}})),
            "service api 1..1\n  uses pg 2\ndatabase pg ?\n", "databases.pg.max_connections\ntiers.api.capacity\n"},
        Row{"one image for web and workers: no processes of Puma",
            postgres("db") + api("          args: [bundle, exec, sidekiq]\n" +
                                 env({{"DATABASE_URL", "postgres://db/x"}, {"DB_POOL_SIZE", "5"}, {"WEB_CONCURRENCY", "3"}})),
            "worker api 1..1\n  uses db 5\ndatabase db 100\n", ""},
        Row{"processes of Puma",
            postgres("db") + api("          args: [bundle, exec, puma]\n" +
                                 env({{"DATABASE_URL", "postgres://db/x"}, {"DB_POOL_SIZE", "5"}, {"WEB_CONCURRENCY", "3"}})),
            "service api 1..1\n  uses db 15\ndatabase db 100\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

INSTANTIATE_TEST_SUITE_P(
    Caches, Connections,
    ::testing::Values(
        Row{"cache and queue in one",
            redis("redis") + api(env({{"CACHE_URL", "redis://redis:6379/1"}, {"CELERY_BROKER_URL", "redis://redis:6379/0"}})),
            "service api 1..1\n  uses redis\ncache redis noeviction cache queue\n"},
        Row{"sessions", redis("redis") + api(env({{"SESSION_STORE_URL", "redis://redis/2"}})),
            "service api 1..1\n  uses redis\ncache redis noeviction session\n"},
        Row{"nothing said: a cache", redis("redis") + api(env({{"REDIS_HOST", "redis"}})),
            "service api 1..1\n  uses redis\ncache redis noeviction cache\n"},
        Row{"Sidekiq's",
            redis("redis") +
                manifest({.name = "jobs",
                          .container = "          command: [bundle, exec, sidekiq]\n" + env({{"REDIS_URL", "redis://redis/0"}}),
                          .good = false}),
            "worker jobs 1..1\n  uses redis\ncache redis noeviction queue\n", ""},
        Row{"managed", api(env({{"REDIS_URL", "rediss://shop.abc.cache.amazonaws.com:6379"}})),
            "service api 1..1\n  uses shop\ncache shop noeviction cache\n"},
        Row{"a master, its copies and its sentinels",
            manifest({.name = "redis-master", .kind = "StatefulSet", .image = "bitnami/redis:7"}) +
                service("redis-master", 6379) +
                manifest(
                    {.name = "redis-replicas", .kind = "StatefulSet", .image = "bitnami/redis:7", .spec = "  replicas: 2\n"}) +
                api(env({{"CACHE_HOST", "redis-master"}})),
            "service api 1..1\n  uses redis\ncache redis noeviction cache\n"},
        Row{"stores of other kinds",
            manifest({.name = "rabbit", .kind = "StatefulSet", .image = "rabbitmq:3"}) + service("rabbit", 5672) +
                api(env({{"BROKER_URL", "amqp://u:p@rabbit:5672"}, {"MONGO_URL", "mongodb://docs.example.com/x"}})),
            "service api 1..1\n  uses rabbit\n  uses docs\nexternal rabbit\nexternal docs\n"},
        Row{"a vector store",
            manifest({.name = "qdrant", .kind = "StatefulSet", .image = "qdrant/qdrant:v1.9"}) + service("qdrant", 6333) +
                api(env({{"QDRANT_URL", "http://qdrant:6333"}})),
            "service api 1..1\n  uses qdrant\nvectors qdrant\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

// The reference's pooler: transaction, 1000 clients, 50 connections.
TEST(Poolers, T9_AConfigMapsIni) {
  const Imported it =
      import_of(postgres("db") +
                manifest({.name = "pgbouncer",
                          .image = "edoburu/pgbouncer:1.21",
                          .spec = "  replicas: 2\n",
                          .pod = "      volumes: [{name: c, configMap: {name: pgbouncer}}]\n"}) +
                service("pgbouncer", 6432) +
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: pgbouncer}\ndata:\n  pgbouncer.ini: |\n    [databases]\n "
                "   shop = host=db port=5432 dbname=shop\n"
                "    [pgbouncer]\n    pool_mode = transaction\n    max_client_conn = 1000\n    default_pool_size = 50\n" +
                api(env({{"DATABASE_URL", "postgres://pgbouncer:6432/shop"}, {"POOL_SIZE", "15"}})));
  EXPECT_EQ(model(it),
            "service api 1..1\n  uses db through pgbouncer 15\ndatabase db 100\npooler pgbouncer for db transaction 50 1000 0\n");
  EXPECT_EQ(it.stack.poolers[0].replicas, (Bounds{2, 2}));
  const Origin* size = it.origins.exact("poolers.pgbouncer.default_pool_size");
  ASSERT_TRUE(size);
  EXPECT_EQ(size->prefix, "default_pool_size = ");
  EXPECT_EQ(size->value.at.column, 25);
  is_a_spec(it);
}

// One PgBouncer before two servers: the model has one for each, with the same settings.
TEST(Poolers, BeforeTwoServers) {
  const Imported it = import_of(
      postgres("a") + postgres("b") +
      manifest({.name = "pgbouncer", .image = "edoburu/pgbouncer", .pod = "      volumes: [{name: c, configMap: {name: c}}]\n"}) +
      service("pgbouncer", 6432) +
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  pgbouncer.ini: |\n    [databases]\n    orders = "
      "host=a\n    users = host=b\n    [pgbouncer]\n"
      "    pool_mode = transaction\n    default_pool_size = 9\n" +
      api(env({{"DATABASE_URL", "postgres://pgbouncer:6432/users?pool_size=4"}})));
  EXPECT_EQ(model(it),
            "service api 1..1\n  uses b through pgbouncer-b 4\ndatabase a 100\ndatabase b 100\n"
            "pooler pgbouncer for a transaction 9 100 0\npooler pgbouncer-b for b transaction 9 100 0\n");
  EXPECT_EQ(origin(it, "poolers.pgbouncer-b.default_pool_size"), origin(it, "poolers.pgbouncer.default_pool_size"));
  is_a_spec(it);
}

TEST(Poolers, BesideTheTiersOwnContainer) {
  const Imported it = import_of(
      postgres("db") +
      manifest(
          {.spec = "  replicas: 4\n",
           .container =
               env({{"DATABASE_URL", "postgres://localhost:6432/shop"}}) +
               "        - name: pgbouncer\n          image: edoburu/pgbouncer\n          resources: {requests: {cpu: 50m}}\n"}) +
      service("api", 80));
  ASSERT_EQ(it.stack.poolers.size(), 1U);
  EXPECT_EQ(it.stack.poolers[0].name, "api-pgbouncer");
  EXPECT_EQ(it.stack.poolers[0].replicas, (Bounds{4, 4}));
  EXPECT_EQ(it.stack.tiers[0].uses.at(0).through, "api-pgbouncer");
}

// As `plimsoll render` lays them out: in the pod of what they ask, or alone.
TEST(Exporters, CarryNoneOfTheLoad) {
  const auto beside = [](const char* name, const char* image) {
    return fmt::format("        - {{name: {0}, image: {1}, ports: [{{name: metrics, containerPort: 9121}}]}}\n", name, image);
  };
  const Imported it = import_of(
      postgres("db") +
      manifest({.name = "redis",
                .kind = "StatefulSet",
                .image = "redis:7.4",
                .container = beside("redis-exporter", "oliver006/redis_exporter:v1.66.0")}) +
      service("redis", 6379) +
      manifest({.name = "db-exporter",
                .image = "quay.io/prometheuscommunity/postgres-exporter:v0.16.0",
                .container = env({{"DATA_SOURCE_URI", "db:5432/shop?sslmode=disable"}})}) +
      manifest({.name = "pooler-exporter",
                .image = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.10.2",
                .container = env({{"PGBOUNCER_EXPORTER_CONNECTION_STRING", "postgres://m:$(P)@pooler:6432/pgbouncer"}})}) +
      api(env({{"DATABASE_URL", "postgres://db/shop?pool_size=7"}, {"REDIS_URL", "redis://redis:6379"}})));
  ASSERT_EQ(it.stack.tiers.size(), 1U) << model(it);
  EXPECT_EQ(it.stack.tiers.front().name, "api");
  EXPECT_EQ(it.stack.databases.size(), 1U) << model(it);
  EXPECT_EQ(it.stack.caches.size(), 1U) << model(it);
  EXPECT_TRUE(it.stack.poolers.empty()) << model(it);
}

TEST(Names, LoseTheReleaseAndStayUnique) {
  const Imported it = import_of(manifest({.name = "shop-api"}) + service("shop-api", 80) +
                                manifest({.name = "shop-Worker_2", .good = false}) + postgres("shop-db"));
  EXPECT_EQ(model(it), "service api 1..1\nworker worker-2 1..1\ndatabase db 100\n");
  EXPECT_EQ(import_of(manifest({.name = "a"}) + service("a", 80) + postgres("a")).stack.databases.at(0).name, "a-2")
      << "one namespace for all";
}

TEST(Balancers, AnIngressWithItsCookie) {
  const Imported it = import_of(
      manifest({}) + service("api", 80) +
      "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n  annotations:\n    "
      "nginx.ingress.kubernetes.io/affinity: cookie\n"
      "    nginx.ingress.kubernetes.io/session-cookie-name: tw\n    nginx.ingress.kubernetes.io/proxy-read-timeout: \"75\"\n"
      "spec: {ingressClassName: nginx, rules: [{host: x, http: {paths: [{path: /, backend: {service: {name: api, port: {number: "
      "80}}}}]}}]}\n");
  ASSERT_TRUE(it.stack.balancer);
  EXPECT_EQ(it.stack.balancer->engine, BalancerEngine::nginx);
  EXPECT_EQ(it.stack.balancer->sticky, "tw");
  EXPECT_EQ(it.stack.balancer->timeout, std::chrono::seconds(75));
}

TEST(Secrets, AreNeverKept) {
  const Imported it =
      import_of(api(env({{"DATABASE_URL", "postgres://app:hunter2@db.example.com:5432/shop"}, {"API_TOKEN", "hunter2"}})) +
                "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n");
  std::string all = spec::write(it.stack, {});
  for (const Inference& one : it.inferences) all += one.text;
  for (const Question& one : it.questions) all += one.text + one.line;
  for (const Finding& one : it.findings) all += one.message + one.advice;
  EXPECT_EQ(all.find("hunter2"), std::string::npos);
}

/// All that an import gives, as one text.
std::string everything(const Imported& it) {
  std::string out = spec::write(it.stack, {});
  for (const Inference& one : it.inferences) out += one.path + " " + one.text + "\n";
  for (const Question& one : it.questions) out += one.path + " " + one.text + " " + one.line + "\n";
  for (const Finding& one : it.findings) {
    out += one.path + " " + one.message + " " + one.advice + "\n";
    for (const std::string& line : one.sum) out += line + "\n";
    for (const Fix& fix : one.fixes) out += fix.value + " " + fix.spec + " " + fix.effect + "\n";
  }
  for (const auto& [path, where] : it.origins.all()) out += path + " " + where.prefix + "\n";
  for (const auto& [file, one] : it.diagnostics) out += one.message + " " + one.expected + "\n";
  for (const Passed& one : it.passed) out += one.why + "\n";
  return out;
}

TEST(Secrets, NeverLeaveTheFiles) {
  const Imported it = import_of(
      postgres("db",
               "          args: [-c, \"archive_command=push --key hunter01\", -c, ssl_passphrase_command=hunter02, -c, "
               "work_mem=8MB, -c, \"primary_conninfo=host=a password=hunter03\", -c, \"restore_command=get hunter04\"]\n") +
      redis("cache") +
      manifest(
          {.container = "          args: [hunter05, \"postgres://app:hunter06@db/x\", \"redis://u:12?hunter07@cache:6379\"]\n" +
                        env({{"DATABASE_URL", "postgres://hunter08:hunter09@db/x?password=hunter10"},
                             {"PAYMENT_API_URL", "https://api.pay.example.com/?key=hunter11"}}) +
                        "          readinessProbe: {httpGet: {path: \"/ready?token=hunter12\", port: 80}}\n",
           .good = false}) +
      service("api", 80) +
      "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: api}\nspec:\n  scaleTargetRef: {name: api}\n"
      "  triggers:\n    - type: prometheus\n      metadata: {serverAddress: \"http://u:hunter13@prom:9090/?token=hunter14\", "
      "query: up, threshold: \"5\"}\n");
  const std::string all = everything(it);
  EXPECT_EQ(all.find("hunter"), std::string::npos) << all.substr(std::min(all.find("hunter"), all.size()), 60);
  EXPECT_NE(all.find("work_mem"), std::string::npos);
  EXPECT_NE(all.find("api uses cache: an argument"), std::string::npos) << all;
  is_a_spec(it);
}

TEST(Probes, AreAsTheManifestAsks) {
  const Imported it =
      import_of(api("          readinessProbe: {httpGet: {path: /ready, port: 80}, initialDelaySeconds: 5, periodSeconds: 3, "
                    "timeoutSeconds: 2}\n"
                    "          livenessProbe: {httpGet: {path: \"/alive?key=x\", port: 80}, periodSeconds: 20}\n"));
  const auto& run = it.stack.tiers.at(0).run;
  EXPECT_EQ(run.ready, "/ready");
  EXPECT_EQ(run.ready_probe.after, std::chrono::seconds(5));
  EXPECT_EQ(run.ready_probe.every, std::chrono::seconds(3));
  EXPECT_EQ(run.ready_probe.timeout, std::chrono::seconds(2));
  EXPECT_EQ(run.live, "/alive");
  EXPECT_EQ(run.live_probe.every, std::chrono::seconds(20));
  is_a_spec(it);
}

TEST(Probes, ThatAreNoRequestsSayNothing) {
  const Imported it = import_of(api("          livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 20}\n"));
  EXPECT_EQ(it.stack.tiers.at(0).run.live, "");
  EXPECT_EQ(it.stack.tiers.at(0).run.live_probe, plimsoll::Probe());
}

TEST(UsedFor, HasAPlaceOnlyWithEvidence) {
  const Imported bare = import_of(redis("kept") + api(env({{"REDIS_HOSTNAME", "kept"}})));
  EXPECT_EQ(origin(bare, "caches.kept.used_for"), "");
  const Imported said = import_of(redis("kept") + api(env({{"CACHE_URL", "redis://kept"}})));
  EXPECT_NE(origin(said, "caches.kept.used_for"), "");
}

}  // namespace
}  // namespace plimsoll::import
