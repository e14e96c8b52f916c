#include "render/pgbouncer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/testing/golden.h"

namespace plimsoll::render {
namespace {

TEST(PgbouncerIni, CarriesEveryKeyOfThePooler) {
  Stack stack;
  stack.name = "quickstart";
  Database database;
  database.name = "main";
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  pooler.mode = PoolMode::transaction;
  pooler.default_pool_size = 25;
  pooler.max_client_conn = 500;
  pooler.max_db_connections = 80;
  expect_golden("pgbouncer.ini", pgbouncer_ini(stack, pooler, database, {16432, 15432, "/srv/stack/conf/pooler.users"}));

  pooler.mode = PoolMode::session;
  EXPECT_THAT(pgbouncer_ini(stack, pooler, database, {}), testing::HasSubstr("\npool_mode = session\n"));
  pooler.mode = PoolMode::statement;
  EXPECT_THAT(pgbouncer_ini(stack, pooler, database, {}), testing::HasSubstr("\npool_mode = statement\n"));
}

TEST(PgbouncerUserlist, QuotesDoubleQuotes) {
  EXPECT_EQ(pgbouncer_userlist({{"app", "s3cret"}, {"a\"b", "\"\""}}), "\"app\" \"s3cret\"\n\"a\"\"b\" \"\"\"\"\"\"\n");
}

}  // namespace
}  // namespace plimsoll::render
