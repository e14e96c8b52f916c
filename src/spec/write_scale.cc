// Stack → spec text: what decides a tier's count. Always in plimsoll's own spelling; a Kubernetes block stands only where that
// has no word for something (the container of a target).

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/quantity.h"
#include "spec/condition.h"
#include "spec/section.h"
#include "spec/tables.h"

namespace plimsoll::spec {
namespace {

SignalName signal_name_of(const Stack& stack, SignalKind kind, const std::string& list) {
  const NamedSignal* own = kind == SignalKind::named ? stack.signal(list) : nullptr;
  return {kind, list, own ? own->unit : unit_of(kind)};
}

YamlTree target_block(const MetricTarget& metric, Section section) {
  section.raw("type", std::string(tables::target_types[static_cast<std::size_t>(metric.type)]));
  if (metric.type == TargetType::utilization)
    section.always("averageUtilization", static_cast<int>(std::lround(metric.target * 100)));
  else
    section.raw(metric.type == TargetType::average ? "averageValue" : "value", decimal(metric.target));
  return section.take();
}

/// autoscaling/v2's block: cpu or memory of one container, or a number that the signal's own unit cannot say.
YamlTree metric_block(const SignalName& signal, const MetricTarget& metric, Section section) {
  const bool of_container = metric.signal == SignalKind::cpu || metric.signal == SignalKind::memory;
  const std::string_view key = !of_container ? "external" : metric.container.empty() ? "resource" : "containerResource";
  section.raw("type", !of_container ? "External" : metric.container.empty() ? "Resource" : "ContainerResource");
  Section source = section.under(key);
  if (of_container) {
    source.always("name", metric.signal);
    if (!metric.container.empty()) source.always("container", metric.container);
  } else {
    Section identifier = source.under("metric");
    identifier.raw("name", yaml_scalar(name_of(signal)));
    source.add("metric", identifier.take());
  }
  source.add("target", target_block(metric, source.under("target")));
  section.add(key, source.take());
  return section.take();
}

YamlTree write_metric(const Stack& stack, const MetricTarget& metric, const Section& scale) {
  const SignalName signal = signal_name_of(stack, metric.signal, metric.list);
  Section section = scale.under("metrics");
  const Section block = scale.variant("metrics", "Kubernetes");
  if (metric.signal == SignalKind::cpu || metric.signal == SignalKind::memory) {
    const bool is_cpu = metric.signal == SignalKind::cpu;
    const bool is_share = metric.type == TargetType::utilization;
    const std::string amount = is_share ? exact_text(Ratio{metric.target})
                               : is_cpu ? cores_with_unit(metric.target)
                                        : bytes_with_unit(metric.target);
    const bool exact = is_share || (is_cpu ? parse_cores(amount) == Cores{metric.target}
                                           : read_back(amount, SignalUnit::bytes) == metric.target);
    if (!metric.container.empty() || !exact) return metric_block(signal, metric, block);
    section.raw(is_cpu ? "cpu" : "memory", amount);
    return section.take();
  }
  const std::string target = exact_text(metric.target, signal.unit);
  if (read_back(target, signal.unit) != metric.target && metric.activation == 0) return metric_block(signal, metric, block);
  section.raw("signal", yaml_scalar(name_of(signal)));
  section.raw(metric.type == TargetType::value ? "value" : "average", target);
  if (section.defaults() || metric.activation != 0) section.raw("activation", exact_text(metric.activation, signal.unit));
  return section.take();
}

YamlTree write_policy(const RatePolicy& policy, Section section) {
  if (policy.unit == RatePolicy::Unit::instances)
    section.always("instances", static_cast<int>(std::lround(policy.amount)));
  else
    section.always("percent", policy.amount);
  section.always("every", policy.every);
  return section.take();
}

/// `shown`: the defaults are those in effect, so that they may be written.
YamlTree write_direction(const BehaviorRules& rules, const BehaviorRules& usual, bool shown, Section section) {
  if (shown || rules.window_given || rules.window != usual.window) section.always("window", rules.window);
  if (rules.policies_given || !rules.policies.empty()) {
    YamlTree list = YamlTree::list();
    for (const RatePolicy& policy : rules.policies) list.items.push_back(write_policy(policy, section.under("policies")));
    section.add("policies", std::move(list));
  }
  if (shown || rules.select != usual.select) section.always("select", rules.select);
  section.put("tolerance", rules.tolerance);
  return section.take();
}

void write_behavior(const Scale& scale, Section& section) {
  const Behavior usual;
  const bool shown = section.defaults() && scale.like == Like::plimsoll;
  Section behavior = section.under("behavior");
  behavior.put("up", write_direction(scale.behavior.up, usual.up, shown, behavior.under("up")));
  behavior.put("down", write_direction(scale.behavior.down, usual.down, shown, behavior.under("down")));
  YamlTree tree = behavior.take();
  if (scale.behavior.given || !tree.entries.empty()) section.add("behavior", std::move(tree));
}

YamlTree write_rule(const Stack& stack, const ThresholdRule& rule, Section section) {
  const ThresholdRule usual;
  const SignalName signal = signal_name_of(stack, rule.signal, rule.list);
  section.raw("when", yaml_scalar(fmt::format("{} {} {}", name_of(signal),
                                              rule.comparison == ThresholdRule::Comparison::above ? '>' : '<',
                                              exact_text(rule.threshold, signal.unit))));
  section.put("for", rule.held, usual.held);
  if (rule.clears) section.raw("until", exact_text(*rule.clears, signal.unit));
  section.put("every", rule.every, std::max<Duration>(rule.held, std::chrono::minutes(1)));
  const bool removes = rule.step < 0 || rule.percent < 0;
  if (rule.investigate)
    section.raw("investigate", "true");
  else
    section.raw(removes ? "remove" : "add",
                rule.step != 0 ? exact_text(std::abs(rule.step)) : percent_text(std::abs(rule.percent)));
  section.put("urgency", rule.urgency, usual.urgency);
  return section.take();
}

YamlTree write_schedule(const ScheduleRule& rule, Section section) {
  if (rule.when.is_cron()) {
    section.always("start", rule.when.start);
    section.always("end", rule.when.end);
    section.put("zone", rule.when.zone, When{}.zone);
  } else {
    section.put("from", rule.when.from);
    section.put("until", rule.when.until);
  }
  section.always(rule.kind == ScheduleRule::Kind::floor ? "floor" : "exact", rule.replicas);
  section.put("why", rule.why);
  return section.take();
}

YamlTree write_formula(const Formula& formula, Section section) {
  section.always("value", formula.text);
  section.always("target", formula.target);
  if (section.defaults() || formula.type == TargetType::value)
    section.raw("type", formula.type == TargetType::value ? "value" : "average");
  section.put("activation", formula.activation, 0.0);
  return section.take();
}

YamlTree write_fallback(const Fallback& fallback, Section section) {
  const Fallback usual;
  section.put("after", fallback.after, usual.after);
  section.put("failures", fallback.failures, usual.failures);
  section.always("replicas", fallback.replicas);
  section.put("behavior", fallback.behavior, usual.behavior);
  return section.take();
}

YamlTree write_controller(const ControllerSettings& controller, Section section) {
  const ControllerSettings usual;
  section.put("sync", controller.sync, usual.sync);
  section.put("downscale_stabilization", controller.downscale_stabilization, usual.downscale_stabilization);
  section.put("cpu_initialization", controller.cpu_initialization, usual.cpu_initialization);
  section.put("initial_readiness", controller.initial_readiness, usual.initial_readiness);
  section.put("initial_cooldown", controller.initial_cooldown, usual.initial_cooldown);
  return section.take();
}

template <class T, class Write>
void items(Section& section, std::string_view key, const std::vector<T>& all, const Write& write) {
  YamlTree list = YamlTree::list();
  for (const T& one : all) list.items.push_back(write(one));
  section.put(key, std::move(list));
}

/// What one of the controllers has no notion of is no value in effect there.
void write_pace(const Scale& scale, Section& section) {
  const Scale usual;
  if (scale.like != Like::hpa || scale.poll != usual.poll) section.put("poll", scale.poll, usual.poll);
  if (scale.like != Like::hpa || scale.cooldown != usual.cooldown) section.put("cooldown", scale.cooldown, usual.cooldown);
  section.put("idle", scale.idle);
  const bool has_controller = scale.like != Like::plimsoll;
  section.put("controller", write_controller(scale.controller,
                                             has_controller ? section.under("controller") : section.plain_under("controller")));
}

}  // namespace

YamlTree write_scale(const Stack& stack, const Tier& tier, Section section) {
  const Scale& scale = tier.scale;
  const Scale usual;
  section.put("like", scale.like, usual.like);
  section.put("tolerance", scale.tolerance, usual.tolerance);
  items(section, "metrics", scale.metrics, [&](const MetricTarget& one) { return write_metric(stack, one, section); });
  write_behavior(scale, section);
  // Only plimsoll's own rules have a step to bound.
  Section step = scale.like == Like::plimsoll ? section.under("step") : section.plain_under("step");
  step.put("out", scale.step.out);
  step.put("in", scale.step.in);
  step.put("observe", scale.step.observe, usual.step.observe);
  section.put("step", step.take());
  items(section, "rules", scale.rules, [&](const ThresholdRule& one) { return write_rule(stack, one, section.under("rules")); });
  items(section, "schedule", scale.schedule,
        [&](const ScheduleRule& one) { return write_schedule(one, section.under("schedule")); });
  if (scale.formula) section.add("formula", write_formula(*scale.formula, section.under("formula")));
  if (scale.fallback) section.add("fallback", write_fallback(*scale.fallback, section.under("fallback")));
  write_pace(scale, section);
  return section.take();
}

}  // namespace plimsoll::spec
