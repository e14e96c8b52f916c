#include "load/second_series.h"

#include <gtest/gtest.h>

#include <memory>

#include "load/recorder.h"

namespace plimsoll::load {
namespace {

using namespace std::chrono_literals;

SecondPart part(std::uint64_t sent, Duration response) {
  SecondPart out;
  out.sent = out.succeeded = sent;
  for (std::uint64_t i = 0; i < sent; ++i) out.response.record(response);
  return out;
}

// Two threads; a second is finished when both have left it, and then has both parts.
TEST(SecondSeries, FinishesASecondWhenTheLastWriterLeftIt) {
  SecondSeries series(2);
  series.add(0, 0, part(10, 1ms));
  EXPECT_TRUE(series.seconds().empty());
  series.add(1, 0, part(30, 3ms));
  ASSERT_EQ(series.seconds().size(), 1U);
  const SecondStats first = series.seconds()[0];
  EXPECT_EQ(first.second, 0U);
  EXPECT_EQ(first.sent, 40U);
  EXPECT_EQ(first.succeeded, 40U);
  EXPECT_NEAR(seconds(first.p50), 0.003, 0.00002);
}

TEST(SecondSeries, HasNoHolesAndForgetsWhatIsOutOfTheWindow) {
  SecondSeries series(1);
  series.add(0, 0, part(1, 1s));
  series.add(0, 8, part(4, 2ms));  // nothing happened in 1..7
  series.finish(0);
  ASSERT_EQ(series.seconds().size(), 9U);
  for (std::uint32_t i = 0; i < 9; ++i) EXPECT_EQ(series.seconds()[i].second, i);
  EXPECT_EQ(series.seconds()[4].sent, 0U);
  EXPECT_EQ(series.seconds()[4].p99, 0ns);
  EXPECT_EQ(series.window().count, 4U);
  EXPECT_EQ(series.window().max, 2ms);
}

TEST(SecondSeries, DoesNotWaitForAWriterThatFinished) {
  SecondSeries series(2);
  series.add(0, 0, part(1, 1ms));
  series.finish(1);
  EXPECT_EQ(series.seconds().size(), 1U);
}

TEST(Recorder, SumsOverSecondsAreItsCounts) {
  SecondSeries series(1);
  const auto recorder = std::make_unique<Recorder>(series, 0);
  for (int i = 0; i < 500; ++i) {
    recorder->tick(i * 10ms);
    recorder->sent(i % 5 == 0);
    if (i % 10 == 0)
      recorder->failed(&Counts::reset);
    else
      recorder->answered(i % 10 == 1 ? 503 : 200, 10, "api-1", 2ms, 1ms);
  }
  recorder->finish(5s);
  Summary summary;
  Histogram response, service, slip;
  recorder->add_to(summary, response, service, slip);
  complete(summary, response, service, slip, 1ms);
  EXPECT_EQ(summary.counts.sent, 500U);
  EXPECT_EQ(summary.counts.waited, 100U);
  EXPECT_EQ(summary.counts.succeeded, 400U);
  EXPECT_EQ(summary.counts.status_5xx, 50U);
  EXPECT_EQ(summary.counts.reset, 50U);
  EXPECT_EQ(summary.counts.failed(), 100U);
  EXPECT_EQ(summary.counts.body_bytes, 4500U);
  EXPECT_EQ(summary.response.count, 450U) << "a reset is no answer";
  EXPECT_FALSE(summary.generator_limited);
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  for (const SecondStats& s : series.seconds()) sent += s.sent, succeeded += s.succeeded, failed += s.failed;
  EXPECT_EQ(sent, 500U);
  EXPECT_EQ(succeeded, 400U);
  EXPECT_EQ(failed, 100U);
}

TEST(Recorder, TellsInstancesApartUpToItsTable) {
  SecondSeries series(2);
  const auto a = std::make_unique<Recorder>(series, 0), b = std::make_unique<Recorder>(series, 1);
  for (int i = 0; i < 100; ++i) a->answered(200, 0, "api-" + std::to_string(i), 1ms, 1ms);
  b->answered(200, 0, "api-3", 1ms, 1ms);
  b->answered(200, 0, "\x1b[31m", 1ms, 1ms);
  b->answered(200, 0, "", 1ms, 1ms);
  Summary summary;
  Histogram response, service, slip;
  a->add_to(summary, response, service, slip);
  b->add_to(summary, response, service, slip);
  complete(summary, response, service, slip, 1ms);
  EXPECT_EQ(summary.other_instances, 36U);
  ASSERT_EQ(summary.instances.size(), Recorder::max_instances + 1);
  EXPECT_EQ(summary.instances[0].instance, "?[31m") << "what a server sends must not reach a terminal as it is";
  for (const InstanceCount& i : summary.instances) EXPECT_EQ(i.count, i.instance == "api-3" ? 2U : 1U);
  ASSERT_EQ(summary.statuses.size(), 1U);
  EXPECT_EQ(summary.statuses[0].count, 103U);
}

TEST(Recorder, AGeneratorThatSlipsSaysSo) {
  SecondSeries series(1);
  const auto recorder = std::make_unique<Recorder>(series, 0);
  for (int i = 0; i < 100; ++i) recorder->slip(i < 97 ? 10us : 30ms);
  Summary summary;
  Histogram response, service, slip;
  recorder->add_to(summary, response, service, slip);
  complete(summary, response, service, slip, 20ms);
  EXPECT_TRUE(summary.generator_limited);
  complete(summary, response, service, slip, 40ms);
  EXPECT_FALSE(summary.generator_limited);
}

}  // namespace
}  // namespace plimsoll::load
