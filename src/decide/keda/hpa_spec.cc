#include "decide/keda/hpa_spec.h"

#include <algorithm>

#include "core/assert.h"
#include "decide/keda/answer.h"

namespace plimsoll::keda {
namespace {

Served answer(const ScaledObject& object, LoopState& state, std::size_t trigger, const Reading& reading, const Replicas& replicas,
              TimePoint now) {
  std::optional<std::int64_t> value;
  const Cached& cached = state.cached[trigger];
  if (object.triggers[trigger].use_cached_metrics && cached.kind != Cached::Kind::nothing) {
    if (cached.kind == Cached::Kind::value) value = cached.milli;
  } else if (const std::optional<double> fresh = keda_value(object.triggers[trigger], reading)) {
    value = milli(*fresh);
  }
  return with_fallback(object, state.health[trigger], trigger, value, replicas, now);
}

}  // namespace

HpaSpec hpa_spec(const ScaledObject& object) {
  HpaSpec spec;
  spec.exists = !object.paused && !object.paused_replicas;
  spec.min = std::max(1, object.min);
  spec.max = object.max;
  spec.scale_up_disabled = object.paused_scale_out;
  spec.scale_down_disabled = object.paused_scale_in;
  if (object.modifiers) {
    spec.external.push_back({ExternalTarget::composite, object.modifiers->type, cut(object.modifiers->target * 1000)});
    return spec;
  }
  for (std::size_t i = 0; i < object.triggers.size(); ++i) {
    const Trigger& trigger = object.triggers[i];
    if (trigger.source != Source::resource)
      spec.external.push_back({static_cast<std::uint16_t>(i), trigger.type, milli(trigger.threshold)});
  }
  return spec;
}

Served serve(const ScaledObject& object, LoopState& state, const ExternalTarget& metric, std::span<const Reading> readings,
             const Replicas& replicas, TimePoint now) {
  PLIMSOLL_ASSERT(readings.size() == object.triggers.size());
  if (metric.trigger != ExternalTarget::composite)
    return answer(object, state, metric.trigger, readings[metric.trigger], replicas, now);
  PLIMSOLL_ASSERT(object.modifiers);
  Answers answers;
  for (std::size_t i = 0; i < object.triggers.size(); ++i)
    if (object.triggers[i].source != Source::resource) answers[i] = answer(object, state, i, readings[i], replicas, now);
  return composite(object, state, answers);
}

}  // namespace plimsoll::keda
