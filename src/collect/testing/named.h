#pragma once
// A plan and the stack it belongs to: one tier "api" that reads these named signals.

#include "collect/testing/round.h"

namespace plimsoll::collect {

inline OneTier reads(std::vector<NamedSignal> signals) {
  std::vector<SignalPlan> plans;
  for (const NamedSignal& signal : signals) {
    SignalPlan plan;
    plan.kind = SignalKind::named;
    plan.list = signal.name;
    plan.max_age = signal.max_age;
    plan.unit = signal.unit;
    plan.per_instance = signal.per_instance;
    plans.push_back(plan);
  }
  OneTier tier(std::move(plans));
  tier.stack.signals = std::move(signals);
  return tier;
}

}  // namespace plimsoll::collect
