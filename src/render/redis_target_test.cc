#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "render/redis.h"
#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

Stack with_cache(Cache cache) {
  Stack stack;
  stack.name = "voiceassist";
  cache.name = "redis";
  cache.used_for = {CacheUse::cache};
  stack.caches = {std::move(cache)};
  return stack;
}

class RedisFiles : public testing::TestWithParam<const char*> {};
TEST_P(RedisFiles, AreTheGolden) { expect_golden_files(GetParam(), redis(reference_stack(GetParam()), {})); }
INSTANTIATE_TEST_SUITE_P(K17_K18_T10_V9_H16, RedisFiles, testing::ValuesIn(reference_stacks));

TEST(RedisTarget, K18_MemoryAndPolicyAsPeopleWriteThem) {
  const std::string conf = file_of(redis(reference_stack("kaireon"), {}), "redis/redis.conf");
  EXPECT_THAT(conf, HasSubstr("\nmaxmemory 12gb\nmaxmemory-policy volatile-lru\n"));
  EXPECT_LT(conf.find("include auth.conf"), conf.find("dir "));  // after it the name would start from another folder
}

TEST(RedisTarget, V9_MemoryOfThreeGigabytes) {
  EXPECT_THAT(file_of(redis(reference_stack("voiceassist"), {}), "redis/redis.conf"), HasSubstr("\nmaxmemory 3gb\n"));
}

TEST(RedisTarget, H16_H23_AnAppendOnlyFileWhereTheStackSaysSo) {
  const std::string conf = file_of(redis(reference_stack("health-agent"), {}), "redis/redis.conf");
  EXPECT_THAT(conf, HasSubstr("\nmaxmemory 256mb\n"));
  EXPECT_THAT(conf, HasSubstr("\nappendonly yes\n"));
}

struct PersistenceRow {
  std::string said;
  CacheUse use;
  std::string want;
};
void PrintTo(const PersistenceRow& row, std::ostream* out) { *out << (row.said.empty() ? "nothing said" : row.said); }
class Persistence : public testing::TestWithParam<PersistenceRow> {};
TEST_P(Persistence, IsWhatIsSaidElseWhatTheUseNeeds) {
  Stack stack = with_cache({});
  stack.caches[0].persistence = GetParam().said;
  stack.caches[0].used_for = {GetParam().use};
  EXPECT_THAT(file_of(redis(stack, {}), "redis/redis.conf"), HasSubstr(GetParam().want));
}
INSTANTIATE_TEST_SUITE_P(Redis, Persistence,
                         testing::Values(PersistenceRow{"", CacheUse::cache, "\nappendonly no\nsave \"\"\n"},
                                         PersistenceRow{"", CacheUse::queue,
                                                        "\nappendonly yes\nappendfsync everysec\nsave \"\"\n"},
                                         PersistenceRow{"aof", CacheUse::cache, "\nappendonly yes\n"},
                                         PersistenceRow{"rdb", CacheUse::queue, "\nappendonly no\nsave 3600 1\n"},
                                         PersistenceRow{"none", CacheUse::session, "\nappendonly no\nsave \"\"\n"}));

TEST(RedisTarget, T10_ReplicasFollowTheMasterWithItsSizes) {
  const Rendered made = redis(reference_stack("triage-warden"), {});
  const std::string conf = file_of(made, "redis/redis-replica.conf");
  EXPECT_THAT(conf, HasSubstr("each of its 2 replicas"));
  EXPECT_THAT(conf, HasSubstr("\n# of the 2 GB that a node has"));
  EXPECT_THAT(conf, HasSubstr("\nmaxmemory 1536mb\n"));
  EXPECT_THAT(conf, HasSubstr("\nreplicaof redis 6379\nreplica-read-only yes\n"));
  EXPECT_THAT(file_of(made, "redis/redis.conf"), Not(HasSubstr("replicaof")));
  EXPECT_THAT(made.notes[0].text,
              HasSubstr("printf 'requirepass %s\\nmasterauth %s\\n' \"$REDIS_PASSWORD\" \"$REDIS_PASSWORD\""));
}

TEST(RedisTarget, V9_SentinelsOfThree) {
  Cache cache;
  cache.architecture = CacheArchitecture::sentinel;
  cache.replicas = 2;
  const Rendered made = redis(with_cache(cache), {});
  const std::string conf = file_of(made, "redis/redis-sentinel.conf");
  expect_golden("voiceassist-sentinel/redis/redis-sentinel.conf", conf);
  for (const char* line : {"sentinel monitor redis redis 6379 2", "sentinel down-after-milliseconds redis 5000",
                           "sentinel failover-timeout redis 10000", "sentinel parallel-syncs redis 1"})
    EXPECT_THAT(conf, HasSubstr(std::string("\n") + line + "\n"));
  EXPECT_LT(conf.find("resolve-hostnames"), conf.find("sentinel monitor"));
  EXPECT_EQ(made.files.size(), 3U);
}

TEST(RedisTarget, V9_AClusterOfThreeMastersAndThreeReplicas) {
  Cache cache;
  cache.architecture = CacheArchitecture::cluster;
  cache.shards = 3;
  cache.replicas = 1;
  const Rendered made = redis(with_cache(cache), {});
  ASSERT_EQ(made.files.size(), 1U);
  EXPECT_THAT(made.files[0].text, HasSubstr("\ncluster-enabled yes\n"));
  EXPECT_THAT(made.files[0].text, HasSubstr("\ncluster-node-timeout 5000\n"));
  EXPECT_THAT(made.notes,
              Contains(Field(&Note::text, HasSubstr("redis-cli --cluster create redis-1:6379 redis-2:6379 redis-3:6379 "
                                                    "redis-4:6379 redis-5:6379 redis-6:6379 --cluster-replicas 1 "
                                                    "--cluster-yes"))));
}

TEST(RedisTarget, K17_FromThreeShardsToSix) {
  const Rendered made = redis(reference_stack("acme"), {});
  const auto note = std::ranges::find(made.notes, "caches.cache.shards", &Note::path);
  ASSERT_NE(note, made.notes.end());
  EXPECT_THAT(note->text, HasSubstr("to 6 shards"));
  EXPECT_THAT(note->text, HasSubstr("redis-cli --cluster add-node cache-7:6379 cache-1:6379;"));
  EXPECT_THAT(note->text, HasSubstr("redis-cli --cluster add-node cache-12:6379 cache-1:6379 --cluster-slave;"));
  EXPECT_THAT(note->text, HasSubstr("redis-cli --cluster rebalance cache-1:6379 --cluster-use-empty-masters"));
}

TEST(RedisTarget, GoesWhereTheOptionsSay) {
  Cache cache;
  cache.architecture = CacheArchitecture::cluster;
  cache.shards = 3;
  cache.name = "redis";
  const Options options{.at = {{"redis", {{"10.0.0.1", 7000}, {"10.0.0.2", 7000}, {"fd00::3", 7001}}}}};
  EXPECT_EQ(redis_cluster_create(cache, options),
            "redis-cli --cluster create 10.0.0.1:7000 10.0.0.2:7000 [fd00::3]:7001 --cluster-replicas 0 --cluster-yes");
  EXPECT_THAT(file_of(redis(with_cache(cache), options), "redis/redis.conf"), HasSubstr("\nport 7000\n"));
}

TEST(RedisTarget, WithoutACacheThereIsANote) {
  EXPECT_EQ(redis(Stack{}, {}).notes, (std::vector<Note>{{"caches", "the stack has no cache"}}));
}

}  // namespace
}  // namespace plimsoll::render
