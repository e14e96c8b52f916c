#include <algorithm>

#include "decide/recommend/recommend.h"

namespace plimsoll {

PolicyLine recommend_rule(const TierView& tier, PolicyId policy, const ThresholdRule& rule, RuleClock& clock,
                          TimePoint tier_changed) {
  PolicyLine line = read_signal(tier, policy, rule.threshold);
  if (line.gap != Gap::none) {
    clock.holds = false;  // "for ten minutes" means ten minutes seen
    return line;
  }
  const bool holds =
      rule.comparison == ThresholdRule::Comparison::above ? line.value > rule.threshold : line.value < rule.threshold;
  if (holds && !clock.holds) clock.true_since = tier.now;
  clock.holds = holds;
  const bool long_enough = holds && tier.now - clock.true_since >= rule.held;
  const bool rested = tier_changed == TimePoint{} || tier.now - tier_changed >= rule.every;
  if (long_enough && rested) line.proposal = std::max(tier.current + rule.step, 0);
  return line;
}

}  // namespace plimsoll
