#include "decide/say.h"

#include <fmt/format.h>

#include "core/assert.h"
#include "core/quantity.h"

namespace plimsoll {
namespace {

std::string winner_text(const TierPlan& tier, const Explanation& why) {
  const PolicyPlan& policy = tier.policies[why.winner.index];
  const SignalKind kind = tier.signals[policy.signal].kind;
  const PolicyLine* line = nullptr;
  for (const PolicyLine& candidate : why.policies)
    if (candidate.policy == why.winner) line = &candidate;
  PLIMSOLL_ASSERT(line);
  const std::string value = signal_text(kind, line->value);
  const std::string target = signal_text(kind, line->target);
  switch (policy.kind) {
    case PolicyKind::rule:
      return fmt::format("{}: {}", policy.name, value);
    case PolicyKind::queue:
      return fmt::format("{} {}, target {} an instance", policy.name, value, target);
    case PolicyKind::target:
      break;
  }
  if (tier.targets[policy.index].type == TargetType::average)
    return fmt::format("{} {}, target {} an instance", policy.name, value, target);
  std::string text = fmt::format("{} {}, target {}", policy.name, value, target);
  if (why.decision.changes() && why.decision.asked > 0 && why.ready > 0)
    text += fmt::format("; {} should bring it to {}", why.decision.asked,
                        signal_text(kind, line->value * why.ready / why.decision.asked));
  return text;
}

std::string step_text(const TierPlan& tier, const StepLine& step) {
  switch (step.reason) {
    case Reason::gap_blocks_down:
      return "a policy has no data: no scale-in";
    case Reason::no_data:
      return "no data: the count stands";
    case Reason::window_up:
      return fmt::format("{} wanted, the lowest of the {} up window is {}", step.in, to_text(tier.behavior.up.window), step.out);
    case Reason::window_down:
      return fmt::format("{} wanted, the highest of the {} down window is {}", step.in, to_text(tier.behavior.down.window),
                         step.out);
    case Reason::rate_up:
      return fmt::format("up policies allow {} now", step.out);
    case Reason::rate_down:
      return fmt::format("down policies allow {} now", step.out);
    case Reason::bound_max:
      return fmt::format("{} wanted, max is {}", step.in, step.out);
    case Reason::bound_min:
      return fmt::format("{} wanted, min is {}", step.in, step.out);
    case Reason::order_hold:
      return fmt::format("held at {} by order {}", step.out, step.order);
    case Reason::order_pause:
      return fmt::format("paused by order {}", step.order);
    case Reason::order_floor:
      return fmt::format("floor {} by order {}", step.out, step.order);
    case Reason::steady:
    case Reason::policy:
      break;
  }
  return {};
}

}  // namespace

std::string signal_text(SignalKind kind, double value) {
  switch (kind) {
    case SignalKind::cpu:
    case SignalKind::memory:
      return fmt::format("{:.0f}%", value * 100);
    case SignalKind::requests_per_second:
      return fmt::format("{:.0f}/s", value);
    case SignalKind::queued_requests:
      return fmt::format("{:.0f} waiting", value);
    case SignalKind::p95:
    case SignalKind::p99:
      return for_people(from_seconds(value));
    case SignalKind::backlog:
      return fmt::format("{:.0f} jobs", value);
  }
  return {};
}

std::string sentence(const Plan& plan, const Explanation& why) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  const TierDecision& decision = why.decision;
  std::string text = decision.changes() ? fmt::format("{} {}→{}", tier.name, decision.before, decision.asked)
                                        : fmt::format("{} stays at {}", tier.name, decision.asked);
  std::string separator = ": ";
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    text += separator + part;
    separator = "; ";
  };
  // An order speaks for itself; the policies' wish is beside the point then.
  const bool ordered =
      decision.reason == Reason::order_hold || decision.reason == Reason::order_pause || decision.reason == Reason::order_floor;
  if (why.has_winner && !ordered) add(winner_text(tier, why));
  for (const StepLine& step : why.steps)
    if (!ordered || step.step == Step::order) add(step_text(tier, step));
  return text;
}

const char* to_text(Gap gap) {
  switch (gap) {
    case Gap::none:
      return "measured";
    case Gap::stale:
      return "stale";
    case Gap::empty:
      return "empty";
    case Gap::unreachable:
      return "unreachable";
    case Gap::malformed:
      return "malformed";
  }
  return "?";
}

const char* to_text(Reason reason) {
  switch (reason) {
    case Reason::steady:
      return "steady";
    case Reason::policy:
      return "policy";
    case Reason::no_data:
      return "no_data";
    case Reason::gap_blocks_down:
      return "gap_blocks_down";
    case Reason::window_up:
      return "window_up";
    case Reason::window_down:
      return "window_down";
    case Reason::rate_up:
      return "rate_up";
    case Reason::rate_down:
      return "rate_down";
    case Reason::bound_max:
      return "bound_max";
    case Reason::bound_min:
      return "bound_min";
    case Reason::order_hold:
      return "order_hold";
    case Reason::order_pause:
      return "order_pause";
    case Reason::order_floor:
      return "order_floor";
  }
  return "?";
}

const char* to_text(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return "starting";
    case Phase::ready:
      return "ready";
    case Phase::draining:
      return "draining";
  }
  return "?";
}

}  // namespace plimsoll
