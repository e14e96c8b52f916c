#include "capacity/budget.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace plimsoll::capacity {
namespace {

struct Cores {
  int cores, least, most;
};
class Pool : public testing::TestWithParam<Cores> {};
TEST_P(Pool, IsFromTheCoresToTwiceThemPlusFive) {
  EXPECT_EQ(pool_min(GetParam().cores), GetParam().least);
  EXPECT_EQ(pool_max(GetParam().cores), GetParam().most);
}
INSTANTIATE_TEST_SUITE_P(H11, Pool, testing::Values(Cores{4, 4, 13}, Cores{8, 8, 21}, Cores{16, 16, 37}));

TEST(V7, WorkersFromCores) { EXPECT_EQ(workers_for(4), 9); }

TEST(K15, MaxConnectionsFromMemory) {
  EXPECT_EQ(max_connections(Bytes{16LL << 30}), 1802);
  EXPECT_EQ(max_connections(Bytes{2LL << 30}), 225);
  EXPECT_EQ(max_connections(Bytes{9531392}), 1);
  EXPECT_EQ(max_connections(Bytes{9531391}), 0);
  EXPECT_EQ(max_connections(Bytes{1LL << 40}), 5000);
}

// 10 API * 5 + 10 workers * 3 + monitoring 5 + replication 5 + administration 10.
TEST(K20, ServerConnections) {
  const Limit server{100, 5 + 5 + 10};
  const std::array tiers = {Consumer{5, 10}, Consumer{3, 10}};
  EXPECT_EQ(used_by(tiers), 80);
  EXPECT_EQ(used_by(tiers) + server.reserve, 100);
  EXPECT_TRUE(balance(server, tiers).fits());
  EXPECT_EQ(balance(server, tiers).left, 0);
  const PoolerFleet pooler{.default_pool_size = 50, .max_db_connections = 100, .max_client_conn = 500};
  EXPECT_EQ(servers_of_one(pooler), 50);
  EXPECT_EQ(most_servers_of(pooler), 100);
  EXPECT_EQ(clients_of(pooler), 500);
}

TEST(T8, ApiAndOrchestrators) {
  const std::array tiers = {Consumer{15, 3}, Consumer{15, 2}};
  EXPECT_EQ(used_by(tiers), 75);
}

TEST(V15, TenServersOfThirtyDoNotFitTwoHundred) {
  const std::array servers = {Consumer{20 + 10, 10}};
  const Balance seen = balance({200, 0}, servers);
  EXPECT_FALSE(seen.fits());
  EXPECT_EQ(seen.used, 300);
  EXPECT_EQ(seen.left, -100);
  EXPECT_EQ(fits(200, 0, 0, 30), 6);
}

// 3 * 10 API and 2 * 5 worker connections fit 40; while the API rolls one instance more exists.
TEST(Budget, ARolloutHoldsMore) {
  EXPECT_TRUE(balance({40, 0}, std::array{Consumer{10, 3}, Consumer{5, 2}}).fits());
  EXPECT_FALSE(balance({40, 0}, std::array{Consumer{10, 3, 1}, Consumer{5, 2}}).fits());
}

TEST(Budget, Fits) {
  EXPECT_EQ(fits(100, 20, 30, 5), 10);
  EXPECT_EQ(fits(100, 20, 31, 5), 9);
  EXPECT_EQ(fits(100, 20, 90, 5), 0);
  EXPECT_EQ(fits(0.3, 0, 0, 0.1), 3) << "though 0.3 / 0.1 < 3 for a double";
  EXPECT_EQ(fits(10, 0, 0, 0), 1'000'000'000);
  EXPECT_EQ(fits(1e30, 0, 0, 1), 1'000'000'000);
  EXPECT_EQ((Limit{10, 20}.room()), 0);
}

TEST(Budget, MoneyPerHour) { EXPECT_NEAR(used_by(Consumer{per_hour(30), 20}), 0.8219, 1e-4); }

TEST(Pooler, ServersAndCaps) {
  PoolerFleet fleet{.instances = 2, .databases = 3, .users = 2, .default_pool_size = 10, .reserve_pool_size = 5};
  EXPECT_EQ(servers_of_one(fleet), 90);
  EXPECT_EQ(servers_of(fleet), 180);
  EXPECT_EQ(most_servers_of(fleet), 180);
  fleet.max_db_connections = 25;
  EXPECT_EQ(servers_of(fleet), 150);
  fleet.max_db_connections = 100;
  EXPECT_EQ(servers_of(fleet), 180);
  EXPECT_EQ(most_servers_of(fleet), 600);
}

struct Row {
  int api, workers, poolers, size, cap;
  double allowed;
  bool fits;  // 400 less 20 in reserve
};
class PoolerTable : public testing::TestWithParam<Row> {};
TEST_P(PoolerTable, SumsAndWhatFollowsFromOthers) {
  const Row row = GetParam();
  const PoolerFleet fleet{.instances = row.poolers, .default_pool_size = row.size, .max_db_connections = row.cap};
  EXPECT_EQ(most_servers_of(fleet), row.allowed);
  EXPECT_EQ(most_servers_of(fleet) <= (Limit{400, 20}.room()), row.fits);
  const double clients = used_by(std::array{Consumer{5, row.api}, Consumer{3, row.workers}});
  EXPECT_EQ(row.poolers, 1 + static_cast<int>(clients / 80));
}
INSTANTIATE_TEST_SUITE_P(K21, PoolerTable,
                         testing::Values(Row{3, 2, 1, 25, 80, 80, true}, Row{10, 10, 2, 25, 100, 200, true},
                                         Row{20, 20, 3, 30, 120, 360, true}, Row{30, 30, 4, 25, 100, 400, false}));

constexpr PoolerFleet three{.instances = 3, .default_pool_size = 30, .max_db_connections = 120, .max_client_conn = 80};

// The third row's poolers admit 240 clients. The last row's 240 fit; with a rollout's surge a fourth pooler is needed, and the
// caps fall to 400 / 4.
TEST(K21, TheFourthPoolerLowersTheCaps) {
  const double last_row = 30 * 5 + 30 * 3;
  const PoolerAdvice stays = smallest_change(three, {last_row, 60, 400, 8});
  EXPECT_TRUE(stays.enough());
  EXPECT_FALSE(stays.changes());

  const PoolerAdvice grows = smallest_change(three, {last_row + 3 * 5, 60, 400, 8});
  EXPECT_TRUE(grows.enough());
  EXPECT_TRUE(grows.add_poolers);
  EXPECT_TRUE(grows.resize_pool);
  EXPECT_EQ(grows.to.instances, 4);
  EXPECT_EQ(grows.to.max_db_connections, 100);
  EXPECT_EQ(grows.to.default_pool_size, 30) << "still within the cap";
  EXPECT_EQ(most_servers_of(grows.to), 400);
}

TEST(Pooler, TooFewServersAreALargerPool) {
  const PoolerAdvice advice = smallest_change(three, {200, 100, 400, 8});
  EXPECT_TRUE(advice.enough());
  EXPECT_FALSE(advice.add_poolers);
  EXPECT_EQ(advice.to.default_pool_size, 34) << "3 * 34 >= 100";
  EXPECT_EQ(advice.to.max_db_connections, 120);
}

TEST(Pooler, ARoomTooSmallForTheCapsLowersThem) {
  const PoolerAdvice advice = smallest_change(three, {200, 30, 75, 8});
  EXPECT_TRUE(advice.enough());
  EXPECT_EQ(advice.to.default_pool_size, 25);
  EXPECT_EQ(advice.to.max_db_connections, 25);
}

TEST(Pooler, SaysWhichSideBinds) {
  EXPECT_EQ(smallest_change(three, {1000, 60, 400, 8}).binds, PoolerBinds::client_side);
  EXPECT_EQ(smallest_change(three, {1000, 60, 400, 8}).to.instances, 8) << "as far as it goes";
  const PoolerAdvice advice = smallest_change(three, {200, 100, 90, 8});
  EXPECT_EQ(advice.binds, PoolerBinds::server_side);
  EXPECT_EQ(servers_of(advice.to), 90) << "as far as it goes";
  EXPECT_EQ(smallest_change(three, {200, 3, 2, 8}).binds, PoolerBinds::server_side) << "not one connection each";
  EXPECT_EQ(smallest_change(three, {200, 10, 11, 8}).binds, PoolerBinds::server_side) << "10 is between 3 * 3 and 3 * 4";
}

TEST(Pooler, MoreThanMayBeIsNotTakenAway) {
  const PoolerAdvice advice = smallest_change(three, {80, 10, 400, 1});
  EXPECT_EQ(advice.to.instances, 3);
  EXPECT_TRUE(advice.enough());
  EXPECT_FALSE(smallest_change({.instances = 0}, {0, 0, 100, 4}).changes());
  EXPECT_EQ(smallest_change({.instances = 0}, {10, 1, 100, 4}).to.instances, 1);
}

RC_GTEST_PROP(Pooler, WhatIsEnoughHoldsOnBothSides, ()) {
  const PoolerFleet now{.instances = *rc::gen::inRange(0, 6),
                        .databases = *rc::gen::inRange(1, 4),
                        .users = *rc::gen::inRange(1, 4),
                        .default_pool_size = *rc::gen::inRange(1, 60),
                        .reserve_pool_size = *rc::gen::inRange(0, 10),
                        .max_db_connections = *rc::gen::inRange(0, 150),
                        .max_client_conn = *rc::gen::inRange(1, 500)};
  PoolerDemand demand{.clients = double{1} * *rc::gen::inRange(0, 2000),
                      .servers = double{1} * *rc::gen::inRange(0, 400),
                      .server_room = double{1} * *rc::gen::inRange(0, 500),
                      .most_instances = *rc::gen::inRange(0, 8)};
  const PoolerAdvice advice = smallest_change(now, demand);
  RC_ASSERT(advice.to.instances >= now.instances);
  RC_ASSERT(advice.to.instances <= std::max(now.instances, demand.most_instances));
  RC_ASSERT(advice.to.default_pool_size >= 1);
  if (!advice.enough()) return;
  RC_ASSERT(clients_of(advice.to) >= demand.clients);
  RC_ASSERT(servers_of(advice.to) >= demand.servers);
  if (advice.to.instances > 0) RC_ASSERT(most_servers_of(advice.to) <= demand.server_room);
  const bool was_enough =
      clients_of(now) >= demand.clients && servers_of(now) >= demand.servers && most_servers_of(now) <= demand.server_room;
  if (was_enough) RC_ASSERT(!advice.changes());
}

}  // namespace
}  // namespace plimsoll::capacity
