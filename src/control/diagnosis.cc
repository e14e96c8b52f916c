#include "control/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/say.h"

namespace plimsoll {
namespace {

const char* code_of(Reason reason) {
  switch (reason) {
    case Reason::steady:
    case Reason::policy:
      return "nothing_wanted";
    case Reason::no_data:
    case Reason::gap_blocks_down:
      return "gap";
    case Reason::window_up:
    case Reason::window_down:
      return "window";
    case Reason::rate_up:
    case Reason::rate_down:
      return "rate";
    case Reason::bound_max:
    case Reason::bound_min:
      return "bounds";
    case Reason::order_hold:
    case Reason::order_pause:
    case Reason::order_floor:
    case Reason::order_maintenance:
      return "order";
    case Reason::investigate:
      return "investigate";
    case Reason::between_polls:
      return "between_polls";
    case Reason::inactive:
    case Reason::cooldown:
      return "inactive";
    case Reason::step_out:
    case Reason::step_in:
      return "step";
    case Reason::flapping:
      return "flapping";
    case Reason::rollout:
    case Reason::unsettled:
      return "safety";
    case Reason::schedule_floor:
    case Reason::schedule_exact:
      return "schedule";
    case Reason::limit:
      return "limit";
    case Reason::bottleneck:
      return "bottleneck";
    case Reason::frozen:
      return "frozen";
    case Reason::contended:
      return "contended";
  }
  return "nothing_wanted";
}

/// What the last step that had a say says; of several with the decision's reason the last.
std::string binding_text(const Plan& plan, const Explanation& why) {
  std::string text;
  for (const StepLine& step : why.steps)
    if (step.reason == why.decision.reason)
      if (std::string said = step_text(plan, why, step); !said.empty()) text = std::move(said);
  return text.empty() ? std::string("the policies want what is there") : text;
}

/// ", given by ann: release day"
std::string giver_text(const Explanation& why, std::span<const Order> orders) {
  for (const StepLine& step : why.steps) {
    if (step.step != Step::order || step.reason != why.decision.reason) continue;
    const auto order = std::ranges::find(orders, step.subject, &Order::id);
    if (order == orders.end()) continue;
    return fmt::format(", given by {}{}", order->who, order->why.empty() ? "" : ": " + order->why);
  }
  return {};
}

const PolicyLine* winner_of(const Explanation& why) {
  const auto found = std::ranges::find(why.policies, why.winner, &PolicyLine::policy);
  return why.has_winner && found != why.policies.end() ? &*found : nullptr;
}

Answer nothing_wanted(const Plan& plan, const Explanation& why) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  const PolicyLine* winner = winner_of(why);
  if (!winner) {
    const bool any = !why.policies.empty();
    return {"no_policy", any ? fmt::format("none of its policies proposes a count; it stays at {}", why.decision.asked)
                             : fmt::format("it has no policy; it stays at {}", why.decision.asked)};
  }
  if (winner->note == Note::in_tolerance)
    return {"tolerance", fmt::format("{}: near enough to the target", policy_text(tier, *winner))};
  return {"nothing_wanted", fmt::format("no policy wants more than {}: {}", why.decision.asked, policy_text(tier, *winner))};
}

}  // namespace

Answer why_not_more(const Plan& plan, const Explanation& why, std::span<const Order> orders) {
  const TierDecision& decision = why.decision;
  const bool plain = decision.reason == Reason::steady || decision.reason == Reason::policy;
  if (decision.asked > decision.before && plain)
    return {"scales", fmt::format("it does: {}→{}, all that is wanted", decision.before, decision.asked)};
  if (decision.asked > decision.before)
    return {"partly", fmt::format("it does, {}→{}: {}", decision.before, decision.asked, binding_text(plan, why))};
  if (decision.asked < decision.before)
    return {"shrinks", fmt::format("fewer are wanted: {}→{}{}", decision.before, decision.asked,
                                   plain ? "" : ", " + binding_text(plan, why))};
  if (plain) return nothing_wanted(plan, why);
  return {code_of(decision.reason), binding_text(plan, why) + giver_text(why, orders)};
}

Answer why_pending(const Plan&, const Explanation& why, const std::string& drivers_words) {
  const std::string words = drivers_words.empty() ? "" : ": " + drivers_words;
  if (why.pending == Pending::backing_off) return {"backing_off", std::string(to_text(why.pending)) + words};
  if (why.pending == Pending::refused) return {"refused", std::string(to_text(why.pending)) + words};
  if (why.starting > 0)
    return {"starting",
            fmt::format("{} {} starting{}", why.starting, why.starting == 1 ? "instance is" : "instances are", words)};
  if (why.ready < why.before)
    return {"starting", fmt::format("{} of {} are ready, the others are about to be started{}", why.ready, why.before, words)};
  return {"none_pending", fmt::format("none are: {} of {} asked for are ready", why.ready, why.before)};
}

Oscillation does_oscillate(const Plan&, const Explanation& why, const Turns& turns) {
  Oscillation out;
  for (const StepLine& step : why.steps)
    if (step.reason == Reason::flapping) out.damped_until = step.since;
  const std::string history =
      fmt::format("{} {} and {} {} of direction in the last hour", turns.changes, turns.changes == 1 ? "change" : "changes",
                  turns.reversals, turns.reversals == 1 ? "reversal" : "reversals");
  if (why.flapping)
    out.answer = {"flapping",
                  fmt::format("yes: {}; {}", history,
                              out.damped_until ? "scale-in is held back" : "scale-in waits longer after each growth")};
  else if (turns.reversals > 0)
    out.answer = {"turns", "not enough to be damped: " + history};
  else
    out.answer = {"calm", "no: " + history};
  return out;
}

}  // namespace plimsoll
