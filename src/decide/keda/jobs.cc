#include "decide/keda/jobs.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll::keda {
namespace {

struct Need {
  double queue = 0;
  double jobs = 0;
};

std::int64_t whole(double value) {
  constexpr double most = 9e18;
  return static_cast<std::int64_t>(std::clamp(std::ceil(value), -most, most));
}

}  // namespace

JobDemand job_demand(const ScaledJob& job, std::span<const JobTrigger> triggers) {
  const double max = job.max;
  Need total;
  int active = 0;
  for (const JobTrigger& trigger : triggers) {
    if (!trigger.active) continue;
    PLIMSOLL_ASSERT(std::isfinite(trigger.queue) && trigger.queue >= 0 && trigger.target_average >= 0);
    const Need need{trigger.queue, trigger.target_average > 0 ? std::min(trigger.queue / trigger.target_average, max) : 0};
    switch (job.combine) {
      case JobCombine::max:  // by queue, not by need, and an empty one is none (as upstream)
        if (need.queue <= total.queue) continue;
        total = need;
        break;
      case JobCombine::min:
        if (total.queue != 0 && need.queue >= total.queue) continue;
        total = need;
        break;
      case JobCombine::avg:
      case JobCombine::sum:
        total = {total.queue + need.queue, total.jobs + need.jobs};
        break;
    }
    ++active;
  }
  if (job.combine == JobCombine::avg && active > 0) total = {total.queue / active, total.jobs / active};
  return {whole(total.queue), whole(std::min(total.jobs, max)), active > 0 || job.min > 0};
}

std::int64_t new_jobs(const ScaledJob& job, const JobDemand& demand, std::int64_t running, std::int64_t pending) {
  if (!demand.active) return 0;
  if (running < job.min) return job.min - running;
  // The jobs that min keeps alive don't count against the queue.
  const std::int64_t busy = running - job.min;
  std::int64_t allowed = 0, requested = demand.queue;
  switch (job.strategy) {
    case JobStrategy::standard:
      allowed = demand.max_scale - busy;
      break;
    case JobStrategy::custom:
      allowed = std::min<std::int64_t>(demand.max_scale - job.custom_deduction -
                                           static_cast<std::int64_t>(static_cast<double>(busy) * job.custom_running_ratio),
                                       job.max);
      break;
    case JobStrategy::accurate:
      allowed = demand.max_scale + busy - pending > job.max ? job.max - busy : demand.max_scale - pending;
      break;
    case JobStrategy::eager:
      allowed = std::min<std::int64_t>(job.max - busy - pending, demand.max_scale);
      requested = job.max;
      break;
  }
  return std::max<std::int64_t>(0, std::min(requested, allowed));
}

}  // namespace plimsoll::keda
