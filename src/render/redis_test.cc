#include "render/redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/testing/golden.h"

namespace plimsoll::render {
namespace {

const RedisServer server{17000, "/srv/stack/data/redis", "notasecret"};

Stack stack() {
  Stack stack;
  stack.name = "quickstart";
  return stack;
}

TEST(RedisConf, OfAQueueKeepsWhatWasWritten) {
  Cache cache;
  cache.name = "redis";
  cache.maxmemory = Bytes{256LL << 20};
  cache.policy = "volatile-lru";
  cache.used_for = {CacheUse::cache, CacheUse::queue};
  expect_golden("redis-queue.conf", redis_conf(stack(), cache, server));
}

TEST(RedisConf, OfAPureCacheKeepsNothing) {
  Cache cache;
  cache.name = "redis";
  cache.policy = "allkeys-lru";
  cache.used_for = {CacheUse::cache};
  expect_golden("redis-cache.conf", redis_conf(stack(), cache, server));
}

struct DurableRow {
  std::vector<CacheUse> used_for;
  bool durable;
};
class Durable : public testing::TestWithParam<DurableRow> {};
TEST_P(Durable, IfJobsOrSessionsAreInIt) {
  Cache cache;
  cache.used_for = GetParam().used_for;
  EXPECT_EQ(is_durable(cache), GetParam().durable);
}
INSTANTIATE_TEST_SUITE_P(Redis, Durable,
                         testing::Values(DurableRow{{}, false}, DurableRow{{CacheUse::cache}, false},
                                         DurableRow{{CacheUse::queue}, true}, DurableRow{{CacheUse::session}, true},
                                         DurableRow{{CacheUse::cache, CacheUse::session}, true}));

}  // namespace
}  // namespace plimsoll::render
