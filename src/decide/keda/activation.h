#pragma once
// KEDA's scale loop (v2.20): what decides between zero, idle and at least one. From one to N is the HPA's:
// decide/keda/hpa_spec.h.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "core/inline_vector.h"
#include "core/time.h"
#include "decide/keda/fallback.h"
#include "decide/keda/formula.h"
#include "decide/keda/trigger.h"

namespace plimsoll::keda {

/// scalingModifiers: one formula in the place of all external metrics.
struct Modifiers {
  Program formula;  // over all external triggers (cpu and memory take no part), in the order of ScaledObject::triggers
  MetricType type = MetricType::average_value;
  double target = 1;             // > 0
  double activation_target = 0;  // active if the formula's value is above this, strictly
};

/// A compiled ScaledObject: plain values, copied without allocation.
struct ScaledObject {
  InlineVector<Trigger, most_triggers> triggers;
  Duration polling = std::chrono::seconds(30);
  Duration cooldown = std::chrono::seconds(300);  // after the last activity, before zero or idle; not from N to 1
  Duration initial_cooldown{};                    // after creation, before the first zero, if never active
  int min = 0;                                    // 0 <= min <= max
  int max = 100;
  std::optional<int> idle;  // below min
  std::optional<Fallback> fallback;
  std::optional<Modifiers> modifiers;

  // Annotations
  bool paused = false;
  std::optional<int> paused_replicas;  // implies paused: held at this count
  bool paused_scale_in = false;
  bool paused_scale_out = false;
  bool force_activation = false;
};

/// The target as it stands.
struct Replicas {
  int current = 0;  // asked for, >= 0
  int ready = 0;    // only a fallback of a `value` metric looks at it
};

/// A metric as it is served: thousandths, or absent for an error.
struct Served {
  std::optional<std::int64_t> milli;
  bool from_fallback = false;
};

/// What the last poll served, for use_cached_metrics.
struct Cached {
  enum class Kind : std::uint8_t { nothing, error, value };
  std::int64_t milli = 0;
  Kind kind = Kind::nothing;
};

/// What the loop remembers. A plain value: stored and restored, it decides the same.
struct LoopState {
  TimePoint created{};
  std::optional<TimePoint> last_active;
  std::optional<TimePoint> last_poll;
  std::array<Health, most_triggers> health{};  // by trigger
  std::array<Cached, most_triggers> cached{};  // by trigger
};

enum class Condition : std::uint8_t {
  ready,                  // all triggers answered
  paused,                 // nothing is done but holding paused_replicas
  partial_trigger_error,  // active, but some trigger failed: Ready=Unknown/PartialTriggerError; last_active is not moved
  awaiting_fallback,      // inactive with errors, and a fallback to more than 0: left as it is for the HPA
  trigger_error,          // inactive with errors and no fallback: Ready=False/TriggerError
  scaler_cooldown,        // inactive, and not yet long enough
  scale_in_paused,        // would have gone to zero or idle
  scale_out_paused,       // would have come from there; last_active is not moved
};

struct LoopAction {
  enum class Kind : std::uint8_t { none, set };
  Kind kind = Kind::none;
  int target = 0;  // replicas, if set
  bool active = false;
  Condition condition = Condition::ready;
};

/// Whether a poll is due: never polled, or `polling` ago or longer. Always, while paused.
bool poll_due(const ScaledObject&, const LoopState&, TimePoint now);

/// One poll: counts failures, moves last_active, and says what to set the target to. The first that applies:
///
///   paused                                                   set paused_replicas if there are some and current differs
///   active or forced; current 0, or idle set and below min   set max(1, min), last_active = now     (unless scale-out is paused)
///   active or forced, and some trigger failed                nothing; partial_trigger_error
///   active or forced                                         last_active = now
///   some trigger failed, fallback.replicas > 0               nothing; awaiting_fallback
///   some trigger failed, no fallback                         nothing; trigger_error
///   idle set and current above it, or current > 0 and min 0  set idle or min once cooled down       (unless scale-in is paused)
///   idle unset, current below min                            set min
///
/// Active is: any external trigger that answered is above its activation, or was replaced by its fallback; with a formula: no
/// trigger failed and the formula's value is above activation_target; without external triggers: always. So activation beats
/// scaling: threshold 10, activation 50, value 40 goes to zero though the HPA would want 4. And a formula that cannot be
/// evaluated is inactive without being an error (as upstream): it goes to zero. Cooled down is: last_active + cooldown < now; if
/// never active, created + initial_cooldown < now. A trigger replaced by its fallback has not failed.
/// @param readings  one for each trigger, in order (asserted); those of `resource` triggers are not looked at
LoopAction poll(const ScaledObject&, LoopState&, std::span<const Reading> readings, const Replicas&, TimePoint now);

/// KEDA's Fallback condition: some trigger has failed more often in a row than the threshold.
bool falling_back(const ScaledObject&, const LoopState&);

}  // namespace plimsoll::keda
