#include "capacity/cost.h"

#include <gtest/gtest.h>

#include <string>

#include "capacity/catalog.h"
#include "capacity/wording.h"

namespace plimsoll::capacity {
namespace {

Money monthly(double dollars_a_month) { return Money{dollars_a_month / hours_a_month}; }

Bought at(std::string name, double price) { return {.instance_class = std::move(name), .price = monthly(price)}; }

Tier tier(std::string name, TierKind kind, Bounds replicas, double price) {
  Tier one;
  one.name = std::move(name);
  one.kind = kind;
  one.replicas = replicas;
  one.instance.price = monthly(price);
  return one;
}

struct Table {
  const char* name;
  int api;
  bool balancer;
  Bought primary;
  int read_replicas;
  Bought replica;
  int cache_nodes;
  double cache_price;
  double total, per_user_of;
};

/// H19's tables: what each line costs, as the reference has it.
Stack health_agent(const Table& table) {
  Stack stack;
  stack.name = "health-agent";
  stack.tiers = {tier("api", TierKind::service, {table.api, 20}, 30)};
  if (table.balancer) {
    stack.balancer.emplace();
    stack.balancer->bought = at("alb", 20);
  }
  Database main;
  main.name = "main";
  main.bought = table.primary;
  main.read_replicas = table.read_replicas;
  main.replica = table.replica;
  stack.databases = {main};
  Cache redis;
  redis.name = "redis";
  redis.bought.price = monthly(table.cache_price);
  redis.architecture = table.cache_nodes > 1 ? CacheArchitecture::cluster : CacheArchitecture::standalone;
  redis.shards = table.cache_nodes > 1 ? table.cache_nodes / 2 : 1;
  redis.replicas = table.cache_nodes > 1 ? 1 : 0;
  stack.caches = {redis};
  return stack;
}

class CostTable : public testing::TestWithParam<Table> {};
TEST_P(CostTable, AddsUpToTheReferences) {
  const Cost cost = cost_of(health_agent(GetParam()), Catalog{}, {});
  EXPECT_NEAR(cost.per_month(), GetParam().total, 1e-9);
  EXPECT_TRUE(cost.unknown.empty());
}
INSTANTIATE_TEST_SUITE_P(H19, CostTable,
                         testing::Values(Table{"one", 1, false, at("db.t3.small", 25), 0, {}, 1, 7, 62, 100},
                                         Table{"scaled", 5, true, at("db.m5.large", 140), 0, {}, 1, 15, 325, 500},
                                         Table{"highly", 15, true, at("db.m5.2xlarge", 540), 2, at("db.m5.xlarge", 270), 6, 30,
                                               1730, 2000}),
                         [](const auto& row) { return row.param.name; });

TEST(H19, CostPerUserAndWhatItRisesBy) {
  EXPECT_EQ(dollars(62.0 / 100), "$0.62");
  EXPECT_EQ(dollars(325.0 / 500), "$0.65");
  EXPECT_EQ(dollars(1730.0 / 2000 + 1e-9), "$0.87");  // 0.865
  EXPECT_EQ(percent(0.65 / 0.62 - 1), "4.8 %");       // the reference says 3 %
}

TEST(Cost, WithoutAPriceAComponentIsNamedAndLeftOut) {
  Stack stack;
  stack.tiers = {tier("api", TierKind::service, {2, 4}, 30), tier("worker", TierKind::worker, {3, 4}, 0)};
  const Cost cost = cost_of(stack, Catalog{}, {{"api", 4}});
  EXPECT_NEAR(cost.per_month(), 120, 1e-9);
  EXPECT_EQ(cost.unknown, std::vector<std::string>{"worker"});
  ASSERT_EQ(cost.lines.size(), 2U);
  EXPECT_EQ(cost.lines[0].count, 4);
  EXPECT_EQ(cost.lines[1].count, 3);
  EXPECT_FALSE(cost.lines[1].total);
}

TEST(A15, EveryRegionIsPaidAtItsOwnPrice) {
  Stack stack;
  stack.tiers = {tier("api", TierKind::service, {10, 20}, 30)};
  stack.regions = {{"us-east-1", {}}, {"eu-west-1", {}}, {"ap-south-1", {}}};
  Catalog catalog;
  catalog.regions = {{"us-east-1", 1}, {"eu-west-1", 1.1}};
  const Cost cost = cost_of(stack, catalog, {});
  ASSERT_EQ(cost.lines.size(), 3U);
  EXPECT_EQ(cost.lines[1].what, "instance in eu-west-1");
  EXPECT_NEAR(cost.per_month(), 300 + 330 + 300, 1e-9);
}

Catalog with_factors() {
  Catalog catalog;
  catalog.factors.spot = {0.1, 0.3};
  catalog.factors.reserved = {0.4, 0.6};
  catalog.factors.arm64 = {0.833, 0.833};
  catalog.factors.off_hours = {0.5, 0.5};
  return catalog;
}

const Lever* find(const std::vector<Lever>& all, std::string_view name) {
  for (const Lever& one : all)
    if (one.name == name) return &one;
  return nullptr;
}

TEST(H19, LeversOfTheScaledConfiguration) {
  Stack stack;
  stack.name = "health-agent";
  stack.tiers = {tier("api", TierKind::service, {5, 20}, 30)};
  Database main;
  main.name = "main";
  main.bought = at("db.m5.large", 140);
  stack.databases = {main};
  const auto all = levers(stack, with_factors(), {{"api", 5}});

  const Lever* spot = find(all, "spot for api");
  ASSERT_NE(spot, nullptr);
  EXPECT_NEAR(spot->saves_least, 105, 1e-9);  // 70 % of 5 × $30
  EXPECT_NEAR(spot->saves_most, 135, 1e-9);   // 90 %
  EXPECT_EQ(spot->formula, "5 × $30 × (70 % .. 90 %)");
  EXPECT_FALSE(spot->caution.empty());

  const Lever* reserved = find(all, "reserved for the baseline");
  ASSERT_NE(reserved, nullptr);
  EXPECT_NEAR(reserved->saves_least, 116, 1e-9);  // 40 % of 150 + 140
  EXPECT_NEAR(reserved->saves_most, 174, 1e-9);
  EXPECT_EQ(reserved->formula, "(api 5 × $30 + main $140) × (40 % .. 60 %)");

  const Lever* nights = find(all, "off-hours");
  ASSERT_NE(nights, nullptr);
  EXPECT_NEAR(nights->saves_most, 75, 1e-9);
}

TEST(K25, SpotForBatchWorkersAndArmForWhatIsNotArmYet) {
  Stack stack;
  stack.tiers = {tier("batch", TierKind::worker, {3, 3}, 70), tier("api", TierKind::service, {2, 3}, 30)};
  stack.tiers[1].instance.bought.market = Market::spot;
  stack.tiers[1].instance.bought.arch = Arch::arm64;
  Database main;
  main.name = "main";
  main.bought = at("db.r6g.xlarge", 300);
  stack.databases = {main};
  Catalog catalog = with_factors();
  catalog.factors.spot = {0.3, 0.3};
  const auto all = levers(stack, catalog, {});
  ASSERT_NE(find(all, "spot for batch"), nullptr);
  EXPECT_NEAR(find(all, "spot for batch")->saves_most, 147, 1e-9);  // 70 % of 3 × $70
  EXPECT_EQ(find(all, "spot for api"), nullptr) << "spot already";
  const Lever* arm = find(all, "arm64");
  ASSERT_NE(arm, nullptr);
  EXPECT_NEAR(arm->saves_most, 210 * 0.167, 1e-9);
  EXPECT_EQ(arm->formula, "(batch $210) × 16.7 %");
  EXPECT_NE(arm->caution.find("on arm64 already: api, main"), std::string::npos) << arm->caution;
}

TEST(K25, OffHoursOutsideProduction) {
  Stack stack;
  stack.name = "kaireon-staging";
  stack.tiers = {tier("api", TierKind::service, {2, 3}, 30)};
  const auto proposed = levers(stack, Catalog{}, {});
  ASSERT_NE(find(proposed, "off-hours"), nullptr);
  EXPECT_NEAR(find(proposed, "off-hours")->saves_most, 30, 1e-9);  // 84 of 168 hours

  ScheduleRule nights;
  nights.kind = ScheduleRule::Kind::exact;
  nights.when.start = "0 20 * * *";
  nights.when.end = "0 8 * * *";
  nights.replicas = 0;
  stack.tiers[0].scale.schedule = {nights};
  const auto in_force = levers(stack, Catalog{}, {});
  EXPECT_EQ(find(in_force, "off-hours"), nullptr);
  const Lever* saved = find(in_force, "off-hours of api");
  ASSERT_NE(saved, nullptr);
  EXPECT_NEAR(saved->saves_most, 30, 1e-9);
  EXPECT_EQ(saved->formula, "(2 − 0) × $30 × 84 of 168 hours");
  stack.name = "kaireon";
  stack.tiers[0].scale.schedule.clear();
  EXPECT_TRUE(levers(stack, Catalog{}, {}).empty()) << "no factor, nothing to say";
}

TEST(A11, AMinimumAboveTheNeedIsPriced) {
  Stack stack;
  stack.tiers = {tier("api", TierKind::service, {10, 20}, 30)};
  const auto all = levers(stack, Catalog{}, {{"api", 1}});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].formula, "(10 − 2) × $30") << "two stay, one may fail";
  EXPECT_NEAR(all[0].saves_most, 240, 1e-9);
  EXPECT_TRUE(levers(stack, Catalog{}, {{"api", 12}}).empty());
}

TEST(Wording, FiguresAsPlansWriteThem) {
  EXPECT_EQ(number(11390.6), "11,391");
  EXPECT_EQ(number(569.53), "569.5");
  EXPECT_EQ(number(12), "12");
  EXPECT_EQ(number(1e7), "10,000,000");
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(dollars(1730), "$1,730");
  EXPECT_EQ(dollars(30.37), "$30.37");
  EXPECT_EQ(dollars(0.5), "$0.50");
  EXPECT_EQ(percent(0.167), "16.7 %");
  EXPECT_EQ(size(Bytes{2LL << 30}), "2 GB");
  EXPECT_EQ(size(Bytes{150'000'000}), "143 MB");
  EXPECT_EQ(spec_size(Bytes{256LL << 20}), "256MB");
  EXPECT_EQ(spec_size(Bytes{1500}), "1500");
}

}  // namespace
}  // namespace plimsoll::capacity
