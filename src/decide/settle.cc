#include "core/assert.h"
#include "decide/decide.h"

namespace plimsoll {

void settle(const Plan& plan, StackState& state, const Outcome& outcome, TimePoint now) {
  PLIMSOLL_ASSERT(outcome.tier.index < plan.tiers.size());
  if (outcome.kind != Outcome::Kind::accepted) return;
  TierState& tier = state.tiers[outcome.tier.index];
  tier.asked = outcome.to;
  if (outcome.to == outcome.from) return;
  tier.changes.record(now, outcome.to - outcome.from);
  tier.changed = now;
}

}  // namespace plimsoll
