#pragma once
// What KEDA makes of a ScaledObject for the HPA, as values: the engine hands them to decide/hpa.

#include <cstdint>
#include <optional>
#include <span>

#include "core/inline_vector.h"
#include "core/time.h"
#include "decide/keda/activation.h"

namespace plimsoll::keda {

/// One External metric of the HPA.
struct ExternalTarget {
  static constexpr std::uint16_t composite = 0xffff;
  std::uint16_t trigger = 0;  // index into ScaledObject::triggers, or `composite`: the formula's metric in place of all of them
  MetricType type = MetricType::average_value;
  std::int64_t target_milli = 0;
};

struct HpaSpec {
  bool exists = true;  // pausing deletes the HPA; unpausing creates it anew, with an empty history
  int min = 1;         // max(1, ScaledObject::min)
  int max = 100;
  bool scale_up_disabled = false;    // selectPolicy Disabled: paused-scale-out
  bool scale_down_disabled = false;  // paused-scale-in
  InlineVector<ExternalTarget, most_triggers>
      external;  // cpu and memory triggers are not among them: the HPA measures those itself
};

HpaSpec hpa_spec(const ScaledObject&);

/// Answers the HPA's query for one of hpa_spec()'s metrics; absent is an error, on which the HPA does not scale in.
/// A fresh answer counts in the trigger's Health as a poll's does. With use_cached_metrics what the last poll served is served
/// again, and counts too: a cached fallback value as an answer, which starts the count of failures anew (as upstream).
/// @param readings  one for each trigger, in order (asserted): what the sources say now
Served serve(const ScaledObject&, LoopState&, const ExternalTarget&, std::span<const Reading> readings, const Replicas&,
             TimePoint now);

}  // namespace plimsoll::keda
