// A real Postgres and a real PgBouncer before it.

#include <thread>

#include "collect/pgbouncer.h"
#include "collect/postgres.h"
#include "collect/testing/round.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using wire::live::wait_until;

wire::PgConnection connected(const std::string& url) {
  auto connection = wire::PgConnection::connect(url, 10s);
  if (!connection) throw std::runtime_error(connection.error().message);
  return std::move(*connection);
}

class Databases : public testing::Test {
 protected:
  static void SetUpTestSuite() { database_ = std::make_unique<wire::live::Postgres>(); }
  static void TearDownTestSuite() { database_.reset(); }

  static OneTier components() {
    OneTier tier({});
    tier.plan.components = {{ComponentKind::database, "main"}, {ComponentKind::pooler, "pooler"}};
    return tier;
  }
  /// Asked every second of the test's time.
  Sample saturation(Collector& collector) {
    const Round round(collector, {}, now_ += 1s);
    EXPECT_TRUE(round.outcome) << (round.outcome ? "" : round.outcome.error().message);
    return round.components.at(0).sample;
  }

  static inline std::unique_ptr<wire::live::Postgres> database_;
  OneTier tier = components();
  Duration now_ = 1s;
};

// max_connections is 50, three of them superusers': ten more clients and we are eleven of forty-seven.
TEST_F(Databases, ADatabaseIsAsFullAsItsConnections) {
  PostgresCollector collector(tier.plan, "main", database_->url());
  ASSERT_TRUE(wait_until([&] { return saturation(collector).value == 1.0 / 47; }));
  std::vector<wire::PgConnection> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(connected(database_->url()));
  const Round round(collector, {}, 100s);
  EXPECT_EQ(round.components.at(0).component, ComponentId{0});
  EXPECT_DOUBLE_EQ(round.components.at(0).sample.value, 11.0 / 47);
  EXPECT_EQ(round.components.at(0).sample.measured, TimePoint(100s));
  EXPECT_EQ(round.gauge("main.connections"), 11);
  EXPECT_EQ(round.gauge("main.connections_max"), 47);
}

TEST_F(Databases, ADatabaseWithoutRoomForUsIsFull) {
  auto superuser = connected(database_->url());
  ASSERT_TRUE(superuser.exec("create role watcher login in role pg_monitor", 10s));
  std::string url = database_->url();
  url.replace(url.find("app@"), 4, "watcher@");
  std::vector<wire::PgConnection> clients;
  ASSERT_TRUE(wait_until([&] {
    auto client = wire::PgConnection::connect(url, 5s);
    if (client) clients.push_back(std::move(*client));
    return !client;
  }));
  PostgresCollector collector(tier.plan, "main", url);
  EXPECT_EQ(saturation(collector).value, 1);
  clients.clear();
  EXPECT_TRUE(wait_until([&] { return saturation(collector).value < 0.2; })) << "a role of pg_monitor sees all clients";
}

TEST_F(Databases, ADatabaseIsBackAfterARestart) {
  PostgresCollector collector(tier.plan, "main", database_->url());
  EXPECT_EQ(saturation(collector).gap, Gap::none);
  database_->restart();
  const Round lost(collector, {}, 50s);
  ASSERT_FALSE(lost.outcome) << "the connection was of the one before";
  EXPECT_EQ(lost.components.at(0).sample.gap, Gap::unreachable);
  EXPECT_EQ(saturation(collector).gap, Gap::none);
}

// A pool of two, three clients that sleep: two are served, the third waits, and the pool is more than full until they end.
TEST_F(Databases, APoolWithWaitingClientsIsMoreThanFull) {
  const wire::live::PgBouncer pooler(*database_, 2);
  PgbouncerCollector collector(tier.plan, "pooler", pooler.admin_url());
  EXPECT_LT(saturation(collector).value, 1);
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 3; ++i)
      clients.emplace_back([&] {
        auto client = connected(pooler.url());
        EXPECT_TRUE(client.exec("select pg_sleep(1.5)", 20s));
      });
    EXPECT_TRUE(wait_until([&] { return saturation(collector).value == 1.5; })) << "two of two in use, one waits";
    const Round round(collector, {}, 1000s);
    EXPECT_EQ(round.components.at(0).component, ComponentId{1});
    EXPECT_EQ(round.gauge("pooler.pool_size"), 2);
    EXPECT_EQ(round.gauge("pooler.clients_waiting"), 1);
    EXPECT_EQ(round.gauge("pooler.servers_active"), 2);
  }
  EXPECT_TRUE(wait_until([&] { return saturation(collector).value < 0.1; }));
}

TEST_F(Databases, APoolersLimitOfClientsCounts) {
  const wire::live::PgBouncer pooler(*database_, 5);
  PgbouncerCollector collector(tier.plan, "pooler", pooler.admin_url());
  auto console = connected(pooler.admin_url());
  ASSERT_TRUE(console.exec("SET max_client_conn = 10", 5s));
  std::vector<wire::PgConnection> clients;
  for (int i = 0; i < 7; ++i) clients.push_back(connected(pooler.url()));
  EXPECT_TRUE(wait_until([&] { return saturation(collector).value == 0.9; })) << "seven, the console and the collector of ten";
}

TEST_F(Databases, AConsoleThatRefusesDoesNotTellThePassword) {
  const wire::live::PgBouncer pooler(*database_, 2);
  std::string url = pooler.admin_url();
  url.replace(url.find("admpw"), 5, "hunter2");
  PgbouncerCollector collector(tier.plan, "pooler", url);
  const Round round(collector, {}, 1s);
  ASSERT_FALSE(round.outcome);
  EXPECT_THAT(round.outcome.error().message, AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("hunter2"))));
  EXPECT_EQ(round.components.at(0).sample.gap, Gap::unreachable);
}

}  // namespace
}  // namespace plimsoll::collect
