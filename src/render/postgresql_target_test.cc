#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "render/postgresql.h"
#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t gib = std::int64_t{1} << 30;

std::string conf_of(const Stack& stack, const std::string& path = "postgresql/main.conf") {
  return file_of(postgresql(stack, {}), path);
}

class PostgresqlFiles : public testing::TestWithParam<const char*> {};
TEST_P(PostgresqlFiles, AreTheGolden) { expect_golden_files(GetParam(), postgresql(reference_stack(GetParam()), {})); }
INSTANTIATE_TEST_SUITE_P(V8_H13, PostgresqlFiles, testing::ValuesIn(reference_stacks));

constexpr std::pair<const char*, const char*> v8[] = {{"shared_buffers", "2GB"},
                                                      {"effective_cache_size", "6GB"},
                                                      {"maintenance_work_mem", "512MB"},
                                                      {"work_mem", "10MB"},
                                                      {"wal_buffers", "16MB"},
                                                      {"min_wal_size", "1GB"},
                                                      {"max_wal_size", "4GB"},
                                                      {"checkpoint_completion_target", "0.9"},
                                                      {"default_statistics_target", "100"},
                                                      {"random_page_cost", "1.1"},
                                                      {"effective_io_concurrency", "200"}};

TEST(PostgresqlTarget, V8_TheStatedSettingsAreTheDerivedOnes) {
  const std::string conf = conf_of(reference_stack("voiceassist"));
  EXPECT_THAT(conf, HasSubstr("\nmax_connections = 200\n"));
  for (const auto& [name, value] : v8)
    EXPECT_THAT(conf, HasSubstr(std::string("\n") + name + " = '" + value + "'  # as derived ("));
}

TEST(PostgresqlTarget, V8_WithoutSettingsOfItsOwnTheyAreDerivedFromTheMemory) {
  Stack stack = reference_stack("voiceassist");
  stack.databases[0].settings = {{"work_mem", "64MB"}};
  const std::string conf = conf_of(stack);
  for (const auto& [name, value] : v8) {
    if (std::string_view(name) == "work_mem") continue;
    EXPECT_THAT(conf, HasSubstr(std::string("\n") + name + " = " + value + "  # "));
  }
  EXPECT_THAT(conf, Not(HasSubstr("work_mem = 10MB")));
  EXPECT_THAT(conf, HasSubstr("\nwork_mem = '64MB'  # derived would be 10MB: (8 GB − 2 GB) / (200 connections × 3 sorts)\n"));
}

TEST(PostgresqlTarget, H13_AReadReplicaFollowsThePrimaryWithItsSizes) {
  Stack stack = reference_stack("triage-warden");
  stack.databases[0].memory = Bytes{8 * gib};
  const std::string conf = conf_of(stack, "postgresql/main-read.conf");
  EXPECT_THAT(conf, HasSubstr("\nhot_standby = on\n"));
  EXPECT_THAT(conf,
              HasSubstr("\nprimary_conninfo = 'host=main port=5432 user=plimsoll_replication application_name=''main-read'' "
                        "connect_timeout=5'\n"));
  EXPECT_THAT(conf, HasSubstr("\nshared_buffers = 2GB  # 25 % of 8 GB\n"));

  // Of another class: how much memory that has is the catalog's to say.
  stack.databases[0].replica.instance_class = "db.m5.xlarge";
  const Rendered other = postgresql(stack, {});
  EXPECT_THAT(file_of(other, "postgresql/main-read.conf"), Not(HasSubstr("shared_buffers")));
  EXPECT_THAT(other.notes, Contains(Field(&Note::path, "databases.main.replica")));
}

TEST(PostgresqlTarget, WithoutReadReplicasNothingIsSaidOfThem) {
  const Rendered made = postgresql(reference_stack("acme"), {});
  EXPECT_EQ(made.files.size(), 3U);
  for (const File& file : made.files) {
    EXPECT_THAT(file.text, Not(HasSubstr("replication"))) << file.path;
    EXPECT_THAT(file.text, Not(HasSubstr("hot_standby"))) << file.path;
  }
}

TEST(PostgresqlTarget, H23_ExtensionsAreMadeOnce) {
  const std::string sql = conf_of(reference_stack("health-agent"), "postgresql/main-init.sql");
  EXPECT_THAT(sql, HasSubstr("\ncreate extension if not exists \"vector\";\n"));
  EXPECT_THAT(sql, HasSubstr("\\getenv password MAIN_PASSWORD\n"));
}

TEST(PostgresqlTarget, SettingsStayDataAndThoseThatCantBeAreLeftOut) {
  Stack stack = reference_stack("quickstart");
  stack.databases[0].settings = {{"cluster_name", "it's \\ # mine"}, {"hba_file", "/etc/passwd"}, {"x\ny", "1"}};
  const Rendered made = postgresql(stack, {});
  const std::string conf = file_of(made, "postgresql/main.conf");
  EXPECT_THAT(conf, HasSubstr("\ncluster_name = 'it''s \\\\ # mine'\n"));
  EXPECT_THAT(conf, Not(HasSubstr("hba_file")));
  EXPECT_THAT(conf, Not(HasSubstr("\ny")));
  EXPECT_THAT(made.notes, Contains(Note{"databases.main.settings",
                                        "left out: database main: the setting hba_file is plimsoll's own here; leave it out"}));
}

TEST(PostgresqlTarget, GoesWhereTheOptionsSay) {
  const Options options{.at = {{"main", {{"2001:db8::7", 15432}}}, {"main-read", {{"127.0.0.1", 15433}}}}};
  const Rendered made = postgresql(reference_stack("quickstart"), options);
  EXPECT_THAT(file_of(made, "postgresql/main.conf"), HasSubstr("\nport = 15432\n"));
  const std::string read = file_of(made, "postgresql/main-read.conf");
  EXPECT_THAT(read, HasSubstr("\nport = 15433\n"));
  EXPECT_THAT(read, HasSubstr("primary_conninfo = 'host=2001:db8::7 port=15432 "));
}

TEST(PostgresqlTarget, ADatabaseNamedAsPostgresOwnIsCalledApp) {
  Stack stack = reference_stack("quickstart");
  stack.databases[0].name = "postgres";
  EXPECT_THAT(conf_of(stack, "postgresql/postgres-init.sql"), HasSubstr("create database \"app\" owner app"));
}

TEST(PostgresqlTarget, WithoutADatabaseThereIsANote) {
  Stack stack = reference_stack("quickstart");
  stack.databases.clear();
  EXPECT_EQ(postgresql(stack, {}).notes, (std::vector<Note>{{"databases", "the stack has no database"}}));
}

}  // namespace
}  // namespace plimsoll::render
