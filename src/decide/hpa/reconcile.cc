#include "decide/hpa/reconcile.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "decide/hpa/events.h"

namespace plimsoll::hpa {
namespace {

Reason failure_reason(Source source) {
  switch (source) {
    case Source::resource:
      return Reason::failed_get_resource_metric;
    case Source::container_resource:
      return Reason::failed_get_container_resource_metric;
    case Source::pods:
      return Reason::failed_get_pods_metric;
    case Source::object:
      return Reason::failed_get_object_metric;
    case Source::external:
      return Reason::failed_get_external_metric;
    case Source::unknown:
      break;
  }
  return Reason::invalid_metric_source_type;
}

/// Metrics that can be asked for while there is no pod.
bool wakes(const Config& config) {
  return std::any_of(config.metrics.begin(), config.metrics.end(),
                     [](const MetricSpec& m) { return m.source == Source::object || m.source == Source::external; });
}

/// At zero: whether the metrics may raise the count again. If not, the autoscaler is switched off.
bool may_wake(const Config& config, const Kept& kept) {
  if (!config.scale_to_zero) return config.min == 0;
  return kept.scaled_to_zero && (config.min != 0 || wakes(config));
}

/// Whether the pass looks at the metrics; if not, the bounds or the zero decide.
bool looks_at_metrics(const Config& config, const Kept& kept, std::int32_t current) {
  if (current == 0) return may_wake(config, kept);
  return current <= config.max && current >= config.min;
}

/// The first failure starts the clock; a success stops it.
bool falls_back(const MetricSpec& spec, bool failed, TimePoint& failing_since, TimePoint now) {
  if (!failed) {
    failing_since = not_failing;
    return false;
  }
  if (failing_since == not_failing) failing_since = now;
  return now - failing_since >= spec.fallback->after;
}

Combined check_selector(Selector selector) {
  const Reason reason = selector == Selector::ambiguous ? Reason::ambiguous_selector : Reason::invalid_selector;
  return {-1, -1, true, {Status::no, reason}};
}

Combined ask_metrics(const Config& config, State& state, const Seen& seen, TimePoint now, std::span<MetricLine> lines) {
  PLIMSOLL_ASSERT(seen.metrics.size() == config.metrics.size() && lines.size() >= config.metrics.size());
  Combiner combiner;
  for (std::size_t i = 0; i < config.metrics.size(); ++i) {
    const MetricSpec& spec = config.metrics[i];
    MetricLine& line = lines[i];
    line = {propose(spec, config, seen, seen.metrics[i]), false};
    if (spec.fallback && spec.source == Source::external) {
      PLIMSOLL_ASSERT(state.failing_since.size() == config.metrics.size());
      line.fallback = falls_back(spec, !line.proposal, state.failing_since[i], now);
      if (line.fallback) line.proposal = Proposal{.replicas = spec.fallback->replicas};
    }
    if (line.proposal)
      combiner.take(line.proposal->replicas);
    else
      combiner.take_failure(failure_reason(spec.source));
  }
  return combiner.result(seen.spec_replicas);
}

/// The metrics' count through windows and limits; its recommendation is recorded.
void follow(const Config& config, State& state, const Combined& combined, TimePoint now, Outcome& outcome) {
  outcome.wanted = std::max(combined.replicas, 0);
  History<Recommendation> history = state.recommendations();
  const Normalized n =
      normalize(config, outcome.current, outcome.wanted, std::as_const(history).entries(), state.ups(), state.downs(), now);
  history.put(n.slot, {now, outcome.wanted});
  outcome.stabilized = n.stabilized;
  outcome.replicas = n.replicas;
  outcome.conditions.able_to_scale = n.able_to_scale;
  outcome.conditions.scaling_limited = n.scaling_limited;
  // We scaled to zero and the minimum has been raised since.
  if (outcome.current == 0 && config.scale_to_zero && config.min != 0) outcome.replicas = std::max(outcome.replicas, config.min);
}

}  // namespace

Measured<Proposal> propose(const MetricSpec& spec, const Config& config, const Seen& seen, const MetricSeen& metric) {
  const std::int32_t asked = seen.spec_replicas;
  switch (spec.source) {
    case Source::resource:
    case Source::container_resource:
      if (spec.type == Target::average)
        return pods_average(asked, spec.target, spec.cpu, config.tolerance, config.timing, seen.pods, metric.samples);
      if (spec.type == Target::utilization)
        return utilization(asked, low_int32(spec.target), spec.cpu, config.tolerance, config.timing, seen.pods, metric.requests,
                           metric.samples);
      break;
    case Source::pods:
      if (spec.type == Target::average)
        return pods_average(asked, spec.target, false, config.tolerance, config.timing, seen.pods, metric.samples);
      break;
    case Source::object:
      if (spec.type == Target::value) return object_value(asked, spec.target, config.tolerance, seen.pods, metric.values);
      if (spec.type == Target::average) return object_average(seen.status_replicas, spec.target, config.tolerance, metric.values);
      break;
    case Source::external:
      if (spec.type == Target::value) return external_value(asked, spec.target, config.tolerance, seen.pods, metric.values);
      if (spec.type == Target::average)
        return external_average(seen.status_replicas, spec.target, config.tolerance, metric.values);
      break;
    case Source::unknown:
      break;
  }
  return fail(MetricError::invalid_source);
}

Outcome reconcile(const Config& config, State& state, const Seen& seen, TimePoint now, std::span<MetricLine> lines) {
  if (!looks_at_metrics(config, *state.kept, seen.spec_replicas))
    return reconcile_combined(config, state, seen.spec_replicas, {}, now);
  if (seen.selector != Selector::usable)
    return reconcile_combined(config, state, seen.spec_replicas, check_selector(seen.selector), now);
  const Combined combined = ask_metrics(config, state, seen, now, lines);
  Outcome outcome = reconcile_combined(config, state, seen.spec_replicas, combined, now);
  outcome.metrics_read = true;
  return outcome;
}

Outcome reconcile_combined(const Config& config, State& state, std::int32_t spec_replicas, const Combined& combined,
                           TimePoint now) {
  Outcome outcome{.replicas = spec_replicas, .current = spec_replicas, .wanted = spec_replicas, .stabilized = spec_replicas};
  outcome.conditions.able_to_scale = {Status::yes, Reason::succeeded_get_scale};
  if (!state.kept->started) {
    // After a restart nothing is remembered: the count that is there stands in for it, or it could shrink at once.
    state.recommendations().put(state.kept->recommendations, {now, spec_replicas});
    state.kept->started = true;
  }
  if (!looks_at_metrics(config, *state.kept, spec_replicas)) {
    if (spec_replicas == 0) {
      outcome.conditions.scaling_active = {Status::no, Reason::scaling_disabled};
      return outcome;
    }
    outcome.replicas = spec_replicas > config.max ? config.max : config.min;
    outcome.rescale = true;
    return outcome;
  }
  outcome.conditions.scaling_active = combined.scaling_active;
  outcome.error = combined.error;
  if (!combined.usable()) return outcome;
  outcome.winner = combined.winner;
  follow(config, state, combined, now, outcome);
  outcome.rescale = outcome.replicas != outcome.current;
  return outcome;
}

void record_rescaled(const Config& config, State& state, Outcome& outcome, TimePoint now) {
  PLIMSOLL_ASSERT(outcome.rescale);
  outcome.conditions.able_to_scale = {Status::yes, Reason::succeeded_rescale};
  if (config.behavior)
    record_scaling(*config.behavior, outcome.current, outcome.replicas, {state.up_slots, state.kept->ups},
                   {state.down_slots, state.kept->downs}, now);
  const bool to_zero = config.scale_to_zero && outcome.current > 0 && outcome.replicas == 0 && config.min == 0 && wakes(config);
  state.kept->scaled_to_zero = to_zero;
  if (config.scale_to_zero)
    outcome.conditions.scaled_to_zero =
        to_zero ? Condition{Status::yes, Reason::scaled_to_zero} : Condition{Status::no, Reason::not_scaled_to_zero};
}

void record_refused(Outcome& outcome) {
  outcome.conditions.able_to_scale = {Status::no, Reason::failed_update_scale};
  outcome.replicas = outcome.current;
  outcome.rescale = false;
  outcome.error = true;
}

Outcome scale_unreadable(std::int32_t last_known) {
  Outcome outcome{.replicas = last_known, .current = last_known, .wanted = last_known, .stabilized = last_known};
  outcome.error = true;
  outcome.conditions.able_to_scale = {Status::no, Reason::failed_get_scale};
  return outcome;
}

}  // namespace plimsoll::hpa
