#include <algorithm>

#include "decide/recommend/recommend.h"

namespace plimsoll {

PolicyLine recommend_capacity(const TierView& tier, PolicyId policy, const CapacityPlan& plan) {
  PolicyLine line = read_signal(tier, policy, 0);
  if (line.gap != Gap::none) return line;
  if (plan.table.objective_unreachable()) line.note = Note::unreachable_objective;
  const double rate = std::max(line.value, 0.0);
  // Past the table's end (the tier's max): how many it would be, so that the bound can say what it kept away.
  const int counted = plan.table.instances(rate);
  line.proposal = counted > plan.table.max() ? capacity::instances_for(rate, plan.instance, plan.objective).instances : counted;
  if (rate == 0) line.proposal = 0;
  line.target = plan.table.rate(std::clamp(tier.current, 1, plan.table.max()));  // what the count carries now
  return line;
}

}  // namespace plimsoll
