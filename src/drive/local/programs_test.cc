#include "drive/local/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "drive/local/testing/error_of.h"
#include "drive/local/testing/temporary_folder.h"

namespace plimsoll::local {
namespace {

namespace fs = std::filesystem;

void make_program(const std::string& path) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << "x";
  ::chmod(path.c_str(), 0755);
}

class Programs : public testing::Test {
 protected:
  void install_postgres(int major) {
    for (const char* program : {"postgres", "initdb", "pg_basebackup"})
      make_program(paths_.postgresql + "/" + std::to_string(major) + "/bin/" + program);
  }
  TemporaryFolder folder_;
  ProgramPaths paths_{{folder_.path() + "/first", folder_.path() + "/second"}, folder_.path() + "/postgresql"};
};

TEST_F(Programs, AreTakenFromTheFirstFolderThatHasThem) {
  make_program(folder_.path() + "/second/redis-server");
  EXPECT_EQ(find_packaged(paths_, "redis-server", "redis-server").value_or(""), folder_.path() + "/second/redis-server");
  make_program(folder_.path() + "/first/redis-server");
  EXPECT_EQ(find_packaged(paths_, "redis-server", "redis-server").value_or(""), folder_.path() + "/first/redis-server");
}

TEST_F(Programs, ThatAreMissingAreNamedWithTheirPackage) {
  fs::create_directories(folder_.path() + "/first/redis-server");  // a folder is no program
  const Result<std::string> found = find_packaged(paths_, "redis-server", "redis-server");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_EQ(found.error().message, "redis-server not found: apt-get install redis-server");
  EXPECT_EQ(error_of(find_postgres(paths_)).message, "postgres not found: apt-get install postgresql");
}

TEST_F(Programs, PostgresIsTheHighestVersionUnlessDataNeedAnother) {
  for (const int major : {9, 15, 14}) install_postgres(major);
  make_program(paths_.postgresql + "/16/bin/psql");  // a client alone is no server
  EXPECT_EQ(find_postgres(paths_)->major, 15);
  EXPECT_FALSE(find_postgres(paths_)->pg_stat_statements);
  make_program(paths_.postgresql + "/15/lib/pg_stat_statements.so");
  EXPECT_TRUE(find_postgres(paths_)->pg_stat_statements);
  EXPECT_EQ(find_postgres(paths_, 14)->initdb, paths_.postgresql + "/14/bin/initdb");
  EXPECT_EQ(error_of(find_postgres(paths_, 13)).message,
            "postgres 13 not found, and the data were made by it: apt-get install postgresql-13");
}

TEST_F(Programs, PostgresThatIsTooOldIsSaidSo) {
  install_postgres(11);
  EXPECT_THAT(error_of(find_postgres(paths_)).message, testing::HasSubstr("postgres 11 is too old, 13 or later is needed"));
}

TEST_F(Programs, ServersOfTheSystemAreLookedForOutsideOfPathToo) {
  EXPECT_THAT(ProgramPaths::of_this_machine().directories, testing::Contains("/usr/sbin"));
}

}  // namespace
}  // namespace plimsoll::local
