#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "render/pgbouncer.h"
#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ini_of(const std::string& stack, const std::string& pooler = "pooler") {
  return file_of(pgbouncer(reference_stack(stack), {}), "pgbouncer/" + pooler + ".ini");
}

class PgbouncerFiles : public testing::TestWithParam<const char*> {};
TEST_P(PgbouncerFiles, AreTheGolden) { expect_golden_files(GetParam(), pgbouncer(reference_stack(GetParam()), {})); }
INSTANTIATE_TEST_SUITE_P(H14_T9_K20_V8, PgbouncerFiles, testing::ValuesIn(reference_stacks));

TEST(PgbouncerTarget, H14_AThousandClientsShare25) {
  const std::string ini = ini_of("health-agent");
  for (const char* line : {"pool_mode = transaction", "max_client_conn = 1000", "default_pool_size = 25", "min_pool_size = 5",
                           "reserve_pool_size = 5"})
    EXPECT_THAT(ini, HasSubstr(std::string("\n") + line + "\n"));
}

TEST(PgbouncerTarget, T9_TransactionModeAndAPoolOf50) {
  const std::string ini = ini_of("triage-warden");
  for (const char* line : {"pool_mode = transaction", "max_client_conn = 1000", "default_pool_size = 50", "listen_addr = 0.0.0.0",
                           "listen_port = 6432", "main = host=main port=5432 dbname=main"})
    EXPECT_THAT(ini, HasSubstr(std::string("\n") + line + "\n"));
}

TEST(PgbouncerTarget, K20_K21_ThePoolsFitTheServer) {
  const std::string ini = ini_of("kaireon");
  for (const char* line : {"max_client_conn = 500", "default_pool_size = 50", "max_db_connections = 100"})
    EXPECT_THAT(ini, HasSubstr(std::string("\n") + line + "\n"));
  EXPECT_THAT(ini, HasSubstr("3 poolers × 100 = 300 of 377: max_connections 400 less 23 in reserve\n"));

  Stack stack = reference_stack("kaireon");
  stack.poolers[0].replicas.max = 4;  // K21's last row leaves nothing for the reserves
  EXPECT_THAT(file_of(pgbouncer(stack, {}), "pgbouncer/pooler.ini"),
              HasSubstr("4 poolers × 100 = 400 of 377: max_connections 400 "
                        "less 23 in reserve; too many, see `plimsoll check`\n"));
}

TEST(PgbouncerTarget, V8_EverySizeAndTheIdleTimeout) {
  const std::string ini = ini_of("voiceassist");
  for (const char* line : {"max_client_conn = 1000", "default_pool_size = 25", "min_pool_size = 10", "reserve_pool_size = 5",
                           "server_idle_timeout = 600"})
    EXPECT_THAT(ini, HasSubstr(std::string("\n") + line + "\n"));
}

TEST(PgbouncerTarget, GoesWhereTheOptionsSay) {
  const Options options{.at = {{"main", {{"db1's.example.org", 15432}}}, {"pooler", {{"127.0.0.1", 16432}}}}};
  const std::string ini = file_of(pgbouncer(reference_stack("quickstart"), options), "pgbouncer/pooler.ini");
  EXPECT_THAT(ini, HasSubstr("\nmain = host='db1''s.example.org' port=15432 dbname=main\n"));
  EXPECT_THAT(ini, HasSubstr("\nlisten_port = 16432\n"));
}

TEST(PgbouncerTarget, SaysWhichSecretToMakeAndWhatTheFileCantSay) {
  const Rendered made = pgbouncer(reference_stack("kaireon"), {});
  ASSERT_EQ(made.notes.size(), 3U);
  EXPECT_EQ(made.notes[0].path, "poolers.pooler");
  EXPECT_THAT(
      made.notes[0].text,
      HasSubstr("printf '\"app\" \"%s\"\\n\"plimsoll_admin\" \"%s\"\\n\"plimsoll_monitoring\" \"%s\"\\n' \"$MAIN_PASSWORD\""));
  EXPECT_EQ(made.notes[1].path, "poolers.pooler.replicas");
  EXPECT_EQ(made.notes[2].path, "poolers.pooler.mode");
}

TEST(PgbouncerTarget, SeveralPoolersAreSeveralFilesAndNoneIsSaid) {
  Stack stack = reference_stack("quickstart");
  stack.poolers.push_back(stack.poolers[0]);
  stack.poolers[1].name = "batch-pooler";
  stack.poolers[1].mode = PoolMode::session;
  const Rendered two = pgbouncer(stack, {});
  EXPECT_EQ(two.files.size(), 2U);
  EXPECT_THAT(file_of(two, "pgbouncer/batch-pooler.ini"), HasSubstr("\npool_mode = session\n"));
  EXPECT_THAT(file_of(two, "pgbouncer/batch-pooler.ini"), Not(HasSubstr("want at most")));  // nobody goes through it

  stack.poolers.clear();
  const Rendered none = pgbouncer(stack, {});
  EXPECT_TRUE(none.files.empty());
  EXPECT_EQ(none.notes, (std::vector<Note>{{"poolers", "the stack has no pooler"}}));
}

}  // namespace
}  // namespace plimsoll::render
