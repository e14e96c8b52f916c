#pragma once
// Why a tier was decided as it was, as data: inline arrays, no strings. say.h puts it into words.

#include "core/inline_vector.h"
#include "core/stack.h"
#include "decide/decision.h"
#include "decide/observation.h"
#include "decide/sample.h"

namespace plimsoll {

/// What a policy had to say, beside its number. The order is that of stored explanations.
enum class Note : std::uint8_t {
  proposes,
  in_tolerance,           // near enough to the target: the count as it is
  not_held,               // a rule whose condition does not hold, or not for long enough
  resting,                // a rule that changed the count a moment ago
  investigate,            // a rule that wants a person to look first
  outside_window,         // a schedule that is not on
  inactive,               // below its activation
  fallback,               // without data for so long that the fallback speaks for it
  no_data,                // a gap
  unreachable_objective,  // capacity: even an idle instance is slower than the objective; sized by utilization
  direction_checked,      // instances beyond the count (a rollout) would have turned the direction around
  error,                  // like: hpa or keda: the controller's own error
  no_traffic,             // a latency or a share of errors, but there was no request
};

/// One policy's view.
struct PolicyLine {
  PolicyId policy;
  double value = 0;   // the signal's, if gap == none
  double target = 0;  // the policy's, in the same unit
  Duration age{};     // of the sample
  int proposal = -1;  // replicas; -1: none (a gap, or a rule that did not fire)
  Gap gap = Gap::none;
  Note note = Note::proposes;
};

enum class Step : std::uint8_t {
  combine,
  stabilize,
  rate_limit,
  bound,
  order,
  activate,
  step,
  flap,
  safety,
  schedule,
  couple,
  verify
};

/// One step that changed the count, or kept it from changing.
struct StepLine {
  Step step = Step::combine;
  int in = 0;
  int out = 0;
  Reason reason = Reason::steady;
  TimePoint since{};  // stabilize: when the past wish that binds was made; frozen, flapping, cooldown: until when
  std::int64_t subject =
      0;  // order: its id; limit: LimitId; bottleneck, frozen: ComponentId or -1; schedule, investigate: PolicyId
};

/// A shared limit that left less than was wished.
struct LimitLine {
  LimitId limit;
  double used = 0;   // by all tiers after this decision, with their surge
  double total = 0;  // that may be used
};

/// What came of the last growth.
struct VerifyLine {
  enum class Verdict : std::uint8_t { none, waiting, helped, no_help, not_judged } verdict = Verdict::none;
  PolicyId policy;                            // that grew the tier
  double before = 0, expected = 0, seen = 0;  // of its signal
  TimePoint due{};
};

struct Explanation {
  TierId tier;
  int before = 0;
  int ready = 0;
  int starting = 0;
  int draining = 0;
  PolicyId winner;  // meaningless unless has_winner
  bool has_winner = false;
  bool flapping = false;
  Pending pending = Pending::none;
  InlineVector<PolicyLine, most_policies> policies;
  InlineVector<StepLine, 12> steps;
  InlineVector<LimitLine, 4> limits;
  VerifyLine verify;
  double cost_before = 0, cost_after = 0;  // dollars an hour; 0: no price stated
  TierDecision decision;
};

/// The tier was not evaluated: its count stands until its next poll or sync.
inline bool between_polls(const Explanation& why) {
  for (const StepLine& step : why.steps)
    if (step.reason == Reason::between_polls) return true;
  return false;
}

/// As new, without touching what lies beyond the arrays' counts.
inline void clear(Explanation& why) {
  why.policies.clear();
  why.steps.clear();
  why.limits.clear();
  why.before = why.ready = why.starting = why.draining = 0;
  why.winner = {};
  why.has_winner = why.flapping = false;
  why.pending = Pending::none;
  why.verify = {};
  why.cost_before = why.cost_after = 0;
  why.decision = {};
}

}  // namespace plimsoll
