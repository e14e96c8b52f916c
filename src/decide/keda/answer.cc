#include "decide/keda/answer.h"

#include <cmath>

namespace plimsoll::keda {
namespace {

// Upstream serves this in the place of a failed trigger that its formula is to see as nil. It shows where the nil gets lost: in
// the cache of a trigger with useCachedMetrics, since the cached answer counts as a success.
constexpr std::int64_t nil_placeholder = -1000;

bool is_nil(const ScaledObject& object, const Health& health) {
  return object.fallback && object.fallback->behavior == FallbackBehavior::scaling_modifiers && tripped(*object.fallback, health);
}

}  // namespace

bool has_valid_fallback(const ScaledObject& object) {
  if (!object.fallback) return false;
  if (!object.modifiers) return true;
  return object.modifiers->target >= 1 && object.modifiers->target == std::floor(object.modifiers->target);
}

Served with_fallback(const ScaledObject& object, Health& health, std::size_t trigger, std::optional<std::int64_t> milli,
                     const Replicas& replicas, TimePoint now) {
  record(health, milli.has_value(), now);
  if (milli || !has_valid_fallback(object) || !tripped(*object.fallback, health)) return {milli, false};
  if (object.modifiers && object.fallback->behavior == FallbackBehavior::scaling_modifiers) return {nil_placeholder, false};
  const Trigger& failed = object.triggers[trigger];
  const MetricType type = object.modifiers ? object.modifiers->type : failed.type;
  const double target = object.modifiers ? object.modifiers->target : static_cast<double>(keda::milli(failed.threshold)) / 1000;
  const std::optional<std::int64_t> value = fallback_milli(*object.fallback, type, target, replicas.current, replicas.ready);
  return {value, value.has_value()};
}

Served composite(const ScaledObject& object, const LoopState& state, const Answers& answers) {
  std::array<std::optional<double>, most_triggers> values;
  std::size_t count = 0;
  bool failed = false;
  for (std::size_t i = 0; i < object.triggers.size(); ++i) {
    if (object.triggers[i].source == Source::resource) continue;
    // One fallback answers for the formula: it is made for the formula's target already.
    if (answers[i].from_fallback) return answers[i];
    failed = failed || !answers[i].milli;
    if (answers[i].milli && !is_nil(object, state.health[i])) values[count] = static_cast<double>(*answers[i].milli) / 1000;
    ++count;
  }
  if (failed) return {};
  const Outcome outcome = evaluate(object.modifiers->formula, std::span(values).first(count));
  if (outcome.kind == Outcome::Kind::number) return {cut(outcome.number * 1000), false};
  if (outcome.kind == Outcome::Kind::nil && object.fallback)
    return {cut(object.modifiers->target * object.fallback->replicas * 1000), false};
  return {};
}

}  // namespace plimsoll::keda
