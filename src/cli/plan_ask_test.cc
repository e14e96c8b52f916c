#include "cli/plan_ask.h"

#include <gmock/gmock.h>

#include "core/quantity.h"

namespace plimsoll::cli {
namespace {

using testing::HasSubstr;

const TimePoint today = *parse_time("2026-11-22T12:00Z");

Stack stack() {
  Stack out;
  out.tiers.resize(1);
  out.tiers[0].name = "api";
  out.tiers[0].baseline.emplace();
  out.tiers[0].baseline->work = {{"simple", 500, true}, {"websockets", 50, false}};
  return out;
}

struct Good {
  const char* name;
  PlanTexts texts;
  const char* said;  // in words
};
void PrintTo(const Good& one, std::ostream* out) { *out << one.name; }
class Asked : public testing::TestWithParam<Good> {};
TEST_P(Asked, IsUnderstood) {
  const auto ask = ask_of(GetParam().texts, stack(), today);
  ASSERT_TRUE(ask) << ask.error().message;
  EXPECT_EQ(asked_text(*ask, stack()), GetParam().said);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, Asked,
    testing::Values(Good{"nothing", {}, ""}, Good{"users", {.users = "10000"}, "10,000 users"},
                    Good{"users_k", {.users = "10k"}, "10,000 users"},
                    Good{"users_comma", {.users = "1,500,000"}, "1,500,000 users"},
                    Good{"users_m", {.users = "1.5M"}, "1,500,000 users"}, Good{"rate", {.rate = "3000/min"}, "50/s"},
                    Good{"V12", {.growth = "1.5", .months = "6"}, "6 months of × 1.5"},
                    Good{"growth_a_month", {.growth = "1.5/month", .months = "6"}, "6 months of × 1.5"},
                    Good{"growth_share", {.growth = "50%", .months = "1"}, "1 month of × 1.5"},
                    Good{"growth_alone", {.growth = "50%/month"}, "12 months of × 1.5"},
                    Good{"event", {.events = {"3x@2026-11-27"}}, "1 month ahead, 3 × on 2026-11-27"},
                    Good{"event_today", {.events = {"2x@2026-11-22"}}, "2 × on 2026-11-22"},
                    Good{"event_time", {.events = {"2.5x@2027-01-15T08:30Z"}}, "2 months ahead, 2.5 × on 2027-01-15"},
                    Good{"work", {.work = {"simple=400rps", "websockets=60"}}, "simple 400, websockets 60"}),
    [](const auto& one) { return one.param.name; });

struct Bad {
  const char* name;
  PlanTexts texts;
  const char* says;
};
void PrintTo(const Bad& one, std::ostream* out) { *out << one.name; }
class NotAsked : public testing::TestWithParam<Bad> {};
TEST_P(NotAsked, SaysWhatWasExpected) {
  const auto ask = ask_of(GetParam().texts, stack(), today);
  ASSERT_FALSE(ask);
  EXPECT_THAT(ask.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Texts, NotAsked,
    testing::Values(Bad{"users_word", {.users = "many"}, "--users: 'many' is no number of users; expected e.g. 10000"},
                    Bad{"users_zero", {.users = "0"}, "--users: '0'"}, Bad{"users_negative", {.users = "-5"}, "--users: '-5'"},
                    Bad{"users_comma", {.users = "1,5"}, "--users: '1,5'"},
                    Bad{"users_comma_end", {.users = "1,500,"}, "--users"},
                    Bad{"users_endless", {.users = "1e300"}, "at most 1,000,000,000"},
                    Bad{"rate_endless",
                        {.rate = "2000000000rps"},
                        "--rate: '2000000000rps' is out of range; expected at most 1,000,000,000/s"},
                    Bad{"growth_endless", {.growth = "10", .months = "7"}, "more than a millionfold; expected at most 6 months"},
                    Bad{"rate", {.rate = "fast"}, "--rate: 'fast' is no rate"}, Bad{"rate_zero", {.rate = "0rps"}, "--rate"},
                    Bad{"growth", {.growth = "x"}, "--growth: 'x' is no growth a month"},
                    Bad{"growth_shrinks", {.growth = "0.5"}, "for 50 % more each month write 1.5 or 50%"},
                    Bad{"growth_large", {.growth = "1100%"}, "out of range"}, Bad{"growth_nan", {.growth = "nan"}, "--growth"},
                    Bad{"months", {.growth = "1.5", .months = "0"}, "--months: '0'"},
                    Bad{"months_many", {.growth = "1.5", .months = "121"}, "expected 1 to 120"},
                    Bad{"months_of_nothing", {.months = "6"}, "say --growth 1.5, or growth: {per_month: 1.5} in the spec"},
                    Bad{"event", {.events = {"black friday"}}, "expected a factor and a day such as 3x@2026-11-27"},
                    Bad{"event_no_x", {.events = {"3@2026-11-27"}}, "expected a factor and a day"},
                    Bad{"event_date", {.events = {"3x@2026-13-01"}}, "has no date"},
                    Bad{"event_past", {.events = {"3x@2026-11-21"}}, "has passed"},
                    Bad{"event_far", {.events = {"3x@2190-01-01"}}, "more than ten years"},
                    Bad{"event_zero", {.events = {"0x@2026-11-27"}}, "has no factor"},
                    Bad{"work", {.work = {"simple"}}, "expected KIND=AMOUNT"},
                    Bad{"work_kind", {.work = {"simpel=4"}}, "did you mean 'simple'?"},
                    Bad{"work_unknown", {.work = {"reports=4"}}, "there are simple, websockets"},
                    Bad{"work_amount", {.work = {"simple=x"}}, "has no amount"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace plimsoll::cli
