#include <algorithm>

#include "decide/steps.h"

namespace plimsoll {
namespace {

constexpr double part_of_the_way = 0.25;
constexpr double load_may_grow = 1.2;
constexpr double busy = 0.9;  // of the CPU an instance asked for: the tier's own instances are what is short

double measured(const TierView& tier, std::uint32_t signal) {
  if (signal >= tier.seen.samples.size()) return -1;
  const Sample& sample = tier.seen.samples[signal];
  const bool good = sample.gap == Gap::none && tier.now - sample.measured <= tier.plan.signals[signal].max_age;
  return good ? sample.value : -1;
}

bool instances_are_busy(const TierView& tier) {
  const std::size_t cpu = signal_index(tier.plan, SignalKind::cpu);
  return measured(tier, static_cast<std::uint32_t>(cpu)) >= busy;
}

/// What the signal was to come down to: of a share of an instance, that of all of them.
double goal(const TierView& tier, const PolicyLine& line) {
  const PolicyPlan& policy = tier.plan.policies[line.policy.index];
  const bool shared = policy.kind == PolicyKind::target && tier.plan.targets[policy.index].type == TargetType::average;
  return shared ? line.target * tier.current : line.target;
}

VerifyLine::Verdict judge(const TierView& tier, const Expectation& was, const PolicyLine& line) {
  using Verdict = VerifyLine::Verdict;
  if (!can_judge(tier.plan, tier.plan.policies[was.policy]) || line.gap != Gap::none) return Verdict::not_judged;
  const double target = goal(tier, line);
  if (line.value <= target || line.value <= was.value - part_of_the_way * (was.value - target)) return Verdict::helped;
  const double load = measured(tier, tier.plan.load);
  if (was.load < 0 || load < 0 || load > was.load * load_may_grow || instances_are_busy(tier)) return Verdict::not_judged;
  return Verdict::no_help;
}

void look(const TierView& tier, TierState& state, std::span<const Sample> components, Explanation& why) {
  Expectation& was = state.expectation;
  if (!was.open || was.policy >= why.policies.size()) return;
  const PolicyLine& line = why.policies[was.policy];
  why.verify = {VerifyLine::Verdict::waiting, {was.policy}, was.value, goal(tier, line), line.value, was.due};
  if (tier.now < was.due) return;
  was.open = false;
  why.verify.verdict = judge(tier, was, line);
  if (why.verify.verdict != VerifyLine::Verdict::no_help) return;
  state.frozen_until = tier.now + freeze_for;
  state.frozen_policy = was.policy;
  const auto found = bottleneck(tier.stack, tier.plan, components, tier.now, 0.8);
  state.frozen_by = found ? static_cast<std::int32_t>(found->index) : -1;
}

}  // namespace

// A signal that more instances are to bring down, and that does not stand for the instances themselves.
bool can_judge(const TierPlan& plan, const PolicyPlan& policy) {
  if (policy.signal == PolicyPlan::none) return false;
  switch (plan.signals[policy.signal].kind) {
    case SignalKind::p95:
    case SignalKind::p99:
    case SignalKind::queued_requests:
    case SignalKind::errors:
      return true;
    default:
      return false;
  }
}

StepLine verify(const TierView& tier, TierState& state, std::span<const Sample> components, Explanation& why, int wish) {
  look(tier, state, components, why);
  StepLine line{Step::verify, wish, wish, Reason::steady, {}, 0};
  if (wish <= tier.current || tier.now >= state.frozen_until) return line;
  int others = 0;
  for (const PolicyLine& one : why.policies)
    if (one.policy.index != state.frozen_policy) others = std::max(others, one.proposal);
  const int sound = std::clamp(others, tier.current, wish);
  if (sound == wish) return line;
  return {Step::verify, wish, sound, Reason::frozen, state.frozen_until, state.frozen_by};
}

std::optional<ComponentId> bottleneck(const Plan& plan, const TierPlan& tier, std::span<const Sample> components, TimePoint now,
                                      double threshold) {
  if (components.size() != plan.components.size()) return std::nullopt;
  constexpr Duration max_age = std::chrono::seconds(30);
  for (std::size_t i = tier.calls.size(); i-- > 0;) {
    const Sample& sample = components[tier.calls[i].index];
    if (sample.gap == Gap::none && now - sample.measured <= max_age && sample.value >= threshold) return tier.calls[i];
  }
  return std::nullopt;
}

}  // namespace plimsoll
