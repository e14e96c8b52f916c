#include <algorithm>

#include "decide/steps.h"

namespace plimsoll {

StepLine combine(Explanation& why, int current) {
  int wanted = -1;
  bool gap = false;
  for (const PolicyLine& line : why.policies) {
    gap = gap || line.gap != Gap::none;
    if (line.proposal <= wanted) continue;
    wanted = line.proposal;
    why.winner = line.policy;
    why.has_winner = true;
  }
  if (wanted < 0) return {Step::combine, current, current, gap ? Reason::no_data : Reason::steady, {}, 0};
  if (gap && wanted < current) return {Step::combine, wanted, current, Reason::gap_blocks_down, {}, 0};
  return {Step::combine, wanted, wanted, wanted == current ? Reason::steady : Reason::policy, {}, 0};
}

}  // namespace plimsoll
