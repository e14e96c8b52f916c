#include "core/assert.h"
#include "decide/decide.h"
#include "decide/like.h"

namespace plimsoll {
namespace {

/// Policies that turn a count around soon after they moved it: a sign of flapping.
void note_turn(TierState& tier, int delta, TimePoint now) {
  if (!tier.by_policy) {
    tier.heading = 0;  // what a person or a schedule did says nothing of the policies
    return;
  }
  const std::int8_t heading = delta > 0 ? 1 : -1;
  if (tier.heading == -heading && now - tier.turned < flap_turn) tier.reversals.record(now);
  tier.heading = heading;
  tier.turned = now;
}

/// A minute past the time an instance takes to start, its effect can be seen.
constexpr Duration warm_up = std::chrono::minutes(1);

void open_expectation(const TierPlan& plan, TierState& tier, const Outcome& outcome, TimePoint now) {
  Expectation& expected = tier.expectation;
  const bool grew = outcome.to > outcome.from && tier.by_policy;
  if (!grew) expected.open = false;  // what is seen from here on has another cause too
  if (!grew || expected.open || expected.from != outcome.from || expected.to != outcome.to) return;
  expected.open = true;
  expected.due = now + plan.start + warm_up;
}

}  // namespace

void settle(const Plan& plan, StackState& state, const Outcome& outcome, TimePoint now) {
  PLIMSOLL_ASSERT(outcome.tier.index < plan.tiers.size());
  const TierPlan& planned = plan.tiers[outcome.tier.index];
  const bool accepted = outcome.kind == Outcome::Kind::accepted;
  if (planned.like != Like::plimsoll)
    settle_like(plan, planned, state.likes[planned.like_index], outcome.from, outcome.to, accepted, now);
  if (!accepted) return;
  TierState& tier = state.tiers[outcome.tier.index];
  tier.asked = outcome.to;
  tier.emptied = false;
  if (outcome.to == outcome.from) return;
  tier.changes.record(now, outcome.to - outcome.from);
  tier.changed = now;
  (outcome.to > outcome.from ? tier.grown : tier.shrunk) = now;
  note_turn(tier, outcome.to - outcome.from, now);
  open_expectation(planned, tier, outcome, now);
}

void settle(const Plan& plan, StackState& state, const Enabling& done) {
  for (std::size_t i = 0; i < plan.poolers.size(); ++i)
    if (done.kind == Enabling::Kind::add_pooler && plan.poolers[i].component == done.component)
      state.poolers[i] = static_cast<int>(done.to);
}

}  // namespace plimsoll
