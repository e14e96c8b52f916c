#include <algorithm>

#include "decide/behave/behave.h"

namespace plimsoll {

StepLine stabilize(const TierView& tier, TierState& state, int wanted, int urgent) {
  using Keep = WishWindow::Keep;
  const Behavior& behavior = tier.plan.behavior;
  state.up.record(tier.now, wanted, behavior.up.window, Keep::lowest);
  state.down.record(tier.now, wanted, behavior.down.window, Keep::highest);
  const WishWindow::Binding lowest = state.up.binding(tier.now, wanted, behavior.up.window);
  const WishWindow::Binding highest = state.down.binding(tier.now, wanted, behavior.down.window);
  StepLine line{Step::stabilize, wanted, tier.current, Reason::steady, {}, 0};
  if (tier.current < lowest.wish) line.out = lowest.wish;
  if (tier.current > highest.wish) line.out = highest.wish;
  if (urgent > tier.current) line.out = std::max(line.out, std::min(urgent, wanted));
  if (line.out == wanted) return line;
  const bool up = wanted > line.out;
  line.reason = up ? Reason::window_up : Reason::window_down;
  line.since = up ? lowest.at : highest.at;
  return line;
}

}  // namespace plimsoll
