#pragma once
// Which change elsewhere would let a tier grow past what holds it.

#include "decide/decision.h"
#include "decide/plan.h"
#include "decide/state.h"

namespace plimsoll {

/// The pooler as it stands now.
capacity::PoolerFleet fleet_of(const PoolerPlan&, const StackState&, std::size_t pooler);

/// A shared limit is short: `needed` of it is what all tiers would like to use.
/// @param room  what the limits hold, and what is used of them after this decision's grants
Enabling make_room(const Plan&, const StackState&, const CoupleRoom& room, LimitId, double needed, TimePoint now);

/// A pooler's own connections to the database are all in use: a larger pool, if the database has `left` of them; else more
/// connections there.
Enabling widen_pool(const Plan&, const StackState&, std::size_t pooler, double left, TimePoint now);

}  // namespace plimsoll
