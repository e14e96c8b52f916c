#pragma once
// The steps of a decision that have no folder of their own.

#include <span>

#include "decide/behave/behave.h"
#include "decide/decide.h"

namespace plimsoll {

/// The highest proposal wins; a policy with a gap can hold the count, never lower it, unless its fallback speaks for it; a rule
/// that says "investigate" keeps the count from growing. Fills winner in `why`.
StepLine combine(const TierPlan&, Explanation& why, int current);

/// `least`..max, a schedule's floor included; a schedule's exact count stands outside them, the last one written of several. A
/// tier that is outside (its bounds were changed) is brought inside.
StepLine bound(const TierPlan&, const Explanation& why, int least, int wish);

/// The orders of one tier, as indices into all of them.
struct OrdersOfTier {
  std::span<const Order> all;
  std::span<const std::uint32_t> mine;
};

/// hold, maintenance, floor, then pause; the youngest of a kind counts, of pauses that of each direction. An order may stand
/// outside the bounds. A pause of both directions speaks also where nothing was wished; one of a single direction only where it
/// stops something.
StepLine obey(const TierPlan&, const OrdersOfTier&, int current, int wish, TimePoint now);

/// Looks at what the last growth did once it is due, and keeps a growth that did not help from being repeated for ten minutes.
/// Judged are growths that were to lower a latency, a line of waiting requests or errors: if the signal neither met its target
/// nor came a quarter of the way to it, though the arrival rate did not grow by a fifth and the instances' own CPU is not the
/// bottleneck, the growth did not help. Anything else, and a signal that can't be read, is not judged.
/// What only the frozen policy wants is withheld; what another one wants is not.
StepLine verify(const TierView&, TierState&, std::span<const Sample> components, Explanation& why, int wish);
/// Whether what a growth by this policy did can be judged at all.
bool can_judge(const TierPlan&, const PolicyPlan&);
inline constexpr Duration freeze_for = std::chrono::minutes(10);

/// A component from here on is saturated: 95 % of its connections, slots, clients or memory in use.
inline constexpr double saturated_at = 0.95;
/// The deepest saturated component among what a tier calls; absent if none is, or none is measured.
std::optional<ComponentId> bottleneck(const Plan&, const TierPlan&, std::span<const Sample> components, TimePoint now,
                                      double threshold = saturated_at);

/// Shared limits over all tiers. Sets granted and asked of every tier, from what the steps before left in `granted`.
void couple(const Plan&, const StackState&, const Observation&, TimePoint now, Decision&, std::span<Explanation> why);

}  // namespace plimsoll
