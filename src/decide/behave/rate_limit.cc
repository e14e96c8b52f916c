#include <algorithm>
#include <cmath>

#include "decide/behave/behave.h"

namespace plimsoll {
namespace {

int at_start(const RatePolicy& policy, const ChangeHistory& changes, int current, TimePoint now) {
  return current - changes.grown(now, policy.every) + changes.shrunk(now, policy.every);
}

/// A policy's amount is any number; a count stays one.
int whole(double count) {
  constexpr double most = capacity::most_instances;
  return static_cast<int>(std::clamp(count, -most, most));
}

int allowed_up(const RatePolicy& policy, int start) {
  if (policy.unit == RatePolicy::Unit::instances) return whole(start + std::floor(policy.amount));
  return whole(std::ceil(start * (1 + policy.amount / 100) - 1e-9));
}

int allowed_down(const RatePolicy& policy, int start) {
  if (policy.unit == RatePolicy::Unit::instances) return whole(start - std::floor(policy.amount));
  return whole(std::floor(start * (1 - policy.amount / 100) + 1e-9));
}

/// The count a direction's policies allow: `allowed` of each, the widest or the narrowest, never against the direction.
template <class Allowed>
int reach(const BehaviorRules& rules, const ChangeHistory& changes, int current, TimePoint now, bool up, Allowed allowed) {
  if (rules.select == SelectPolicy::disabled) return current;
  const bool highest = up == (rules.select == SelectPolicy::most);
  int reached = 0;
  bool first = true;
  for (const RatePolicy& policy : rules.policies) {
    const int one = allowed(policy, at_start(policy, changes, current, now));
    reached = first ? one : highest ? std::max(reached, one) : std::min(reached, one);
    first = false;
  }
  return up ? std::max(reached, current) : std::min(reached, current);
}

bool limits(const BehaviorRules& rules) { return rules.select == SelectPolicy::disabled || !rules.policies.empty(); }

}  // namespace

StepLine limit_rate(const TierPlan& plan, const ChangeHistory& changes, int current, int wish, TimePoint now) {
  StepLine line{Step::rate_limit, wish, wish, Reason::steady, {}, 0};
  const Behavior& behavior = plan.behavior;
  if (wish > current && limits(behavior.up))
    line.out = std::min(wish, reach(behavior.up, changes, current, now, true, allowed_up));
  if (wish < current && limits(behavior.down))
    line.out = std::max(wish, reach(behavior.down, changes, current, now, false, allowed_down));
  if (line.out != wish) line.reason = wish > current ? Reason::rate_up : Reason::rate_down;
  return line;
}

}  // namespace plimsoll
