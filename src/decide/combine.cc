#include <algorithm>

#include "decide/steps.h"

namespace plimsoll {
namespace {

/// Growth is held by the first rule that wants a person to look.
const PolicyLine* investigating(const Explanation& why) {
  const auto found = std::ranges::find(why.policies, Note::investigate, &PolicyLine::note);
  return found == why.policies.end() ? nullptr : found;
}

}  // namespace

StepLine combine(const TierPlan& plan, Explanation& why, int current) {
  int wanted = -1;
  bool gap = false;
  for (const PolicyLine& line : why.policies) {
    gap = gap || line.note == Note::no_data;
    if (line.proposal <= wanted) continue;
    wanted = line.proposal;
    why.winner = line.policy;
    why.has_winner = true;
  }
  if (wanted < 0) return {Step::combine, current, current, gap ? Reason::no_data : Reason::steady, {}, 0};
  if (gap && wanted < current) return {Step::combine, wanted, current, Reason::gap_blocks_down, {}, 0};
  if (const PolicyLine* rule = investigating(why); rule && wanted > current)
    return {Step::combine, wanted, current, Reason::investigate, {}, static_cast<std::int64_t>(rule->policy.index)};
  const bool planned = plan.policies[why.winner.index].kind == PolicyKind::schedule;
  if (planned && wanted > current)
    return {Step::combine, wanted, wanted, Reason::schedule_floor, {}, static_cast<std::int64_t>(why.winner.index)};
  return {Step::combine, wanted, wanted, wanted == current ? Reason::steady : Reason::policy, {}, 0};
}

}  // namespace plimsoll
