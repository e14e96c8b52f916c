#include "wire/postgres.h"

#include <gtest/gtest.h>

namespace plimsoll::wire {
namespace {

struct Row {
  const char* sqlstate;
  Errc want;
};
class SqlState : public testing::TestWithParam<Row> {};
TEST_P(SqlState, HasItsKindOfError) { EXPECT_EQ(errc_of_sqlstate(GetParam().sqlstate), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Postgres, SqlState,
                         testing::Values(Row{"08006", Errc::unreachable}, Row{"57P01", Errc::unreachable},
                                         Row{"57P03", Errc::unreachable}, Row{"", Errc::unreachable},
                                         Row{"57014", Errc::timed_out}, Row{"53300", Errc::exhausted},
                                         Row{"28P01", Errc::refused}, Row{"23505", Errc::refused}, Row{"42601", Errc::refused},
                                         Row{"42P01", Errc::not_found}, Row{"3D000", Errc::not_found},
                                         Row{"40001", Errc::failed}));

TEST(Postgres, AConninfoThatIsNoneIsNotRepeated) {
  for (const char* conninfo : {"postgresql://u:hunter2@h:port/d", "postgresql://u:hun ter2@[h", "password=hunter2 nonsense"}) {
    const auto connection = PgConnection::connect(conninfo, std::chrono::seconds(1));
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().message.find("ter2"), std::string::npos) << connection.error().message;
  }
}

TEST(Postgres, NobodyThereIsUnreachableAndNamed) {
  const auto connection = PgConnection::connect("postgresql://u:hunter2@127.0.0.1:1/d", std::chrono::seconds(2));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::unreachable);
  EXPECT_NE(connection.error().message.find("postgres 127.0.0.1:1/d"), std::string::npos) << connection.error().message;
  EXPECT_EQ(connection.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace plimsoll::wire
