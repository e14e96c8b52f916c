// What Redis keeps, evicts and carries.

#include <gtest/gtest.h>

#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {
namespace {

using enum Level;
constexpr std::nullopt_t silent = std::nullopt;
constexpr std::int64_t megabyte = std::int64_t{1} << 20;

class RedisRule : public Rule {};
TEST_P(RedisRule, SaysWhatItMustAndNothingElse) { check(GetParam()); }

void uses(Given& g, std::vector<CacheUse> what, const char* policy) {
  redis(g).used_for = std::move(what);
  redis(g).policy = policy;
}

INSTANTIATE_TEST_SUITE_P(
    K19, RedisRule,
    testing::Values(
        Row{"JobsUnderAllkeys", "cache-evicts-jobs", error,
            "redis holds jobs and a cache under allkeys-lru: at 1 GB of data a whole list",
            [](Given& g) {
              uses(g, {CacheUse::queue, CacheUse::cache}, "allkeys-lru");
            }},
        Row{"OnlyJobsUnderAllkeys", "cache-evicts-jobs", error, "redis holds jobs under allkeys-random",
            [](Given& g) { uses(g, {CacheUse::queue}, "allkeys-random"); }},
        // Nothing is evicted before there is a limit; the day one is set it bites.
        Row{"NoLimitYet", "cache-evicts-jobs", note, "without maxmemory nothing is evicted",
            [](Given& g) {
              uses(g, {CacheUse::queue}, "allkeys-lru");
              redis(g).maxmemory.reset();
            }},
        // A container's limit is the kernel's, not Redis'.
        Row{"OnlyAMemoryLimit", "cache-evicts-jobs", note, "nothing is evicted; the process is killed at 2 GB",
            [](Given& g) {
              uses(g, {CacheUse::queue}, "allkeys-lru");
              redis(g).maxmemory.reset();
              redis(g).memory = Bytes{2048 * megabyte};
            }},
        Row{"AManagedClassEvicts", "cache-evicts-jobs", error, "once its memory is full a whole list",
            [](Given& g) {
              uses(g, {CacheUse::queue}, "allkeys-lru");
              redis(g).maxmemory.reset();
              redis(g).bought.instance_class = "cache.t3.micro";
            }},
        Row{"SessionsWithoutLimit", "sessions-evicted", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::session}, "allkeys-lru");
              redis(g).maxmemory.reset();
              redis(g).memory = Bytes{2048 * megabyte};
            }},
        Row{"JobsUnderVolatile", "cache-evicts-jobs", silent, "", [](Given& g) { uses(g, {CacheUse::queue}, "volatile-lru"); }},
        Row{"JobsUnderNoeviction", "cache-evicts-jobs", silent, "", [](Given& g) { uses(g, {CacheUse::queue}, "noeviction"); }},
        Row{"SessionsUnderAllkeys", "sessions-evicted", error,
            "redis holds sessions under allkeys-lru: at 1 GB of data users are logged out",
            [](Given& g) { uses(g, {CacheUse::session}, "allkeys-lru"); }},
        Row{"SessionsUnderVolatile", "sessions-evicted", warning, "sessions have a TTL, so they are what this policy evicts",
            [](Given& g) {
              uses(g, {CacheUse::session, CacheUse::cache}, "volatile-ttl");
            }},
        Row{"SessionsKept", "sessions-evicted", silent, "", [](Given& g) { uses(g, {CacheUse::session}, "noeviction"); }},
        Row{"NoSessions", "sessions-evicted", silent, "", [](Given& g) { uses(g, {CacheUse::cache}, "allkeys-lru"); }},
        Row{"ACacheThatCannotEvict", "cache-policy", warning,
            "redis is a cache under noeviction: at 1 GB of data every write fails",
            [](Given& g) { uses(g, {CacheUse::cache}, "noeviction"); }},
        Row{"AVolatileOneWithoutTtl", "cache-policy", warning, "its entries have no TTL: nothing can be evicted",
            [](Given& g) {
              uses(g, {CacheUse::cache}, "volatile-lru");
              redis(g).content.ttl = Duration::zero();
            }},
        Row{"AVolatileOneWithTtl", "cache-policy", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::cache}, "volatile-lru");
              redis(g).content.ttl = std::chrono::seconds(60);
            }},
        Row{"TtlUnknown", "cache-policy", silent, "", [](Given& g) { uses(g, {CacheUse::cache}, "volatile-lru"); }},
        Row{"NoevictionWithoutLimit", "cache-policy", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::cache}, "noeviction");
              redis(g).maxmemory.reset();
            }},
        Row{"QueueAndCache", "queue-and-cache-together", warning, "redis is queue and cache in one under volatile-lru",
            [](Given& g) {
              uses(g, {CacheUse::queue, CacheUse::cache}, "volatile-lru");
            }},
        // Said already, and worse, by cache-evicts-jobs.
        Row{"QueueAndCacheUnderAllkeys", "queue-and-cache-together", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::queue, CacheUse::cache}, "allkeys-lru");
            }},
        Row{"QueueAndCacheWithoutLimit", "queue-and-cache-together", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::queue, CacheUse::cache}, "volatile-lru");
              redis(g).maxmemory.reset();
            }},
        Row{"Apart", "queue-and-cache-together", silent, "", [](Given& g) { uses(g, {CacheUse::cache}, "volatile-lru"); }},
        Row{"SessionsBesideACache", "sessions-shared", note,
            "redis holds sessions beside a cache: at 1 GB of data no session can be written",
            [](Given& g) {
              uses(g, {CacheUse::session, CacheUse::cache}, "noeviction");
              redis(g).memory = Bytes{2048 * megabyte};
            }},
        Row{"OnALaptop", "sessions-shared", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::session, CacheUse::cache}, "noeviction");
            }},
        Row{"TheirOwn", "sessions-shared", silent, "",
            [](Given& g) {
              uses(g, {CacheUse::session}, "noeviction");
              redis(g).memory = Bytes{2048 * megabyte};
            }},
        Row{"BeyondOneNode", "redis-ops", error, "redis: 120,000 operations a second at the peak; one node carries 100,000",
            [](Given& g) { redis(g).ops = Rate{120'000}; }},
        Row{"BeyondThreeMasters", "redis-ops", error, "ceil(350,000 / 100,000) = 4 masters",
            [](Given& g) {
              redis(g).architecture = CacheArchitecture::cluster;
              redis(g).shards = 3;
              redis(g).replicas = 1;
              redis(g).ops = Rate{350'000};
            }},
        Row{"CopiesCarryNoWrites", "redis-ops", error, "one node carries 100,000",
            [](Given& g) {
              redis(g).architecture = CacheArchitecture::replication;
              redis(g).replicas = 2;
              redis(g).ops = Rate{120'000};
            }},
        Row{"WithinOneNode", "redis-ops", silent, "", [](Given& g) { redis(g).ops = Rate{100'000}; }},
        Row{"OpsUnknown", "redis-ops", silent, "", [](Given&) {}}),
    name_of_row);

void memory(Given& g, std::int64_t node, std::optional<std::int64_t> data) {
  redis(g).memory = Bytes{node * megabyte};
  redis(g).maxmemory.reset();
  if (data) redis(g).maxmemory = Bytes{*data * megabyte};
}

INSTANTIATE_TEST_SUITE_P(
    K18, RedisRule,
    testing::Values(
        Row{"MoreThanTheNode", "maxmemory-over-memory", error,
            "redis: maxmemory 700 MB of 512 MB memory = 137 %: it is killed before it evicts",
            [](Given& g) { memory(g, 512, 700); }},
        Row{"AllOfTheNode", "maxmemory-over-memory", warning, "nothing is left for the process itself",
            [](Given& g) { memory(g, 512, 512); }},
        Row{"WithAFork", "maxmemory-over-memory", warning, "with persistence aof: while it forks",
            [](Given& g) {
              memory(g, 1000, 850);
              redis(g).persistence = "aof";
            }},
        Row{"WithoutAFork", "maxmemory-over-memory", silent, "", [](Given& g) { memory(g, 1000, 850); }},
        Row{"ThreeQuarters", "maxmemory-over-memory", silent, "",
            [](Given& g) {
              memory(g, 1000, 750);
              redis(g).persistence = "rdb";
            }},
        Row{"None", "maxmemory-missing", warning,
            "redis: a cache with 512 MB of memory and no maxmemory: it grows until it is killed, and allkeys-lru never evicts",
            [](Given& g) { memory(g, 512, std::nullopt); }},
        Row{"AManagedNode", "maxmemory-missing", silent, "",
            [](Given& g) {
              memory(g, 512, std::nullopt);
              redis(g).bought.instance_class = "cache.t3.micro";
            }},
        Row{"AQueue", "maxmemory-missing", silent, "",
            [](Given& g) {
              memory(g, 512, std::nullopt);
              redis(g).used_for = {CacheUse::queue};
            }}),
    name_of_row);

void sentinels(Given& g, int n, int quorum) {
  redis(g).architecture = CacheArchitecture::sentinel;
  redis(g).replicas = 1;
  redis(g).sentinels = n;
  redis(g).quorum = quorum;
}
void cluster(Given& g, int shards, int replicas) {
  redis(g).architecture = CacheArchitecture::cluster;
  redis(g).shards = shards;
  redis(g).replicas = replicas;
}

INSTANTIATE_TEST_SUITE_P(V9, RedisRule,
                         testing::Values(Row{"TwoShards", "cluster-sizes", error,
                                             "redis: a cluster of 2 shards: three masters are the least",
                                             [](Given& g) { cluster(g, 2, 1); }},
                                         Row{"NoCopies", "cluster-sizes", warning, "one that dies takes 1/3 of the keys with it",
                                             [](Given& g) { cluster(g, 3, 0); }},
                                         Row{"NobodyToFailOverTo", "cluster-sizes", error, "there is nobody to fail over to",
                                             [](Given& g) {
                                               sentinels(g, 3, 2);
                                               redis(g).replicas = 0;
                                             }},
                                         Row{"TwoSentinels", "cluster-sizes", warning, "of 2 sentinels a majority is 2",
                                             [](Given& g) { sentinels(g, 2, 2); }},
                                         Row{"QuorumOfAFew", "cluster-sizes", warning, "quorum 2 of 5 sentinels is no majority",
                                             [](Given& g) { sentinels(g, 5, 2); }},
                                         Row{"QuorumOfMoreThanThereAre", "cluster-sizes", error,
                                             "quorum 4 of 3 sentinels is never reached", [](Given& g) { sentinels(g, 3, 4); }},
                                         Row{"ThreeAndThree", "cluster-sizes", silent, "", [](Given& g) { cluster(g, 3, 1); }},
                                         Row{"ThreeSentinels", "cluster-sizes", silent, "", [](Given& g) { sentinels(g, 3, 2); }},
                                         Row{"Standalone", "cluster-sizes", silent, "", [](Given&) {}}),
                         name_of_row);

// An import takes a Redis it knows nothing of for a cache: that proves nothing.
TEST(Imported, AGuessedUseIsSilent) {
  Given given = sound();
  redis(given).policy = "noeviction";  // rule by rule: cache-policy
  Given small = sound();               // maxmemory-missing
  memory(small, 512, std::nullopt);
  Given jobs = sound();  // cache-evicts-jobs
  uses(jobs, {CacheUse::queue}, "allkeys-lru");
  Given together = sound();  // queue-and-cache-together
  uses(together, {CacheUse::queue, CacheUse::cache}, "volatile-lru");
  Given sessions = sound();  // sessions-evicted
  uses(sessions, {CacheUse::session}, "allkeys-lru");
  const std::vector<std::pair<const char*, Given*>> scenes = {{"cache-policy", &given},
                                                              {"maxmemory-missing", &small},
                                                              {"cache-evicts-jobs", &jobs},
                                                              {"queue-and-cache-together", &together},
                                                              {"sessions-evicted", &sessions}};
  for (const auto& [rule, scene] : scenes) {
    scene->context.imported = true;
    scene->context.given = [](std::string_view path) {
      return path == "caches.redis.policy" || path == "caches.redis.maxmemory";
    };
    EXPECT_TRUE(of_rule(*scene, rule).empty()) << rule;
    scene->context.given = [](std::string_view path) { return path == "caches.redis.policy" || path == "caches.redis.used_for"; };
    EXPECT_EQ(of_rule(*scene, rule).size(), 1U) << rule;
  }
}

}  // namespace
}  // namespace plimsoll::capacity::testing_
