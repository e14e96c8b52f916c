#include "drive/local/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drive/local/postgres_component.h"
#include "drive/local/testing/error_of.h"
#include "drive/local/testing/temporary_folder.h"

namespace plimsoll::local {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Stack shop() {
  Stack stack;
  stack.name = "shop";
  Database main;
  main.name = "main";
  main.read_replicas = 2;
  Database plain;
  plain.name = "postgres";
  stack.databases = {main, plain};
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  stack.poolers = {pooler};
  Cache redis;
  redis.name = "redis";
  stack.caches = {redis};
  return stack;
}

Tier tier(std::vector<std::pair<std::string, std::string>> uses) {
  Tier tier;
  tier.name = "api";
  for (const auto& [component, through] : uses) tier.uses.push_back({component, through, 5, {}});
  return tier;
}

class EndpointsOf : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::vector<std::unique_ptr<Component>>> made = components(stack_, place_, ports_, secrets_);
    ASSERT_TRUE(made) << made.error().message;
    made_ = std::move(*made);
  }
  std::string secret(const std::string& name) { return secrets_.of(name).value_or("?"); }
  std::string port(const std::string& name) { return std::to_string(ports_.known(name).value_or(0)); }

  TemporaryFolder folder_;
  Stack stack_ = shop();
  Place place_ = make_place(folder_.path(), "shop", std::nullopt).value_or(Place{});
  Ports ports_ = Ports::open(place_).value();
  Secrets secrets_ = Secrets::open(place_).value();
  std::vector<std::unique_ptr<Component>> made_;
};

TEST_F(EndpointsOf, ComponentsComeInAnOrderInWhichTheyCanBeStarted) {
  std::vector<std::string> names;
  for (const auto& each : made_) names.push_back(each->name());
  EXPECT_THAT(names, ElementsAre("redis", "main", "main-replica-1", "main-replica-2", "postgres", "pooler"));
  EXPECT_THAT(made_[2]->needs(), ElementsAre("main"));
  EXPECT_THAT(made_[5]->needs(), ElementsAre("main"));
  EXPECT_THAT(made_[0]->needs(), IsEmpty());
}

TEST_F(EndpointsOf, ATierGoesThroughThePoolerAndReadsFromTheFirstReadReplica) {
  const Result<Endpoints> found = endpoints(stack_, tier({{"main", "pooler"}, {"redis", ""}}), ports_, secrets_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->database_url, "postgresql://app:" + secret("main.app") + "@127.0.0.1:" + port("pooler") + "/main");
  EXPECT_EQ(found->database_read_url,
            "postgresql://app:" + secret("main.app") + "@127.0.0.1:" + port("main-replica-1") + "/main");
  EXPECT_EQ(found->redis_url, "redis://:" + secret("redis.default") + "@127.0.0.1:" + port("redis") + "/0");
}

/// The same as rendered files say: render::redis_of.
TEST_F(EndpointsOf, RedisIsWhereTheQueuesAre) {
  stack_.caches.push_back({.name = "jobs", .used_for = {CacheUse::queue}});
  ASSERT_TRUE(components(stack_, place_, ports_, secrets_));
  Tier api = tier({{"redis", ""}, {"jobs", ""}});
  EXPECT_EQ(endpoints(stack_, api, ports_, secrets_).value_or(Endpoints{}).redis_url,
            "redis://:" + secret("redis.default") + "@127.0.0.1:" + port("redis") + "/0");
  api.kind = TierKind::service;
  api.publishes = {"reservations"};
  EXPECT_EQ(endpoints(stack_, api, ports_, secrets_).value_or(Endpoints{}).redis_url,
            "redis://:" + secret("jobs.default") + "@127.0.0.1:" + port("jobs") + "/0");
}

TEST_F(EndpointsOf, ATierGoesDirectlyWhereNoPoolerIsStated) {
  const Result<Endpoints> found = endpoints(stack_, tier({{"postgres", ""}}), ports_, secrets_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->database_url, "postgresql://app:" + secret("postgres.app") + "@127.0.0.1:" + port("postgres") + "/app");
  EXPECT_THAT(found->database_read_url, IsEmpty());
  EXPECT_THAT(found->redis_url, IsEmpty());
}

TEST_F(EndpointsOf, OnesOwnEyesHaveRolesOfTheirOwn) {
  EXPECT_EQ(monitoring_url(stack_.databases[0], 2, ports_, secrets_).value_or(""),
            "postgresql://plimsoll_monitoring:" + secret("main.monitoring") + "@127.0.0.1:" + port("main-replica-2") + "/main");
  EXPECT_EQ(console_url(stack_.poolers[0], ports_, secrets_).value_or(""),
            "postgresql://plimsoll_monitoring:" + secret("pooler.monitoring") + "@127.0.0.1:" + port("pooler") + "/pgbouncer");
  EXPECT_EQ(admin_console_url(stack_.poolers[0], ports_, secrets_).value_or(""),
            "postgresql://plimsoll_admin:" + secret("pooler.admin") + "@127.0.0.1:" + port("pooler") + "/pgbouncer");
}

TEST_F(EndpointsOf, AComponentNeverStartedHasNone) {
  Database other;
  other.name = "other";
  EXPECT_EQ(error_of(monitoring_url(other, 0, ports_, secrets_)).code, Errc::not_found);
}

struct SlotRow {
  std::string replica, slot;
};
class SlotName : public testing::TestWithParam<SlotRow> {};
TEST_P(SlotName, IsOneThatPostgresTakes) { EXPECT_EQ(slot_name(GetParam().replica), GetParam().slot); }
INSTANTIATE_TEST_SUITE_P(Postgres, SlotName,
                         testing::Values(SlotRow{"main-replica-1", "plimsoll_main_replica_1"},
                                         SlotRow{"Main.DB-replica-12", "plimsoll_main_db_replica_12"},
                                         SlotRow{std::string(80, 'a'), "plimsoll_" + std::string(54, 'a')}));

}  // namespace
}  // namespace plimsoll::local
