#include "decide/keda/activation.h"

#include <algorithm>

#include "core/assert.h"
#include "decide/keda/answer.h"

namespace plimsoll::keda {
namespace {

/// What the triggers say together.
struct Verdict {
  bool active = false;
  bool error = false;
};

Verdict ask(const ScaledObject& object, LoopState& state, std::span<const Reading> readings, const Replicas& replicas,
            TimePoint now) {
  Verdict verdict;
  Answers answers;
  bool external = false;
  for (std::size_t i = 0; i < object.triggers.size(); ++i) {
    const Trigger& trigger = object.triggers[i];
    if (trigger.source == Source::resource) continue;
    external = true;
    const std::optional<double> value = keda_value(trigger, readings[i]);
    answers[i] = with_fallback(object, state.health[i], i, value ? std::optional(milli(*value)) : std::nullopt, replicas, now);
    if (trigger.use_cached_metrics)
      state.cached[i] = {answers[i].milli.value_or(0), answers[i].milli ? Cached::Kind::value : Cached::Kind::error};
    verdict.error = verdict.error || !answers[i].milli;
    verdict.active = verdict.active || answers[i].from_fallback || (value && is_active(trigger, *value));
  }
  if (object.modifiers) {
    const Served value = verdict.error ? Served{} : composite(object, state, answers);
    verdict.active = value.milli && static_cast<double>(*value.milli) / 1000 > object.modifiers->activation_target;
  }
  if (!external) verdict.active = true;
  return verdict;
}

LoopAction set(int target, const LoopAction& so_far) { return {LoopAction::Kind::set, target, so_far.active, so_far.condition}; }

LoopAction when_active(const ScaledObject& object, LoopState& state, bool error, int current, TimePoint now) {
  LoopAction action{.active = true};
  if (current == 0 || (object.idle && current < object.min)) {
    if (object.paused_scale_out) {
      action.condition = Condition::scale_out_paused;
      return action;
    }
    state.last_active = now;
    return set(std::max(1, object.min), action);
  }
  if (error) {
    action.condition = Condition::partial_trigger_error;
    return action;
  }
  state.last_active = now;
  return action;
}

bool cooled_down(const ScaledObject& object, const LoopState& state, TimePoint now) {
  if (!state.last_active) return state.created + object.initial_cooldown < now;
  return *state.last_active + object.cooldown < now;
}

LoopAction when_inactive(const ScaledObject& object, const LoopState& state, bool error, int current, TimePoint now) {
  LoopAction action;
  if (error && object.fallback && object.fallback->replicas != 0) {
    action.condition = Condition::awaiting_fallback;
  } else if (error && !object.fallback) {
    action.condition = Condition::trigger_error;
  } else if ((object.idle && current > *object.idle) || (current > 0 && object.min == 0)) {
    if (object.paused_scale_in) {
      action.condition = Condition::scale_in_paused;
    } else if (!cooled_down(object, state, now)) {
      action.condition = Condition::scaler_cooldown;
    } else {
      return set(object.idle.value_or(object.min), action);
    }
  } else if (!object.idle && current < object.min) {
    return set(object.min, action);
  }
  return action;
}

}  // namespace

bool poll_due(const ScaledObject& object, const LoopState& state, TimePoint now) {
  return !state.last_poll || now - *state.last_poll >= object.polling;
}

LoopAction poll(const ScaledObject& object, LoopState& state, std::span<const Reading> readings, const Replicas& replicas,
                TimePoint now) {
  PLIMSOLL_ASSERT(readings.size() == object.triggers.size());
  if (object.paused || object.paused_replicas) {
    // Pausing ends the loop and forgets what it has cached; the first tick after it polls at once.
    state.last_poll.reset();
    state.cached.fill({});
    const LoopAction paused{.condition = Condition::paused};
    const bool holds = !object.paused_replicas || *object.paused_replicas == replicas.current;
    return holds ? paused : set(*object.paused_replicas, paused);
  }
  state.last_poll = now;
  const Verdict verdict = ask(object, state, readings, replicas, now);
  if (verdict.active || object.force_activation) return when_active(object, state, verdict.error, replicas.current, now);
  return when_inactive(object, state, verdict.error, replicas.current, now);
}

bool falling_back(const ScaledObject& object, const LoopState& state) {
  return has_valid_fallback(object) &&
         std::any_of(state.health.begin(), state.health.end(), [&](const Health& h) { return tripped(*object.fallback, h); });
}

}  // namespace plimsoll::keda
