#include "collect/histogram.h"

#include <gmock/gmock.h>

#include <cmath>

namespace plimsoll::collect {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Histogram of(std::initializer_list<Histogram::Bucket> buckets) { return {buckets}; }

struct QuantileRow {
  const char* name;
  Histogram histogram;
  double q;
  std::optional<double> want;
};

class Quantile : public testing::TestWithParam<QuantileRow> {};

TEST_P(Quantile, IsPrometheus) {
  const auto got = quantile(GetParam().histogram, GetParam().q);
  ASSERT_EQ(got.has_value(), GetParam().want.has_value());
  EXPECT_DOUBLE_EQ(got.value_or(0), GetParam().want.value_or(0));
}

// 100 observations: 50 up to 0.1 s, 40 more up to 0.5 s, 8 up to 1 s, 2 beyond.
const Histogram usual = of({{0.1, 50}, {0.5, 90}, {1, 98}, {INFINITY, 100}});

INSTANTIATE_TEST_SUITE_P(
    Histogram, Quantile,
    testing::Values(QuantileRow{"Median", usual, 0.5, 0.1}, QuantileRow{"FromZeroInTheFirstBucket", usual, 0.25, 0.05},
                    QuantileRow{"LinearWithin", usual, 0.7, 0.1 + 0.4 * 20 / 40},
                    QuantileRow{"P95", usual, 0.95, 0.5 + 0.5 * 5 / 8}, QuantileRow{"BeyondIsTheHighestBound", usual, 0.99, 1},
                    QuantileRow{"All", usual, 1, 1}, QuantileRow{"None", usual, 0, 0},
                    QuantileRow{"NothingObserved", of({{0.1, 0}, {INFINITY, 0}}), 0.95, {}},
                    QuantileRow{"OnlyInfinity", of({{INFINITY, 5}}), 0.95, {}}, QuantileRow{"Empty", {}, 0.95, {}},
                    QuantileRow{"EmptyBucketsAreSkipped", of({{0.1, 0}, {0.2, 0}, {0.4, 10}, {INFINITY, 10}}), 0.5, 0.3},
                    QuantileRow{"AbsurdBounds", of({{-1e308, 0}, {1e308, 10}, {INFINITY, 10}}), 0.5, {}},
                    QuantileRow{"BoundsBelowZero", of({{-1, 10}, {1, 10}, {INFINITY, 10}}), 0.5, -1}),
    [](const auto& row) { return row.param.name; });

constexpr std::string_view metrics = R"(# TYPE d histogram
d_bucket{route="/a",le="0.1"} 10
d_bucket{route="/a",le="+Inf"} 20
d_bucket{route="/a",le="0.5"} 15
d_sum{route="/a"} 3.5
d_count{route="/a"} 20
d_bucket{le="0.1",route="/b"} 1
d_bucket{le="0.5",route="/b"} 2
d_bucket{le="+Inf",route="/b"} 3
other_d_bucket{le="0.1"} 1000
dd_bucket{le="0.1"} 1000
)";

TEST(ReadHistogram, SumsOverLabelSets) {
  const auto read = read_histogram(metrics, "d");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->buckets.size(), 3U);
  EXPECT_EQ(read->count_up_to(0.1), 11);
  EXPECT_EQ(read->count_up_to(0.5), 17);
  EXPECT_EQ(read->total(), 23);
}

TEST(ReadHistogram, IsEmptyWithoutSuchSeries) {
  const auto read = read_histogram(metrics, "e");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->buckets.empty());
  EXPECT_EQ(read->total(), 0);
}

struct BadRow {
  const char* name;
  const char* text;
  const char* says;
};

class BadHistogram : public testing::TestWithParam<BadRow> {};

TEST_P(BadHistogram, IsMalformed) {
  const auto read = read_histogram(GetParam().text, "d");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::malformed);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(ReadHistogram, BadHistogram,
                         testing::Values(BadRow{"NotMetrics", "<html>", "line 1: a metric's name"},
                                         BadRow{"NoBound", "d_bucket{a=\"b\"} 1", "line 1: d_bucket without a bound"},
                                         BadRow{"WordBound", "d_bucket{le=\"x\"} 1", "without a bound"},
                                         BadRow{"BelowAll", "d_bucket{le=\"-Inf\"} 1", "without a bound"},
                                         BadRow{"NoInfinity", "d_bucket{le=\"1\"} 1", "lacks le=\"+Inf\""},
                                         BadRow{"Falls", "d_bucket{le=\"1\"} 5\nd_bucket{le=\"+Inf\"} 4", "falls at le=\"inf\""},
                                         BadRow{"Twice", "d_bucket{le=\"1\"} 5\nd_bucket{le=\"1.0\"} 5\nd_bucket{le=\"+Inf\"} 5",
                                                "twice"},
                                         BadRow{"Negative", "d_bucket{le=\"1\"} -1", "no count"},
                                         BadRow{"NotANumber", "d_bucket{le=\"1\"} NaN", "no count"}),
                         [](const auto& row) { return row.param.name; });

// A version with finer buckets runs beside one with coarse ones: 10 observations up to 1 s count as 5 up to 0.5 s.
TEST(Merge, SpreadsWhatOtherBoundsDoNotTell) {
  Histogram sum = of({{1, 10}, {INFINITY, 10}});
  sum.merge(of({{0.5, 4}, {1, 4}, {2, 6}, {INFINITY, 7}}));
  EXPECT_EQ(sum.count_up_to(0.5), 9);
  EXPECT_EQ(sum.count_up_to(1), 14);
  EXPECT_EQ(sum.count_up_to(2), 16);
  EXPECT_EQ(sum.total(), 17);
  Histogram empty;
  empty.merge(sum);
  empty.merge({});
  EXPECT_EQ(empty.total(), 17);
}

TEST(Difference, IsWhatWasObservedInBetween) {
  const auto delta = difference(of({{1, 15}, {INFINITY, 20}}), of({{1, 10}, {INFINITY, 12}}));
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->count_up_to(1), 5);
  EXPECT_EQ(delta->total(), 8);
}

TEST(Difference, IsAbsentAcrossARestart) {
  EXPECT_FALSE(difference(of({{1, 3}, {INFINITY, 3}}), of({{1, 10}, {INFINITY, 12}})));
  EXPECT_FALSE(difference(of({{1, 3}, {INFINITY, 20}}), of({{1, 10}, {INFINITY, 12}})));
  EXPECT_FALSE(difference({}, of({{1, 10}, {INFINITY, 12}})));
}

TEST(Difference, FromNothingIsAll) {
  const auto delta = difference(usual, {});
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->total(), 100);
}

TEST(HistogramWindow, SlidesAndStartsAfresh) {
  HistogramWindow window(10s);
  const auto add = [&](Duration at, double fast, double slow) {
    window.add(TimePoint(at), of({{0.1, fast}, {1, fast + slow}, {INFINITY, fast + slow}}));
  };
  add(0s, 0, 0);
  EXPECT_FALSE(window.observed());
  add(5s, 100, 0);
  EXPECT_EQ(window.observed()->histogram.total(), 100);
  add(10s, 100, 0);
  add(15s, 100, 50);
  EXPECT_EQ(window.observed()->histogram.total(), 50) << "the 100 were before the window";
  EXPECT_EQ(window.observed()->span, 10s);
  EXPECT_EQ(window.observed()->end, TimePoint(15s));
  add(20s, 7, 0);
  EXPECT_FALSE(window.observed()) << "restarted";
  add(20s, 9, 9);  // time stands still
  EXPECT_FALSE(window.observed());
  add(25s, 8, 0);
  EXPECT_EQ(window.observed()->histogram.total(), 1);
}

}  // namespace
}  // namespace plimsoll::collect
