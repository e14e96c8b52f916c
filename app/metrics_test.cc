#include "app/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Histogram, AValueOnABoundIsBelowIt) {
  Histogram histogram;
  histogram.observe(1ms);
  histogram.observe(Duration(1'000'001));
  histogram.observe(60s);
  const Histogram::Counts counts = histogram.counts();
  EXPECT_EQ(counts.buckets[0], 1U);
  EXPECT_EQ(counts.buckets[1], 1U);
  EXPECT_EQ(counts.buckets.back(), 1U);
  EXPECT_NEAR(counts.sum_s, 60.002, 1e-6);
}

TEST(MetricsText, BucketsAreCumulatedAndEndInInf) {
  Histogram histogram;
  histogram.observe(500us);
  histogram.observe(40s);
  MetricsText out;
  out.family("d_seconds", "histogram", "How long.");
  out.histogram("route=\"/x\"", histogram.counts());
  const std::string text = out.take();
  EXPECT_THAT(text, HasSubstr("# TYPE d_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{route=\"/x\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{route=\"/x\",le=\"30\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{route=\"/x\",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_count{route=\"/x\"} 2\n"));
}

TEST(MetricsText, SamplesWithAndWithoutLabels) {
  MetricsText out;
  out.family("a", "gauge", "A.");
  out.sample("", 2);
  out.sample("x=\"" + label_value("q\"\\\n") + "\"", 0.5);
  EXPECT_EQ(out.take(), "# HELP a A.\n# TYPE a gauge\na 2\na{x=\"q\\\"\\\\\\n\"} 0.5\n");
}

}  // namespace
}  // namespace plimsoll::app
