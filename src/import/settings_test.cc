// redis.conf, sentinel.conf and postgresql.conf.

#include <gtest/gtest.h>

#include "import/postgresql_conf.h"
#include "import/readers.h"
#include "import/redis_conf.h"
#include "import/testing/places.h"

namespace plimsoll::import {
namespace {

using testing::noted;
using testing::said;
using testing::under;

Facts redis(std::string_view text) {
  Facts facts;
  read_redis_conf({text, {1, {1, 1, 1}}, "redis.conf", "shop"}, facts);
  return facts;
}
Facts postgres(std::string_view text) {
  Facts facts;
  read_postgresql_conf({text, {2, {1, 1, 1}}, "postgresql.conf", ""}, facts);
  return facts;
}
std::string setting(const Facts& facts, const char* name) {
  if (facts.settings.empty() || !facts.settings[0].settings.contains(name)) return "<none>";
  return facts.settings[0].settings.at(name).value;
}

struct Row {
  const char* text;
  const char* name;
  const char* want;
};
class RedisConf : public ::testing::TestWithParam<Row> {};
TEST_P(RedisConf, SaysTheSetting) {
  EXPECT_EQ(setting(redis(GetParam().text), GetParam().name), GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    V9, RedisConf,
    ::testing::Values(Row{"maxmemory 3gb\n", "maxmemory", "3gb"},
                      Row{"MaxMemory-Policy allkeys-lru", "maxmemory-policy", "allkeys-lru"},
                      Row{"cluster-enabled yes\ncluster-node-timeout 5000\n", "cluster-node-timeout", "5000"},
                      Row{"sentinel monitor mymaster redis-master 6379 2\n", "sentinel monitor", "mymaster redis-master 6379 2"},
                      Row{"sentinel monitor mymaster redis-master 6379 2\n", "sentinel quorum", "2"},
                      Row{"sentinel down-after-milliseconds mymaster 5000\n", "sentinel down-after-milliseconds", "5000"},
                      Row{"sentinel monitor m h 1 2\nsentinel failover-timeout m 10000\nsentinel failover-timeout o 7\n",
                          "sentinel failover-timeout", "10000"}));
INSTANTIATE_TEST_SUITE_P(
    Conf, RedisConf,
    ::testing::Values(
        Row{"save 900 1\nsave 300 10\n", "save", "900 1 300 10"}, Row{"save 900 1\nsave \"\"\n", "save", ""},
        Row{"maxmemory 1gb\nmaxmemory 2gb\n", "maxmemory", "2gb"}, Row{"slaveof master 6379\n", "replicaof", "master 6379"},
        Row{"  appendonly\tyes  \r\n", "appendonly", "yes"}, Row{"bind '127.0.0.1' \"::1\"\n", "bind", "127.0.0.1 ::1"},
        Row{"requirepass secret\n", "requirepass", "<none>"}, Row{"user app on >secret ~*\n", "user", "<none>"},
        Row{"masterauth x\nsentinel auth-pass m x\n", "masterauth", "<none>"}, Row{"# maxmemory 1gb\n", "maxmemory", "<none>"},
        Row{"maxmemory 1gb # plenty\n", "maxmemory", "1gb"}, Row{"maxmemory\n", "maxmemory", "<none>"}));

TEST(RedisConf, PlacesAndKinds) {
  constexpr std::string_view text = "# memory\nmaxmemory   1gb\nsave 900 1\n";
  const Facts facts = redis(text);
  ASSERT_EQ(facts.settings.size(), 1U);
  EXPECT_EQ(facts.settings[0].of, SettingsFile::Of::redis);
  EXPECT_EQ(facts.settings[0].owner, "redis.conf");
  EXPECT_EQ(facts.settings[0].space, "shop");
  const Found<std::string>& memory = facts.settings[0].settings.at("maxmemory");
  EXPECT_EQ(under(text, memory.key), "maxmemory");
  EXPECT_EQ(under(text, memory.at), "1gb");
  EXPECT_EQ(memory.prefix, "maxmemory   ");
  EXPECT_EQ(under(text, facts.settings[0].settings.at("save").at), "900 1");
  EXPECT_EQ(redis("port 26379\nsentinel monitor m redis 6379 2\n").settings[0].of, SettingsFile::Of::sentinel);
}

TEST(RedisConf, MistakesAndIncludes) {
  EXPECT_EQ(said(redis("maxmemory 1gb # plenty\n")),
            "1:15+8 redis reads a comment behind a value as arguments of maxmemory, and does not start\n");
  EXPECT_EQ(said(redis("logfile \"open\n")), "1:1+13 a quote does not close here\n");
  EXPECT_EQ(noted(redis("include /etc/redis/common.conf\n")), "1 what /etc/redis/common.conf says is not seen\n");
  EXPECT_EQ(said(redis("rename-command FLUSHALL \"\"\nclient-output-buffer-limit pubsub 32mb 8mb 60\n")), "");
}

struct Size {
  const char* text;
  std::int64_t want;  // -1: none
};
class RedisBytes : public ::testing::TestWithParam<Size> {};
TEST_P(RedisBytes, AreAsRedisReadsThem) {
  const auto bytes = redis_bytes(GetParam().text);
  EXPECT_EQ(bytes ? bytes->count : -1, GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(Conf, RedisBytes,
                         ::testing::Values(Size{"1k", 1000}, Size{"1kb", 1024}, Size{"3gb", 3LL << 30}, Size{"2G", 2'000'000'000},
                                           Size{"512MB", 512LL << 20}, Size{"100", 100}, Size{"0", 0}, Size{"1.5gb", -1},
                                           Size{"1 gb", -1}, Size{"", -1}, Size{"-1", -1}, Size{"99999999999gb", -1}));

// The settings of voiceassist's runbook for 8 GB.
constexpr std::string_view eight_gb = R"(# tuned
max_connections = 200                   # (change requires restart)
shared_buffers = 2GB
effective_cache_size = '6GB'
maintenance_work_mem 512MB
work_mem=10MB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
#shared_buffers = 128MB
)";

class PostgresConf : public ::testing::TestWithParam<Row> {};
TEST_P(PostgresConf, SaysTheSetting) {
  EXPECT_EQ(setting(postgres(GetParam().text), GetParam().name), GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    V8, PostgresConf,
    ::testing::Values(Row{eight_gb.data(), "max_connections", "200"}, Row{eight_gb.data(), "shared_buffers", "2GB"},
                      Row{eight_gb.data(), "effective_cache_size", "6GB"}, Row{eight_gb.data(), "maintenance_work_mem", "512MB"},
                      Row{eight_gb.data(), "work_mem", "10MB"}, Row{eight_gb.data(), "random_page_cost", "1.1"}));
INSTANTIATE_TEST_SUITE_P(Conf, PostgresConf,
                         ::testing::Values(Row{"max_connections=100\nmax_connections = 300\n", "max_connections", "300"},
                                           Row{"MAX_CONNECTIONS = 5", "max_connections", "5"},
                                           Row{"log_line_prefix = '%t ''a'' # b'\n", "log_line_prefix", "%t 'a' # b"},
                                           Row{"pg_stat_statements.max = 10#c\n", "pg_stat_statements.max", "10"},
                                           Row{"primary_conninfo = 'host=pg user=r password=x'\n", "primary_conninfo",
                                               "host=pg user= password="},
                                           Row{"port 5433\r\n", "port", "5433"}));

TEST(PostgresConf, Places) {
  const Facts facts = postgres(eight_gb);
  EXPECT_EQ(said(facts), "");
  const auto& settings = facts.settings[0].settings;
  EXPECT_EQ(facts.settings[0].of, SettingsFile::Of::postgres);
  EXPECT_EQ(under(eight_gb, settings.at("max_connections").at), "200");
  EXPECT_EQ(settings.at("max_connections").prefix, "max_connections = ");
  EXPECT_EQ(under(eight_gb, settings.at("effective_cache_size").at), "'6GB'");
  EXPECT_EQ(settings.at("maintenance_work_mem").prefix, "maintenance_work_mem ");
}

TEST(PostgresConf, MistakesAndIncludes) {
  EXPECT_EQ(said(postgres("max_connections =\n")), "1:1+17 postgres wants name = value here\n");
  EXPECT_EQ(said(postgres("a = 'open\n")), "1:5+5 a quote does not close here\n");
  EXPECT_EQ(said(postgres("work_mem = 4 MB\n")), "1:14+2 postgres wants one value, and stops at what follows it\n");
  EXPECT_EQ(noted(postgres("include_dir 'conf.d'\n")), "1 what conf.d says is not seen\n");
}

struct Buffer {
  const char* setting;
  const char* value;
  std::int64_t want;
};
class PostgresBytes : public ::testing::TestWithParam<Buffer> {};
TEST_P(PostgresBytes, AreAsPostgresReadsThem) {
  const auto bytes = postgres_bytes(GetParam().setting, GetParam().value);
  EXPECT_EQ(bytes ? bytes->count : -1, GetParam().want) << GetParam().value;
}
INSTANTIATE_TEST_SUITE_P(V8, PostgresBytes,
                         ::testing::Values(Buffer{"shared_buffers", "2GB", 2LL << 30},
                                           Buffer{"shared_buffers", "16384", 128LL << 20}, Buffer{"work_mem", "4096", 4LL << 20},
                                           Buffer{"max_wal_size", "1024", 1LL << 30}, Buffer{"work_mem", "64 kB", 64LL << 10},
                                           Buffer{"wal_buffers", "-1", -1}, Buffer{"work_mem", "1gb", -1},
                                           Buffer{"work_mem", "0.5GB", 512LL << 20}, Buffer{"work_mem", "", -1},
                                           Buffer{"work_mem", "GB", -1}));

}  // namespace
}  // namespace plimsoll::import
