#include <algorithm>
#include <cmath>

#include "decide/behave/behave.h"

namespace plimsoll {
namespace {

int largest(Ratio share, int current) { return std::max(1, static_cast<int>(std::floor(current * share.value + 1e-9))); }

bool watching(TimePoint last, Duration observe, TimePoint now) { return last != TimePoint{} && now - last < observe; }

}  // namespace

StepLine limit_step(const TierPlan& plan, const TierState& state, int current, int wish, TimePoint now, int computed) {
  StepLine line{Step::step, wish, wish, Reason::steady, {}, 0};
  const StepLimit& step = plan.step;
  if (wish > current && step.out) {
    const int felt = watching(state.grown, step.observe, now) ? current : current + largest(*step.out, current);
    line.out = std::min(wish, std::max(felt, computed));
  }
  if (wish < current && step.in)
    line.out = watching(state.shrunk, step.observe, now) ? current : std::max(wish, current - largest(*step.in, current));
  if (line.out == wish) return line;
  line.reason = wish > current ? Reason::step_out : Reason::step_in;
  return line;
}

}  // namespace plimsoll
