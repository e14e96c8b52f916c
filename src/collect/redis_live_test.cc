#include "collect/redis.h"
#include "collect/testing/round.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

OneTier two_lists() {
  return OneTier({{SignalKind::backlog, "decisions", 10s}, {SignalKind::cpu, "", 10s}, {SignalKind::backlog, "pipelines", 10s}});
}

void send(const wire::live::Redis& redis, std::initializer_list<std::string_view> command) {
  auto client = wire::RedisClient::connect(redis.url(), 5s);
  ASSERT_TRUE(client) << client.error().message;
  const auto reply = client->command(command, 5s);
  ASSERT_TRUE(reply) << reply.error().message;
}

TEST(RedisCollector, BacklogIsTheLengthOfTheList) {
  const wire::live::Redis redis("s3cret");
  const OneTier tier = two_lists();
  RedisCollector collector(tier.plan, redis.url(), {.also_measure = {"mails", "decisions"}});
  send(redis, {"RPUSH", "decisions", "1", "2", "3"});
  send(redis, {"RPUSH", "mails", "1"});
  const Round round(collector, {}, 7s);
  ASSERT_TRUE(round.outcome) << round.outcome.error().message;
  EXPECT_EQ(round.samples.at(0).gap, Gap::none);
  EXPECT_EQ(round.samples.at(0).value, 3);
  EXPECT_EQ(round.samples.at(0).measured, TimePoint(7s));
  EXPECT_EQ(round.samples.at(2).gap, Gap::none) << "no list is an empty list";
  EXPECT_EQ(round.samples.at(2).value, 0);
  EXPECT_EQ(round.gauge("redis.decisions.jobs"), 3);
  EXPECT_EQ(round.gauge("redis.mails.jobs"), 1);
  EXPECT_GT(round.gauge("redis.used_memory_bytes"), 100'000);
  EXPECT_GE(round.gauge("redis.connected_clients"), 1);
  EXPECT_GE(round.gauge("redis.operations_per_s"), 0);
}

TEST(RedisCollector, AKeyThatIsNoListIsMalformedAndTheOthersStand) {
  const wire::live::Redis redis;
  const OneTier tier = two_lists();
  RedisCollector collector(tier.plan, redis.url());
  send(redis, {"SET", "decisions", "x"});
  send(redis, {"RPUSH", "pipelines", "1"});
  const Round round(collector, {}, 1s);
  EXPECT_TRUE(round.outcome);
  EXPECT_EQ(round.samples.at(0).gap, Gap::malformed);
  EXPECT_EQ(round.samples.at(2).value, 1);
}

TEST(RedisCollector, IsBackAfterARestart) {
  wire::live::Redis redis;
  const OneTier tier = two_lists();
  RedisCollector collector(tier.plan, redis.url());
  EXPECT_TRUE(Round(collector, {}, 1s).outcome);
  redis.kill();
  const Round lost(collector, {}, 2s);
  ASSERT_FALSE(lost.outcome);
  EXPECT_EQ(lost.samples.at(0).gap, Gap::unreachable);
  EXPECT_EQ(lost.samples.at(2).gap, Gap::unreachable);
  EXPECT_FALSE(Round(collector, {}, 3s).outcome) << "still down";
  redis.restart();
  Duration now = 4s;
  EXPECT_TRUE(wire::live::wait_until([&] { return Round(collector, {}, now += 1s).outcome.has_value(); }));
}

TEST(RedisCollector, AWrongPasswordIsAnErrorThatDoesNotTellIt) {
  const wire::live::Redis redis("s3cret");
  const OneTier tier = two_lists();
  RedisCollector collector(tier.plan, "redis://:wr0ng@127.0.0.1:" + std::to_string(redis.port()));
  const Round round(collector, {}, 1s);
  ASSERT_FALSE(round.outcome);
  EXPECT_THAT(round.outcome.error().message,
              testing::AllOf(testing::HasSubstr("127.0.0.1"), testing::Not(testing::HasSubstr("wr0ng"))));
  RedisCollector nobody(tier.plan, "redis://127.0.0.1:" + std::to_string(redis.port()));
  EXPECT_FALSE(Round(nobody, {}, 1s).outcome) << "no password at all";
}

// A limit of 20 clients, of which the test's own and the collector's are there; then memory to a half under noeviction.
TEST(RedisCollector, SaturationIsOfItsClientsOrItsMemory) {
  const wire::live::Redis redis("s3cret");
  OneTier tier = two_lists();
  tier.plan.components = {{ComponentKind::database, "sessions"}, {ComponentKind::cache, "sessions"}};
  RedisCollector collector(tier.plan, redis.url(), {.name = "sessions", .holds_lists = false});
  send(redis, {"CONFIG", "SET", "maxclients", "20"});
  std::vector<wire::RedisClient> clients;
  for (int i = 0; i < 9; ++i) clients.push_back(*wire::RedisClient::connect(redis.url(), 5s));
  Duration now = 1s;
  EXPECT_TRUE(wire::live::wait_until([&] { return Round(collector, {}, now += 1s).components.at(0).sample.value == 0.5; }))
      << "nine and the collector of twenty";
  const Round round(collector, {}, 100s);
  EXPECT_TRUE(round.samples.empty()) << "the lists are not there";
  EXPECT_EQ(round.components.at(0).component, ComponentId{1});
  EXPECT_EQ(round.components.at(0).sample.measured, TimePoint(100s));
  send(redis, {"CONFIG", "SET", "maxmemory", "16mb"});
  send(redis, {"SETRANGE", "large", "14000000", "x"});
  const double full = Round(collector, {}, 101s).components.at(0).sample.value;
  EXPECT_GT(full, 0.8);
  EXPECT_LT(full, 1.3);
  send(redis, {"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  EXPECT_LT(Round(collector, {}, 102s).components.at(0).sample.value, 0.7) << "it makes room by itself";
}

TEST(RedisCollector, ALostComponentIsAGap) {
  wire::live::Redis redis;
  OneTier tier = two_lists();
  tier.plan.components = {{ComponentKind::cache, "redis"}};
  RedisCollector collector(tier.plan, redis.url());
  EXPECT_EQ(Round(collector, {}, 1s).components.at(0).sample.gap, Gap::none);
  redis.kill();
  const Round lost(collector, {}, 2s);
  EXPECT_FALSE(lost.outcome);
  EXPECT_EQ(lost.components.at(0).sample.gap, Gap::unreachable);
}

TEST(RedisInfo, SaturationIsTheHigherOfClientsAndMemory) {
  const auto info = [](const char* policy, const char* maxmemory) {
    return std::string("# Memory\r\nused_memory:60\r\nmaxmemory:") + maxmemory + "\r\nmaxmemory_policy:" + policy +
           "\r\n# Clients\r\nconnected_clients:30\r\nmaxclients:100\r\n";
  };
  EXPECT_DOUBLE_EQ(redis_saturation(info("noeviction", "80")).value_or(-1), 0.75);
  EXPECT_DOUBLE_EQ(redis_saturation(info("noeviction", "0")).value_or(-1), 0.3) << "no limit";
  EXPECT_DOUBLE_EQ(redis_saturation(info("allkeys-lru", "80")).value_or(-1), 0.3);
  EXPECT_FALSE(redis_saturation("# Stats\r\n"));
}

TEST(RedisInfo, NumbersAreReadByName) {
  constexpr std::string_view info = "# Memory\r\nused_memory:1024\r\nused_memory_human:1.00K\r\nx:12z\r\nlast:7";
  EXPECT_EQ(redis_info_number(info, "used_memory"), 1024);
  EXPECT_EQ(redis_info_number(info, "last"), 7);
  for (const std::string_view absent : {"used", "x", "used_memory_human", "missing", "# Memory"})
    EXPECT_EQ(redis_info_number(info, absent), std::nullopt);
}

}  // namespace
}  // namespace plimsoll::collect
