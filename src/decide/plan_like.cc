// The settings of a tier that is like HPA or KEDA, as those controllers take them.

#include <cmath>

#include "core/assert.h"
#include "decide/plan_parts.h"

namespace plimsoll::compiling {
namespace {

hpa::Milli milli(double value) { return static_cast<hpa::Milli>(std::llround(value * 1000)); }

hpa::Policy policy_of(const RatePolicy& from) {
  const bool percent = from.unit == RatePolicy::Unit::percent;
  return {percent ? hpa::Policy::Type::percent : hpa::Policy::Type::pods, static_cast<std::int32_t>(std::lround(from.amount)),
          static_cast<std::int32_t>(std::lround(seconds(from.every)))};
}

hpa::GivenRules given(const BehaviorRules& from) {
  hpa::GivenRules rules;
  if (from.window_given) rules.window_seconds = static_cast<std::int32_t>(std::lround(seconds(from.window)));
  if (from.select == SelectPolicy::least) rules.select = hpa::Select::min;
  if (from.select == SelectPolicy::disabled) rules.select = hpa::Select::disabled;
  if (!from.policies_given) return rules;
  rules.policies.emplace();
  for (const RatePolicy& policy : from.policies) rules.policies->push_back(policy_of(policy));
  return rules;
}

/// 250 is a quarter of a core, 1000 a byte.
hpa::Milli request_of(const Tier& tier, SignalKind signal) {
  if (signal == SignalKind::cpu) return milli(tier.instance.cpu.request.count);
  return tier.instance.memory ? tier.instance.memory->request.count * 1000 : 0;
}

bool is_resource(SignalKind signal) { return signal == SignalKind::cpu || signal == SignalKind::memory; }

void add_resource(LikePlan& plan, const Tier& tier, const MetricTarget& metric, std::uint32_t policy) {
  hpa::MetricSpec spec;
  spec.source = metric.container.empty() ? hpa::Source::resource : hpa::Source::container_resource;
  spec.cpu = metric.signal == SignalKind::cpu;
  spec.type = metric.type == TargetType::utilization ? hpa::Target::utilization : hpa::Target::average;
  spec.target = metric.type == TargetType::utilization ? std::llround(metric.target * 100) : milli(metric.target);
  plan.hpa.metrics.push_back(spec);
  plan.policies.push_back(policy);
  plan.requests.push_back(request_of(tier, metric.signal));
}

void add_figure(LikePlan& plan, const TierPlan& made, const MetricTarget& metric, std::uint32_t policy) {
  hpa::MetricSpec spec;
  const bool per_instance = made.signals[made.policies[policy].signal].per_instance;
  spec.source = per_instance ? hpa::Source::pods : hpa::Source::external;
  spec.type = metric.type == TargetType::value && !per_instance ? hpa::Target::value : hpa::Target::average;
  spec.target = milli(metric.target);
  plan.hpa.metrics.push_back(spec);
  plan.policies.push_back(policy);
  plan.requests.push_back(0);
}

/// A list is an external metric with an average per instance.
void add_queue(LikePlan& plan, const TierPlan& made, std::uint32_t policy) {
  hpa::MetricSpec spec;
  spec.source = hpa::Source::external;
  spec.type = hpa::Target::average;
  spec.target = milli(made.queues[made.policies[policy].index].per_instance);
  plan.hpa.metrics.push_back(spec);
  plan.policies.push_back(policy);
  plan.requests.push_back(0);
}

hpa::Config config_of(const Tier& tier) {
  const Scale& scale = tier.scale;
  hpa::Config config;
  config.min = tier.replicas.min;
  config.max = tier.replicas.max;
  config.metrics.clear();
  if (scale.behavior.given)
    config.behavior = {hpa::default_up_rules(given(scale.behavior.up)), hpa::default_down_rules(given(scale.behavior.down))};
  const auto of = [](const std::optional<Ratio>& tolerance) {
    return tolerance ? std::optional<double>(tolerance->value) : std::nullopt;
  };
  config.tolerance =
      hpa::resolve_tolerance(scale.tolerance.value, of(scale.behavior.down.tolerance), of(scale.behavior.up.tolerance));
  config.timing = {scale.controller.cpu_initialization, scale.controller.initial_readiness};
  config.downscale_stabilization = scale.controller.downscale_stabilization;
  return config;
}

keda::Trigger trigger_of(const Stack& stack, const TierPlan& made, const MetricTarget& metric, std::uint32_t policy) {
  keda::Trigger trigger;
  const SignalPlan& signal = made.signals[made.policies[policy].signal];
  const NamedSignal* named = signal.kind == SignalKind::named ? stack.signal(signal.list) : nullptr;
  trigger.source = is_resource(metric.signal)                              ? keda::Source::resource
                   : named && named->from == NamedSignal::From::prometheus ? keda::Source::prometheus
                                                                           : keda::Source::workload;
  trigger.type = metric.type == TargetType::value ? keda::MetricType::value : keda::MetricType::average_value;
  trigger.threshold = metric.target;
  trigger.activation = metric.activation;
  return trigger;
}

void add_triggers(LikePlan& plan, const Stack& stack, const Tier& tier, const TierPlan& made) {
  for (std::uint32_t i = 0; i < made.policies.size(); ++i) {
    const PolicyPlan& policy = made.policies[i];
    keda::Trigger trigger;
    switch (policy.kind) {
      case PolicyKind::queue:
        trigger.threshold = made.queues[policy.index].per_instance;
        trigger.activation = made.queues[policy.index].activation;
        break;
      case PolicyKind::target:
        trigger = trigger_of(stack, made, tier.scale.metrics[policy.index], i);
        break;
      case PolicyKind::schedule:
        if (made.schedules[policy.index].kind == ScheduleRule::Kind::exact) continue;
        trigger.source = keda::Source::cron;
        trigger.threshold = 1;
        break;
      default:
        continue;
    }
    plan.keda->triggers.push_back(trigger);
    plan.triggers.push_back(i);
  }
}

keda::Fallback keda_fallback(const Fallback& from, bool formula) {
  keda::Fallback made{from.failures, from.replicas, keda::FallbackBehavior::fixed};
  if (from.behavior == Fallback::Behavior::current) made.behavior = keda::FallbackBehavior::current_replicas;
  if (from.behavior == Fallback::Behavior::current_if_higher) made.behavior = keda::FallbackBehavior::current_replicas_if_higher;
  if (from.behavior == Fallback::Behavior::current_if_lower) made.behavior = keda::FallbackBehavior::current_replicas_if_lower;
  if (formula && from.behavior == Fallback::Behavior::fixed) made.behavior = keda::FallbackBehavior::scaling_modifiers;
  return made;
}

/// The formula over KEDA's external triggers, by the names that formula_names() gave its signals.
keda::Modifiers modifiers_of(const LikePlan& plan, const Tier& tier, const TierPlan& made) {
  const Formula& formula = *tier.scale.formula;
  const std::vector<FormulaName> known = formula_names(tier);
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < plan.keda->triggers.size(); ++i) {
    if (plan.keda->triggers[i].source == keda::Source::resource) continue;
    const PolicyPlan& policy = made.policies[plan.triggers[i]];
    std::string_view name = "schedule";
    if (policy.signal != PolicyPlan::none)
      for (const FormulaName& one : known)
        if (one.signal == made.signals[policy.signal].kind && one.list == made.signals[policy.signal].list) name = one.name;
    names.push_back(name);
  }
  keda::Modifiers modifiers;
  modifiers.formula = *keda::compile(formula.text, names).value;
  modifiers.type = formula.type == TargetType::value ? keda::MetricType::value : keda::MetricType::average_value;
  modifiers.target = formula.target;
  modifiers.activation_target = formula.activation;
  return modifiers;
}

void make_keda(LikePlan& plan, const Stack& stack, const Tier& tier, const TierPlan& made) {
  const Scale& scale = tier.scale;
  keda::ScaledObject& object = plan.keda.emplace();
  if (scale.poll > Duration::zero()) object.polling = scale.poll;
  object.cooldown = scale.cooldown;
  object.initial_cooldown = scale.controller.initial_cooldown;
  object.min = tier.replicas.min;
  object.max = tier.replicas.max;
  object.idle = scale.idle;
  if (scale.fallback) object.fallback = keda_fallback(*scale.fallback, scale.formula.has_value());
  add_triggers(plan, stack, tier, made);
  if (scale.formula) object.modifiers = modifiers_of(plan, tier, made);
  plan.keda_hpa = keda::hpa_spec(object);
  plan.hpa.min = plan.keda_hpa.min;
  for (const keda::ExternalTarget& target : plan.keda_hpa.external) {
    hpa::MetricSpec spec;
    spec.source = hpa::Source::external;
    spec.type = target.type == keda::MetricType::value ? hpa::Target::value : hpa::Target::average;
    spec.target = target.target_milli;
    plan.hpa.metrics.push_back(spec);
    plan.policies.push_back(target.trigger == keda::ExternalTarget::composite ? PolicyPlan::none : plan.triggers[target.trigger]);
    plan.requests.push_back(0);
  }
}

}  // namespace

LikePlan like_plan(const Stack& stack, const Tier& tier, const TierPlan& made) {
  LikePlan plan;
  plan.hpa = config_of(tier);
  plan.sync = tier.scale.controller.sync;
  const bool keda = tier.scale.like == Like::keda;
  if (keda) make_keda(plan, stack, tier, made);
  for (std::uint32_t i = 0; i < made.policies.size(); ++i) {
    if (made.policies[i].kind == PolicyKind::queue && !keda) add_queue(plan, made, i);
    if (made.policies[i].kind != PolicyKind::target) continue;
    const MetricTarget& metric = tier.scale.metrics[made.policies[i].index];
    if (is_resource(metric.signal))
      add_resource(plan, tier, metric, i);
    else if (!keda)
      add_figure(plan, made, metric, i);
  }
  PLIMSOLL_ASSERT(!plan.hpa.metrics.empty());
  return plan;
}

}  // namespace plimsoll::compiling
