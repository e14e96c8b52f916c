#include "render/postgresql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/testing/golden.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Stack stack() {
  Stack stack;
  stack.name = "quickstart";
  return stack;
}

Database database() {
  Database database;
  database.name = "main";
  database.read_replicas = 1;
  database.max_connections = 60;
  return database;
}

PostgresServer primary() {
  PostgresServer server;
  server.name = "main";
  server.data_directory = "/srv/stack/data/main";
  server.hba_file = "/srv/stack/conf/main.pg_hba.conf";
  server.port = 15432;
  server.pg_stat_statements = true;
  return server;
}

PostgresServer replica() {
  PostgresServer server = primary();
  server.name = "main-replica-1";
  server.data_directory = "/srv/stack/data/main-replica-1";
  server.port = 15433;
  server.upstream = Upstream{15432, "/srv/it's here/conf/main.pgpass", "main_replica_1"};
  return server;
}

TEST(PostgresqlConf, OfAPrimary) { expect_golden("postgresql-primary.conf", postgresql_conf(stack(), database(), primary())); }

TEST(PostgresqlConf, OfAReadReplica) {
  expect_golden("postgresql-replica.conf", postgresql_conf(stack(), database(), replica()));
}

TEST(PostgresqlConf, AccessRules) { expect_golden("pg_hba.conf", pg_hba_conf(stack(), primary())); }

TEST(PostgresqlConf, TheStacksOwnSettingsTakeThePlaceOfOursAndAreQuoted) {
  Database own = database();
  own.settings = {{"work_mem", "8MB"}, {"wal_level", "logical"}, {"cluster_name", "it's \\ mine"}};
  const std::string text = postgresql_conf(stack(), own, primary());
  EXPECT_THAT(text, HasSubstr("\ncluster_name = 'it''s \\\\ mine'\n"));
  EXPECT_THAT(text, HasSubstr("\nwal_level = 'logical'\n"));
  EXPECT_THAT(text, Not(HasSubstr("wal_level = 'replica'")));  // each once
  EXPECT_THAT(text, HasSubstr("\nwork_mem = '8MB'\n"));
}

TEST(PostgresqlConf, WithoutTheExtensionItsLibraryIsNotLoaded) {
  PostgresServer server = primary();
  server.pg_stat_statements = false;
  EXPECT_THAT(postgresql_conf(stack(), database(), server), Not(HasSubstr("shared_preload_libraries")));
}

struct SettingRow {
  std::string name, value, problem;
};
class SettingsProblem : public testing::TestWithParam<SettingRow> {};
TEST_P(SettingsProblem, IsNamed) {
  Database own = database();
  own.settings = {{GetParam().name, GetParam().value}};
  EXPECT_EQ(settings_problem(own), GetParam().problem);
}
INSTANTIATE_TEST_SUITE_P(
    Postgres, SettingsProblem,
    testing::Values(SettingRow{"work_mem", "8MB", ""}, SettingRow{"pg_stat_statements.max", "1000", ""},
                    SettingRow{"port", "5432", "database main: the setting port is plimsoll's own here; leave it out"},
                    SettingRow{"listen_addresses", "*",
                               "database main: the setting listen_addresses is plimsoll's own here; leave it out"},
                    SettingRow{"max_connections", "5", "database main: write max_connections beside `settings`, not in it"},
                    SettingRow{"x = 1\ny", "1", "database main: 'x = 1\ny' is not the name of a Postgres setting"},
                    SettingRow{"", "1", "database main: '' is not the name of a Postgres setting"}));

TEST(DatabaseName, IsTheComponentsUnlessTaken) {
  Database own = database();
  EXPECT_EQ(database_name(own), "main");
  for (const char* taken : {"postgres", "template1", "pgbouncer"}) {
    own.name = taken;
    EXPECT_EQ(database_name(own), "app");
  }
}

}  // namespace
}  // namespace plimsoll::render
