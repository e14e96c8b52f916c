#include "drive/local/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "drive/local/testing/temporary_folder.h"

namespace plimsoll::local {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST(Files, AreReplacedWholeWithTheirMode) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/secret";
  ASSERT_TRUE(write_file(path, "one", {.mode = 0600, .owner = std::nullopt}));
  ASSERT_TRUE(write_file(path, "two\n", {.mode = 0600, .owner = std::nullopt}));
  EXPECT_EQ(read_file(path).value_or("?"), "two\n");
  EXPECT_EQ(mode_of(path), 0600);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(Files, AreLeftAloneWhenTheyHaveTheTextAlready) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/conf";
  EXPECT_EQ(write_if_changed(path, "a").value_or(false), true);
  EXPECT_EQ(write_if_changed(path, "a").value_or(true), false);
  EXPECT_EQ(write_if_changed(path, "b").value_or(false), true);
}

TEST(Files, ErrorsNameThePath) {
  const Result<std::string> missing = read_file("/nowhere/at/all");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().message.find("/nowhere/at/all"), std::string::npos);
  const Result<void> unwritten = write_file("/nowhere/at/all", "x");
  ASSERT_FALSE(unwritten);
  EXPECT_NE(unwritten.error().message.find("/nowhere/at/all"), std::string::npos);
}

struct TailRow {
  std::string log;
  std::uint64_t from;
  int lines;
  std::string tail;  // after the heading
};
class LogTail : public testing::TestWithParam<TailRow> {};
TEST_P(LogTail, IsTheLastLinesSinceTheStart) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/x.log";
  std::ofstream(path) << GetParam().log;
  const std::string heading = "; " + path + " ends with:";
  EXPECT_EQ(log_tail(path, GetParam().from, GetParam().lines), GetParam().tail.empty() ? "" : heading + GetParam().tail);
}
INSTANTIATE_TEST_SUITE_P(Logs, LogTail,
                         testing::Values(TailRow{"", 0, 3, ""}, TailRow{"a\n", 0, 3, "\n  a"},
                                         TailRow{"a\nb\nc\nd\n", 0, 2, "\n  c\n  d"}, TailRow{"a\nb\nc", 0, 9, "\n  a\n  b\n  c"},
                                         TailRow{"old\nnew\n", 4, 9, "\n  new"}, TailRow{"old\n", 4, 9, ""},
                                         TailRow{"cut off\n", 1000, 9, ""}));

TEST(LogTail, OfNoLogIsEmpty) { EXPECT_EQ(log_tail("/nowhere/at/all", 0), ""); }

}  // namespace
}  // namespace plimsoll::local
