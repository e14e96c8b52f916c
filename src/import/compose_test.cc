#include "import/compose.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/testing/compose.h"
#include "import/testing/places.h"

namespace plimsoll::import {
namespace {

using testing::container;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::noted;
using testing::reached;
using testing::read_compose_text;
using testing::said;
using testing::under;
using testing::variable;
using testing::workload;

struct Text {
  const char* text;
  const char* want;
  bool unknown = false;
  const char* variable = "";
};
class Interpolation : public ::testing::TestWithParam<Text> {};
TEST_P(Interpolation, FillsIn) {
  const Interpolated filled = interpolate(GetParam().text);
  EXPECT_EQ(filled.text, GetParam().want);
  EXPECT_EQ(filled.unknown, GetParam().unknown);
  EXPECT_EQ(filled.variable, GetParam().variable);
}
INSTANTIATE_TEST_SUITE_P(Compose, Interpolation,
                         ::testing::Values(Text{"plain", "plain"}, Text{"${A:-x}", "x"}, Text{"${A-x}y", "xy"},
                                           Text{"${A:-}", ""}, Text{"${A:-${B:-deep}}", "deep"}, Text{"${A}", "${A}", true, "A"},
                                           Text{"$A", "$A", true, "A"}, Text{"a${A}b", "a${A}b", true},
                                           Text{"${A:?must be set}", "${A:?must be set}", true, "A"}, Text{"${A:+on}", ""},
                                           Text{"$$HOME $${X}", "$HOME ${X}"}, Text{"100$", "100$"}, Text{"${", "${"},
                                           Text{"${A ${B}", "${A ${B}", true}, Text{"$", "$"}, Text{"${}", "${}", true},
                                           Text{"${A}${B}", "${A}${B}", true},
                                           Text{"redis://${H:-redis}:6379", "redis://redis:6379"}));

TEST(InterpolationCost, TakesNoLongerForBracesThatNeverClose) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "${";
  EXPECT_EQ(interpolate(text).text, text);  // minutes, if each looked for its end
}

struct Size {
  const char* text;
  std::int64_t want;
};
class ComposeBytes : public ::testing::TestWithParam<Size> {};
TEST_P(ComposeBytes, AreBinary) {
  const auto bytes = compose_bytes(GetParam().text);
  EXPECT_EQ(bytes ? bytes->count : -1, GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(Compose, ComposeBytes,
                         ::testing::Values(Size{"512M", 512LL << 20}, Size{"2G", 2LL << 30}, Size{"1gb", 1LL << 30},
                                           Size{"256m", 256LL << 20}, Size{"1.5g", 3LL << 29}, Size{"2 GB", 2LL << 30},
                                           Size{"512MiB", 512LL << 20}, Size{"1024", 1024}, Size{"100b", 100},
                                           Size{"64k", 64LL << 10}, Size{"", -1}, Size{"M", -1}, Size{"-1", -1}, Size{"5x", -1},
                                           Size{"999999999p", -1}));

// health-agent's file: three services written out, nginx in front, Postgres and Redis behind.
constexpr std::string_view health_agent = R"(version: '3.8'

services:
  api-1:
    build: .
    environment:
      - DATABASE_URL=${DATABASE_URL}
      - REDIS_URL=redis://redis:6379/0
      - RUN_MODE=api
    depends_on:
      - postgres
      - redis
    restart: unless-stopped
  api-2:
    build: .
    environment:
      - DATABASE_URL=${DATABASE_URL}
      - REDIS_URL=redis://redis:6379/0
      - RUN_MODE=api
    depends_on:
      - postgres
      - redis
    restart: unless-stopped
  api-3:
    build: .
    environment:
      - DATABASE_URL=${DATABASE_URL}
      - REDIS_URL=redis://redis:6379/0
      - RUN_MODE=api
    depends_on:
      - postgres
      - redis
    restart: unless-stopped
  nginx:
    image: nginx:alpine
    ports:
      - "80:80"
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
    depends_on:
      - api-1
      - api-2
      - api-3
  postgres:
    image: ankane/pgvector:latest
    environment:
      POSTGRES_DB: health_agent
      POSTGRES_USER: postgres
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
    volumes:
      - postgres_data:/var/lib/postgresql/data
  redis:
    image: redis:7-alpine
    command: redis-server --maxmemory 512mb --maxmemory-policy allkeys-lru
volumes:
  postgres_data:
)";

TEST(Compose, H9_NumberedServicesAreOneTier) {
  const Facts facts = read_compose_text(health_agent);
  EXPECT_EQ(said(facts), "");
  ASSERT_EQ(facts.workloads.size(), 4U);
  const Workload& api = workload(facts, "api");
  EXPECT_EQ(api.kind, Workload::Kind::compose_service);
  EXPECT_EQ(api.replicas->value, 3);
  EXPECT_EQ(under(health_agent, api.replicas->at), "api-1");
  EXPECT_EQ(api.containers.front().build, ".");
  EXPECT_EQ(api.restart, "unless-stopped");
  EXPECT_THAT(api.depends_on, ElementsAre("postgres", "redis"));
  EXPECT_THAT(workload(facts, "nginx").depends_on, ElementsAre("api"));
  EXPECT_EQ(noted(facts), "4 api-1, api-2, api-3 are taken for one tier, api, with 3 instances\n");
}

TEST(Compose, H9_EveryNameLeadsToItsService) {
  const Facts facts = read_compose_text(health_agent);
  EXPECT_EQ(reached(facts, "api-1"), "api");
  EXPECT_EQ(reached(facts, "api-3"), "api");
  EXPECT_EQ(reached(facts, "redis"), "redis");
  for (const Endpoint& endpoint : facts.endpoints) EXPECT_EQ(endpoint.external, endpoint.name == "nginx") << endpoint.name;
}

TEST(Compose, H9_VariablesHaveValuesButNoSecrets) {
  const Facts facts = read_compose_text(health_agent);
  const Container& api = container(facts, "api");
  EXPECT_EQ(variable(api, "DATABASE_URL"), "secret from ${DATABASE_URL}");
  EXPECT_EQ(variable(api, "REDIS_URL"), "redis://redis:6379/0");
  EXPECT_EQ(under(health_agent, api.environment[1].at), "redis://redis:6379/0");
  EXPECT_EQ(api.environment[1].prefix, "REDIS_URL=");
  const Container& postgres = container(facts, "postgres");
  EXPECT_EQ(variable(postgres, "POSTGRES_PASSWORD"), "secret");
  EXPECT_EQ(under(health_agent, postgres.environment[0].at), "health_agent");
  EXPECT_EQ(postgres.environment[0].prefix, "POSTGRES_DB: ");
  const Container& redis = container(facts, "redis");
  EXPECT_THAT(redis.command, ElementsAre("redis-server", "--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru"));
  EXPECT_EQ(under(health_agent, redis.command_at[2]), "512mb");
  EXPECT_THAT(container(facts, "nginx").config_maps, ElementsAre("nginx.conf"));
}

// voiceassist: replicas and sizes of one service, and what a vertical change makes of them.
TEST(Compose, V7_SizesAndReplicas) {
  constexpr std::string_view text = R"(services:
  voiceassist-server:
    image: voiceassist/server
    deploy:
      replicas: 3
      resources:
        limits: {cpus: "4", memory: 4G}
        reservations:
          cpus: "2"
          memory: 2G
    stop_grace_period: 1m30s
)";
  const Facts facts = read_compose_text(text);
  const Workload& server = workload(facts, "voiceassist-server");
  EXPECT_EQ(server.replicas->value, 3);
  EXPECT_EQ(server.replicas->prefix, "replicas: ");
  EXPECT_EQ(under(text, server.replicas->at), "3");
  EXPECT_EQ(under(text, server.replicas->key), "replicas");
  EXPECT_EQ(server.termination_grace->value, std::chrono::seconds(90));
  const Container& one = server.containers.front();
  EXPECT_EQ(one.cpu_limit->value.count, 4);
  EXPECT_EQ(one.memory_limit->value.count, 4LL << 30);
  EXPECT_EQ(one.cpu_request->value.count, 2);
  EXPECT_EQ(one.memory_request->value.count, 2LL << 30);
  EXPECT_EQ(under(text, one.memory_request->at), "2G");
  EXPECT_EQ(one.memory_request->prefix, "memory: ");
}

TEST(Compose, V4_ScaleOfVersionTwo) {
  const Facts facts = read_compose_text(
      "version: '2.4'\nservices:\n  web: {image: shop/web, scale: 4, mem_limit: 512m, mem_reservation: 256m, cpus: 0.5}\n");
  const Workload& web = workload(facts, "web");
  EXPECT_EQ(web.replicas->value, 4);
  EXPECT_EQ(web.replicas->prefix, "scale: ");
  EXPECT_EQ(web.containers.front().cpu_limit->value.count, 0.5);
  EXPECT_EQ(web.containers.front().memory_limit->value.count, 512LL << 20);
  EXPECT_EQ(web.containers.front().memory_request->value.count, 256LL << 20);
}

// Six nodes of one cluster, sentinels, replicas and a vector store whose second node joins the first.
TEST(Compose, V9_ClustersAreOneTier) {
  std::string text = "services:\n";
  for (int i = 1; i <= 6; ++i)
    text += fmt::format(
        "  redis-node-{0}:\n    image: redis:7-alpine\n    command: redis-server --cluster-enabled yes --cluster-node-timeout "
        "5000\n"
        "    volumes: [redis_node_{0}_data:/data]\n",
        i);
  for (int i = 1; i <= 3; ++i)
    text +=
        fmt::format("  redis-sentinel-{}: {{image: \"redis:7-alpine\", command: redis-sentinel /etc/redis/sentinel.conf}}\n", i);
  text += "  redis-slave-1: {image: redis, command: --slaveof redis-master 6379}\n";
  text += "  redis-slave-2: {image: redis, command: --slaveof redis-master 6379}\n";
  text += "  redis-master: {image: redis}\n";
  text += "  qdrant-node-1: {image: qdrant/qdrant, environment: {QDRANT__CLUSTER__ENABLED: \"true\"}}\n";
  for (int i = 2; i <= 3; ++i)
    text += fmt::format(
        "  qdrant-node-{}: {{image: qdrant/qdrant, environment: {{QDRANT__CLUSTER__ENABLED: \"true\", BOOTSTRAP: "
        "\"http://qdrant-node-1:6335\"}}}}\n",
        i);
  const Facts facts = read_compose_text(text);
  ASSERT_EQ(facts.workloads.size(), 5U);
  EXPECT_EQ(workload(facts, "redis-node").replicas->value, 6);
  EXPECT_EQ(workload(facts, "redis-sentinel").replicas->value, 3);
  EXPECT_EQ(workload(facts, "redis-slave").replicas->value, 2);
  EXPECT_EQ(workload(facts, "qdrant-node").replicas->value, 3);
  EXPECT_EQ(reached(facts, "redis-node-6"), "redis-node");
}

struct Apart {
  const char* name;
  const char* text;
  std::size_t workloads;
};
class NumberedServices : public ::testing::TestWithParam<Apart> {};
TEST_P(NumberedServices, AreOneOnlyIfTheyAreAlike) {
  EXPECT_EQ(read_compose_text(std::string("services:\n") + GetParam().text).workloads.size(), GetParam().workloads)
      << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(
    V4, NumberedServices,
    ::testing::Values(
        Apart{"alike", "  w1: {image: a}\n  w2: {image: a}\n", 1},
        Apart{"own names", "  w-1: {image: a, environment: [ME=w-1, N=1]}\n  w-2: {image: a, environment: [ME=w-2, N=2]}\n", 1},
        Apart{"each other", "  k1: {image: a, environment: [P=k2:80]}\n  k2: {image: a, environment: [P=k1:80]}\n", 1},
        Apart{"other images", "  w1: {image: a}\n  w2: {image: b}\n", 2},
        Apart{"other commands", "  w1: {image: a, command: web}\n  w2: {image: a, command: jobs}\n", 2},
        Apart{"other queues", "  w1: {image: a, environment: {QUEUE: x}}\n  w2: {image: a, environment: {QUEUE: y}}\n", 2},
        Apart{"other stages", "  w1: {build: {context: ., target: a}}\n  w2: {build: {context: ., target: b}}\n", 2},
        Apart{"databases", "  db1: {image: \"postgres:16\"}\n  db2: {image: \"postgres:16\"}\n", 2},
        Apart{"two caches", "  redis1: {image: redis}\n  redis2: {image: redis}\n", 2},
        Apart{"no image", "  w1: {restart: always}\n  w2: {restart: always}\n", 2},
        Apart{"two of three", "  w1: {image: a}\n  w2: {image: a}\n  w3: {image: b}\n", 2},
        Apart{"a number alone", "  s3: {image: minio}\n  neo4j: {image: neo4j}\n", 2}));

TEST(Compose, ATakenNameIsNotTakenAgain) {
  const Facts facts =
      read_compose_text("services:\n  api: {image: gateway}\n  api1: {image: a}\n  api2: {image: a, depends_on: [api]}\n");
  ASSERT_EQ(facts.workloads.size(), 2U);
  EXPECT_EQ(workload(facts, "api1").replicas->value, 2);
  EXPECT_EQ(reached(facts, "api2"), "api1");
  EXPECT_EQ(reached(facts, "api"), "api");
}

// The voting app's shape: conditions, health, networks and a worker without ports.
TEST(Compose, AVotingApp) {
  constexpr std::string_view text = R"(services:
  vote:
    build: {context: ./vote, target: dev}
    depends_on:
      redis: {condition: service_healthy}
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/healthz?full=1"]
      interval: 15s
      timeout: 5s
      start_period: 10s
    ports: ["8081:80"]
    networks: [front, back]
  worker:
    build: {context: ./worker}
    depends_on: {redis: {condition: service_healthy}, db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
    networks: {back: {aliases: [jobs, "worker.local"]}}
    hostname: w
  migrate: {image: shop/migrate, restart: "no"}
  redis:
    image: redis:alpine
    healthcheck: {test: /healthchecks/redis.sh, interval: "5s"}
  db:
    image: postgres:15-alpine
    healthcheck: {disable: true, test: x}
    ports: ["127.0.0.1:5432:5432"]
networks: {front: , back: }
)";
  const Facts facts = read_compose_text(text);
  EXPECT_EQ(said(facts), "");
  const Container& vote = container(facts, "vote");
  EXPECT_THAT(vote.ports, ElementsAre(80));
  ASSERT_TRUE(vote.readiness);
  EXPECT_TRUE(vote.readiness->http);
  EXPECT_EQ(vote.readiness->path, "/healthz");
  EXPECT_EQ(vote.readiness->port, 8080);
  EXPECT_EQ(vote.readiness->period, std::chrono::seconds(15));
  EXPECT_EQ(vote.readiness->timeout, std::chrono::seconds(5));
  EXPECT_EQ(vote.readiness->initial_delay, std::chrono::seconds(10));
  EXPECT_THAT(workload(facts, "vote").networks, ElementsAre("front", "back"));
  EXPECT_TRUE(container(facts, "redis").readiness);
  EXPECT_FALSE(container(facts, "redis").readiness->http);
  EXPECT_FALSE(container(facts, "db").readiness);
  EXPECT_THAT(workload(facts, "worker").aliases, ElementsAre("jobs", "worker.local", "w"));
  EXPECT_EQ(reached(facts, "worker.local"), "worker");
  EXPECT_EQ(workload(facts, "migrate").kind, Workload::Kind::job);
  for (const Endpoint& endpoint : facts.endpoints) EXPECT_EQ(endpoint.external, endpoint.name == "vote") << endpoint.name;
}

// The shape of large self-hosted compositions: anchors, merges, extensions, defaults, env files, extends, profiles.
TEST(Compose, AnchorsMergesAndDefaults) {
  constexpr std::string_view text = R"(x-defaults: &defaults
  restart: unless-stopped
  image: "${IMAGE:-example/app:${TAG:-latest}}"
  environment: &env
    DB_HOST: ${DB_HOST:-postgres}
    DB_PASSWORD: hunter2
    REDIS: "redis://:hunter2@redis:6379"
    INHERITED:
services:
  web:
    <<: *defaults
    env_file: [.env]
    ports:
      - {target: 9000, published: "9000", protocol: tcp, mode: host}
      - "514:514/udp"
      - "9100-9102:9100-9102"
    expose: ["9999"]
    links: ["postgres:database"]
  worker:
    <<: *defaults
    command: ["run", "--queue=$$QUEUE", "${ARGS}"]
    entrypoint: /entry.sh -v
    environment:
      <<: *env
      CONCURRENCY: 4
    profiles: [full, jobs]
  cron:
    extends: {service: worker}
    command: run cron
    environment: [CONCURRENCY=1]
  far: {extends: {file: common.yml, service: base}}
  postgres: {image: "postgres:16", scale: "${N:-2}"}
)";
  const Facts facts = read_compose_text(text);
  EXPECT_EQ(said(facts), "");
  const Container& web = container(facts, "web");
  EXPECT_EQ(web.image, "example/app:latest");
  EXPECT_EQ(variable(web, "DB_HOST"), "postgres");
  EXPECT_EQ(variable(web, "DB_PASSWORD"), "secret");
  EXPECT_EQ(variable(web, "REDIS"), "redis://redis:6379");
  EXPECT_EQ(variable(web, "INHERITED"), "secret from ${INHERITED}");
  EXPECT_THAT(web.ports, ElementsAre(9999, 9000, 9100, 9101, 9102));
  EXPECT_EQ(reached(facts, "database"), "postgres");
  const Container& worker = container(facts, "worker");
  EXPECT_THAT(worker.command, ElementsAre("/entry.sh", "-v", "run", "--queue=$QUEUE", "${ARGS}"));
  EXPECT_EQ(variable(worker, "CONCURRENCY"), "4");
  EXPECT_EQ(variable(worker, "DB_HOST"), "postgres");
  const Container& cron = container(facts, "cron");
  EXPECT_EQ(cron.image, "example/app:latest");
  EXPECT_THAT(cron.command, ElementsAre("/entry.sh", "-v", "run", "cron"));
  EXPECT_EQ(variable(cron, "CONCURRENCY"), "1");
  EXPECT_EQ(variable(cron, "DB_HOST"), "postgres");
  EXPECT_EQ(workload(facts, "postgres").replicas->value, 2);
  EXPECT_EQ(noted(facts),
            "12 the variables of web in its env_file are not seen\n"
            "26 worker runs only with the profile full, jobs\n"
            "26 cron runs only with the profile full, jobs\n"
            "31 far extends base in common.yml, which is not seen\n");
}

TEST(Compose, SwarmsDeploy) {
  const Facts facts = read_compose_text(R"(services:
  api:
    image: a
    deploy:
      replicas: 4
      restart_policy: {condition: any}
      update_config: {order: start-first, parallelism: 2}
      placement: {max_replicas_per_node: 1}
      labels:
        - traefik.enable=true
        - "traefik.http.services.api.loadbalancer.server.port=8000"
        - "traefik.http.services.api.loadbalancer.sticky.cookie=true"
  agent: {image: b, deploy: {mode: global}}
)");
  const Workload& api = workload(facts, "api");
  EXPECT_EQ(api.surge->value, 2);
  EXPECT_EQ(api.restart, "any");
  EXPECT_TRUE(api.placement->own_hosts);
  EXPECT_THAT(api.containers.front().ports, ElementsAre(8000));
  EXPECT_TRUE(facts.endpoints.front().sticky);
  EXPECT_TRUE(facts.endpoints.front().external);
  EXPECT_EQ(workload(facts, "agent").kind, Workload::Kind::daemon_set);
}

TEST(Compose, ConfigsHoldFiles) {
  constexpr std::string_view text = R"(services:
  pgbouncer:
    image: edoburu/pgbouncer
    configs: [{source: pooler, target: /etc/pgbouncer/pgbouncer.ini}, plain]
configs:
  pooler:
    content: |
      [pgbouncer]
      pool_mode = ${MODE:-transaction}
  plain: {file: ./plain.conf}
)";
  Facts facts = read_compose_text(text);
  EXPECT_THAT(container(facts, "pgbouncer").config_maps, ElementsAre("pooler", "plain"));
  ASSERT_EQ(facts.texts.size(), 1U);
  const ConfigText& config = facts.texts[0];
  EXPECT_EQ(config.key, "pgbouncer.ini");
  EXPECT_EQ(config.owner, "pooler");
  EXPECT_TRUE(config.lines_match);
  read_pgbouncer({config.text, config.at, config.owner, config.space, config.lines_match, config.indent}, facts);
  const Found<std::string>& mode = facts.poolers[0].settings.at("pool_mode");
  EXPECT_EQ(mode.value, "transaction");
  EXPECT_EQ(mode.at.at.line, 9);
  EXPECT_EQ(under(text, mode.key), "pool_mode");
}

struct Mistake {
  const char* text;
  const char* want;
};
class ComposeMistakes : public ::testing::TestWithParam<Mistake> {};
TEST_P(ComposeMistakes, AreSaid) { EXPECT_EQ(said(read_compose_text(GetParam().text)), GetParam().want) << GetParam().text; }
INSTANTIATE_TEST_SUITE_P(
    Compose, ComposeMistakes,
    ::testing::Values(
        Mistake{"services: [a]\n", "1:1+8 services is no map\n"}, Mistake{"services:\n  a: b\n", "2:3+1 service 'a' is no map\n"},
        Mistake{"services:\n  a: {image: x, cpus: 500m}\n", "2:23+4 '500m' are no number of cores to Compose\n"},
        Mistake{"services:\n  a: {image: x, mem_limit: lots}\n", "2:28+4 'lots' is no size to Compose\n"},
        // Not known is no mistake.
        Mistake{"services:\n  a: {image: x, mem_limit: \"${MEM}\", cpus: \"${CPUS}\", scale: \"${N}\"}\n", ""},
        Mistake{"services:\n", ""}, Mistake{"services: {a: {}}\n", ""}, Mistake{"version: '3'\n", ""},
        Mistake{"services:\n  a: {extends: a}\n  b: {extends: {service: c}}\n  c: {extends: {service: b}}\n", ""},
        Mistake{"services:\n  a: {ports: [\"70000:70000\", \"x\", {}, []], environment: [\"\", \"=x\", []], deploy: []}\n", ""}));

TEST(Compose, IncludesAreNoted) {
  EXPECT_EQ(noted(read_compose_text("include: [other.yml]\nservices: {}\n")), "1 the files it includes are not seen\n");
}

}  // namespace
}  // namespace plimsoll::import
