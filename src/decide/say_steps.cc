// Steps, reasons and notes in words.

#include <fmt/format.h>

#include "core/quantity.h"
#include "decide/say.h"

namespace plimsoll {
namespace {

bool is_component(const Plan& plan, std::int64_t subject) {
  return subject >= 0 && subject < static_cast<std::int64_t>(plan.components.size());
}

std::string component_name(const Plan& plan, std::int64_t subject) {
  return is_component(plan, subject) ? plan.components[static_cast<std::size_t>(subject)].name : "something it calls";
}

/// Where to look after a growth that did not help: the saturated component, else all that the tier calls.
std::string suspects(const Plan& plan, const TierPlan& tier, std::int64_t subject) {
  if (is_component(plan, subject)) return "look at " + component_name(plan, subject);
  std::string names;
  for (const ComponentId id : tier.calls) names += (names.empty() ? "" : ", ") + plan.components[id.index].name;
  return names.empty() ? "look at what it waits for" : "look at what it calls: " + names;
}

/// "backlog decisions: unreachable": the policies without a value, and why.
std::string gaps_text(const TierPlan& tier, const Explanation& why) {
  std::string names;
  for (const PolicyLine& line : why.policies) {
    if (line.gap == Gap::none || line.note == Note::fallback || line.policy.index >= tier.policies.size()) continue;
    names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", tier.policies[line.policy.index].name, to_text(line.gap));
  }
  return names;
}

std::string with(const char* text, const std::string& detail) {
  return detail.empty() ? text : fmt::format("{} ({})", text, detail);
}

std::string limit_name(const Plan& plan, std::int64_t subject) {
  const bool known = subject >= 0 && subject < static_cast<std::int64_t>(plan.limits.size());
  return known ? plan.limits[static_cast<std::size_t>(subject)].name : "a limit";
}

std::string policy_name(const TierPlan& tier, std::int64_t subject) {
  const bool known = subject >= 0 && subject < static_cast<std::int64_t>(tier.policies.size());
  return known ? tier.policies[static_cast<std::size_t>(subject)].name : "a policy";
}

std::string window_text(const TierPlan& tier, const StepLine& step) {
  const bool up = step.reason == Reason::window_up;
  if (tier.like != Like::plimsoll)
    return fmt::format("{} wanted, the {} window has {}", step.in, up ? "scale-up" : "scale-down", step.out);
  const BehaviorRules& rules = up ? tier.behavior.up : tier.behavior.down;
  return fmt::format("{} wanted, the {} of the {} {} window is {}", step.in, up ? "lowest" : "highest", to_text(rules.window),
                     up ? "up" : "down", step.out);
}

}  // namespace

std::string step_text(const Plan& plan, const Explanation& why, const StepLine& step) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  switch (step.reason) {
    case Reason::gap_blocks_down:
      return with("a policy has no data: no scale-in", gaps_text(tier, why));
    case Reason::no_data:
      return with("no data: the count stands", gaps_text(tier, why));
    case Reason::window_up:
    case Reason::window_down:
      return window_text(tier, step);
    case Reason::rate_up:
      return fmt::format("{} wanted, the up policies allow {} now", step.in, step.out);
    case Reason::rate_down:
      return fmt::format("{} wanted, the down policies allow {} now", step.in, step.out);
    case Reason::bound_max:
      return fmt::format("{} wanted, max is {}", step.in, step.out);
    case Reason::bound_min:
      return fmt::format("{} wanted, min is {}", step.in, step.out);
    case Reason::order_hold:
      return fmt::format("held at {} by order {}", step.out, step.subject);
    case Reason::order_pause:
      if (step.in == step.out) return fmt::format("paused by order {}", step.subject);
      return fmt::format("{} wanted, {} paused by order {}", step.in, step.in > step.out ? "growth is" : "scale-in is",
                         step.subject);
    case Reason::order_floor:
      return fmt::format("floor {} by order {}", step.out, step.subject);
    case Reason::order_maintenance:
      return fmt::format("under maintenance by order {}", step.subject);
    case Reason::investigate:
      return fmt::format("{} holds: find out first, no growth to {}", policy_name(tier, step.subject), step.in);
    case Reason::between_polls:
      return tier.period > Duration::zero()
                 ? fmt::format("it decides every {}: the count stands until then", to_text(tier.period))
                 : "between two polls: the count stands";
    case Reason::inactive:
      return step.out == 0 ? "no sign of work: none needed" : fmt::format("no sign of work: idle at {}", step.out);
    case Reason::cooldown:
      return fmt::format("no sign of work, but not for {} yet", to_text(tier.cooldown));
    case Reason::step_out:
      return fmt::format("{} wanted, one step at a time: {} now", step.in, step.out);
    case Reason::step_in:
      return fmt::format("{} wanted, scale-in one step at a time: {} now", step.in, step.out);
    case Reason::flapping:
      return "the count flaps: no scale-in until it is calm";
    case Reason::rollout:
      return "a rollout is under way: no scale-in";
    case Reason::unsettled:
      return "instances still start or drain: no scale-in";
    case Reason::schedule_floor:
    case Reason::schedule_exact:
      return policy_name(tier, step.subject);
    case Reason::limit:
      return fmt::format("{} wanted, {} leave room for {}", step.in, limit_name(plan, step.subject), step.out);
    case Reason::bottleneck:
      return fmt::format("{} wanted, but {} is saturated: more callers would only wait there", step.in,
                         component_name(plan, step.subject));
    case Reason::frozen:
      return fmt::format("{} wanted, but the last growth did not help; {}", step.in, suspects(plan, tier, step.subject));
    case Reason::contended:
      return "somebody else keeps changing the count: hands off, find out who";
    case Reason::steady:
    case Reason::policy:
      break;
  }
  return {};
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
  static constexpr const char* names[] = {"steady",        "policy",      "no_data",     "gap_blocks_down",   "window_up",
                                          "window_down",   "rate_up",     "rate_down",   "bound_max",         "bound_min",
                                          "order_hold",    "order_pause", "order_floor", "order_maintenance", "investigate",
                                          "between_polls", "inactive",    "cooldown",    "step_out",          "step_in",
                                          "flapping",      "rollout",     "unsettled",   "schedule_floor",    "schedule_exact",
                                          "limit",         "bottleneck",  "frozen",      "contended"};
  static_assert(std::size(names) == static_cast<std::size_t>(Reason::contended) + 1);
  return names[static_cast<std::size_t>(reason)];
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

const char* to_text(Note note) {
  static constexpr const char* names[] = {"proposes",
                                          "within tolerance",
                                          "does not hold for long enough",
                                          "changed the count a moment ago",
                                          "wants a person to look first",
                                          "outside its window",
                                          "below its activation",
                                          "fallback",
                                          "no data",
                                          "the objective is out of reach of any count: sized by utilization",
                                          "kept from going against its own direction",
                                          "the controller's own error",
                                          "no request came"};
  static_assert(std::size(names) == static_cast<std::size_t>(Note::no_traffic) + 1);
  return names[static_cast<std::size_t>(note)];
}

const char* to_text(Step step) {
  static constexpr const char* names[] = {"policies", "window",   "rate",   "bounds",   "order",         "activity",
                                          "step",     "flapping", "safety", "schedule", "shared limits", "did it help"};
  static_assert(std::size(names) == static_cast<std::size_t>(Step::verify) + 1);
  return names[static_cast<std::size_t>(step)];
}

const char* to_text(Pending pending) {
  switch (pending) {
    case Pending::none:
      return "none pending";
    case Pending::backing_off:
      return "starts fail, the next try waits";
    case Pending::refused:
      return "the driver can't start more";
  }
  return "?";
}

const char* to_text(Enabling::Kind kind) {
  static constexpr const char* names[] = {"add_pooler", "raise_pool", "raise_clients", "raise_max_connections",
                                          "use_pooler", "raise_limit"};
  static_assert(std::size(names) == static_cast<std::size_t>(Enabling::Kind::raise_limit) + 1);
  return names[static_cast<std::size_t>(kind)];
}

const char* to_text(VerifyLine::Verdict verdict) {
  static constexpr const char* names[] = {"none", "not judged yet", "it helped", "it did not help",
                                          "whether it helped can't be judged"};
  static_assert(std::size(names) == static_cast<std::size_t>(VerifyLine::Verdict::not_judged) + 1);
  return names[static_cast<std::size_t>(verdict)];
}

}  // namespace plimsoll
