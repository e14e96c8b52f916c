#include "decide/behave/behave.h"

namespace plimsoll {

StepLine stabilize(const TierPlan& plan, TierState& state, int current, int wanted, TimePoint now) {
  using Keep = WishWindow::Keep;
  state.up.record(now, wanted, plan.behavior.up.window, Keep::lowest);
  state.down.record(now, wanted, plan.behavior.down.window, Keep::highest);
  const WishWindow::Binding lowest = state.up.binding(now, wanted, plan.behavior.up.window, Keep::lowest);
  const WishWindow::Binding highest = state.down.binding(now, wanted, plan.behavior.down.window, Keep::highest);
  StepLine line{Step::stabilize, wanted, current, Reason::steady, {}, 0};
  if (current < lowest.wish) line.out = lowest.wish;
  if (current > highest.wish) line.out = highest.wish;
  if (line.out == wanted) return line;
  const bool up = wanted > line.out;
  line.reason = up ? Reason::window_up : Reason::window_down;
  line.since = up ? lowest.at : highest.at;
  return line;
}

}  // namespace plimsoll
