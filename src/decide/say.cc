#include "decide/say.h"

#include <fmt/format.h>

#include "core/assert.h"
#include "core/quantity.h"

namespace plimsoll {
namespace {

bool is_order(Reason reason) {
  return reason == Reason::order_hold || reason == Reason::order_pause || reason == Reason::order_floor ||
         reason == Reason::order_maintenance;
}

const PolicyLine* line_of(const Explanation& why, PolicyId policy) {
  for (const PolicyLine& line : why.policies)
    if (line.policy == policy) return &line;
  return nullptr;
}

/// What growth should bring the winner's signal to: of a mean over instances only.
std::string prospect(const TierPlan& tier, const Explanation& why, const PolicyLine& line) {
  const PolicyPlan& policy = tier.policies[line.policy.index];
  const bool mean = policy.kind == PolicyKind::target && tier.targets[policy.index].type == TargetType::utilization;
  if (!mean || line.gap != Gap::none || why.decision.asked <= why.decision.before || why.ready <= 0) return {};
  return fmt::format("; {} should bring it to {}", why.decision.asked,
                     signal_text(tier.signals[policy.signal], line.value * why.ready / why.decision.asked));
}

std::string value_text(const TierPlan& tier, const PolicyPlan& policy, double value) {
  if (policy.signal == PolicyPlan::none) return fmt::format("{:.4g}", value);
  return signal_text(tier.signals[policy.signal], value);
}

std::string unit_text(SignalUnit unit, double value) {
  switch (unit) {
    case SignalUnit::ratio:
      return fmt::format("{:.0f}%", value * 100);
    case SignalUnit::seconds:
      return for_people(from_seconds(value));
    case SignalUnit::bytes:
      return to_text(Bytes{static_cast<std::int64_t>(value)});
    case SignalUnit::per_second:
      return fmt::format("{:.4g}/s", value);
    case SignalUnit::number:
      break;
  }
  return fmt::format("{:.4g}", value);
}

/// "340 ms", "4s", "1m30s"
std::string span_text(Duration span) {
  return span < std::chrono::seconds(1) ? for_people(span) : to_text(std::chrono::round<std::chrono::seconds>(span));
}

std::string money(double per_hour) { return fmt::format("${:.2f}/h", per_hour); }

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
    case SignalKind::errors:
      return fmt::format("{:.2g}%", value * 100);
    case SignalKind::named:
      break;
  }
  return fmt::format("{:.4g}", value);
}

std::string signal_text(const SignalPlan& signal, double value) {
  return signal.kind == SignalKind::named ? unit_text(signal.unit, value) : signal_text(signal.kind, value);
}

std::string policy_text(const TierPlan& tier, const PolicyLine& line) {
  if (line.policy.index >= tier.policies.size()) return "cpu";
  const PolicyPlan& policy = tier.policies[line.policy.index];
  if (line.note == Note::fallback) return fmt::format("{} has no data, its fallback is {}", policy.name, line.proposal);
  const std::string value = value_text(tier, policy, line.value);
  const std::string target = value_text(tier, policy, line.target);
  switch (policy.kind) {
    case PolicyKind::schedule:
      return policy.name;
    case PolicyKind::rule:
      return fmt::format("{}: {}", policy.name, value);
    case PolicyKind::queue:
      return fmt::format("{} {}, target {} an instance", policy.name, value, target);
    case PolicyKind::capacity:
      return fmt::format("{} arrive, the count carries {}", value, target);
    case PolicyKind::formula:
      return fmt::format("formula {}, target {}", value, target);
    case PolicyKind::target:
      break;
  }
  const bool average = tier.targets[policy.index].type == TargetType::average;
  return fmt::format("{} {}, target {}{}", policy.name, value, target, average ? " an instance" : "");
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
  const bool ordered = is_order(decision.reason);
  if (const PolicyLine* winner = why.has_winner && !ordered ? line_of(why, why.winner) : nullptr)
    add(policy_text(tier, *winner) + prospect(tier, why, *winner));
  for (const StepLine& step : why.steps)
    if (!ordered || step.step == Step::order) add(step_text(plan, why, step));
  return text;
}

namespace {

std::string gap_text(Gap gap) {
  switch (gap) {
    case Gap::stale:
      return "stale: its last value is too old";
    case Gap::empty:
      return "empty: nothing to measure, as without an instance or a request";
    case Gap::unreachable:
      return "unreachable: its source does not answer";
    case Gap::malformed:
      return "malformed: its source's answer makes no sense";
    case Gap::none:
      break;
  }
  return to_text(gap);
}

AccountLine line_of(const TierPlan& tier, const Explanation& why, const PolicyLine& line) {
  AccountLine out;
  out.label = "policy";
  const bool measured = line.gap == Gap::none;
  out.text = measured || line.note == Note::fallback
                 ? policy_text(tier, line)
                 : fmt::format("{}: {}", tier.policies[line.policy.index].name, gap_text(line.gap));
  if (measured && line.age > Duration::zero()) out.when = span_text(line.age) + " old";
  out.count = line.proposal >= 0 ? fmt::format("→ {}", line.proposal) : "→ –";
  if (why.has_winner && why.winner == line.policy) out.note = "wins";
  if (line.note == Note::proposes || line.note == Note::fallback) return out;
  if (line.note == Note::no_data && !measured) return out;  // the gap says it
  out.note += (out.note.empty() ? "" : ", ") + std::string(to_text(line.note));
  return out;
}

/// `since` of a step is when a wish was made, or until when the step stands.
AccountLine line_of(const Plan& plan, const Explanation& why, const StepLine& step, TimePoint now) {
  AccountLine out{to_text(step.step), step_text(plan, why, step), {}, fmt::format("{} → {}", step.in, step.out), {}};
  if (step.since > now)
    out.when = fmt::format("for {} more", span_text(step.since - now));
  else if (step.since != TimePoint{} && step.since < now)
    out.when = fmt::format("wished {} ago", span_text(now - step.since));
  return out;
}

}  // namespace

std::string verdict_text(const TierPlan& tier, const VerifyLine& line) {
  using Verdict = VerifyLine::Verdict;
  if (line.verdict == Verdict::none) return {};
  if (line.policy.index >= tier.policies.size()) return to_text(line.verdict);
  const PolicyPlan& policy = tier.policies[line.policy.index];
  const std::string before = value_text(tier, policy, line.before);
  const std::string target = value_text(tier, policy, line.expected);
  if (line.verdict == Verdict::waiting)
    return fmt::format("{}: {} was {} before it, target {}", to_text(line.verdict), policy.name, before, target);
  return fmt::format("{}: {} was {}, is {}, target {}", to_text(line.verdict), policy.name, before,
                     value_text(tier, policy, line.seen), target);
}

std::vector<AccountLine> account(const Plan& plan, const Explanation& why, TimePoint now) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  std::vector<AccountLine> lines;
  lines.push_back(
      {"instances",
       fmt::format("{} asked until now: {} ready, {} starting, {} draining", why.before, why.ready, why.starting, why.draining),
       {},
       {},
       why.pending == Pending::none ? "" : to_text(why.pending)});
  for (const PolicyLine& line : why.policies) lines.push_back(line_of(tier, why, line));
  for (const StepLine& step : why.steps)
    if (AccountLine line = line_of(plan, why, step, now); !line.text.empty()) lines.push_back(std::move(line));
  for (const LimitLine& limit : why.limits)
    lines.push_back({"limit", fmt::format("{}: {:.4g} of {:.4g} in use after this decision", plan.limits[limit.limit.index].name,
                                          limit.used, limit.total)});
  if (const std::string verdict = verdict_text(tier, why.verify); !verdict.empty()) {
    AccountLine line{"last growth", verdict};
    if (why.verify.verdict == VerifyLine::Verdict::waiting && why.verify.due > now)
      line.when = fmt::format("judged in {}", span_text(why.verify.due - now));
    lines.push_back(std::move(line));
  }
  if (why.flapping) lines.push_back({"flapping", "the count turned around three times within half an hour"});
  if (why.cost_before > 0 || why.cost_after > 0)
    lines.push_back({"cost", fmt::format("{} → {}", money(why.cost_before), money(why.cost_after))});
  return lines;
}

bool can_say(const Plan& plan, const Explanation& why) {
  if (why.tier.index >= plan.tiers.size()) return false;
  const TierPlan& tier = plan.tiers[why.tier.index];
  const auto is_policy = [&](PolicyId policy) { return policy.index < tier.policies.size(); };
  if (why.has_winner && !is_policy(why.winner)) return false;
  for (const PolicyLine& line : why.policies)
    if (!is_policy(line.policy)) return false;
  for (const LimitLine& limit : why.limits)
    if (limit.limit.index >= plan.limits.size()) return false;
  return true;
}

std::string sentence(const Plan& plan, const Enabling& change) {
  const std::string component = change.kind == Enabling::Kind::raise_limit ? "" : plan.components[change.component.index].name;
  const auto change_of = [&](const char* what) {
    return fmt::format("{} {} {:.4g}→{:.4g} would make room{}{}", component, what, change.from, change.to,
                       change.managed ? ", and is being done" : "", change.waits ? "; it needs a restart" : "");
  };
  switch (change.kind) {
    case Enabling::Kind::add_pooler:
      return change_of("instances");
    case Enabling::Kind::raise_pool:
      return change_of("default_pool_size");
    case Enabling::Kind::raise_clients:
      return change_of("max_client_conn");
    case Enabling::Kind::raise_max_connections:
      return change_of("max_connections");
    case Enabling::Kind::use_pooler:
      return fmt::format("a pooler in front of {} would make room: its tiers hold {:.4g} connections by themselves", component,
                         change.to);
    case Enabling::Kind::raise_limit:
      break;
  }
  return fmt::format("{} {:.4g}→{:.4g} would make room", plan.limits[change.limit.index].name, change.from, change.to);
}

}  // namespace plimsoll
