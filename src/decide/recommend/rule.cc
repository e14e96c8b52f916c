#include <algorithm>
#include <cmath>

#include "decide/recommend/recommend.h"

namespace plimsoll {
namespace {

bool above(const ThresholdRule& rule, const PolicyClock& clock, double value) {
  const double threshold = clock.holds && rule.clears ? *rule.clears : rule.threshold;
  return value > threshold;
}

bool below(const ThresholdRule& rule, const PolicyClock& clock, double value) {
  const double threshold = clock.holds && rule.clears ? *rule.clears : rule.threshold;
  return value < threshold;
}

int step_of(const ThresholdRule& rule, int from) {
  if (rule.percent == 0) return rule.step;
  const double share = std::min(from * std::abs(rule.percent) / 100, 1.0 * capacity::most_instances);
  const int size = std::max(1, static_cast<int>(std::floor(share + 1e-9)));
  return rule.percent > 0 ? size : -size;
}

int stepped(const TierView& tier, const ThresholdRule& rule) {
  const bool grows = rule.percent == 0 ? rule.step > 0 : rule.percent > 0;
  const int from = grows && is_starting(tier) ? std::min(tier.ready, tier.current) : tier.current;
  const int to = from + step_of(rule, from);
  return grows ? std::max(tier.current, to) : std::max(to, 0);
}

}  // namespace

PolicyLine recommend_rule(const TierView& tier, PolicyId policy, const ThresholdRule& rule, PolicyClock& clock,
                          TimePoint tier_changed) {
  PolicyLine line = read_signal(tier, policy, rule.threshold);
  if (line.gap != Gap::none) {
    clock.holds = false;  // "for ten minutes" means ten minutes seen
    return line;
  }
  const bool up = rule.comparison == ThresholdRule::Comparison::above;
  const bool holds = up ? above(rule, clock, line.value) : below(rule, clock, line.value);
  if (holds && !clock.holds) clock.since = tier.now;
  clock.holds = holds;
  line.note = Note::not_held;
  if (!holds || tier.now - clock.since < rule.held) return line;
  line.note = Note::investigate;
  if (rule.investigate) return line;
  line.note = Note::resting;
  if (tier_changed != TimePoint{} && tier.now - tier_changed < rule.every) return line;
  line.note = Note::proposes;
  line.proposal = stepped(tier, rule);
  return line;
}

}  // namespace plimsoll
