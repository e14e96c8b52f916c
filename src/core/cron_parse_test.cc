#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cron.h"

namespace plimsoll {
namespace {

using testing::HasSubstr;

struct Row {
  std::string_view text, same_as;
};
class CronText : public testing::TestWithParam<Row> {};
TEST_P(CronText, MeansTheSame) {
  const Parsed<Cron> a = parse_cron(GetParam().text), b = parse_cron(GetParam().same_as);
  ASSERT_TRUE(a.ok());
  ASSERT_TRUE(b.ok());
  EXPECT_EQ(*a.value, *b.value);
}
INSTANTIATE_TEST_SUITE_P(Forms, CronText,
                         testing::Values(Row{"@hourly", "0 * * * *"}, Row{"@daily", "0 0 * * *"}, Row{"@midnight", "@Daily"},
                                         Row{"@weekly", "0 0 * * sun"}, Row{"@monthly", "0 0 1 * *"},
                                         Row{"@yearly", "0 0 1 jan *"}, Row{"@annually", "@yearly"},
                                         Row{"  0\t8  * * 1-5 ", "0 8 * * mon-fri"}, Row{"0 8 * * MON,Wed", "0 8 * * 1,3"},
                                         Row{"0 0 * * 7", "0 0 * * 0"}, Row{"0 0 * * 5-7", "0 0 * * 0,5,6"},
                                         Row{"0 0 * * 6-7", "0 0 * * sat,sun"}, Row{"*/15 * * * *", "0,15,30,45 * * * *"},
                                         Row{"5/20 * * * *", "5,25,45 * * * *"}, Row{"0 9-17/4 * * *", "0 9,13,17 * * *"},
                                         Row{"? ? ? ? ?", "* * * * *"}, Row{"*/1 * * * *", "* * * * *"},
                                         Row{"*/60 * * * *", "0 * * * *"}, Row{"0 0 1 1,jan,JAN *", "0 0 1 1 *"},
                                         Row{"0 0 * * 1/2", "0 0 * * 1,3,5"}, Row{"0 0 * * */2", "0 0 * * 0,2,4,6"}));

TEST(CronText, AStarWithAStepRestricts) {  // robfig: only a plain star leaves the other field alone
  EXPECT_TRUE(parse_cron("0 0 * * mon").value->any_day);
  EXPECT_FALSE(parse_cron("0 0 */2 * mon").value->any_day);
  EXPECT_TRUE(parse_cron("0 0 1 * *,mon").value->any_weekday);
}

struct Fault {
  std::string_view text;
  int column, length;
  std::string_view message, expected, nearest;
};
class CronFault : public testing::TestWithParam<Fault> {};
TEST_P(CronFault, SaysWhereAndWhat) {
  const Parsed<Cron> parsed = parse_cron(GetParam().text);
  EXPECT_FALSE(parsed.value);
  ASSERT_FALSE(parsed.diagnostics.empty());
  const Diagnostic& d = parsed.diagnostics.front();
  EXPECT_EQ(d.at.column, GetParam().column);
  EXPECT_EQ(d.at.length, GetParam().length);
  EXPECT_THAT(d.message, HasSubstr(GetParam().message));
  EXPECT_THAT(d.expected, HasSubstr(GetParam().expected));
  EXPECT_EQ(d.nearest, GetParam().nearest);
}
INSTANTIATE_TEST_SUITE_P(
    Places, CronFault,
    testing::Values(
        Fault{"", 1, 1, "0 fields", "five", ""}, Fault{"0 8 * *", 8, 1, "4 fields", "five", ""},
        Fault{"0 0 8 * * *", 11, 1, "6 fields", "five", ""}, Fault{"60 * * * *", 1, 2, "'60' is no minute", "0..59", ""},
        Fault{"0 24 * * *", 3, 2, "no hour", "0..23", ""}, Fault{"0 0 0 * *", 5, 1, "no day of month", "1..31", ""},
        Fault{"0 0 1 13 *", 7, 2, "no month", "1..12 or jan..dec", ""},
        Fault{"0 0 * * mno", 9, 3, "no day of week", "sun..sat", "mon"}, Fault{"0 0 * * 8", 9, 1, "no day of week", "0..7", ""},
        Fault{"*/0 * * * *", 3, 1, "step '0' of minute", "from 1", ""}, Fault{"*/x * * * *", 3, 1, "step 'x'", "", ""},
        Fault{"0 17-9 * * *", 3, 4, "backwards", "low to high", ""}, Fault{"0 0 * * fri-mon", 9, 7, "backwards", "", ""},
        Fault{"0 8, * * *", 5, 1, "hour is missing", "0..23", ""}, Fault{"0 8-9-10 * * *", 5, 4, "'9-10' is no hour", "", ""},
        Fault{"-5 * * * *", 1, 1, "minute is missing", "", ""}, Fault{"1.5 * * * *", 1, 3, "'1.5'", "", ""},
        Fault{"@dayly", 1, 6, "unknown cron name", "@daily", "@daily"}, Fault{"0 0 * * münchen", 9, 7, "'münchen'", "", ""}));

TEST(CronText, EveryFaultAtOnce) { EXPECT_EQ(parse_cron("61 25 0 13 9").diagnostics.size(), 5U); }

TEST(CronText, ADayThatNeverComesIsAWarning) {
  for (const std::string_view text : {"0 0 30 2 *", "0 0 31 feb,apr,jun *"}) {
    const Parsed<Cron> parsed = parse_cron(text);
    ASSERT_TRUE(parsed.ok()) << text;
    ASSERT_EQ(parsed.diagnostics.size(), 1U);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::warning);
    EXPECT_EQ(parsed.diagnostics[0].at.column, 5);
  }
  EXPECT_TRUE(parse_cron("0 0 29 2 *").diagnostics.empty());
  EXPECT_TRUE(parse_cron("0 0 30 2 mon").diagnostics.empty()) << "or Mondays";
}

}  // namespace
}  // namespace plimsoll
