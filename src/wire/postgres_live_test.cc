#include <gtest/gtest.h>

#include "wire/postgres.h"
#include "wire/testing/live_components.h"

namespace plimsoll::wire {
namespace {

using namespace std::chrono_literals;

class PostgresLive : public testing::Test {
 protected:
  static void SetUpTestSuite() { database_ = std::make_unique<live::Postgres>(); }
  static void TearDownTestSuite() { database_.reset(); }
  static PgConnection connected(const std::string& url) {
    auto connection = PgConnection::connect(url, 10s);
    if (!connection) throw std::runtime_error(connection.error().message);
    return std::move(*connection);
  }
  static inline std::unique_ptr<live::Postgres> database_;
};

TEST_F(PostgresLive, RowsNullsNumbersAndParameters) {
  PgConnection connection = connected(database_->url());
  const auto result = connection.query("select $1::int + 1 as n, $2::text as t, null as gone, 1.5 as x",
                                       {std::string_view("41"), std::string_view("o'k")}, 5s);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rows(), 1);
  EXPECT_EQ(result->integer(0, "n"), 42);
  EXPECT_EQ(result->value(0, "t"), "o'k");
  EXPECT_EQ(result->value(0, "gone"), std::nullopt);
  EXPECT_EQ(result->value(0, "no_such_column"), std::nullopt);
  EXPECT_EQ(result->number(0, "x"), 1.5);
  EXPECT_EQ(connection.query("select $1::text is null as b", {std::nullopt}, 5s)->value(0, "b"), "t");
  EXPECT_EQ(connection.exec("create temp table t(i int); insert into t select generate_series(1, 3)", 5s)->affected(), 3);
}

TEST_F(PostgresLive, ErrorsHaveTheirKindAndState) {
  PgConnection connection = connected(database_->url());
  const auto absent = connection.exec("select * from no_such_table", 5s);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
  EXPECT_EQ(connection.sqlstate(), "42P01");
  EXPECT_NE(absent.error().message.find("relation \"no_such_table\" does not exist [42P01]"), std::string::npos)
      << absent.error().message;
  EXPECT_EQ(connection.exec("selec", 5s).error().code, Errc::refused);
  EXPECT_EQ(connection.exec("set statement_timeout = 20; select pg_sleep(5)", 5s).error().code, Errc::timed_out);
  EXPECT_EQ(connection.exec("copy (select 1) to stdout", 5s).error().code, Errc::refused);
}

TEST_F(PostgresLive, ADeadlineBreaksTheConnection) {
  PgConnection connection = connected(database_->url());
  const auto late = connection.exec("select pg_sleep(3)", 50ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timed_out);
  EXPECT_TRUE(connection.broken());
  EXPECT_EQ(connection.exec("select 1", 1s).error().code, Errc::unreachable);
}

TEST_F(PostgresLive, LoginsThatFailSayWhy) {
  const std::string port = std::to_string(database_->port());
  EXPECT_EQ(PgConnection::connect("postgresql://app@127.0.0.1:" + port + "/nothing", 5s).error().code, Errc::not_found);
  EXPECT_EQ(PgConnection::connect("postgresql://nobody@127.0.0.1:" + port + "/app", 5s).error().code, Errc::refused);
}

TEST_F(PostgresLive, ThroughPgBouncerInTransactionMode) {
  const live::PgBouncer pooler(*database_, 1);
  PgConnection first = connected(pooler.url());
  PgConnection second = connected(pooler.url());
  // One server connection for both: each statement must be whole in itself.
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(first.query("select $1::int", {std::string_view("1")}, 5s));
    EXPECT_TRUE(second.query("select $1::int", {std::string_view("2")}, 5s));
  }
  ASSERT_TRUE(first.exec("begin", 5s));
  EXPECT_EQ(second.exec("select 1", 100ms).error().code, Errc::timed_out) << "the only server connection is in a transaction";
  ASSERT_TRUE(first.exec("rollback", 5s));

  PgConnection console = connected(pooler.admin_url());
  const auto pools = console.exec("show pools", 5s);
  ASSERT_TRUE(pools) << pools.error().message;
  EXPECT_GT(pools->rows(), 0);
  EXPECT_TRUE(pools->integer(0, "cl_active"));

  const auto wrong =
      PgConnection::connect("postgresql://app:hunter2@127.0.0.1:" + pooler.url().substr(pooler.url().rfind(':') + 1), 5s);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message.find("hunter2"), std::string::npos) << wrong.error().message;
}

TEST_F(PostgresLive, ARestartIsUnreachableNotWrong) {
  PgConnection connection = connected(database_->url());
  database_->restart();
  const auto lost = connection.exec("select 1", 5s);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::unreachable) << lost.error().message;
  EXPECT_TRUE(connection.broken());
  EXPECT_TRUE(connected(database_->url()).exec("select 1", 5s));
}

}  // namespace
}  // namespace plimsoll::wire
