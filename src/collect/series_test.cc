#include "collect/series.h"

#include <gtest/gtest.h>

namespace plimsoll::collect {
namespace {

struct Row {
  const char* name;
  std::string_view page, series;
  Figure want;
};

class Series : public testing::TestWithParam<Row> {};

TEST_P(Series, IsFoundByName) {
  const PageQuery query{std::string(GetParam().series)};
  const std::vector<Figure> found = read_series(GetParam().page, std::span(&query, 1));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].gap, GetParam().want.gap);
  if (found[0].gap != Gap::none) return;
  EXPECT_DOUBLE_EQ(found[0].value, GetParam().want.value);
  EXPECT_EQ(found[0].total, GetParam().want.total);
}

INSTANTIATE_TEST_SUITE_P(
    ReadSeries, Series,
    testing::Values(Row{"Gauge", "# TYPE queue gauge\nqueue 7\nqueue_max 9\n", "queue", {7}},
                    Row{"SumOfLabelSets", "queue{a=\"1\"} 7\nqueue{a=\"2\"} 3\n", "queue", {10}},
                    Row{"Total", "jobs_total 12\n", "jobs_total", {12, Gap::none, true}},
                    Row{"DeclaredCounter", "# HELP jobs x\n# TYPE jobs counter\njobs 12\n", "jobs", {12, Gap::none, true}},
                    Row{"DeclaredAnother", "# TYPE jobs_failed counter\n# TYPE jobs gauge\njobs 12\n", "jobs", {12}},
                    Row{"DeclaredWithoutKind", "# TYPE jobs", "jobs", {0, Gap::empty}},
                    Row{"CommentNotOnItsOwnLine", "queue 1\n# HELP queue # TYPE queue counter\n", "queue", {1}},
                    Row{"NotThere", "queue 1\n", "queu", {0, Gap::empty}}, Row{"NoPage", "", "queue", {0, Gap::empty}},
                    Row{"NaN", "queue NaN\n", "queue", {0, Gap::empty}},
                    Row{"Infinite", "queue +Inf\n", "queue", {0, Gap::malformed}},
                    Row{"NotPrometheus", "queue 1\n<html>", "queue", {0, Gap::malformed}}),
    [](const auto& row) { return row.param.name; });

TEST(SeriesOfOnePage, AreReadTogether) {
  const std::vector<PageQuery> queries = {{"b"}, {"c"}, {"a"}};
  const std::vector<Figure> found = read_series("a 1\nb 2\n", queries);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].value, 2);
  EXPECT_EQ(found[1].gap, Gap::empty);
  EXPECT_EQ(found[2].value, 1);
}

}  // namespace
}  // namespace plimsoll::collect
