#pragma once
// What takes the place of a metric whose source keeps failing.

#include <cstdint>
#include <optional>

#include "core/time.h"
#include "decide/keda/trigger.h"

namespace plimsoll::keda {

enum class FallbackBehavior : std::uint8_t {
  fixed,  // "static": replicas
  current_replicas,
  current_replicas_if_higher,  // the higher of current and replicas
  current_replicas_if_lower,   // the lower of current and replicas
  scaling_modifiers,           // the failed trigger is nil in the formula; if that is nil, replicas. Without a formula: as fixed
};

struct Fallback {
  int failure_threshold = 3;  // failures in a row that are still passed on as errors, >= 0
  int replicas = 0;           // >= 0
  FallbackBehavior behavior = FallbackBehavior::fixed;
};

/// One metric's record. A plain value.
struct Health {
  TimePoint failing_since{};   // the first failure in a row; meaningless if there is none
  std::uint32_t failures = 0;  // in a row
  bool operator==(const Health&) const = default;
};

/// One answer of the source: by a poll or, unless cached, by a query of the HPA. Both count, so how long KEDA takes to fall back
/// depends on both cadences.
void record(Health&, bool answered, TimePoint now);

/// More failures in a row than the threshold.
bool tripped(const Fallback&, const Health&);

/// Replicas to hold.
int fallback_replicas(const Fallback&, int current);

/// The synthetic value in thousandths, so that the HPA arrives at fallback_replicas(): average_value: target * R; value: target *
/// R / ready. Absent (the error is passed on) for `value` with no ready instance.
std::optional<std::int64_t> fallback_milli(const Fallback&, MetricType, double target, int current, int ready);

}  // namespace plimsoll::keda
