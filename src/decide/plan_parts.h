#pragma once
// The parts compile() is put together from; nobody else needs them.

#include "decide/plan.h"

namespace plimsoll::compiling {

/// The zone's index in plan.zones; UTC is always 0. Asserts that a zone of another name was given.
std::uint32_t zone_index(Plan&, std::string_view name, const TimeZones&);

/// Each signal once, however many policies read it: its index in the tier's signals.
std::uint32_t intern(TierPlan&, const Stack&, SignalKind, const std::string& name);

/// What an expression may name in a tier: its lists and metrics, in that order, each as an identifier.
struct FormulaName {
  std::string name;
  SignalKind signal = SignalKind::cpu;
  std::string list;
};
std::vector<FormulaName> formula_names(const Tier&);

/// TierPlan::rank of all tiers.
void rank_tiers(Plan&);

/// Components, limits, poolers, needs and who calls what.
void add_limits(Plan&, const Stack&, const TimeZones&);

/// The controller of a tier that is like another's.
LikePlan like_plan(const Stack&, const Tier&, const TierPlan&);

/// In the signal's own unit: cores and bytes become shares of the request.
double target_of(const Tier&, const MetricTarget&);

}  // namespace plimsoll::compiling
