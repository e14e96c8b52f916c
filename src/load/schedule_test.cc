#include "load/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace plimsoll::load {
namespace {

using namespace std::chrono_literals;
using Shape = Stage::Shape;

Schedule parsed(std::string_view text) { return Schedule::parse(text).value(); }

struct Row {
  const char *text, *name;
  std::uint64_t count;
  double at_s, rate;  // the rate at one moment
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.text; }
class ScheduleOf : public testing::TestWithParam<Row> {};

TEST_P(ScheduleOf, HasSoManyArrivalsAndThatRate) {
  const Schedule schedule = parsed(GetParam().text);
  EXPECT_EQ(schedule.count(), GetParam().count);
  EXPECT_NEAR(schedule.rate_at(from_seconds(GetParam().at_s)).per_second, GetParam().rate, 1e-9);
}

// The integral by small steps: the closed form has to give each arrival where a sum over 20,000 slices a stage does.
TEST_P(ScheduleOf, AgreesWithNumericIntegration) {
  const Schedule schedule = parsed(GetParam().text);
  double sum = 0;
  std::uint64_t k = 0;
  Duration begin{};
  for (const Stage& stage : schedule.stages()) {
    const Duration step = stage.duration / 20'000;
    for (int i = 0; i < 20'000; ++i) {
      const Duration at = begin + i * step;
      sum += schedule.rate_at(at + step / 2).per_second * seconds(step);
      while (k < schedule.count() && static_cast<double>(k) + 0.5 <= sum - 1e-6) {
        ASSERT_NEAR(seconds(schedule.arrival(k)), seconds(at + step), 1.01 * seconds(step) + 1e-6) << "arrival " << k;
        ++k;
      }
      ASSERT_NEAR(schedule.expected(at + step), sum, 1e-6 * (1 + sum));
    }
    begin += stage.duration;
  }
  EXPECT_GE(k + 1, schedule.count());
}

INSTANTIATE_TEST_SUITE_P(Text, ScheduleOf,
                         testing::Values(Row{"1s=50", "Hold", 50, 0.5, 50},                   //
                                         Row{"10s:100", "RampUp", 500, 5, 50},                //
                                         Row{"10s=100,10s:0", "RampDown", 1500, 15, 50},      //
                                         Row{"30s:50,1m:200,30s:0", "Demo", 11250, 60, 125},  //
                                         Row{"2s=100, 3s=0, 2s=100", "Pause", 400, 3.5, 0},   //
                                         Row{"4s:0.25/s", "LessThanOne", 1, 2, 0.125},        //
                                         Row{"1m=600/min", "PerMinute", 600, 1, 10},          //
                                         Row{"100ms:10000,100ms:0", "Spike", 1000, 0.05, 5000}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Schedule, HoldIsAComb) {
  const Schedule schedule = parsed("1s=50");
  for (std::uint64_t k = 0; k < 50; ++k) EXPECT_EQ(schedule.arrival(k), 10ms + static_cast<int>(k) * 20ms);
}

TEST(Schedule, IsZeroOutsideAndNeverReachesMoreThanItsTotal) {
  const Schedule schedule = parsed("1s=50");
  EXPECT_EQ(schedule.rate_at(-1ns).per_second, 0);
  EXPECT_EQ(schedule.rate_at(1s).per_second, 0);
  EXPECT_EQ(schedule.expected(1h), 50);
  EXPECT_EQ(schedule.when(50.001), std::nullopt);
  EXPECT_EQ(schedule.peak().per_second, 50);
  EXPECT_EQ(Schedule().count(), 0);
  EXPECT_EQ(Schedule().when(0), std::nullopt);
}

struct Bad {
  const char *text, *complaint;
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.text; }
class BadSchedule : public testing::TestWithParam<Bad> {};
TEST_P(BadSchedule, IsRefusedByName) {
  const auto schedule = Schedule::parse(GetParam().text);
  ASSERT_FALSE(schedule);
  EXPECT_EQ(schedule.error().code, Errc::malformed);
  EXPECT_NE(schedule.error().message.find(GetParam().complaint), std::string::npos) << schedule.error().message;
}
INSTANTIATE_TEST_SUITE_P(Text, BadSchedule,
                         testing::Values(Bad{"", "expected DURATION:RATE"}, Bad{"30s", "'30s'"},
                                         Bad{"30s:50,", "expected DURATION:RATE"}, Bad{"30:50", "'30' is not a duration"},
                                         Bad{"0s:50", "'0s' is not a duration"}, Bad{"30s:-1", "'-1' is not a rate"},
                                         Bad{"30s:fast", "'fast' is not a rate"}, Bad{"30s:2000000", "not a rate"},
                                         Bad{"700h:1,700h:1", "30 days"}, Bad{"600h=1000000", "requests"}));

// Any sequence of stages.
Schedule any_schedule() {
  const auto stages = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::tuple<int, int, bool>>>(
      rc::gen::tuple(rc::gen::inRange(1, 3000), rc::gen::inRange(0, 300), rc::gen::arbitrary<bool>())));
  std::vector<Stage> out;
  for (const auto& [ms, rate, hold] : stages)
    out.push_back({std::chrono::milliseconds(ms), {static_cast<double>(rate)}, hold ? Shape::hold : Shape::ramp});
  return Schedule(out);
}

RC_GTEST_PROP(Schedule, ArrivalsAscendWithinItsDuration, ()) {
  const Schedule schedule = any_schedule();
  Duration last{};
  for (std::uint64_t k = 0; k < schedule.count(); ++k) {
    const Duration at = schedule.arrival(k);
    RC_ASSERT(at >= last);
    RC_ASSERT(at <= schedule.duration());
    RC_ASSERT(std::abs(schedule.expected(at) - std::min(static_cast<double>(k) + 0.5, schedule.expected(schedule.duration()))) <
              1e-3);
    last = at;
  }
}

RC_GTEST_PROP(Arrivals, StripesTogetherAreTheWhole, ()) {
  const Schedule schedule = any_schedule();
  const auto stripes = *rc::gen::inRange(1U, 6U);
  const auto pattern = *rc::gen::element(Pattern::even, Pattern::poisson);
  const Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  std::vector<std::pair<std::uint64_t, Duration>> whole, parts;
  Arrivals all(schedule, pattern, rng);
  RC_ASSERT(pattern == Pattern::poisson || all.remaining() == schedule.count());
  std::uint64_t promised = all.remaining();
  while (const auto a = all.next()) whole.emplace_back(a->id, a->due);
  RC_ASSERT(whole.size() == promised);
  promised = 0;
  for (unsigned stripe = 0; stripe < stripes; ++stripe) {
    Arrivals some(schedule, pattern, rng, stripe, stripes);
    promised += some.remaining();
    while (const auto a = some.next()) parts.emplace_back(a->id, a->due);
  }
  std::sort(parts.begin(), parts.end());
  RC_ASSERT(promised == whole.size());
  RC_ASSERT(parts == whole);
}

RC_GTEST_PROP(Arrivals, OverdueCountsThoseDueAndNotTaken, ()) {
  const Schedule schedule = any_schedule();
  Arrivals arrivals(schedule, Pattern::even, Rng(1), 1, 3);
  for (int taken = *rc::gen::inRange(0, 20); taken > 0; --taken) arrivals.next();
  // A quarter of a millisecond beside round times, so that no arrival is due within a rounding error of it.
  const Duration at = std::chrono::microseconds(*rc::gen::inRange(0, 3'000'000)) + 250ns;
  Arrivals rest = arrivals;
  std::uint64_t due = 0, near = 0;
  while (const auto a = rest.next()) {
    due += a->due <= at;
    near += a->due > at - 10ns && a->due < at + 10ns;
  }
  RC_PRE(near == 0U);
  RC_ASSERT(arrivals.overdue(at) == due);
}

// 20,000 arrivals at 1000/s: the gaps of independent arrivals have a standard deviation equal to their mean (CV 1), those of
// a comb none. Five standard errors of the CV are about 0.04, of the count 700.
TEST(Arrivals, PoissonHasTheSpreadOfIndependentArrivals) {
  Arrivals arrivals(parsed("20s=1000"), Pattern::poisson, Rng(7).fork("arrivals"));
  double n = 0, sum = 0, squares = 0;
  Duration last{};
  while (const auto a = arrivals.next()) {
    const double gap = seconds(a->due - last);
    last = a->due;
    n += 1, sum += gap, squares += gap * gap;
  }
  const double mean = sum / n;
  EXPECT_NEAR(n, 20'000, 700);
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, 1, 0.04);
}

TEST(Arrivals, OneSeedHasOneSequence) {
  Arrivals a(parsed("1s=100"), Pattern::poisson, Rng(42)), b(parsed("1s=100"), Pattern::poisson, Rng(42)),
      c(parsed("1s=100"), Pattern::poisson, Rng(43));
  const auto first = a.next();
  EXPECT_EQ(first->due, b.next()->due);
  EXPECT_NE(first->due, c.next()->due);
}

}  // namespace
}  // namespace plimsoll::load
