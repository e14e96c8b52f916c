#include "capacity/catalog.h"

#include <gtest/gtest.h>

#include <string>

namespace plimsoll::capacity {
namespace {

constexpr std::int64_t gib = std::int64_t{1} << 30;

InstanceClass row(std::string name, ClassKind kind, double cpu, double memory_gb, int connections, double price = 0) {
  InstanceClass one;
  one.family = name.substr(0, name.rfind('.'));
  one.name = std::move(name);
  one.kind = kind;
  if (cpu > 0) one.cpu = Cores{cpu};
  one.memory = Bytes{static_cast<std::int64_t>(memory_gb * static_cast<double>(gib))};
  if (connections > 0) one.max_connections = connections;
  if (price > 0) one.price = Money{price / hours_a_month};
  return one;
}

/// K11's and K16's rows; prices are made up.
Catalog kaireon() {
  Catalog catalog;
  catalog.name = "k";
  catalog.classes = {row("db.t3.medium", ClassKind::database, 2, 4, 100),
                     row("db.r6g.large", ClassKind::database, 2, 16, 200, 160),
                     row("db.r6g.xlarge", ClassKind::database, 4, 32, 400, 320),
                     row("db.r6g.2xlarge", ClassKind::database, 8, 64, 800, 640),
                     row("db.r6g.4xlarge", ClassKind::database, 16, 128, 1600, 1280),
                     row("cache.t3.small", ClassKind::cache, 0, 1.37, 0),
                     row("cache.r6g.large", ClassKind::cache, 0, 13.07, 0),
                     row("cache.r6g.xlarge", ClassKind::cache, 0, 26.32, 0),
                     row("cache.r6g.2xlarge", ClassKind::cache, 0, 52.82, 0),
                     row("db.m5.large", ClassKind::database, 8, 8, 0, 140),
                     row("t3.medium", ClassKind::instance, 2, 4, 0, 30)};
  catalog.factors.spot = {0.3, 0.3};
  catalog.factors.reserved = {0.4, 0.6};
  catalog.factors.arm64 = {0.833, 0.833};
  return catalog;
}

Database of_class(std::string name) {
  Database database;
  database.name = "main";
  database.bought.instance_class = std::move(name);
  return database;
}

struct Connections {
  const char* name;
  int configured, formula;
};
class ClassConnections : public testing::TestWithParam<Connections> {};
TEST_P(ClassConnections, ConfiguredAndByTheEnginesFormulaBothStand) {
  const ConnectionFigures seen = connection_figures(of_class(GetParam().name), kaireon());
  EXPECT_EQ(seen.configured, GetParam().configured);
  EXPECT_EQ(seen.formula, GetParam().formula);
  EXPECT_EQ(seen.effective, GetParam().configured);
  EXPECT_FALSE(seen.given);
}
INSTANTIATE_TEST_SUITE_P(K11_K15, ClassConnections,
                         testing::Values(Connections{"db.t3.medium", 100, 450}, Connections{"db.r6g.large", 200, 1802},
                                         Connections{"db.r6g.xlarge", 400, 3604}, Connections{"db.r6g.2xlarge", 800, 5000},
                                         Connections{"db.r6g.4xlarge", 1600, 5000}));

TEST(K15, WithoutAConfiguredValueTheClassesMemoryDecides) {
  EXPECT_EQ(connection_figures(of_class("db.m5.large"), kaireon()).effective, 901);  // 8 GiB / 9531392
}

// Postgres itself starts with 100 on any machine: the formula is a managed service's.
TEST(K15, MemoryWithoutAClassLeavesPostgresOwnDefault) {
  Database database = of_class("");
  database.memory = Bytes{8 * gib};
  const ConnectionFigures seen = connection_figures(database, kaireon());
  EXPECT_EQ(seen.formula, 901);
  EXPECT_EQ(seen.effective, 100);
}

TEST(K15, AnOverrideStandsBesideWhatTheClassSays) {
  Database database = of_class("db.r6g.large");
  database.max_connections = 400;
  database.max_connections_given = true;
  const ConnectionFigures seen = connection_figures(database, kaireon());
  EXPECT_EQ(seen.given, 400);
  EXPECT_EQ(seen.configured, 200);
  EXPECT_EQ(seen.effective, 400);
}

struct Step {
  const char* from;
  const char* to;
};
class NextUp : public testing::TestWithParam<Step> {};
TEST_P(NextUp, IsTheNextRowOfTheFamily) {
  const Catalog catalog = kaireon();
  const InstanceClass* next = next_up(catalog, GetParam().from);
  EXPECT_EQ(next == nullptr ? "" : next->name, GetParam().to);
}
INSTANTIATE_TEST_SUITE_P(K11, NextUp,
                         testing::Values(Step{"db.r6g.large", "db.r6g.xlarge"}, Step{"db.r6g.xlarge", "db.r6g.2xlarge"},
                                         Step{"db.r6g.4xlarge", ""}, Step{"db.t3.medium", ""}, Step{"db.r9.large", ""}));
INSTANTIATE_TEST_SUITE_P(K16, NextUp,
                         testing::Values(Step{"cache.r6g.large", "cache.r6g.xlarge"}, Step{"cache.r6g.2xlarge", ""}));

TEST(K16, SmallestCacheForAMemory) {
  const Catalog catalog = kaireon();
  const auto name = [&](double gb) {
    const InstanceClass* one = smallest_for(catalog, "cache.r6g", ClassKind::cache,
                                            {.memory = Bytes{static_cast<std::int64_t>(gb * static_cast<double>(gib))}});
    return one == nullptr ? std::string() : one->name;
  };
  EXPECT_EQ(name(1), "cache.r6g.large");
  EXPECT_EQ(name(13.07), "cache.r6g.large");
  EXPECT_EQ(name(13.1), "cache.r6g.xlarge");
  EXPECT_EQ(name(53), "");
}

TEST(K11, SmallestDatabaseForConnectionsAndCores) {
  const Catalog catalog = kaireon();
  EXPECT_EQ(smallest_for(catalog, "db.r6g", ClassKind::database, {.max_connections = 401})->name, "db.r6g.2xlarge");
  EXPECT_EQ(smallest_for(catalog, "db.r6g", ClassKind::database, {.cpu = Cores{16}, .max_connections = 1})->name,
            "db.r6g.4xlarge");
  EXPECT_EQ(smallest_for(catalog, "db.r6g", ClassKind::instance, {}), nullptr);
}

TEST(K25, MarketsAndArchitecturesChangeAClassesPriceNeverAStatedOne) {
  const Catalog catalog = kaireon();
  const auto month = [&](const Bought& bought, bool multi_az = false) {
    return price_of(bought, catalog, multi_az)->per_hour * hours_a_month;
  };
  EXPECT_DOUBLE_EQ(month({.instance_class = "t3.medium"}), 30);
  EXPECT_DOUBLE_EQ(month({.instance_class = "t3.medium", .market = Market::spot}), 9);
  EXPECT_DOUBLE_EQ(month({.instance_class = "t3.medium", .market = Market::reserved}), 18);  // the careful end of 40..60 %
  EXPECT_DOUBLE_EQ(month({.instance_class = "t3.medium", .arch = Arch::arm64}), 24.99);      // -16.7 %
  EXPECT_DOUBLE_EQ(month({.instance_class = "db.r6g.large", .arch = Arch::arm64}), 160);     // arm64 by its name
  EXPECT_DOUBLE_EQ(month({.instance_class = "db.r6g.large"}, true), 320);
  EXPECT_DOUBLE_EQ(month({.instance_class = "t3.medium", .price = Money{99 / hours_a_month}, .market = Market::spot}), 99);
  EXPECT_FALSE(price_of({.instance_class = "db.t3.medium"}, catalog));
  EXPECT_FALSE(price_of({}, catalog));
}

struct Name {
  const char* name;
  bool arm;
};
class ArmClass : public testing::TestWithParam<Name> {};
TEST_P(ArmClass, IsReadFromTheName) { EXPECT_EQ(is_arm_class(GetParam().name), GetParam().arm); }
INSTANTIATE_TEST_SUITE_P(K25, ArmClass,
                         testing::Values(Name{"db.r6g.xlarge", true}, Name{"t4g.medium", true}, Name{"cache.m7g.large", true},
                                         Name{"c7gn.large", true}, Name{"a1.large", true}, Name{"t3.medium", false},
                                         Name{"g4dn.xlarge", false}, Name{"db.m5.large", false}, Name{"n2-standard-4", false},
                                         Name{"", false}, Name{"large", false}));

TEST(FillIn, WhatIsGivenStaysAndTheRestIsTheClasses) {
  Stack stack;
  Tier api;
  api.name = "api";
  api.instance.bought = {.instance_class = "t3.medium", .market = Market::spot};
  stack.tiers = {api, api};
  stack.tiers[1].instance.price = Money{1};
  stack.databases = {of_class("db.r6g.large"), of_class("db.r6g.large")};
  stack.databases[1].memory = Bytes{gib};
  stack.databases[1].max_connections = 50;
  stack.databases[1].max_connections_given = true;
  Cache redis;
  redis.bought.instance_class = "cache.r6g.large";
  stack.caches = {redis};
  EXPECT_TRUE(fill_in(stack, kaireon()).empty());
  EXPECT_DOUBLE_EQ(stack.tiers[0].instance.price.per_hour * hours_a_month, 9);
  EXPECT_DOUBLE_EQ(stack.tiers[1].instance.price.per_hour, 1);
  EXPECT_EQ(stack.databases[0].cpu, Cores{2});
  EXPECT_EQ(stack.databases[0].memory, Bytes{16 * gib});
  EXPECT_EQ(stack.databases[0].max_connections, 200);
  EXPECT_FALSE(stack.databases[0].max_connections_given);
  EXPECT_EQ(stack.databases[1].memory, Bytes{gib});
  EXPECT_EQ(stack.databases[1].max_connections, 50);
  EXPECT_TRUE(stack.caches[0].memory);
}

TEST(FillIn, AClassTheCatalogDoesNotHaveIsAWarningWithTheNearest) {
  Stack stack;
  stack.databases = {of_class("db.r6g.xlarg")};
  const auto warnings = fill_in(stack, kaireon());
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].severity, Severity::warning);
  EXPECT_EQ(warnings[0].path, "databases.main.class");
  EXPECT_EQ(warnings[0].nearest, "db.r6g.xlarge");
  EXPECT_EQ(stack.databases[0].max_connections, 100);
  EXPECT_TRUE(fill_in(stack, Catalog{}).empty()) << "without a catalog a class is a word of the owner's";
}

}  // namespace
}  // namespace plimsoll::capacity
