#include <algorithm>
#include <cmath>

#include "decide/behave/behave.h"

namespace plimsoll {
namespace {

int allowed_up(const RatePolicy& policy, const ChangeHistory& changes, int current, TimePoint now) {
  const int at_start = current - changes.grown(now, policy.every) + changes.shrunk(now, policy.every);
  if (policy.unit == RatePolicy::Unit::instances) return at_start + static_cast<int>(policy.amount);
  return static_cast<int>(std::ceil(at_start * (1 + policy.amount / 100) - 1e-9));
}

int allowed_down(const RatePolicy& policy, const ChangeHistory& changes, int current, TimePoint now) {
  const int at_start = current - changes.grown(now, policy.every) + changes.shrunk(now, policy.every);
  if (policy.unit == RatePolicy::Unit::instances) return at_start - static_cast<int>(policy.amount);
  return static_cast<int>(std::floor(at_start * (1 - policy.amount / 100) + 1e-9));
}

}  // namespace

StepLine limit_rate(const TierPlan& plan, const ChangeHistory& changes, int current, int wish, TimePoint now) {
  StepLine line{Step::rate_limit, wish, wish, Reason::steady, {}, 0};
  if (wish > current && !plan.behavior.up.policies.empty()) {
    int most = current;
    for (const RatePolicy& policy : plan.behavior.up.policies) most = std::max(most, allowed_up(policy, changes, current, now));
    line.out = std::min(wish, most);
  }
  if (wish < current && !plan.behavior.down.policies.empty()) {
    int least = current;
    for (const RatePolicy& policy : plan.behavior.down.policies)
      least = std::min(least, allowed_down(policy, changes, current, now));
    line.out = std::max(wish, least);
  }
  if (line.out != wish) line.reason = wish > current ? Reason::rate_up : Reason::rate_down;
  return line;
}

}  // namespace plimsoll
