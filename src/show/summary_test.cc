#include "show/summary.h"

#include <gmock/gmock.h>

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Summary failed_summary() {
  Summary s = demo_summary();
  s.ok = 14'550;
  s.failures = {{"timed out", 3}, {"status 503", 1}, {"connection reset", 0}};
  s.jobs = JobCounts{.in = 7'120, .done = 7'117, .duplicate = 1, .lost = 2};
  s.p95 = 310ms;
  s.notes = {"the generator itself was late by up to 80 ms, so latencies are rather too high than too low"};
  return s;
}

TEST(SummaryScreen, LooksLikeItsGolden) {
  expect_golden("summary-80.txt", render_summary(demo_summary(), kPlain, 80));
  expect_golden("summary-120.txt", render_summary(demo_summary(), kPlain, 120));
  expect_golden("summary-80-ascii.txt", render_summary(demo_summary(), kAscii, 80));
  expect_golden("summary-80-failed.txt", render_summary(failed_summary(), kPlain, 80));
  expect_golden("summary-120-failed-color.txt", render_summary(failed_summary(), kColor, 120));
  expect_golden("summary-60.txt", render_summary(failed_summary(), kPlain, 60));
}

TEST(SummaryScreen, OfNothingSaysSo) {
  const std::string text = render_summary({.stack = "quickstart"}, kPlain, 80);
  EXPECT_THAT(text, testing::ContainsRegex("p95 +–"));
  EXPECT_THAT(text, HasSubstr("scaling decisions  none"));
  EXPECT_THAT(text, HasSubstr("FAILED  no request was sent"));
}

TEST(SummaryScreen, FitsAnyWidth) {
  EXPECT_TRUE(rc::check([] {
    const int columns = *rc::gen::inRange(1, 200);
    const Style style = any_style();
    check_lines(render_summary(*any_summary(), style, columns), columns, style);
  }));
}

struct VerdictRow {
  const char* name;
  Summary summary;
  bool well;
  const char* text;
};
class Verdict : public testing::TestWithParam<VerdictRow> {};
TEST_P(Verdict, IsWellOnlyIfNothingFailedAndNoJobIsMissing) {
  EXPECT_EQ(went_well(GetParam().summary), GetParam().well);
  EXPECT_EQ(verdict_text(GetParam().summary), GetParam().text);
}
Summary with_jobs(JobCounts jobs) { return {.requests = 9, .ok = 9, .jobs = jobs}; }
INSTANTIATE_TEST_SUITE_P(
    Show, Verdict,
    testing::Values(VerdictRow{"nothing", {}, false, "no request was sent"},
                    VerdictRow{"no_queue", {.requests = 9, .ok = 9}, true, "9 requests answered, none failed"},
                    VerdictRow{"jobs", with_jobs({.in = 5, .done = 5}), true,
                               "9 requests answered, none failed; 5 of 5 jobs done, none twice"},
                    VerdictRow{"failed", {.requests = 9, .ok = 8, .failures = {{"reset", 1}}}, false, "1 of 9 requests failed"},
                    VerdictRow{"unanswered", {.requests = 9, .ok = 7}, false, "0 of 9 requests failed, 2 unanswered"},
                    VerdictRow{"lost", with_jobs({.in = 5, .done = 4, .lost = 1}), false,
                               "9 requests answered, none failed; 4 of 5 jobs done, 1 lost, none twice"},
                    VerdictRow{"twice", with_jobs({.in = 5, .done = 5, .duplicate = 2}), false,
                               "9 requests answered, none failed; 5 of 5 jobs done, 2 twice"},
                    VerdictRow{"unfinished", with_jobs({.in = 5, .done = 2}), false,
                               "9 requests answered, none failed; 2 of 5 jobs done, 3 unfinished, none twice"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace plimsoll::show
