#include "decide/like.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll {
namespace {

hpa::State view(LikeState& state) { return {state.recommendations, state.ups, state.downs, state.failing_since, &state.kept}; }

void fill_pods(const TierView& tier, std::vector<hpa::Pod>& pods) {
  pods.resize(tier.seen.instances.size());
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const InstanceSeen& instance = tier.seen.instances[i];
    hpa::Pod& pod = pods[i];
    pod.started_age = tier.now - instance.started;
    pod.ready = instance.phase == Phase::starting ? hpa::Ready::no : hpa::Ready::yes;
    pod.ready_age = tier.now - (instance.phase == Phase::starting ? instance.started : instance.ready_since);
    pod.deleting = instance.phase == Phase::draining;
  }
}

/// In thousandths of what the controller counts in; a resource is measured as a share of the request.
double scale_of(hpa::Milli request) { return request > 0 ? static_cast<double>(request) : 1000.0; }

hpa::Milli thousandths(double value, double scale) {
  const double scaled = value * scale;
  if (!(std::abs(scaled) < 9e18)) return scaled < 0 ? -hpa::most_milli : hpa::most_milli;
  // std::llround(), half away from zero, without its call: there are hundreds of thousands of samples a round.
  const auto whole = static_cast<hpa::Milli>(scaled);
  const double rest = scaled - static_cast<double>(whole);
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

void fill_samples(const TierView& tier, const SignalPlan& signal, const Sample& mean, double scale,
                  std::span<hpa::Sample> samples) {
  const std::size_t instances = samples.size();
  const auto fill = [&](hpa::Sample& sample, bool present, double value, TimePoint measured) {
    sample.value = present ? thousandths(value, scale) : 0;
    sample.age = present ? tier.now - measured : Duration{};
    sample.window = mean.window;
    sample.present = present;
  };
  if (signal.own >= 0 && !tier.seen.own.empty()) {
    const auto row = tier.seen.own.subspan(static_cast<std::size_t>(signal.own) * instances, instances);
    for (std::size_t i = 0; i < instances; ++i)
      fill(samples[i], row[i].present() && std::isfinite(row[i].value), row[i].value, row[i].measured);
    return;
  }
  for (std::size_t i = 0; i < instances; ++i)
    fill(samples[i], mean.gap == Gap::none && tier.seen.instances[i].phase == Phase::ready, mean.value, mean.measured);
}

bool lost(const TierView& tier, const SignalPlan& signal, const Sample& sample) {
  return sample.gap == Gap::unreachable || sample.gap == Gap::malformed ||
         (sample.gap == Gap::none && (tier.now - sample.measured > signal.max_age || !std::isfinite(sample.value)));
}

/// One metric's row in the room's arrays, which have their size.
void measure(const TierView& tier, const LikePlan& like, std::size_t metric, LikeRoom& room) {
  const hpa::MetricSpec& spec = like.hpa.metrics[metric];
  hpa::MetricSeen& seen = room.seen[metric];
  seen = {};
  if (spec.source == hpa::Source::external) seen.values.milli = std::span(room.values).subspan(metric, 1);
  if (spec.source == hpa::Source::external && tier.plan.like == Like::keda) return;  // served by KEDA
  const std::uint32_t index = tier.plan.policies[like.policies[metric]].signal;
  const SignalPlan& signal = tier.plan.signals[index];
  const Sample& sample = tier.seen.samples[index];
  if (spec.source == hpa::Source::external) {
    seen.values.unavailable = lost(tier, signal, sample) || sample.gap != Gap::none;
    room.values[metric] = thousandths(sample.value, 1000);
    return;
  }
  const std::size_t instances = tier.seen.instances.size();
  const auto samples = std::span(room.samples).subspan(metric * instances, instances);
  const auto requests = std::span(room.requests).subspan(metric * instances, instances);
  fill_samples(tier, signal, sample, scale_of(like.requests[metric]), samples);
  std::ranges::fill(requests, like.requests[metric]);
  seen.samples.of_pods = samples;
  seen.samples.unavailable = lost(tier, signal, sample);
  seen.requests.of_pods = requests;
  if (like.requests[metric] == 0 && spec.type == hpa::Target::utilization)
    seen.requests.error = hpa::MetricError::missing_request;
}

void fill_metrics(const TierView& tier, const LikePlan& like, LikeRoom& room) {
  const std::size_t metrics = like.hpa.metrics.size();
  const std::size_t cells = metrics * tier.seen.instances.size();
  room.samples.resize(cells);
  room.requests.resize(cells);
  room.values.resize(metrics);
  room.seen.resize(metrics);
  room.lines.resize(std::max(room.lines.size(), metrics));
  for (std::size_t i = 0; i < metrics; ++i) measure(tier, like, i, room);
}

Gap gap_of(hpa::MetricError error) { return error == hpa::MetricError::metrics_unavailable ? Gap::unreachable : Gap::empty; }

PolicyLine line_of(const LikePlan& like, std::size_t metric, const hpa::MetricLine& measured, std::uint32_t policy, int current) {
  const hpa::MetricSpec& spec = like.hpa.metrics[metric];
  const bool share = spec.type == hpa::Target::utilization;
  const double request = scale_of(like.requests[metric]);
  PolicyLine line;
  line.policy = {policy};
  line.target = share ? static_cast<double>(spec.target) / 100 : static_cast<double>(spec.target) / request;
  if (!measured.proposal) {
    line.gap = gap_of(measured.proposal.error());
    line.note = Note::error;
    return line;
  }
  const hpa::Proposal& proposal = *measured.proposal;
  line.value = share ? proposal.utilization / 100.0 : static_cast<double>(proposal.value) / request;
  line.proposal = proposal.replicas;
  if (measured.fallback)
    line.note = Note::fallback;
  else if (proposal.replicas == current && like.hpa.tolerance.holds(proposal.used_ratio))
    line.note = Note::in_tolerance;
  return line;
}

/// The formula's line, where it has one, is the tier's policy of that kind.
std::uint32_t policy_of(const TierPlan& plan, std::uint32_t policy) {
  if (policy != PolicyPlan::none) return policy;
  const auto formula = std::ranges::find(plan.policies, PolicyKind::formula, &PolicyPlan::kind);
  return static_cast<std::uint32_t>(formula - plan.policies.begin());
}

void explain(const TierView& tier, const LikePlan& like, const hpa::Outcome& outcome, std::span<const hpa::MetricLine> lines,
             Explanation& why) {
  if (!outcome.metrics_read) return;
  for (std::size_t i = 0; i < like.hpa.metrics.size(); ++i) {
    const std::uint32_t policy = policy_of(tier.plan, like.policies[i]);
    why.policies.push_back(line_of(like, i, lines[i], policy, tier.current));
    if (outcome.winner == static_cast<int>(i)) {
      why.winner = {policy};
      why.has_winner = true;
    }
  }
}

/// What the metrics alone decided; the reasons of windows, rates and bounds come as steps.
Reason first_reason(const TierView& tier, const hpa::Outcome& outcome) {
  const hpa::Condition& active = outcome.conditions.scaling_active;
  if (active.reason == hpa::Reason::scaling_disabled) return Reason::inactive;
  if (active.status == hpa::Status::no) return Reason::no_data;
  return outcome.wanted == tier.current ? Reason::steady : Reason::policy;
}

Reason limited_by(hpa::Reason reason) {
  switch (reason) {
    case hpa::Reason::too_many_replicas:
      return Reason::bound_max;
    case hpa::Reason::too_few_replicas:
      return Reason::bound_min;
    case hpa::Reason::scale_up_limit:
      return Reason::rate_up;
    case hpa::Reason::scale_down_limit:
      return Reason::rate_down;
    default:
      return Reason::steady;
  }
}

void add_step(Explanation& why, Step step, int in, int out, Reason reason) {
  if (reason != Reason::steady && in != out) why.steps.push_back({step, in, out, reason, {}, 0});
}

StepLine steps_of(const TierView& tier, const hpa::Outcome& outcome, Explanation& why) {
  StepLine line{Step::combine, outcome.wanted, outcome.replicas, first_reason(tier, outcome), {}, 0};
  if (!outcome.metrics_read && outcome.replicas != tier.current)  // outside its bounds: brought inside at once
    line.reason = outcome.replicas < tier.current ? Reason::bound_max : Reason::bound_min;
  if (line.reason == Reason::no_data && outcome.metrics_read && why.has_winner) line.reason = Reason::gap_blocks_down;
  if (line.reason != Reason::steady && line.reason != Reason::policy) why.steps.push_back(line);
  if (!outcome.metrics_read || outcome.conditions.scaling_active.status == hpa::Status::no) return line;
  const Reason window = outcome.wanted > outcome.stabilized ? Reason::window_up : Reason::window_down;
  add_step(why, Step::stabilize, outcome.wanted, outcome.stabilized, window);
  add_step(why, Step::rate_limit, outcome.stabilized, outcome.replicas, limited_by(outcome.conditions.scaling_limited.reason));
  if (!why.steps.empty()) line.reason = why.steps[why.steps.size() - 1].reason;
  return line;
}

StepLine sync(const TierView& tier, const LikePlan& like, LikeState& state, LikeRoom& room, Explanation& why) {
  hpa::Seen seen;
  seen.spec_replicas = tier.current;
  seen.status_replicas = tier.seen.reported;
  seen.pods = room.pods;
  seen.metrics = room.seen;
  hpa::State kept = view(state);
  const hpa::Outcome outcome = hpa::reconcile(like.hpa, kept, seen, tier.now, room.lines);
  hpa::merge(state.conditions, outcome.conditions);
  state.rescale_to = outcome.rescale ? outcome.replicas : -1;
  explain(tier, like, outcome, room.lines, why);
  return steps_of(tier, outcome, why);
}

keda::Reading reading_of(const TierView& tier, std::uint32_t policy, std::span<PolicyClock> clocks) {
  const PolicyPlan& plan = tier.plan.policies[policy];
  if (plan.kind == PolicyKind::schedule) {
    const SchedulePlan& schedule = tier.plan.schedules[plan.index];
    return keda::Reading::of(is_on(schedule, tier.stack, clocks[policy], tier.now) ? schedule.replicas : 0);
  }
  const Sample& sample = tier.seen.samples[plan.signal];
  if (sample.gap == Gap::empty) return keda::Reading::empty();
  if (sample.gap != Gap::none || tier.now - sample.measured > tier.plan.signals[plan.signal].max_age)
    return keda::Reading::failed();
  return keda::Reading::of(sample.value);
}

/// KEDA's scale loop: between nothing, idle and one. -1: it leaves the count alone.
int poll_loop(const TierView& tier, const LikePlan& like, LikeState& state, LikeRoom& room, Explanation& why) {
  if (!keda::poll_due(*like.keda, state.loop, tier.now)) return -1;
  const keda::LoopAction action = keda::poll(*like.keda, state.loop, room.readings, {tier.current, tier.ready}, tier.now);
  if (action.condition == keda::Condition::scaler_cooldown)
    why.steps.push_back({Step::activate, tier.current, tier.current, Reason::cooldown,
                         state.loop.last_active.value_or(state.loop.created) + like.keda->cooldown, 0});
  return action.kind == keda::LoopAction::Kind::set && action.target != tier.current ? action.target : -1;
}

void serve_external(const TierView& tier, const LikePlan& like, LikeState& state, LikeRoom& room) {
  for (std::size_t i = 0; i < like.keda_hpa.external.size(); ++i) {
    const keda::Served served =
        keda::serve(*like.keda, state.loop, like.keda_hpa.external[i], room.readings, {tier.current, tier.ready}, tier.now);
    room.seen[i].values.unavailable = !served.milli;
    room.values[i] = served.milli.value_or(0);
  }
}

void fill_readings(const TierView& tier, const LikePlan& like, std::span<PolicyClock> clocks, LikeRoom& room) {
  room.readings.clear();
  for (const std::uint32_t policy : like.triggers) room.readings.push_back(reading_of(tier, policy, clocks));
}

}  // namespace

LikeState initial_like(const LikePlan& plan) {
  const hpa::Slots slots = hpa::slots(plan.hpa, plan.sync);
  LikeState state;
  state.recommendations.resize(slots.recommendations);
  state.ups.resize(slots.ups);
  state.downs.resize(slots.downs);
  state.failing_since.assign(slots.failing_since, hpa::not_failing);
  return state;
}

StepLine decide_like(const TierView& tier, TierState& state, LikeState& memory, std::span<PolicyClock> clocks, LikeRoom& room,
                     Explanation& why) {
  const LikePlan& like = tier.stack.likes[tier.plan.like_index];
  StepLine line{Step::combine, tier.current, tier.current, Reason::between_polls, {}, 0};
  memory.rescale_to = -1;  // a wish that nothing came of
  if (like.keda) {
    if (memory.loop.created == TimePoint{}) memory.loop.created = tier.now;
    fill_readings(tier, like, clocks, room);
    if (const int count = poll_loop(tier, like, memory, room, why); count >= 0) {
      why.steps.push_back(
          {Step::activate, tier.current, count, count > tier.current ? Reason::bound_min : Reason::inactive, {}, 0});
      return {Step::activate, tier.current, count, why.steps[why.steps.size() - 1].reason, {}, 0};
    }
    if (tier.current == 0) return {Step::activate, 0, 0, Reason::inactive, {}, 0};
  }
  if (state.decided != TimePoint{} && tier.now - state.decided < like.sync) return line;
  state.decided = tier.now;
  fill_pods(tier, room.pods);
  fill_metrics(tier, like, room);
  if (like.keda) serve_external(tier, like, memory, room);
  return sync(tier, like, memory, room, why);
}

void settle_like(const Plan& plan, const TierPlan& tier, LikeState& state, int from, int to, bool accepted, TimePoint now) {
  if (state.rescale_to < 0) return;
  hpa::Outcome outcome;
  outcome.current = from;
  outcome.replicas = to;
  outcome.rescale = true;
  hpa::State kept = view(state);
  if (!accepted)
    hpa::record_refused(outcome);
  else if (from != to)
    hpa::record_rescaled(plan.likes[tier.like_index].hpa, kept, outcome, now);
  hpa::merge(state.conditions, outcome.conditions);
  state.rescale_to = -1;
}

}  // namespace plimsoll
