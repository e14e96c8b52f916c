#include "decide/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/assert.h"
#include "core/quantity.h"
#include "decide/plan_parts.h"
#include "decide/say.h"

namespace plimsoll {
namespace compiling {

using namespace std::chrono_literals;

namespace {

// Ten ticks of the local loop: a collector may miss a few rounds before its last word no longer counts.
constexpr Duration default_max_age = 10s;

const char* signal_name(SignalKind kind) {
  switch (kind) {
    case SignalKind::cpu:
      return "cpu";
    case SignalKind::memory:
      return "memory";
    case SignalKind::requests_per_second:
      return "requests";
    case SignalKind::queued_requests:
      return "queued requests";
    case SignalKind::p95:
      return "p95";
    case SignalKind::p99:
      return "p99";
    case SignalKind::backlog:
      return "backlog";
    case SignalKind::errors:
      return "errors";
    case SignalKind::named:
      return "signal";
  }
  return "?";
}

std::string policy_name(SignalKind kind, const std::string& list) {
  if (kind == SignalKind::named) return list;
  return list.empty() ? signal_name(kind) : fmt::format("{} {}", signal_name(kind), list);
}

void add_policy(TierPlan& plan, PolicyKind kind, std::size_t index, std::uint32_t signal, std::string name) {
  plan.policies.push_back({kind, static_cast<std::uint32_t>(index), signal, std::move(name)});
}

void add_targets(TierPlan& plan, const Stack& stack, const Tier& tier) {
  for (const MetricTarget& metric : tier.scale.metrics) {
    PLIMSOLL_ASSERT(metric.target > 0);
    const std::uint32_t signal = intern(plan, stack, metric.signal, metric.list);
    const bool waits = metric.signal == SignalKind::backlog || metric.signal == SignalKind::queued_requests;
    const bool mean = plan.signals[signal].per_instance && metric.type == TargetType::average;
    plan.targets.push_back({mean ? TargetType::utilization : metric.type, target_of(tier, metric), waits, metric.activation});
    add_policy(plan, PolicyKind::target, plan.targets.size() - 1, signal, policy_name(metric.signal, metric.list));
  }
}

void add_queues(TierPlan& plan, const Stack& stack, const Tier& tier) {
  for (const QueueTarget& queue : tier.consumes) {
    PLIMSOLL_ASSERT(queue.per_instance > 0);
    plan.queues.push_back({queue.per_instance, queue.activation});
    add_policy(plan, PolicyKind::queue, plan.queues.size() - 1, intern(plan, stack, SignalKind::backlog, queue.list),
               policy_name(SignalKind::backlog, queue.list));
  }
}

void add_rules(TierPlan& plan, const Stack& stack, const Tier& tier) {
  for (const ThresholdRule& rule : tier.scale.rules) {
    PLIMSOLL_ASSERT(rule.investigate || rule.step != 0 || rule.percent != 0);
    const std::uint32_t signal = intern(plan, stack, rule.signal, rule.list);
    plan.rules.push_back(rule);
    add_policy(plan, PolicyKind::rule, plan.rules.size() - 1, signal,
               fmt::format("rule {} {} {}", policy_name(rule.signal, rule.list),
                           rule.comparison == ThresholdRule::Comparison::above ? ">" : "<",
                           signal_text(plan.signals[signal], rule.threshold)));
  }
}

std::string schedule_name(const ScheduleRule& rule) {
  const std::string what = fmt::format("{} {}", rule.kind == ScheduleRule::Kind::floor ? "floor" : "exactly", rule.replicas);
  if (!rule.why.empty()) return fmt::format("schedule {}, {}", rule.why, what);
  return fmt::format("schedule {}", what);
}

void add_schedules(Plan& stack_plan, TierPlan& plan, const Tier& tier, const TimeZones& zones) {
  for (const ScheduleRule& rule : tier.scale.schedule) {
    SchedulePlan schedule{rule.kind, rule.replicas, rule.when.from, rule.when.until, {}, rule.when.is_cron(), 0};
    if (schedule.cron) {
      schedule.window = {*parse_cron(rule.when.start).value, *parse_cron(rule.when.end).value};
      schedule.zone = zone_index(stack_plan, rule.when.zone, zones);
    }
    plan.schedules.push_back(schedule);
    add_policy(plan, PolicyKind::schedule, plan.schedules.size() - 1, PolicyPlan::none, schedule_name(rule));
  }
}

void add_formula(TierPlan& plan, const Stack& stack, const Tier& tier) {
  if (!tier.scale.formula) return;
  const Formula& formula = *tier.scale.formula;
  const std::vector<FormulaName> known = formula_names(tier);
  std::vector<std::string_view> names;
  FormulaPlan made;
  for (const FormulaName& one : known) {
    names.push_back(one.name);
    made.signals.push_back(intern(plan, stack, one.signal, one.list));
  }
  made.program = *keda::compile(formula.text, names).value;
  made.type = formula.type;
  made.target = formula.target;
  made.activation = formula.activation;
  // It stands for the external figures it names; what an instance uses of its own request stays a policy by itself.
  if (plan.like == Like::plimsoll)
    std::erase_if(plan.policies, [&](const PolicyPlan& policy) {
      return policy.kind == PolicyKind::queue || (policy.kind == PolicyKind::target && !plan.signals[policy.signal].per_instance);
    });
  plan.formula = std::move(made);
  add_policy(plan, PolicyKind::formula, 0, PolicyPlan::none, "formula");
}

void add_capacity(TierPlan& plan, const Stack& stack, const Tier& tier) {
  if (!tier.capacity || tier.scale.like != Like::plimsoll) return;
  const Capacity& from = *tier.capacity;
  const bool own = !from.arrivals.empty();
  const Objectives& owed = tier.objectives ? *tier.objectives : stack.objectives;
  CapacityPlan made;
  made.instance.concurrency = from.concurrency;
  made.instance.service_mean_s = seconds(from.service_mean);
  if (from.service_p99) made.instance.service_p99_s = seconds(*from.service_p99);
  const bool shared =
      tier.kind == TierKind::worker || !stack.balancer || stack.balancer->algorithm == BalancerAlgorithm::leastconn;
  made.instance.pooling = shared ? capacity::Pooling::shared : capacity::Pooling::split;
  if (owed.p50) made.objective.p50_s = seconds(*owed.p50);
  if (owed.p95) made.objective.p95_s = seconds(*owed.p95);
  if (owed.p99) made.objective.p99_s = seconds(*owed.p99);
  made.objective.utilization_ceiling = from.utilization_max.value;
  made.table = capacity::SizingTable(made.instance, made.objective, std::max(plan.bounds.max, 1));
  plan.capacity = std::move(made);
  const std::uint32_t signal =
      own ? intern(plan, stack, SignalKind::named, from.arrivals) : intern(plan, stack, SignalKind::requests_per_second, "");
  add_policy(plan, PolicyKind::capacity, 0, signal, "capacity");
}

StepLimit step_of(const Scale& scale) {
  StepLimit step = scale.step;
  if (!step.in && !scale.behavior.down.policies_given && scale.behavior.down.policies.empty()) step.in = Ratio{0.5};
  return step;
}

/// An autoscaler that names no metric has the API server's: CPU at 80 %.
Tier with_default_metric(Tier tier) {
  const auto is_floor = [](const ScheduleRule& rule) { return rule.kind == ScheduleRule::Kind::floor; };
  const bool cron = tier.scale.like == Like::keda && std::ranges::any_of(tier.scale.schedule, is_floor);
  const bool has_policy = !tier.scale.metrics.empty() || !tier.consumes.empty() || cron;
  if (tier.scale.like != Like::plimsoll && !has_policy)
    tier.scale.metrics.push_back({.signal = SignalKind::cpu, .target = hpa::default_cpu_percent / 100.0});
  return tier;
}

TierPlan compile_tier(Plan& stack_plan, const Stack& stack, const Tier& tier, const TimeZones& zones) {
  TierPlan plan;
  plan.id = TierId{static_cast<std::uint32_t>(stack_plan.tiers.size())};
  plan.name = tier.name;
  plan.kind = tier.kind;
  plan.bounds = tier.replicas;
  plan.idle = tier.scale.idle.value_or(tier.replicas.min);
  plan.can_idle = plan.idle < plan.bounds.min || plan.bounds.min == 0;
  plan.tolerance_up = tier.scale.behavior.up.tolerance.value_or(tier.scale.tolerance).value;
  plan.tolerance_down = tier.scale.behavior.down.tolerance.value_or(tier.scale.tolerance).value;
  plan.fallback = tier.scale.fallback;
  plan.behavior = tier.scale.behavior;
  plan.step = step_of(tier.scale);
  plan.period = tier.scale.poll;
  plan.cooldown = tier.scale.cooldown;
  plan.start = tier.instance.start;
  plan.surge = tier.surge;
  plan.priority = tier.priority;
  plan.price_per_hour = tier.instance.price.per_hour;
  plan.like = tier.scale.like;
  plan.first_policy = stack_plan.policies;
  PLIMSOLL_ASSERT(plan.bounds.min >= 0 && plan.bounds.min <= plan.bounds.max && plan.idle <= plan.bounds.min);

  add_targets(plan, stack, tier);
  add_queues(plan, stack, tier);
  add_formula(plan, stack, tier);
  add_rules(plan, stack, tier);
  add_schedules(stack_plan, plan, tier, zones);
  add_capacity(plan, stack, tier);
  PLIMSOLL_ASSERT(plan.policies.size() <= most_policies);
  if (tier.kind == TierKind::service && stack.balancer) plan.load = intern(plan, stack, SignalKind::requests_per_second, "");
  return plan;
}

}  // namespace

void rank_tiers(Plan& plan) {
  std::vector<std::uint32_t> by_name(plan.tiers.size());
  std::iota(by_name.begin(), by_name.end(), 0U);
  std::ranges::sort(by_name, {}, [&](std::uint32_t i) { return std::string_view(plan.tiers[i].name); });
  for (std::uint32_t rank = 0; rank < by_name.size(); ++rank) plan.tiers[by_name[rank]].rank = rank;
}

std::uint32_t intern(TierPlan& tier, const Stack& stack, SignalKind kind, const std::string& name) {
  const std::size_t found = signal_index(tier, kind, name);
  if (found == tier.signals.size()) {
    SignalPlan signal{kind, name, default_max_age};
    signal.per_instance = kind == SignalKind::cpu || kind == SignalKind::memory;
    if (kind == SignalKind::named) {
      const NamedSignal* named = stack.signal(name);
      PLIMSOLL_ASSERT(named);
      signal.max_age = named->max_age;
      signal.unit = named->unit;
      signal.per_instance = named->per_instance;
    }
    tier.signals.push_back(signal);
  }
  return static_cast<std::uint32_t>(found);
}

std::vector<FormulaName> formula_names(const Tier& tier) {
  std::vector<FormulaName> names;
  const auto add = [&](SignalKind kind, const std::string& list, const std::string& name) {
    std::string word = formula_word(name);
    if (std::ranges::find(names, word, &FormulaName::name) == names.end()) names.push_back({std::move(word), kind, list});
  };
  for (const QueueTarget& queue : tier.consumes) add(SignalKind::backlog, queue.list, queue.list);
  for (const MetricTarget& metric : tier.scale.metrics)
    add(metric.signal, metric.list, metric.list.empty() ? signal_name(metric.signal) : metric.list);
  return names;
}

double target_of(const Tier& tier, const MetricTarget& metric) {
  if (metric.type == TargetType::utilization) return metric.target;
  if (metric.signal == SignalKind::cpu) return metric.target / tier.instance.cpu.request.count;
  if (metric.signal == SignalKind::memory && tier.instance.memory)
    return metric.target / static_cast<double>(tier.instance.memory->request.count);
  return metric.target;
}

}  // namespace compiling

Plan compile(const Stack& stack, const TimeZones& zones, Abilities abilities) {
  Plan plan;
  plan.stack = stack.name;
  plan.abilities = abilities;
  plan.zones.emplace_back();  // UTC
  for (const Tier& given : stack.tiers) {
    const Tier tier = compiling::with_default_metric(given);
    TierPlan made = compiling::compile_tier(plan, stack, tier, zones);
    plan.policies += static_cast<std::uint32_t>(made.policies.size());
    if (made.like != Like::plimsoll) {
      made.like_index = static_cast<std::uint32_t>(plan.likes.size());
      for (SignalPlan& signal : made.signals)
        if (signal.per_instance) signal.own = static_cast<int>(made.own_signals++);
      plan.likes.push_back(compiling::like_plan(stack, tier, made));
      made.period = tier.scale.controller.sync;
    }
    plan.tiers.push_back(std::move(made));
  }
  compiling::rank_tiers(plan);
  compiling::add_limits(plan, stack, zones);
  return plan;
}

namespace {

const char* kind_name(PolicyKind kind) {
  static constexpr const char* names[] = {"target", "queue", "rule", "schedule", "formula", "capacity"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace

std::uint64_t shape(const Plan& plan) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ 0xff) * 0x100000001b3ULL;  // "ab" "c" is not "a" "bc"
  };
  for (const TierPlan& tier : plan.tiers) {
    add(tier.name);
    add(tier.like == Like::plimsoll ? "plimsoll" : tier.like == Like::hpa ? "hpa" : "keda");
    for (const PolicyPlan& policy : tier.policies) {
      add(kind_name(policy.kind));
      if (policy.signal == PolicyPlan::none) continue;
      add(compiling::policy_name(tier.signals[policy.signal].kind, tier.signals[policy.signal].list));
    }
  }
  for (const PoolerPlan& pooler : plan.poolers) add(plan.components[pooler.component.index].name);
  return hash;
}

std::size_t signal_index(const TierPlan& tier, SignalKind kind, std::string_view list) {
  const auto found = std::ranges::find_if(tier.signals, [&](const SignalPlan& s) { return s.kind == kind && s.list == list; });
  return static_cast<std::size_t>(found - tier.signals.begin());
}

}  // namespace plimsoll
