// Connections, poolers and the database's own figures.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {
namespace {

using enum Level;
constexpr std::nullopt_t silent = std::nullopt;

TEST_P(Rule, SaysWhatItMustAndNothingElse) { check(GetParam()); }

/// Both tiers behind the pooler.
void through_pooler(Given& g) { api(g).uses[0].through = worker(g).uses[0].through = "pooler"; }

void replicas(Given& g, Bounds of_api, Bounds of_worker) {
  api(g).replicas = of_api;
  worker(g).replicas = of_worker;
}

const char* const budget = "connection-budget";

INSTANTIATE_TEST_SUITE_P(
    K20, Rule,
    testing::Values(
        // 10 × 5 + 10 × 3 + 5 + 5 + 10 = 100.
        Row{"ExactlyFull", budget, silent, "",
            [](Given& g) {
              replicas(g, {2, 10}, {2, 10});
              main_of(g).reserve = {.superuser = 0, .monitoring = 5, .replication = 5, .admin = 10};
            }},
        Row{"OneOfTheReserveMore", budget, error,
            "api can reach 10 × 5 = 50, worker 10 × 3 = 30, reserved 21: 101 of main's max_connections 100",
            [](Given& g) {
              replicas(g, {2, 10}, {2, 10});
              main_of(g).reserve = {.superuser = 1, .monitoring = 5, .replication = 5, .admin = 10};
            }},
        Row{"ASurgeMore", budget, warning,
            "in a rollout api can reach (10 + 2) × 5 = 60, worker 10 × 3 = 30, reserved 20: 110 of",
            [](Given& g) {
              replicas(g, {2, 10}, {2, 10});
              api(g).surge = 2;
              main_of(g).reserve = {.superuser = 0, .monitoring = 5, .replication = 5, .admin = 10};
            }},
        Row{"SurgeThatFits", budget, silent, "",
            [](Given& g) {
              replicas(g, {2, 9}, {2, 10});
              api(g).surge = 1;
              main_of(g).reserve = {.superuser = 0, .monitoring = 5, .replication = 5, .admin = 10};
            }},
        Row{"APoolerShares", budget, silent, "",
            [](Given& g) {
              through_pooler(g);
              replicas(g, {2, 40}, {2, 40});
            }},
        Row{"ThePoolerIsTooLarge", budget, error, "pooler can reach 2 × 60 = 120, reserved 3: 123 of main's max_connections 100",
            [](Given& g) {
              through_pooler(g);
              replicas(g, {2, 40}, {2, 40});
              g.stack.poolers[0].replicas = {2, 2};
              g.stack.poolers[0].default_pool_size = 60;
            }},
        Row{"WithoutPoolerIsToldToo", budget, error, "without a pooler it would be api 40 × 5 + worker 40 × 3 + 3 reserved = 323",
            [](Given& g) {
              through_pooler(g);
              replicas(g, {2, 40}, {2, 40});
              g.stack.poolers[0].default_pool_size = 120;
            }},
        // Nobody can ask for that much, but it is what the poolers were told they may.
        Row{"AllowedButNeverAsked", budget, note, "today's instances ask for 32 at most",
            [](Given& g) {
              through_pooler(g);
              g.stack.poolers[0].default_pool_size = 120;
            }},
        Row{"AnUnusedPooler", budget, silent, "", [](Given& g) { g.stack.poolers[0].default_pool_size = 120; }},
        Row{"PoolersCapInTransactionMode", "connection-budget", error, "pooler can reach 3 × 40 = 120",
            [](Given& g) {
              through_pooler(g);
              replicas(g, {2, 40}, {2, 40});
              g.stack.poolers[0].replicas = {3, 3};
              g.stack.poolers[0].default_pool_size = 20;
              g.stack.poolers[0].max_db_connections = 40;
            }}),
    name_of_row);

// Journey 1: 20 × 5 + 30 × 3 + 20 = 210 of 200; 18 of api fit, or a cap of 180.
void journey(Given& g) {
  through_pooler(g);
  replicas(g, {3, 20}, {2, 30});
  main_of(g).max_connections = 200;
  main_of(g).reserve = {.superuser = 20};
  g.stack.poolers[0].default_pool_size = g.stack.poolers[0].max_db_connections = 200;
}

INSTANTIATE_TEST_SUITE_P(
    Journey1, Rule,
    testing::Values(Row{"TenTooMany", budget, error,
                        "connections: api can reach 20 × 5 = 100, worker 30 × 3 = 90, reserved 20: 210 of main's "
                        "max_connections 200",
                        journey},
                    Row{"TheLastTwo", budget, error, "at 20 instances the last 2 of api cannot connect", journey}),
    name_of_row);

TEST(Journey1, BothFixesAndTheirOrder) {
  Given given = sound();
  journey(given);
  const auto found = of_rule(given, budget);
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].fixes.size(), 3U);
  EXPECT_EQ(found[0].path, "tiers.api.replicas.max");
  EXPECT_EQ(found[0].fixes[0].path, "tiers.api.replicas.max");
  EXPECT_EQ(found[0].fixes[0].value, "18");
  EXPECT_EQ(found[0].fixes[0].spec, "replicas: 3..18");
  EXPECT_EQ(found[0].fixes[1].path, "poolers.pooler.max_db_connections");
  EXPECT_EQ(found[0].fixes[1].value, "180");
  EXPECT_EQ(found[0].fixes[2].path, "databases.main.max_connections");
  EXPECT_EQ(found[0].rows, (std::vector<std::string>{"K20", "K21", "T8", "V15"}));
}

INSTANTIATE_TEST_SUITE_P(T8, Rule,
                         testing::Values(
                             // 3 × 15 + 2 × 15 = 75, and 3 of the superuser's.
                             Row{"SeventyFive", budget, silent, "",
                                 [](Given& g) {
                                   replicas(g, {3, 3}, {2, 2});
                                   api(g).uses[0].connections = worker(g).uses[0].connections = 15;
                                   main_of(g).max_connections = 78;
                                 }},
                             Row{"OneShort", budget, error,
                                 "api can reach 3 × 15 = 45, worker 2 × 15 = 30, reserved 3: 78 of main's max_connections 77",
                                 [](Given& g) {
                                   replicas(g, {3, 3}, {2, 2});
                                   api(g).uses[0].connections = worker(g).uses[0].connections = 15;
                                   main_of(g).max_connections = 77;
                                 }}),
                         name_of_row);

INSTANTIATE_TEST_SUITE_P(V15, Rule,
                         testing::Values(Row{"TenServersOfTwentyAndTen", budget, error,
                                             "api can reach 10 × (20 + 10) = 300, reserved 3: 303 of main's max_connections 200",
                                             [](Given& g) {
                                               g.stack.tiers.resize(1);
                                               api(g).replicas = {2, 10};
                                               api(g).uses[0].connections = 20;
                                               api(g).uses[0].overflow = 10;
                                               main_of(g).max_connections = 200;
                                             }},
                                         Row{"SixOfThemFit", budget, silent, "",
                                             [](Given& g) {
                                               g.stack.tiers.resize(1);
                                               api(g).replicas = {2, 6};
                                               api(g).uses[0].connections = 20;
                                               api(g).uses[0].overflow = 10;
                                               main_of(g).max_connections = 200;
                                             }},
                                         Row{"ThePoolerTakesThem", budget, silent, "",
                                             [](Given& g) {
                                               g.stack.tiers.resize(1);
                                               api(g).replicas = {2, 10};
                                               api(g).uses[0].connections = 20;
                                               api(g).uses[0].overflow = 10;
                                               api(g).uses[0].through = "pooler";
                                               g.stack.poolers[0].default_pool_size = 25;
                                               g.stack.poolers[0].max_client_conn = 1000;
                                               main_of(g).max_connections = 200;
                                             }}),
                         name_of_row);

void table_of_four(Given& g) {
  through_pooler(g);
  replicas(g, {3, 20}, {2, 30});
  main_of(g).max_connections = 400;
  main_of(g).reserve = {.superuser = 3, .monitoring = 5, .replication = 5, .admin = 10};
  g.stack.poolers[0].table = {{{{"api", 3}, {"worker", 2}}, 1, 25, 80},
                              {{{"api", 10}, {"worker", 10}}, 2, 25, 100},
                              {{{"api", 20}, {"worker", 20}}, 3, 30, 120},
                              {{{"api", 30}, {"worker", 30}}, 4, 25, 100}};
}

INSTANTIATE_TEST_SUITE_P(
    K21, Rule,
    testing::Values(
        // 80, 200 and 360 of 377 fit, 400 do not: 94 each would.
        Row{"OnlyTheLastRow", "pooler-table", warning,
            "row 4 (api 30 and worker 30): 4 × 100 = 400 connections, reserved 23: 423 of main's max_connections 400",
            table_of_four},
        Row{"WhatFits", "pooler-table", warning, "377 / 4 = 94 each fit", table_of_four},
        Row{"NinetyFour", "pooler-table", silent, "",
            [](Given& g) {
              table_of_four(g);
              g.stack.poolers[0].table[3].max_db_connections = 94;
            }},
        Row{"UnknownDatabaseClass", "pooler-table", silent, "",
            [](Given& g) {
              table_of_four(g);
              main_of(g).bought.instance_class = "db.of.another.catalog";
            }},
        Row{"TooFewForTheClients", "pooler-table", warning, "240 clients of 4 × max_client_conn 50 = 200",
            [](Given& g) {
              table_of_four(g);
              g.stack.poolers[0].table[3].max_db_connections = 94;
              g.stack.poolers[0].max_client_conn = 50;
              g.stack.poolers[0].table.erase(g.stack.poolers[0].table.begin(), g.stack.poolers[0].table.begin() + 3);
            }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Pooler, Rule,
    testing::Values(Row{"ClientsRefused", "pooler-clients", error,
                        "api 13 × 20 = 260, worker 40 × 2 = 80: 340 of 2 × max_client_conn 150 = 300",
                        [](Given& g) {
                          through_pooler(g);
                          replicas(g, {2, 13}, {1, 40});
                          api(g).uses[0].connections = 20;
                          worker(g).uses[0].connections = 2;
                          g.stack.poolers[0].replicas = {2, 2};
                          g.stack.poolers[0].max_client_conn = 150;
                        }},
                    Row{"ClientsOfARollout", "pooler-clients", warning, "in a rollout api (4 + 1) × 5 = 25",
                        [](Given& g) {
                          through_pooler(g);
                          api(g).surge = 1;
                          g.stack.poolers[0].max_client_conn = 32;
                        }},
                    Row{"ClientsThatFit", "pooler-clients", silent, "",
                        [](Given& g) {
                          through_pooler(g);
                          g.stack.poolers[0].max_client_conn = 32;
                        }},
                    Row{"NoClients", "pooler-clients", silent, "", [](Given& g) { g.stack.poolers[0].max_client_conn = 1; }},
                    Row{"PoolOverClients", "pool-over-limits", warning, "default_pool_size 50 is more than max_client_conn 20",
                        [](Given& g) {
                          g.stack.poolers[0].default_pool_size = 50;
                          g.stack.poolers[0].max_client_conn = 20;
                        }},
                    Row{"PoolOverCap", "pool-over-limits", warning, "default_pool_size 60 is more than max_db_connections 40",
                        [](Given& g) {
                          g.stack.poolers[0].default_pool_size = 60;
                          g.stack.poolers[0].max_db_connections = 40;
                        }},
                    Row{"ReserveOverCap", "pool-over-limits", warning,
                        "default_pool_size 38 + reserve_pool_size 5 is more than max_db_connections 40",
                        [](Given& g) {
                          g.stack.poolers[0].default_pool_size = 38;
                          g.stack.poolers[0].reserve_pool_size = 5;
                          g.stack.poolers[0].max_db_connections = 40;
                        }},
                    // K20's own: a pool of 50 under a cap of 100 and 500 clients.
                    Row{"K20sOwnSizes", "pool-over-limits", silent, "",
                        [](Given& g) {
                          g.stack.poolers[0].default_pool_size = 50;
                          g.stack.poolers[0].max_db_connections = 100;
                        }},
                    Row{"NoCap", "pool-over-limits", silent, "", [](Given& g) { g.stack.poolers[0].default_pool_size = 400; }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    H14, Rule,
    testing::Values(Row{"Listen", "transaction-pooling", error,
                        "api uses LISTEN and session advisory locks through pooler, which pools by transaction",
                        [](Given& g) {
                          through_pooler(g);
                          api(g).uses[0].session_features = {"listen", "advisory_locks"};
                        }},
                    Row{"OnlyPrepared", "transaction-pooling", warning, "PgBouncer 1.21 on with max_prepared_statements",
                        [](Given& g) {
                          through_pooler(g);
                          api(g).uses[0].session_features = {"prepared_statements"};
                        }},
                    Row{"Statement", "transaction-pooling", error, "temporary tables through pooler, which pools by statement",
                        [](Given& g) {
                          through_pooler(g);
                          g.stack.poolers[0].mode = PoolMode::statement;
                          worker(g).uses[0].session_features = {"temporary_tables"};
                        }},
                    Row{"SessionMode", "transaction-pooling", silent, "",
                        [](Given& g) {
                          through_pooler(g);
                          g.stack.poolers[0].mode = PoolMode::session;
                          api(g).uses[0].session_features = {"listen", "set"};
                        }},
                    Row{"Directly", "transaction-pooling", silent, "",
                        [](Given& g) {
                          api(g).uses[0].session_features = {"listen", "set"};
                        }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(K15, Rule,
                         testing::Values(Row{"NotTheClasses", "max-connections-differs", note,
                                             "max_connections 400 is not the 200 of db.large; not in effect until a restart",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.large";
                                               main_of(g).max_connections = 400;
                                               main_of(g).max_connections_given = true;
                                             }},
                                         Row{"BothFigures", "max-connections-differs", note,
                                             "the catalog configures 200; the engine's default for its memory is 1,802",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.large";
                                               main_of(g).max_connections = 400;
                                               main_of(g).max_connections_given = true;
                                             }},
                                         Row{"NotTheFormulas", "max-connections-differs", note,
                                             "max_connections 100 is not the 225 of db.plain",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.plain";
                                               main_of(g).max_connections_given = true;
                                             }},
                                         Row{"TheClasses", "max-connections-differs", silent, "",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.large";
                                               main_of(g).max_connections = 200;
                                               main_of(g).max_connections_given = true;
                                             }},
                                         Row{"NotGiven", "max-connections-differs", silent, "",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.large";
                                             }},
                                         Row{"NoCatalog", "max-connections-differs", silent, "",
                                             [](Given& g) {
                                               main_of(g).bought.instance_class = "db.large";
                                               main_of(g).max_connections_given = true;
                                             }},
                                         // What the class gives is what counts against the budget.
                                         Row{"BudgetByTheClass", "connection-budget", silent, "",
                                             [](Given& g) {
                                               g.context.catalog = &catalog();
                                               main_of(g).bought.instance_class = "db.large";
                                               replicas(g, {2, 20}, {1, 30});
                                             }},
                                         Row{"BudgetOfAnUnknownClass", "connection-budget", silent, "",
                                             [](Given& g) {
                                               main_of(g).bought.instance_class = "db.large";
                                               replicas(g, {2, 40}, {1, 40});
                                             }}),
                         name_of_row);

constexpr std::int64_t gigabyte = std::int64_t{1} << 30;
void disk(Given& g, std::int64_t size, std::int64_t used) {
  main_of(g).storage.size = Bytes{size * gigabyte};
  main_of(g).storage.used = Bytes{used * gigabyte};
}

INSTANTIATE_TEST_SUITE_P(
    K14, Rule,
    testing::Values(Row{"AtTheMark", "storage", warning, "main: 350 GB of 500 GB used = 70 %, to be acted on at 70 %",
                        [](Given& g) { disk(g, 500, 350); }},
                    Row{"AlmostFull", "storage", error, "it cannot grow by itself: max is 500 GB",
                        [](Given& g) {
                          disk(g, 500, 490);
                          main_of(g).storage.max = Bytes{500 * gigabyte};
                        }},
                    Row{"BelowTheMark", "storage", silent, "", [](Given& g) { disk(g, 500, 349); }},
                    Row{"UseUnknown", "storage", silent, "", [](Given& g) { main_of(g).storage.size = Bytes{gigabyte}; }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(H13, Rule,
                         testing::Values(Row{"NoReplica", "reads-without-replica", note,
                                             "api: 90 % of its calls may go to a read replica of main, and there is none",
                                             [](Given& g) { api(g).uses[0].reads = Ratio{0.9}; }},
                                         Row{"AReplica", "reads-without-replica", silent, "",
                                             [](Given& g) {
                                               api(g).uses[0].reads = Ratio{0.9};
                                               main_of(g).read_replicas = 1;
                                             }},
                                         Row{"OnesPlannedForLater", "reads-without-replica", silent, "",
                                             [](Given& g) {
                                               api(g).uses[0].reads = Ratio{0.9};
                                               main_of(g).replicas_above_users = 500;
                                             }}),
                         name_of_row);

// 40 × 3 + 20 + 3 = 143: the pooler may open 400, and nobody asks it to.
TEST(ConnectionBudget, K20_MoreConnectionsAreThoseOfTheSum) {
  Given given = sound();
  replicas(given, {2, 4}, {1, 40});
  api(given).uses[0].through = "pooler";
  given.stack.poolers[0].default_pool_size = 400;
  const auto found = of_rule(given, budget);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message,
            "connections: worker can reach 40 × 3 = 120, api 4 × 5 = 20, reserved 3: 143 of main's max_connections 100");
  EXPECT_EQ(found[0].fixes.back().spec, "max_connections: 143");
  EXPECT_EQ(found[0].fixes.back().effect,
            "needs a restart, and each connection takes memory of the server; the poolers may open more, 523 in all");
}

TEST(ConnectionBudget, K20_ASumWithoutUnknownPoolsAddsUp) {
  Given given = sound();
  through_pooler(given);
  replicas(given, {2, 40}, {1, 40});
  api(given).uses[0].connections = -1;  // nobody says
  given.stack.poolers[0].default_pool_size = 120;
  const auto found = of_rule(given, budget);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].sum, testing::Contains("without a pooler it would be worker 40 × 3 + 3 reserved = 123"));
  EXPECT_THAT(found[0].sum, testing::Contains("not counted, because nothing says how large their pools are: api"));
}

TEST(ConnectionBudget, H14_SessionModeSharesNothing) {
  Given given = sound();
  replicas(given, {2, 40}, {1, 4});
  ASSERT_EQ(of_rule(given, budget).size(), 1U);
  EXPECT_EQ(of_rule(given, budget)[0].advice, "api connects to main directly; through pooler its connections would share a pool");
  given.stack.poolers[0].mode = PoolMode::session;
  ASSERT_EQ(of_rule(given, budget).size(), 1U);
  EXPECT_EQ(of_rule(given, budget)[0].advice, "");
}

// A spec may leave max_connections out; that is no proof that the server has Postgres' 100.
TEST(ConnectionBudget, K15_ADefaultIsNoError) {
  Given given = sound();
  replicas(given, {2, 40}, {1, 4});
  EXPECT_EQ(of_rule(given, budget).at(0).level, error);
  given.context.given = [](std::string_view path) { return path != "databases.main.max_connections"; };
  const auto found = of_rule(given, budget);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].level, warning);
  EXPECT_THAT(found[0].message, testing::EndsWith("215 of main's max_connections 100 (Postgres' default; not stated)"));
  ASSERT_FALSE(found[0].fixes.empty());
  EXPECT_EQ(found[0].fixes[0].path, "databases.main.max_connections");
  EXPECT_EQ(found[0].fixes[0].value, "215");
  EXPECT_EQ(found[0].fixes[0].effect, "state what the server has; from 215 on all can connect");
  main_of(given).max_connections_given = true;
  EXPECT_EQ(of_rule(given, budget).at(0).level, error);
}

// Of an import only what the files say counts: PgBouncer's own defaults where its file was read, nothing else.
TEST(Imported, DefaultsProveNothing) {
  Given given = sound();
  replicas(given, {2, 40}, {1, 40});
  given.context.imported = true;
  std::vector<std::string> written;
  given.context.given = [&](std::string_view path) { return std::find(written.begin(), written.end(), path) != written.end(); };
  EXPECT_TRUE(of_rule(given, budget).empty()) << "max_connections is not known";
  written.emplace_back("databases.main.max_connections");
  EXPECT_TRUE(of_rule(given, budget).empty()) << "nor are the pools";
  written.emplace_back("tiers.api.uses.main.connections");
  const auto found = of_rule(given, budget);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "connections: api can reach 40 × 5 = 200, reserved 3: 203 of main's max_connections 100");
  EXPECT_EQ(found[0].sum.back(), "not counted, because nothing says how large their pools are: worker");
  EXPECT_EQ(found[0].fixes[0].value, "19");
}

TEST(Imported, APoolersDefaultsHoldOnceItsFileIsRead) {
  Given given = sound();
  through_pooler(given);
  api(given).replicas = {2, 40};
  given.stack.poolers[0].max_client_conn = 100;  // PgBouncer's own
  given.context.imported = true;
  bool file_read = false;
  given.context.given = [&](std::string_view path) {
    return path == "tiers.api.uses.main.connections" || (file_read && path == "poolers.pooler.default_pool_size");
  };
  EXPECT_TRUE(of_rule(given, "pooler-clients").empty());
  file_read = true;
  EXPECT_EQ(of_rule(given, "pooler-clients").size(), 1U);
}

}  // namespace
}  // namespace plimsoll::capacity::testing_
