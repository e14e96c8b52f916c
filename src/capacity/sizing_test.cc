#include "capacity/sizing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "capacity/erlang.h"

namespace plimsoll::capacity {
namespace {

// The example of the design: 50 at once, 20 ms in the mean, 120 ms in the worst percent; a single one carries 2,000 a second
// at 80 %.
constexpr InstanceCapacity api{50, 0.020, 0.120, Pooling::shared};

TEST(InstancesFor, UtilizationBindsWhereThereIsNoObjective) {
  EXPECT_EQ(instances_for(0, api, {}).instances, 1);
  EXPECT_EQ(instances_for(0, api, {}).by, SizedBy::floor);
  EXPECT_EQ(instances_for(2000, api, {}).instances, 1) << "exactly at the ceiling";
  EXPECT_EQ(instances_for(2001, api, {}).instances, 2);
  EXPECT_EQ(instances_for(20'000, api, {}).instances, 10);
  EXPECT_EQ(instances_for(20'000, api, {}).by, SizedBy::utilization);
  EXPECT_EQ(instances_for(20'000, api, {.utilization_ceiling = 0.5}).instances, 16);
}

// A step of ten in the arrival rate is met in one decision.
TEST(InstancesFor, TenTimesTheRateIsOneStep) {
  const Objective objective{.p95_s = 0.5, .p99_s = 1};
  EXPECT_EQ(instances_for(2000, api, objective).instances, 1);
  EXPECT_EQ(instances_for(20'000, api, objective).instances, 10);
}

// One place an instance, 30 ms: 100 a second are 3 erlangs, 4 instances at 80 %, of which a shared queue makes M/M/4 with
// p95 = 123.843 ms. For 100 ms it takes one more; split at random, M/M/1 each with p95 = 3 s / (1 / 30 ms - 100 / n).
TEST(InstancesFor, LatencyBinds) {
  const InstanceCapacity one{1, 0.030, std::nullopt, Pooling::shared};
  EXPECT_EQ(instances_for(100, one, {.p95_s = 0.124}).instances, 4);
  const Sizing sized = instances_for(100, one, {.p95_s = 0.123});
  EXPECT_EQ(sized.instances, 5);
  EXPECT_EQ(sized.by, SizedBy::p95);
  EXPECT_FALSE(sized.objective_unreachable);

  const InstanceCapacity split{1, 0.030, std::nullopt, Pooling::split};
  const double n = 100 / (1 / 0.030 - std::log(20) / 0.123);
  EXPECT_EQ(instances_for(100, split, {.p95_s = 0.123}).instances, static_cast<int>(std::ceil(n)));
}

// 95 of 100 idle services take 71.6 ms: no number of instances gives 70.
TEST(InstancesFor, ObjectiveBelowTheServiceTimeIsSaidAndLeftOut) {
  const Sizing sized = instances_for(20'000, api, {.p95_s = 0.060, .p99_s = 0.2});
  EXPECT_TRUE(sized.objective_unreachable);
  EXPECT_EQ(sized.instances, 10);
  EXPECT_EQ(sized.by, SizedBy::utilization);
  const InstanceCapacity constant{1, 0.020, 0.020, Pooling::shared};
  EXPECT_TRUE(instances_for(10, constant, {.p95_s = 0.0199}).objective_unreachable);
  EXPECT_FALSE(instances_for(10, constant, {.p95_s = 0.0201}).objective_unreachable);
}

TEST(InstancesFor, MoreThanThereCanBeIsSaid) {
  const Sizing sized = instances_for(1e12, api, {});
  EXPECT_EQ(sized.instances, most_instances);
  EXPECT_TRUE(sized.objective_unreachable);
}

// Split, one place each, the objective a hair above what idle gives: hundreds of thousands of instances would do, or none.
TEST(InstancesFor, AHairAboveIdleStillEnds) {
  const InstanceCapacity split{1, 0.030, std::nullopt, Pooling::split};
  const double idle = 0.030 * std::log(20);
  EXPECT_GT(instances_for(100, split, {.p95_s = idle * (1 + 1e-4)}).instances, 1000);
  const Sizing sized = instances_for(100, split, {.p95_s = idle * (1 + 1e-9)});
  EXPECT_EQ(sized.instances, most_instances);
  EXPECT_TRUE(sized.objective_unreachable);
}

TEST(Predict, IsTheQueueItSays) {
  const InstanceCapacity four{4, 0.030, std::nullopt, Pooling::split};
  const Prediction split = predict(1000, 10, four);
  EXPECT_TRUE(split.stable);
  EXPECT_NEAR(split.utilization, 0.75, 1e-12);
  EXPECT_NEAR(split.wait_probability, 0.509433962264151, 1e-12);
  EXPECT_NEAR(split.mean_s, 0.0452830188679245, 1e-12);
  EXPECT_NEAR(split.p95_s, 0.123842994072529, 1e-10);
  EXPECT_NEAR(split.p99_s, 0.180189245296854, 1e-10);
  const Prediction shared = predict(1000, 10, {4, 0.030, std::nullopt, Pooling::shared});
  EXPECT_NEAR(shared.p95_s, 0.0900555647615645, 1e-10) << "M/M/40";
  EXPECT_LT(shared.p50_s, split.p50_s);
}

TEST(Predict, TooFewInstancesAreNotStable) {
  const Prediction seen = predict(1000, 7, {4, 0.030, std::nullopt, Pooling::shared});
  EXPECT_FALSE(seen.stable);
  EXPECT_NEAR(seen.utilization, 30.0 / 28, 1e-12);
  EXPECT_EQ(seen.p95_s, std::numeric_limits<double>::infinity());
  EXPECT_EQ(seen.mean_s, std::numeric_limits<double>::infinity());
}

struct Case {
  std::string name;
  InstanceCapacity capacity;
  Objective objective;
};
const std::array cases = {
    Case{"utilization", api, {}},
    Case{"loose", api, {.p95_s = 0.5, .p99_s = 1}},
    Case{"tight", {4, 0.030, std::nullopt, Pooling::shared}, {.p99_s = 0.140}},
    Case{"split", {4, 0.030, 0.100, Pooling::split}, {.p95_s = 0.110}},
    Case{"single", {1, 0.5, 2.0, Pooling::shared}, {.p50_s = 0.4, .p95_s = 1.5}},
    Case{"unreachable", {2, 0.5, 2.0, Pooling::shared}, {.p95_s = 0.1, .p99_s = 3.0}},
};

class Table : public testing::TestWithParam<Case> {};
TEST_P(Table, AgreesWithTheSearch) {
  const auto& [name, capacity, objective] = GetParam();
  const SizingTable table(capacity, objective, 60);
  ASSERT_EQ(table.max(), 60);
  EXPECT_EQ(table.objective_unreachable(), instances_for(1, capacity, objective).objective_unreachable);
  for (int n = 1; n <= 60; ++n) {
    const double carries = table.rate(n);
    EXPECT_NEAR(carries, rate_for(n, capacity, objective), 1e-8 * carries);
    EXPECT_EQ(table.instances(carries), n);
    EXPECT_EQ(table.instances(carries * 1.000001), n + 1);
    EXPECT_EQ(instances_for(carries * 0.999999, capacity, objective).instances, n);
    EXPECT_EQ(instances_for(carries * 1.000001, capacity, objective).instances, n + 1);
    if (n > 1) {
      EXPECT_GE(carries, table.rate(n - 1) * n / (n - 1) * (1 - 1e-8)) << "more share at least as well";
    }
  }
  EXPECT_EQ(table.instances(0), 1);
  EXPECT_EQ(table.instances(table.rate(60) * 100), 61);
}
INSTANTIATE_TEST_SUITE_P(Cases, Table, testing::ValuesIn(cases), [](const auto& test) { return test.param.name; });

TEST(Table, EmptyAnswersOne) { EXPECT_EQ(SizingTable().instances(1e6), 1); }

InstanceCapacity any_capacity() {
  const double mean = *rc::gen::inRange(1, 2000) / 1000.0;
  const int tail = *rc::gen::inRange(0, 20);
  return {*rc::gen::inRange(1, 200), mean, tail == 0 ? std::nullopt : std::optional(mean * tail),
          *rc::gen::element(Pooling::shared, Pooling::split)};
}

Objective any_objective(double mean) {
  const auto some = [&](double from) {
    return *rc::gen::arbitrary<bool>() ? std::optional(mean * from * (1 + *rc::gen::inRange(0, 1000) / 100.0)) : std::nullopt;
  };
  return {some(0.5), some(1.5), some(3), *rc::gen::inRange(10, 96) / 100.0};
}

RC_GTEST_PROP(InstancesFor, MoreRateNeverGivesFewer, ()) {
  const InstanceCapacity capacity = any_capacity();
  const Objective objective = any_objective(capacity.service_mean_s);
  const double rate = *rc::gen::inRange(0, 1'000'000) / 100.0;
  const double more = rate * (1 + *rc::gen::inRange(0, 1000) / 1000.0);
  RC_ASSERT(instances_for(more, capacity, objective).instances >= instances_for(rate, capacity, objective).instances);
}

RC_GTEST_PROP(InstancesFor, LooserObjectiveNeverGivesMore, ()) {
  const InstanceCapacity capacity = any_capacity();
  const Objective objective = any_objective(capacity.service_mean_s);
  Objective looser = objective;
  const double factor = 1 + *rc::gen::inRange(0, 1000) / 1000.0;
  for (auto* seconds : {&looser.p50_s, &looser.p95_s, &looser.p99_s})
    if (*seconds) **seconds *= factor;
  const double rate = *rc::gen::inRange(0, 1'000'000) / 100.0;
  const Sizing tight = instances_for(rate, capacity, objective);
  RC_PRE(!tight.objective_unreachable);  // what is left out while it can't be met counts once it can
  RC_ASSERT(instances_for(rate, capacity, looser).instances <= tight.instances);
}

RC_GTEST_PROP(InstancesFor, HoldsWhatItPromisesWithNoneToSpare, ()) {
  const InstanceCapacity capacity = any_capacity();
  const Objective objective = any_objective(capacity.service_mean_s);
  const double rate = *rc::gen::inRange(1, 1'000'000) / 100.0;
  const Sizing sized = instances_for(rate, capacity, objective);
  RC_PRE(!sized.objective_unreachable);
  const auto holds = [&](int n, double slack) {
    const Prediction seen = predict(rate, n, capacity);
    return seen.utilization <= objective.utilization_ceiling * slack && seen.p50_s <= objective.p50_s.value_or(1e300) * slack &&
           seen.p95_s <= objective.p95_s.value_or(1e300) * slack && seen.p99_s <= objective.p99_s.value_or(1e300) * slack;
  };
  RC_ASSERT(holds(sized.instances, 1 + 1e-6));
  if (sized.instances > 1) RC_ASSERT(!holds(sized.instances - 1, 1 - 1e-6));
}

// T6: an API instance does 500 simple or 100 complex requests a second, and holds 50 WebSockets; an orchestrator 10 incidents,
// 5 calls of a language model and 20 enrichments at once.
TEST(T6, KindsThatShareAndKindsSideBySide) {
  EXPECT_EQ(instances_sharing(std::array{Work{1000, 500}, Work{100, 100}}), 3);
  EXPECT_EQ(instances_sharing(std::array{Work{750, 500}, Work{150, 100}}), 3);
  EXPECT_EQ(instances_sharing(std::array{Work{751, 500}, Work{150, 100}}), 4);
  EXPECT_EQ(instances_side_by_side(std::array{Work{120, 50}}), 3);
  EXPECT_EQ(instances_side_by_side(std::array{Work{30, 10}, Work{21, 5}, Work{60, 20}}), 5) << "the language model binds";
  EXPECT_EQ(instances_side_by_side({}), 1);
  EXPECT_EQ(instances_sharing({}), 1);
}

}  // namespace
}  // namespace plimsoll::capacity
