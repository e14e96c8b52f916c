#include <gtest/gtest.h>
#include <unistd.h>

#include "proc/process.h"
#include "proc/stat.h"

namespace plimsoll::proc {
namespace {

constexpr const char* numbers =
    " S 10 77 70 0 -1 4194560 5 6 7 8 120 30 1 2 20 0 3 0 987654 1000000 2500 18446744073709551615 1\n";

TEST(ParseStat, ReadsFieldsBehindAnyName) {
  for (const char* name : {"redis-server", "a b", ")", "x) S 1 (y"}) {
    const auto stat = parse_stat("4711 (" + std::string(name) + ")" + numbers);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 10);
    EXPECT_EQ(stat->group, 77);
    EXPECT_EQ(stat->session, 70);
    EXPECT_EQ(stat->cpu_ticks, 150U);
    EXPECT_EQ(stat->start_ticks, 987654U);
    EXPECT_EQ(stat->resident_pages, 2500);
    EXPECT_FALSE(stat->ended());
  }
}

TEST(ParseStat, AShortLineIsNothing) {
  for (const char* text : {"", "4711", "4711 (x", "4711 (x)", "4711 (x) ", "4711 (x) S 1 2 3\n"})
    EXPECT_FALSE(parse_stat(text)) << text;
}

Identity self() { return {::getpid(), read_stat(::getpid())->start_ticks}; }

TEST(Usage, CountsWhatWasComputed) {
  const auto before = usage(self());
  ASSERT_TRUE(before);
  volatile double sum = 0;
  for (int i = 0; i < 20'000'000; ++i) sum = sum + i;
  const auto after = usage(self());
  ASSERT_TRUE(after);
  EXPECT_GT(after->cpu, before->cpu);
  EXPECT_GT(after->resident.count, 1 << 20);
}

TEST(Usage, AnotherStartTimeIsAnotherProcess) {
  Identity other = self();
  ++other.start_ticks;
  EXPECT_EQ(usage(other).error().code, Errc::not_found);
  EXPECT_FALSE(age_of(other));
  EXPECT_EQ(session_of(other), 0);
  EXPECT_FALSE(environment_of(other, "PATH"));
}

TEST(AgeOf, IsSmallAndNotNegative) {
  const auto age = age_of(self());
  ASSERT_TRUE(age);
  EXPECT_GE(*age, Duration::zero());
  EXPECT_LT(*age, std::chrono::hours(1));
}

TEST(FindProgram, LooksInPathAndExtraFolders) {
  EXPECT_TRUE(find_program("sh"));
  EXPECT_EQ(find_program("/bin/sh").value(), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-here").error().code, Errc::not_found);
  EXPECT_EQ(find_program("/etc").error().code, Errc::not_found);         // a folder
  EXPECT_EQ(find_program("/etc/passwd").error().code, Errc::not_found);  // not executable
  EXPECT_EQ(find_program("").error().code, Errc::not_found);
}

}  // namespace
}  // namespace plimsoll::proc
