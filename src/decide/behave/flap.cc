#include <algorithm>

#include "decide/behave/behave.h"

namespace plimsoll {

bool flaps(const TierState& state, TimePoint now) { return state.reversals.after(now - flap_memory) >= flap_turns; }

StepLine damp(TierState& state, int current, int wish, TimePoint now) {
  if (wish >= current && state.damped) {
    state.damped = false;
    state.regretted = now;
    state.reversals.record(now);
  }
  const TimePoint last = std::max(state.grown, state.regretted);
  if (wish >= current || !flaps(state, now) || now - last >= flap_turn) {
    state.damped = false;  // what is let through can't be taken back any more
    return {Step::flap, wish, wish, Reason::steady, {}, 0};
  }
  state.damped = true;
  return {Step::flap, wish, current, Reason::flapping, last + flap_turn, 0};
}

}  // namespace plimsoll
