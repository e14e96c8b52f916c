#pragma once
// Which signals a collector has to fill.

#include <initializer_list>
#include <string>
#include <vector>

#include "decide/plan.h"
#include "ports/collector.h"

namespace plimsoll::collect {

struct Wanted {
  TierId tier;
  std::uint32_t signal = 0;  // into TierPlan::signals
  SignalKind kind = SignalKind::cpu;
  std::string list;  // backlog: of the list; named: the signal's name
  bool own = false;  // each instance's own number is wanted besides

  [[nodiscard]] Reading value(double v, TimePoint measured, Duration window = {}) const {
    return {tier, signal, {v, measured, window, Gap::none}};
  }
  /// The slot knows when the last value was measured.
  [[nodiscard]] Reading gap(Gap why) const { return {tier, signal, {0, {}, {}, why}}; }
  [[nodiscard]] InstanceReading of_instance(std::uint32_t number, double v, TimePoint measured) const {
    return {tier, signal, number, {measured, v}};
  }
};

inline std::vector<Wanted> wanted(const Plan& plan, std::initializer_list<SignalKind> kinds) {
  std::vector<Wanted> found;
  for (const TierPlan& tier : plan.tiers)
    for (std::uint32_t i = 0; i < tier.signals.size(); ++i)
      for (const SignalKind kind : kinds)
        if (tier.signals[i].kind == kind) found.push_back({tier.id, i, kind, tier.signals[i].list, tier.signals[i].own >= 0});
  return found;
}

/// For a source that can't be read: each of its signals, so that the slot knows them from the first round on.
inline void append_gaps(const std::vector<Wanted>& all, Gap why, Readings& out) {
  for (const Wanted& one : all) out.readings.push_back(one.gap(why));
}

}  // namespace plimsoll::collect
