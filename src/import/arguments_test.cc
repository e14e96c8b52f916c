// What command lines and variables say, as the images of Redis, Postgres and PgBouncer take them.

#include <gtest/gtest.h>

#include <string>

#include "import/testing/compose.h"
#include "import/testing/places.h"

namespace plimsoll::import {
namespace {

using testing::read_compose_text;
using testing::under;

Facts read(std::string_view services) {
  Facts facts = read_compose_text("services:\n  it: " + std::string(services) + "\n");
  for (const Workload& one : facts.workloads) read_arguments(one, facts);
  return facts;
}

std::string settings(const Facts& facts) {
  std::string out;
  for (const SettingsFile& file : facts.settings) {
    constexpr const char* kinds[] = {"redis", "sentinel", "postgres"};
    out += kinds[static_cast<int>(file.of)];
    for (const auto& [name, found] : file.settings) out += " " + name + "=" + found.value;
  }
  return out;
}

std::string pooler(const Facts& facts) {
  std::string out;
  for (const PoolerFile& file : facts.poolers) {
    for (const PoolerFile::Target& target : file.databases) {
      out += target.host + ":" + std::to_string(target.port) + "/" + target.dbname + " ";
      if (target.pool_size) out += "size " + std::to_string(*target.pool_size) + " ";
    }
    for (const auto& [name, found] : file.settings) out += name + "=" + found.value + " ";
  }
  return out;
}

struct Row {
  const char* service;
  const char* want;
};
class Settings : public ::testing::TestWithParam<Row> {};
TEST_P(Settings, AreReadFromArguments) { EXPECT_EQ(settings(read(GetParam().service)), GetParam().want) << GetParam().service; }

INSTANTIATE_TEST_SUITE_P(
    V9, Settings,
    ::testing::Values(Row{"{image: \"redis:7-alpine\", command: redis-server --maxmemory 512mb --maxmemory-policy allkeys-lru}",
                          "redis maxmemory=512mb maxmemory-policy=allkeys-lru"},
                      Row{"{image: redis, command: [redis-server, --maxmemory 3gb, --maxmemory-policy allkeys-lru]}",
                          "redis maxmemory=3gb maxmemory-policy=allkeys-lru"},
                      Row{"{image: redis, command: redis-server --cluster-enabled yes --cluster-node-timeout 5000 --appendonly "
                          "yes --port 6379}",
                          "redis appendonly=yes cluster-enabled=yes cluster-node-timeout=5000 port=6379"},
                      Row{"{image: redis, command: redis-server --port 6379 --slaveof redis-master 6379}",
                          "redis port=6379 replicaof=redis-master 6379"},
                      Row{"{image: redis, command: redis-sentinel /etc/redis/sentinel.conf}", "sentinel"}));

INSTANTIATE_TEST_SUITE_P(
    Redis, Settings,
    ::testing::Values(
        Row{"{image: redis, command: /etc/redis/redis.conf --save 900 1 --maxmemory 1gb}", "redis maxmemory=1gb save=900 1"},
        Row{"{image: redis, command: redis-server /etc/redis/redis.conf --save 900 1}", "redis save=900 1"},
        Row{"{image: redis, command: redis-server --save \"\" --appendonly no}", "redis appendonly=no save="},
        Row{"{image: redis, command: --requirepass secret --maxmemory 1gb}", "redis maxmemory=1gb"},
        Row{"{image: redis, command: [sh, -c, \"exec redis-server --maxmemory 1gb && echo\"]}", "redis maxmemory=1gb"},
        Row{"{image: valkey/valkey, command: valkey-server --maxmemory 1gb}", "redis maxmemory=1gb"},
        Row{"{image: redis/redis-stack-server, environment: {REDIS_ARGS: \"--maxmemory 2gb --appendonly yes\"}}",
            "redis appendonly=yes maxmemory=2gb"},
        Row{"{image: docker.io/bitnami/redis:7.2, environment: [REDIS_AOF_ENABLED=no, REDIS_EXTRA_FLAGS=--maxmemory 100mb]}",
            "redis appendonly=no maxmemory=100mb"},
        Row{"{image: bitnami/redis, environment: {REDIS_REPLICATION_MODE: slave, REDIS_MASTER_HOST: primary}}",
            "redis replicaof=primary"},
        Row{"{image: bitnami/redis-sentinel, environment: {REDIS_SENTINEL_QUORUM: 2}}", "sentinel sentinel quorum=2"},
        Row{"{image: redis, command: redis-cli --cluster create a:6379 b:6379 --cluster-replicas 1}", ""},
        Row{"{image: oliver006/redis_exporter, command: --redis.addr redis://redis:6379}", ""}, Row{"{image: redis}", ""},
        Row{"{image: shop/api, command: serve --port 80}", ""}));

INSTANTIATE_TEST_SUITE_P(
    V8, Settings,
    ::testing::Values(Row{"{image: \"postgres:15\", command: [postgres, -c, max_connections=200, -c, shared_buffers=2GB, \"-c\", "
                          "effective_cache_size=6GB, -c, work_mem=10MB]}",
                          "postgres effective_cache_size=6GB max_connections=200 shared_buffers=2GB work_mem=10MB"},
                      Row{"{image: \"postgres:15\", command: [postgres, -c, hot_standby=on, -c, max_connections=200]}",
                          "postgres hot_standby=on max_connections=200"}));

INSTANTIATE_TEST_SUITE_P(
    Postgres, Settings,
    ::testing::Values(
        Row{"{image: postgres, command: postgres -c config_file=/etc/postgresql.conf -c 'max_connections = 300'}",
            "postgres config_file=/etc/postgresql.conf max_connections=300"},
        Row{"{image: postgres, command: -cmax_connections=50 -N 60 -B 4096}", "postgres max_connections=60 shared_buffers=4096"},
        Row{"{image: postgres, command: postgres --max-connections=70}", "postgres max_connections=70"},
        Row{"{image: bitnami/postgresql, environment: {POSTGRESQL_MAX_CONNECTIONS: 400}}", "postgres max_connections=400"},
        Row{"{image: timescale/timescaledb, environment: [TS_TUNE_MAX_CONNS=80]}", "postgres max_connections=80"},
        Row{"{image: postgres, command: \"sh -c 'docker-entrypoint.sh postgres -c max_connections=90'\"}",
            "postgres max_connections=90"},
        Row{"{image: shop/migrate, command: psql -U postgres -c select=1}", ""}, Row{"{image: postgres}", ""},
        Row{"{image: prometheuscommunity/postgres-exporter, command: --web.listen-address=:9187}", ""}));

class Poolers : public ::testing::TestWithParam<Row> {};
TEST_P(Poolers, AreReadFromVariables) { EXPECT_EQ(pooler(read(GetParam().service)), GetParam().want) << GetParam().service; }

INSTANTIATE_TEST_SUITE_P(
    H14, Poolers,
    ::testing::Values(
        Row{"{image: \"pgbouncer/pgbouncer:latest\", environment: [DATABASES_HOST=postgres, DATABASES_PORT=5432, "
            "DATABASES_DBNAME=health_agent, POOL_MODE=transaction, MAX_CLIENT_CONN=1000, DEFAULT_POOL_SIZE=25]}",
            "postgres:5432/health_agent default_pool_size=25 max_client_conn=1000 pool_mode=transaction "},
        Row{"{image: pgbouncer/pgbouncer, environment: {DATABASES_HOST: postgres, DATABASES_PORT: 5432, DATABASES_PASSWORD: x, "
            "DATABASES_DBNAME: voiceassist, PGBOUNCER_POOL_MODE: transaction, PGBOUNCER_MAX_CLIENT_CONN: 1000, "
            "PGBOUNCER_DEFAULT_POOL_SIZE: 25, PGBOUNCER_MIN_POOL_SIZE: 10, PGBOUNCER_RESERVE_POOL_SIZE: 5, "
            "PGBOUNCER_SERVER_IDLE_TIMEOUT: 600}}",
            "postgres:5432/voiceassist default_pool_size=25 max_client_conn=1000 min_pool_size=10 pool_mode=transaction "
            "reserve_pool_size=5 server_idle_timeout=600 "}));

INSTANTIATE_TEST_SUITE_P(
    Images, Poolers,
    ::testing::Values(
        Row{"{image: edoburu/pgbouncer, environment: {DATABASE_URL: \"postgres://u:p@db:5433/shop\", MAX_DB_CONNECTIONS: 80, "
            "LISTEN_PORT: "
            "6432}}",
            "db:5433/shop listen_port=6432 max_db_connections=80 "},
        Row{"{image: edoburu/pgbouncer, environment: {DB_HOST: db, DB_NAME: shop, DB_PASSWORD: x}}", "db:5432/shop "},
        Row{"{image: bitnami/pgbouncer, environment: {POSTGRESQL_HOST: pg, PGBOUNCER_DATABASE: shop, PGBOUNCER_PORT: 6432}}",
            "pg:5432/shop listen_port=6432 "},
        Row{"{image: bitnami/pgbouncer, environment: {PGBOUNCER_DSN_0: \"shop=host=a port=5433 dbname=shop\", PGBOUNCER_DSN_1: "
            "\"log=host=b dbname=log\"}}",
            "a:5433/shop b:5432/log "},
        Row{"{image: zalando/pgbouncer, environment: {CONNECTION_POOLER_MODE: transaction, CONNECTION_POOLER_DEFAULT_SIZE: 15, "
            "PGHOST: pg}}",
            "pg:5432/ default_pool_size=15 pool_mode=transaction "},
        Row{"{image: prometheuscommunity/pgbouncer-exporter, environment: {DB_HOST: db}}", ""},
        Row{"{image: edoburu/pgbouncer, environment: {DB_HOST: \"${DB_HOST}\"}}", ""},
        Row{"{image: shop/api, environment: {DB_HOST: db, POOL_MODE: x}}", ""}));

TEST(Arguments, KnowWhereTheyStand) {
  constexpr std::string_view text = R"(services:
  redis:
    image: redis
    command: redis-server --maxmemory 512mb --maxmemory-policy allkeys-lru
  db:
    image: postgres
    command:
      - postgres
      - -c
      - max_connections=200
  pool:
    image: edoburu/pgbouncer
    environment:
      DEFAULT_POOL_SIZE: 25
      MAX_CLIENT_CONN: "1000"
)";
  Facts facts = read_compose_text(text);
  for (const Workload& one : facts.workloads) read_arguments(one, facts);
  ASSERT_EQ(facts.settings.size(), 2U);
  EXPECT_EQ(facts.settings[0].owner, "redis");
  EXPECT_EQ(under(text, facts.settings[0].settings.at("maxmemory").at), "512mb");
  EXPECT_EQ(under(text, facts.settings[0].settings.at("maxmemory").key), "--maxmemory");
  EXPECT_EQ(under(text, facts.settings[1].settings.at("max_connections").at), "max_connections=200");
  ASSERT_EQ(facts.poolers.size(), 1U);
  const Found<std::string>& size = facts.poolers[0].settings.at("default_pool_size");
  EXPECT_EQ(under(text, size.at), "25");
  EXPECT_EQ(size.prefix, "DEFAULT_POOL_SIZE: ");
}

}  // namespace
}  // namespace plimsoll::import
