#pragma once
// ScaledJob: jobs are created, never resized.

#include <cstdint>
#include <span>

namespace plimsoll::keda {

enum class JobStrategy : std::uint8_t {
  standard,  // "default": the queue still holds what is being worked on
  custom,
  accurate,  // the queue holds only what nobody has taken
  eager,     // as many as there is room for
};

enum class JobCombine : std::uint8_t { max, min, avg, sum };  // multipleScalersCalculation

struct ScaledJob {
  int min = 0;
  int max = 100;
  JobStrategy strategy = JobStrategy::standard;
  JobCombine combine = JobCombine::max;
  int custom_deduction = 0;         // customScalingQueueLengthDeduction
  double custom_running_ratio = 0;  // customScalingRunningJobPercentage, 0..1
};

struct JobTrigger {
  double queue = 0;           // sum of its metric values; >= 0, finite (asserted)
  double target_average = 1;  // >= 0; 0 needs nothing (as upstream)
  bool active = false;
};

/// What all triggers together ask for.
struct JobDemand {
  std::int64_t queue = 0;      // scaleTo: jobs requested
  std::int64_t max_scale = 0;  // jobs that may exist for it
  bool active = false;
};

JobDemand job_demand(const ScaledJob&, std::span<const JobTrigger>);

/// Jobs to create now, >= 0.
/// @param running  unfinished jobs, pending ones included      @param pending  of those: no pod runs or has succeeded yet
std::int64_t new_jobs(const ScaledJob&, const JobDemand&, std::int64_t running, std::int64_t pending);

}  // namespace plimsoll::keda
