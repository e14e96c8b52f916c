#include "decide/hpa/calculator.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll::hpa {
namespace {

/// Sums over the pods of each class. Filling in missing and unready pods is then a matter of adding sums: no second pass.
struct Tally {
  PodCounts pods;
  Milli used = 0;          // by the ready ones, and for averages by strangers
  Milli requested = 0;     // by the ready ones
  Milli missing_full = 0;  // what the missing ones use if each is full
  Milli missing_requested = 0;
  Milli unready_requested = 0;
  std::int64_t samples = 0;  // ready ones and strangers
};

/// Which classes are filled in with a guess.
struct Fill {
  bool missing_full = false;
  bool missing_idle = false;
  bool unready_idle = false;
};

void count(PodCounts& counts, PodClass c) {
  counts.ready += c == PodClass::ready;
  counts.unready += c == PodClass::unready;
  counts.missing += c == PodClass::missing;
  counts.ignored += c == PodClass::ignored;
}

Tally tally_requests(std::span<const Pod> pods, std::span<const Milli> requests, const PodSamples& samples, bool cpu,
                     const Timing& timing, std::int64_t full_percent) {
  Tally t;
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const PodClass c = classify(pods[i], samples.of_pods[i], cpu, timing);
    count(t.pods, c);
    if (c == PodClass::ready) {
      t.used = wrap_add(t.used, samples.of_pods[i].value);
      t.requested = wrap_add(t.requested, requests[i]);
    } else if (c == PodClass::missing) {
      t.missing_full = wrap_add(t.missing_full, wrap_multiply(requests[i], full_percent) / 100);
      t.missing_requested = wrap_add(t.missing_requested, requests[i]);
    } else if (c == PodClass::unready) {
      t.unready_requested = wrap_add(t.unready_requested, requests[i]);
    }
  }
  t.samples = t.pods.ready + std::ssize(samples.of_strangers);
  return t;
}

Tally tally_values(std::span<const Pod> pods, const PodSamples& samples, bool cpu, const Timing& timing, Milli target) {
  Tally t;
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const PodClass c = classify(pods[i], samples.of_pods[i], cpu, timing);
    count(t.pods, c);
    if (c == PodClass::ready) t.used = wrap_add(t.used, samples.of_pods[i].value);
  }
  for (const Milli value : samples.of_strangers) t.used = wrap_add(t.used, value);
  t.missing_full = wrap_multiply(target, t.pods.missing);
  t.samples = t.pods.ready + std::ssize(samples.of_strangers);
  return t;
}

std::optional<MetricError> refuse(std::span<const Pod> pods, const PodSamples& samples) {
  if (samples.unavailable) return MetricError::metrics_unavailable;
  if (pods.empty()) return MetricError::no_pods;
  PLIMSOLL_ASSERT(samples.of_pods.size() == pods.size());
  return std::nullopt;
}

/// From the first ratio to a count; `again(fill)` gives the ratio with the guesses.
template <class Again>
Measured<Proposal> propose(std::int32_t current, const Tolerance& tolerance, const Tally& t, Proposal p, Again again) {
  p.pods = t.pods;
  p.used_ratio = p.ratio;
  const bool up_with_unready = t.pods.unready > 0 && p.ratio > 1.0;
  if (!up_with_unready && t.pods.missing == 0) {
    p.replicas = tolerance.holds(p.ratio) ? current : to_int32(std::ceil(p.ratio * t.pods.ready));
    return p;
  }
  const Fill fill{t.pods.missing > 0 && p.ratio<1.0, t.pods.missing> 0 && p.ratio > 1.0, up_with_unready};
  const Measured<double> filled = again(fill);
  if (!filled) return fail(filled.error());
  p.used_ratio = *filled;
  p.replicas = current;
  const bool turned = (p.ratio < 1.0 && *filled > 1.0) || (p.ratio > 1.0 && *filled < 1.0);
  if (tolerance.holds(*filled) || turned) return p;
  const std::int64_t entries =
      t.samples + (fill.missing_full || fill.missing_idle ? t.pods.missing : 0) + (fill.unready_idle ? t.pods.unready : 0);
  const std::int32_t wanted = to_int32(std::ceil(*filled * static_cast<double>(entries)));
  // The number of entries is not the current count: what it makes of the ratio must not turn the direction round.
  const bool crossed = (*filled < 1.0 && wanted > current) || (*filled > 1.0 && wanted < current);
  if (!crossed) p.replicas = wanted;
  return p;
}

/// Pods that are ready times the ratio; from zero the ratio alone.
Measured<Proposal> scale_total(std::int32_t current, Milli target, const Tolerance& tolerance, std::span<const Pod> pods,
                               Milli usage) {
  Proposal p;
  p.value = usage;
  p.ratio = p.used_ratio = static_cast<double>(usage) / static_cast<double>(target);
  if (current == 0) {
    p.replicas = to_int32(std::ceil(p.ratio));
    return p;
  }
  p.replicas = current;
  if (tolerance.holds(p.ratio)) return p;
  if (pods.empty()) return fail(MetricError::no_pods);
  p.pods.ready = count_ready(pods);
  const double wanted = p.ratio * p.pods.ready;
  p.replicas = wanted > most_replicas ? most_replicas : to_int32(std::ceil(wanted));
  return p;
}

/// Shared by object and external; `saturate`: too large a count is the largest there is, not a wrapped one.
Proposal scale_average(std::int32_t current, Milli target, const Tolerance& tolerance, Milli usage, bool saturate) {
  Proposal p;
  const auto used = static_cast<double>(usage);
  p.ratio = p.used_ratio = used / (static_cast<double>(target) * current);
  p.replicas = current;
  if (!tolerance.holds(p.ratio)) {
    const double wanted = std::ceil(used / static_cast<double>(target));
    p.replicas = saturate && wanted > most_replicas ? most_replicas : to_int32(wanted);
  }
  if (used >= 0x1p63)
    p.value = most_milli;
  else
    p.value = current == 0 ? 0 : to_milli(std::ceil(used / current));
  return p;
}

/// The value of an object's metric.
Measured<Milli> only(const Values& values) {
  if (values.unavailable || values.milli.empty()) return fail(MetricError::metrics_unavailable);
  return values.milli.front();
}

}  // namespace

Measured<Proposal> utilization(std::int32_t current, std::int32_t percent, bool cpu, const Tolerance& tolerance,
                               const Timing& timing, std::span<const Pod> pods, const Requests& requests,
                               const PodSamples& samples) {
  if (const auto error = refuse(pods, samples)) return fail(*error);
  if (requests.error) {
    // That no sample counts is found out first, and is then the reason that is given.
    if (tally_values(pods, samples, cpu, timing, 0).samples == 0) return fail(MetricError::no_metrics_for_usable_pods);
    return fail(*requests.error);
  }
  PLIMSOLL_ASSERT(requests.of_pods.size() == pods.size());
  const Tally t = tally_requests(pods, requests.of_pods, samples, cpu, timing, std::max(100, percent));
  if (t.samples == 0) return fail(MetricError::no_metrics_for_usable_pods);
  if (t.requested == 0) return fail(MetricError::no_metrics_match_known_pods);
  Proposal p;
  p.utilization = low_int32(wrap_divide(wrap_multiply(t.used, 100), t.requested));
  p.value = t.used / t.pods.ready;
  p.ratio = static_cast<double>(p.utilization) / percent;
  return propose(current, tolerance, t, p, [&](const Fill& fill) -> Measured<double> {
    Milli used = t.used, requested = t.requested;
    if (fill.missing_full) used = wrap_add(used, t.missing_full);
    if (fill.missing_full || fill.missing_idle) requested = wrap_add(requested, t.missing_requested);
    if (fill.unready_idle) requested = wrap_add(requested, t.unready_requested);
    if (requested == 0) return fail(MetricError::no_metrics_match_known_pods);
    return static_cast<double>(low_int32(wrap_divide(wrap_multiply(used, 100), requested))) / percent;
  });
}

Measured<Proposal> pods_average(std::int32_t current, Milli target, bool cpu, const Tolerance& tolerance, const Timing& timing,
                                std::span<const Pod> pods, const PodSamples& samples) {
  if (const auto error = refuse(pods, samples)) return fail(*error);
  const Tally t = tally_values(pods, samples, cpu, timing, target);
  if (t.samples == 0) return fail(MetricError::no_metrics_for_usable_pods);
  Proposal p;
  p.value = t.used / t.samples;
  p.ratio = static_cast<double>(p.value) / static_cast<double>(target);
  return propose(current, tolerance, t, p, [&](const Fill& fill) -> Measured<double> {
    const Milli used = fill.missing_full ? wrap_add(t.used, t.missing_full) : t.used;
    const std::int64_t entries =
        t.samples + (fill.missing_full || fill.missing_idle ? t.pods.missing : 0) + (fill.unready_idle ? t.pods.unready : 0);
    return static_cast<double>(used / entries) / static_cast<double>(target);
  });
}

Measured<Proposal> object_value(std::int32_t current, Milli target, const Tolerance& tolerance, std::span<const Pod> pods,
                                const Values& values) {
  const Measured<Milli> usage = only(values);
  if (!usage) return fail(usage.error());
  return scale_total(current, target, tolerance, pods, *usage);
}

Measured<Proposal> external_value(std::int32_t current, Milli target, const Tolerance& tolerance, std::span<const Pod> pods,
                                  const Values& values) {
  if (values.unavailable) return fail(MetricError::metrics_unavailable);
  Milli usage = 0;
  for (const Milli value : values.milli) {
    if (value > 0 && usage > most_milli - value) {
      usage = most_milli;
      break;
    }
    usage = wrap_add(usage, value);
  }
  return scale_total(current, target, tolerance, pods, usage);
}

Measured<Proposal> object_average(std::int32_t current, Milli target, const Tolerance& tolerance, const Values& values) {
  const Measured<Milli> usage = only(values);
  if (!usage) return fail(usage.error());
  return scale_average(current, target, tolerance, *usage, false);
}

Measured<Proposal> external_average(std::int32_t current, Milli target, const Tolerance& tolerance, const Values& values) {
  if (values.unavailable) return fail(MetricError::metrics_unavailable);
  Milli usage = 0;
  for (const Milli value : values.milli) {
    usage = wrap_add(usage, value);
    if (usage < 0) {  // taken for an overflow, whatever its cause
      usage = most_milli;
      break;
    }
  }
  return scale_average(current, target, tolerance, usage, true);
}

PodCounts group_pods(std::span<const Pod> pods, const PodSamples& samples, bool cpu, const Timing& timing,
                     std::span<PodClass> classes) {
  PLIMSOLL_ASSERT(samples.of_pods.size() == pods.size() && classes.size() == pods.size());
  PodCounts counts;
  for (std::size_t i = 0; i < pods.size(); ++i) {
    classes[i] = classify(pods[i], samples.of_pods[i], cpu, timing);
    count(counts, classes[i]);
  }
  return counts;
}

}  // namespace plimsoll::hpa
