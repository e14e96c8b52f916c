#include "decide/recommend/recommend.h"

namespace plimsoll {

PolicyLine recommend_queue(const TierView& tier, PolicyId policy, const QueuePlan& plan) {
  PolicyLine line = read_signal(tier, policy, plan.per_instance);
  if (line.gap == Gap::none) line.proposal = whole_instances(line.value / plan.per_instance);
  return line;
}

}  // namespace plimsoll
