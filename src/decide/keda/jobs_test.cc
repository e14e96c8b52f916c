#include "decide/keda/jobs.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace plimsoll::keda {
namespace {

// §2.9: target 1, max 10.
struct Row {
  double queue;
  int running, pending;
  int standard, accurate, eager;
};
class Strategies : public testing::TestWithParam<Row> {};
TEST_P(Strategies, CreateSoManyJobs) {
  const Row& row = GetParam();
  for (const auto& [strategy, want] :
       {std::pair{JobStrategy::standard, row.standard}, {JobStrategy::accurate, row.accurate}, {JobStrategy::eager, row.eager}}) {
    const ScaledJob job{.max = 10, .strategy = strategy};
    const JobDemand demand = job_demand(job, std::array{JobTrigger{row.queue, 1, true}});
    EXPECT_EQ(new_jobs(job, demand, row.running, row.pending), want) << static_cast<int>(strategy);
  }
}
INSTANTIATE_TEST_SUITE_P(Vectors, Strategies,
                         testing::Values(Row{3, 3, 0, 0, 3, 3}, Row{6, 3, 1, 3, 5, 6}, Row{15, 3, 1, 7, 7, 6},
                                         Row{2, 8, 2, 0, 0, 0}));

TEST(Jobs, CustomDeductsAShareOfTheRunning) {
  const ScaledJob job{.max = 10, .strategy = JobStrategy::custom, .custom_deduction = 1, .custom_running_ratio = 0.5};
  const JobDemand demand = job_demand(job, std::array{JobTrigger{8, 1, true}});
  EXPECT_EQ(new_jobs(job, demand, 5, 0), 5);  // 8 - 1 - trunc(2.5)
}

TEST(Jobs, EagerAsksForMaxAndGetsWhatTheQueueNeeds) {
  const ScaledJob job{.max = 10, .strategy = JobStrategy::eager};
  EXPECT_EQ(new_jobs(job, job_demand(job, std::array{JobTrigger{7, 2, true}}), 0, 0), 4);
}

TEST(Jobs, RequestedIsNeverMoreThanTheQueue) {
  const ScaledJob job{.max = 10};
  EXPECT_EQ(new_jobs(job, {.queue = 2, .max_scale = 8, .active = true}, 0, 0), 2);
  EXPECT_EQ(new_jobs(job, {.queue = 2, .max_scale = 8, .active = false}, 0, 0), 0);
}

TEST(Jobs, TheMinimumIsFilledFirstAndDoesNotCountAgainstTheQueue) {
  const ScaledJob job{.min = 3, .max = 10};
  const JobDemand none = job_demand(job, {});
  EXPECT_TRUE(none.active);
  EXPECT_EQ(new_jobs(job, none, 1, 0), 2);
  EXPECT_EQ(new_jobs(job, none, 3, 0), 0);
  EXPECT_EQ(new_jobs(job, job_demand(job, std::array{JobTrigger{4, 1, true}}), 3, 0), 4);
}

struct CombineRow {
  JobCombine combine;
  std::int64_t queue, max_scale;
};
class Combines : public testing::TestWithParam<CombineRow> {};
// Queues of 10 at 5 each and 4 at 1 each; 99 that is not active. max goes by the queue, so it needs 2, though the other needs 4.
TEST_P(Combines, TheActiveTriggers) {
  const ScaledJob job{.max = 5, .combine = GetParam().combine};
  const JobDemand demand = job_demand(job, std::vector<JobTrigger>{{10, 5, true}, {4, 1, true}, {99, 1, false}});
  EXPECT_EQ(demand.queue, GetParam().queue);
  EXPECT_EQ(demand.max_scale, GetParam().max_scale);
  EXPECT_TRUE(demand.active);
}
INSTANTIATE_TEST_SUITE_P(Ways, Combines,
                         testing::Values(CombineRow{JobCombine::max, 10, 2}, CombineRow{JobCombine::min, 4, 4},
                                         CombineRow{JobCombine::avg, 7, 3}, CombineRow{JobCombine::sum, 14, 5}));

TEST(Jobs, NothingOverflows) {
  const ScaledJob job{.max = 10, .combine = JobCombine::sum};
  const JobDemand demand = job_demand(job, std::array{JobTrigger{1e300, 1, true}, JobTrigger{1e300, 1e-300, true}});
  EXPECT_EQ(new_jobs(job, demand, 2, 0), 8);
}

}  // namespace
}  // namespace plimsoll::keda
