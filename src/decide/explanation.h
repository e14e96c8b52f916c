#pragma once
// Why a tier was decided as it was, as data: inline arrays, no strings. say.h puts it into words.

#include "core/inline_vector.h"
#include "core/stack.h"
#include "decide/decision.h"
#include "decide/observation.h"
#include "decide/sample.h"

namespace plimsoll {

/// One policy's view.
struct PolicyLine {
  PolicyId policy;
  double value = 0;   // the signal's, if gap == none
  double target = 0;  // the policy's, in the same unit
  Duration age{};     // of the sample
  int proposal = -1;  // replicas; -1: none (a gap, or a rule that did not fire)
  Gap gap = Gap::none;
};

enum class Step : std::uint8_t { combine, stabilize, rate_limit, bound, order };

/// One step that changed the count, or kept it from changing.
struct StepLine {
  Step step = Step::combine;
  int in = 0;
  int out = 0;
  Reason reason = Reason::steady;
  TimePoint since{};       // stabilize: when the past wish that binds was made; otherwise zero
  std::int64_t order = 0;  // order: its id
};

struct Explanation {
  TierId tier;
  int before = 0;
  int ready = 0;
  int starting = 0;
  int draining = 0;
  PolicyId winner;  // meaningless unless has_winner
  bool has_winner = false;
  Pending pending = Pending::none;
  InlineVector<PolicyLine, most_policies> policies;
  InlineVector<StepLine, 8> steps;
  TierDecision decision;
};

}  // namespace plimsoll
