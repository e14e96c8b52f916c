#include "decide/behave/behave.h"

namespace plimsoll {
namespace {

bool under_way(const TierView& tier, const TierState& state) {
  if (tier.seen.pending != Pending::none) return false;
  if (tier.seen.unsettled && tier.now - state.changed < longest_settling) return true;
  if (is_starting(tier)) return true;
  for (const InstanceSeen& instance : tier.seen.instances) {
    if (instance.phase == Phase::draining && tier.now - state.shrunk < longest_settling) return true;
  }
  return false;
}

}  // namespace

StepLine keep_safe(const TierView& tier, const TierState& state, int wish) {
  StepLine line{Step::safety, wish, wish, Reason::steady, {}, 0};
  if (wish >= tier.current) return line;
  if (tier.seen.rollout)
    line.reason = Reason::rollout;
  else if (under_way(tier, state))
    line.reason = Reason::unsettled;
  if (line.reason != Reason::steady) line.out = tier.current;
  return line;
}

}  // namespace plimsoll
