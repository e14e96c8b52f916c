#include <algorithm>
#include <cmath>

#include "decide/recommend/recommend.h"

namespace plimsoll {

int whole_instances(double instances) {
  constexpr double most = 1e6;
  if (!(instances > 0)) return 0;
  return static_cast<int>(std::ceil(std::min(instances, most) - 1e-9));
}

namespace {

bool within(const TierPlan& plan, double ratio) {
  return ratio <= 1 + plan.tolerance_up + 1e-9 && ratio >= 1 - plan.tolerance_down - 1e-9;
}

/// Ready, but not measured yet: idle while others are over the target, so that a growth is not asked for twice; on target while
/// they are under it.
int by_mean(const TierView& tier, double ratio, int measured) {
  return whole_instances(ratio > 1 ? measured * ratio : measured * ratio + (tier.ready - measured));
}

void propose_by_ratio(const TierView& tier, PolicyLine& line, int measured) {
  if (tier.ready == 0) {  // a mean over nobody
    line.gap = Gap::empty;
    return;
  }
  const double ratio = line.value / line.target;
  if (within(tier.plan, ratio)) {
    line.note = Note::in_tolerance;
    line.proposal = tier.current;
    return;
  }
  const int count = by_mean(tier, ratio, measured);
  line.proposal = ratio > 1 ? std::max(count, tier.current) : std::min(count, tier.current);
  if (line.proposal != count) line.note = Note::direction_checked;
}

}  // namespace

void propose_by_value(const TierView& tier, PolicyLine& line) {
  if (tier.current == 0)  // from nothing: as many as the target fits in
    line.proposal = whole_instances(line.value / line.target);
  else
    propose_by_ratio(tier, line, tier.ready);
}

PolicyLine read_signal(const TierView& tier, PolicyId policy, double target) {
  const PolicyPlan& plan = tier.plan.policies[policy.index];
  const Sample& sample = tier.seen.samples[plan.signal];
  PolicyLine line;
  line.policy = policy;
  line.target = target;
  line.gap = sample.gap;
  if (sample.gap != Gap::none) return line;
  line.age = tier.now - sample.measured;
  if (line.age > tier.plan.signals[plan.signal].max_age)
    line.gap = Gap::stale;
  else if (!std::isfinite(sample.value) || (sample.value < 0 && tier.plan.signals[plan.signal].kind != SignalKind::named))
    line.gap = Gap::malformed;  // only a figure of the owner's choosing may be negative
  else
    line.value = sample.value;
  return line;
}

PolicyLine recommend_target(const TierView& tier, PolicyId policy, const TargetPlan& plan) {
  PolicyLine line = read_signal(tier, policy, plan.target);
  if (line.gap != Gap::none) return line;
  if (plan.type == TargetType::average) {
    const double needed = line.value / plan.target;
    const bool near = !plan.strict && tier.current > 0 && within(tier.plan, needed / tier.current);
    if (near) line.note = Note::in_tolerance;
    line.proposal = near ? tier.current : whole_instances(needed);
    return line;
  }
  if (plan.type == TargetType::value) {
    propose_by_value(tier, line);
    return line;
  }
  const Sample& sample = tier.seen.samples[tier.plan.policies[policy.index].signal];
  const auto ready = static_cast<std::uint32_t>(tier.ready);
  const int measured = sample.instances == 0 ? tier.ready : static_cast<int>(std::min(sample.instances, ready));
  propose_by_ratio(tier, line, measured);
  return line;
}

}  // namespace plimsoll
