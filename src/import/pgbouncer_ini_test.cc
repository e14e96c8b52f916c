#include <gtest/gtest.h>

#include "import/readers.h"
#include "import/testing/places.h"

namespace plimsoll::import {
namespace {

using testing::noted;
using testing::said;
using testing::under;

Facts read(std::string_view text) {
  Facts facts;
  read_pgbouncer({text, {3, {1, 1, 1}}, "pgbouncer.ini", ""}, facts);
  return facts;
}

std::string setting(const Facts& facts, const char* name) {
  if (facts.poolers.empty() || !facts.poolers[0].settings.contains(name)) return "<none>";
  return facts.poolers[0].settings.at(name).value;
}

// The file of health-agent's runbook: 1000 clients, 25 connections, 5 at least, 5 in reserve.
constexpr std::string_view health_agent = R"([databases]
health_agent = host=postgres port=5432 dbname=health_agent

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
auth_type = md5
auth_file = /etc/pgbouncer/userlist.txt

# Pool configuration
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 25
min_pool_size = 5
reserve_pool_size = 5
)";

TEST(PgbouncerIni, H14_TheRunbooksPools) {
  const Facts facts = read(health_agent);
  ASSERT_EQ(facts.poolers.size(), 1U);
  const PoolerFile& file = facts.poolers[0];
  EXPECT_EQ(file.owner, "pgbouncer.ini");
  ASSERT_EQ(file.databases.size(), 1U);
  EXPECT_EQ(file.databases[0].host, "postgres");
  EXPECT_EQ(file.databases[0].dbname, "health_agent");
  EXPECT_EQ(under(health_agent, file.databases[0].at), "health_agent");
  EXPECT_EQ(setting(facts, "pool_mode"), "transaction");
  EXPECT_EQ(setting(facts, "max_client_conn"), "1000");
  EXPECT_EQ(setting(facts, "default_pool_size"), "25");
  EXPECT_EQ(setting(facts, "min_pool_size"), "5");
  EXPECT_EQ(setting(facts, "reserve_pool_size"), "5");
  EXPECT_EQ(said(facts), "");
}

// triage-warden's, the text of a ConfigMap: sections without blank lines between them.
TEST(PgbouncerIni, T9_TheConfigMapsPools) {
  const Facts facts = read(
      "[databases]\ntriage_warden = host=postgres port=5432 dbname=triage_warden\n[pgbouncer]\nlisten_port = 6432\n"
      "listen_addr = 0.0.0.0\nauth_type = md5\npool_mode = transaction\nmax_client_conn = 1000\ndefault_pool_size = 50\n");
  EXPECT_EQ(facts.poolers[0].databases[0].host, "postgres");
  EXPECT_EQ(setting(facts, "pool_mode"), "transaction");
  EXPECT_EQ(setting(facts, "max_client_conn"), "1000");
  EXPECT_EQ(setting(facts, "default_pool_size"), "50");
  EXPECT_EQ(said(facts), "");
}

TEST(PgbouncerIni, ASettingKnowsWhereItStandsAndHowItIsWritten) {
  const Facts facts = read(health_agent);
  const Found<std::string>& size = facts.poolers[0].settings.at("default_pool_size");
  EXPECT_EQ(size.at.file, 3U);
  EXPECT_EQ(size.at.at.line, 13);
  EXPECT_EQ(under(health_agent, size.key), "default_pool_size");
  EXPECT_EQ(under(health_agent, size.at), "25");
  EXPECT_EQ(size.prefix, "default_pool_size = ");
}

// A ConfigMap's block scalar: six columns in, from line 40 on.
TEST(PgbouncerIni, PlacesAreTheOuterFilesWhereLinesMatch) {
  Facts facts;
  read_pgbouncer({"[pgbouncer]\npool_mode=session\n", {0, {40, 1, 1}}, "pgbouncer", "default", true, 6}, facts);
  const Found<std::string>& mode = facts.poolers[0].settings.at("pool_mode");
  EXPECT_EQ(mode.at.at.line, 41);
  EXPECT_EQ(mode.at.at.column, 17);
  EXPECT_EQ(mode.prefix, "pool_mode=");
  Facts folded;
  read_pgbouncer({"[pgbouncer]\npool_mode=session\n", {0, {40, 9, 5}}, "pgbouncer", "default", false, 0}, folded);
  EXPECT_EQ(folded.poolers[0].settings.at("pool_mode").at.at.line, 40);
  EXPECT_EQ(folded.poolers[0].settings.at("pool_mode").at.at.column, 9);
  EXPECT_EQ(folded.poolers[0].settings.at("pool_mode").prefix, "");
}

TEST(PgbouncerIni, Databases) {
  const Facts facts = read(
      "[DATABASES]\n"
      "shop = host=pg1,pg2 port=5433 dbname='the shop' user=app password='it''s' pool_size=30 reserve_pool=3 pool_mode=session\n"
      "local =\n"
      "\"odd name\" = host = PG.example.com\n"
      "* = host=fallback\n"
      "shop = host=later\n");
  ASSERT_EQ(facts.poolers.size(), 1U);
  const auto& databases = facts.poolers[0].databases;
  ASSERT_EQ(databases.size(), 4U);
  EXPECT_EQ(databases[0].host, "later");  // the later line counts
  EXPECT_EQ(databases[1].name, "local");
  EXPECT_EQ(databases[1].host, "");
  EXPECT_EQ(databases[1].dbname, "local");
  EXPECT_EQ(databases[2].name, "odd name");
  EXPECT_EQ(databases[2].host, "pg.example.com");
  EXPECT_EQ(databases[3].name, "*");
  EXPECT_EQ(databases[3].dbname, "");
  const Facts one = read("[databases]\nshop = host=pg port=5433 password='x y' pool_size=30 reserve_pool=3 pool_mode=session\n");
  const PoolerFile::Target& shop = one.poolers[0].databases[0];
  EXPECT_EQ(shop.port, 5433);
  EXPECT_EQ(shop.pool_size, 30);
  EXPECT_EQ(shop.settings.at("pool_mode").value, "session");
  EXPECT_EQ(shop.settings.at("reserve_pool").value, "3");
  EXPECT_FALSE(shop.settings.contains("password"));
}

TEST(PgbouncerIni, UsersHaveModesAndLimits) {
  const Facts facts = read("[databases]\na = host=b\n[users]\nreport = pool_mode=session max_user_connections=10\n");
  EXPECT_EQ(facts.poolers[0].users.at("report").at("pool_mode").value, "session");
  EXPECT_EQ(facts.poolers[0].users.at("report").at("max_user_connections").value, "10");
}

TEST(PgbouncerIni, WhatIsWrittenOddlyIsReadToo) {
  const Facts facts = read(
      "\xEF\xBB\xBF[pgbouncer]\r\n; a comment\r\n  Pool_Mode   =Transaction  \r\nmax_db_connections=\r\n%include other.ini\r\n");
  EXPECT_EQ(setting(facts, "pool_mode"), "Transaction");
  EXPECT_EQ(setting(facts, "max_db_connections"), "");
  EXPECT_EQ(noted(facts), "5 what other.ini says is not seen\n");
  EXPECT_EQ(said(facts), "");
}

struct Row {
  const char* text;
  const char* want;
};
class PgbouncerMistakes : public ::testing::TestWithParam<Row> {};
TEST_P(PgbouncerMistakes, AreSaid) { EXPECT_EQ(said(read(GetParam().text)), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Ini, PgbouncerMistakes,
    ::testing::Values(Row{"[pgbouncer]\nmax_client_conn = 1000 ; many\n",
                          "2:24+6 pgbouncer reads a comment behind a value as part of the value\n"},
                      Row{"[pgbouncer]\npool_mode = transactional\n",
                          "2:13+13 pool_mode 'transactional' is none of pgbouncer's\n"},
                      Row{"[pgbouncer]\npool_mode transaction\n", "2:1+21 pgbouncer wants name = value here\n"},
                      Row{"[databases\nx = host=a\n", "1:1+10 this section's name does not end\n"},
                      Row{"[databases]\nx = host=a port\n", "2:12+4 this is no key=value of a connection\n"},
                      // None: a query may hold anything, templates are filled in later, and before a section nothing is known.
                      Row{"[pgbouncer]\nserver_check_query = select 1 # x, y\n", ""},
                      Row{"[pgbouncer]\npool_mode = ${POOL_MODE}\n", ""}, Row{"words\n", ""}));

TEST(PgbouncerIni, ACommentBehindANumberIsNoPartOfIt) {
  EXPECT_EQ(setting(read("[pgbouncer]\nmax_client_conn = 1000 ; many\n"), "max_client_conn"), "1000");
}

}  // namespace
}  // namespace plimsoll::import
