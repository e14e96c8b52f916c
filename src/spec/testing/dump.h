#pragma once
// What decides a tier's count, as text: two spellings of the same thing have the same.

#include <fmt/format.h>

#include <string>

#include "core/quantity.h"
#include "core/stack.h"

namespace plimsoll::spec::testing {

inline std::string dump(const When& when) {
  if (when.is_cron()) return fmt::format("{} to {} in {}", when.start, when.end, when.zone);
  return fmt::format("{} to {}", when.from ? to_text(*when.from) : "-", when.until ? to_text(*when.until) : "-");
}

inline std::string dump(const BehaviorRules& rules) {
  std::string out = fmt::format("window {}{} select {}", to_text(rules.window), rules.window_given ? " given" : "",
                                static_cast<int>(rules.select));
  if (rules.tolerance) out += " tolerance " + to_text(*rules.tolerance);
  if (rules.policies_given) out += " policies";
  for (const RatePolicy& policy : rules.policies)
    out += fmt::format(" [{} {} in {}]", policy.amount, policy.unit == RatePolicy::Unit::percent ? "percent" : "instances",
                       to_text(policy.every));
  return out + "\n";
}

inline std::string dump(const Scale& scale) {
  std::string out = fmt::format("like {} tolerance {} poll {} cooldown {} idle {}\n", static_cast<int>(scale.like),
                                to_text(scale.tolerance), to_text(scale.poll), to_text(scale.cooldown), scale.idle.value_or(-1));
  for (const MetricTarget& m : scale.metrics)
    out += fmt::format("metric {} '{}' type {} target {:.9g} activation {} container '{}'\n", static_cast<int>(m.signal), m.list,
                       static_cast<int>(m.type), m.target, m.activation, m.container);
  if (scale.behavior.given) out += "up " + dump(scale.behavior.up) + "down " + dump(scale.behavior.down);
  out += fmt::format("step {} {} {}\n", scale.step.out.value_or(Ratio{-1}).value, scale.step.in.value_or(Ratio{-1}).value,
                     to_text(scale.step.observe));
  for (const ThresholdRule& r : scale.rules)
    out += fmt::format("rule {} '{}' {} {:.9g} for {} every {} step {} percent {:.9g} clears {} urgency {}{}\n",
                       static_cast<int>(r.signal), r.list, r.comparison == ThresholdRule::Comparison::above ? '>' : '<',
                       r.threshold, to_text(r.held), to_text(r.every), r.step, r.percent, r.clears.value_or(-1),
                       static_cast<int>(r.urgency), r.investigate ? " investigate" : "");
  for (const ScheduleRule& s : scale.schedule)
    out +=
        fmt::format("{} {} {} '{}'\n", s.kind == ScheduleRule::Kind::exact ? "exact" : "floor", s.replicas, dump(s.when), s.why);
  if (const auto& f = scale.formula)
    out += fmt::format("formula '{}' type {} target {} activation {}\n", f->text, static_cast<int>(f->type), f->target,
                       f->activation);
  if (const auto& f = scale.fallback)
    out += fmt::format("fallback {} behavior {} after {} failures {}\n", f->replicas, static_cast<int>(f->behavior),
                       to_text(f->after), f->failures);
  const ControllerSettings& c = scale.controller;
  return out + fmt::format("controller {} {} {} {} {}\n", to_text(c.sync), to_text(c.downscale_stabilization),
                           to_text(c.cpu_initialization), to_text(c.initial_readiness), to_text(c.initial_cooldown));
}

inline std::string dump(const Tier& tier) {
  std::string out = fmt::format("{} replicas {}..{} surge {} priority {}\n", tier.name, tier.replicas.min, tier.replicas.max,
                                tier.surge, tier.priority);
  for (const QueueTarget& q : tier.consumes)
    out += fmt::format("list {} {} activation {}\n", q.list, q.per_instance, q.activation);
  return out + dump(tier.scale);
}

}  // namespace plimsoll::spec::testing
