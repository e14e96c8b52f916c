#include <algorithm>

#include "decide/behave/behave.h"

namespace plimsoll {
namespace {

enum class Sign { none, work, silent };  // none: this policy can't tell

Sign sign_of(const TierPlan& plan, const PolicyLine& line) {
  const PolicyPlan& policy = plan.policies[line.policy.index];
  double activation = 0;
  switch (policy.kind) {
    case PolicyKind::rule:
      return Sign::none;
    case PolicyKind::schedule:
      return line.proposal > 0 ? Sign::work : Sign::none;
    case PolicyKind::target:
      if (plan.signals[policy.signal].per_instance) return Sign::none;  // nobody there measures nothing
      activation = plan.targets[policy.index].activation;
      break;
    case PolicyKind::queue:
      activation = plan.queues[policy.index].activation;
      break;
    case PolicyKind::formula:
      activation = plan.formula->activation;
      break;
    case PolicyKind::capacity:
      break;
  }
  if (line.note == Note::no_traffic) return Sign::silent;
  if (line.gap != Gap::none) return Sign::work;
  return line.value > activation ? Sign::work : Sign::silent;
}

/// With no policy that could tell, a tier always has work.
bool has_work(const TierPlan& plan, const Explanation& why) {
  bool told = false;
  for (const PolicyLine& line : why.policies) {
    const Sign sign = sign_of(plan, line);
    if (sign == Sign::work) return true;
    told = told || sign == Sign::silent;
  }
  return !told;
}

}  // namespace

StepLine activate(const TierView& tier, TierState& state, const Explanation& why, int wish, int& least) {
  const TierPlan& plan = tier.plan;
  least = plan.bounds.min;
  StepLine line{Step::activate, wish, wish, Reason::steady, {}, 0};
  if (!plan.can_idle) return line;
  const bool work = has_work(plan, why);
  if (work || state.active == TimePoint{}) state.active = tier.now;
  const int awake = std::max(plan.bounds.min, 1);
  if (work) {
    least = awake;
    return line;  // the bounds lift it
  }
  const bool idle = tier.current <= plan.idle;
  if (idle || tier.now - state.active >= plan.cooldown) {
    least = plan.idle;
    line.out = plan.idle;
    if (line.out != tier.current || wish > plan.idle) line.reason = Reason::inactive;
    return line;
  }
  least = awake;
  line.out = std::max(wish, awake);
  line.since = state.active + plan.cooldown;
  if (line.out != wish) line.reason = Reason::cooldown;
  return line;
}

}  // namespace plimsoll
