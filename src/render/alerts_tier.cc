// What a tier's own metrics page tells: is it there, what it owes its users, what it may use, its connections, its replicas.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/promql.h"

namespace plimsoll::render::alerting {
namespace {

using namespace std::chrono_literals;

bool scales(const Tier& tier) { return tier.replicas.min < tier.replicas.max; }
bool may_be_none(const Tier& tier) { return tier.replicas.min == 0 || tier.scale.idle.value_or(1) == 0; }

/// How full an instance is, of what it may use at most, where the tier's autoscaler leaves it in peace. 0: it does not look.
double held_at(const Tier& tier, SignalKind signal) {
  const bool cpu = signal == SignalKind::cpu;
  const double most = cpu ? promql::most_cores(tier) : promql::most_bytes(tier);
  if (!scales(tier) || most <= 0) return 0;
  const double request = cpu ? tier.instance.cpu.request.count : static_cast<double>(tier.instance.memory->request.count);
  double held = 0;
  for (const MetricTarget& target : tier.scale.metrics) {
    if (target.signal != signal) continue;
    const double used = target.type == TargetType::utilization ? target.target * request : target.target;
    held = std::max(held, used * (1 + tier.scale.tolerance.value) / most);
  }
  return held;
}

void there(const Tier& tier, Group& group) {
  if (!may_be_none(tier))
    group.alerts.push_back(down_alert(tier.name, "up", "Look at the last rollout and at what the instances say as they start."));
  group.alerts.push_back(
      {.name = "InstanceDown",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} == 0", promql::series("up", tier.name)),
       .signal = "up",
       .summary = fmt::format("{}: the instance {{{{ $labels.instance }}}} has not answered for 5m.", tier.name),
       .action = "Look at its log and its events; if the others are well, replace it."});
}

struct LatencyLevel {
  std::string_view name;  // "LatencyP99High"
  std::string_view percentile;
  double quantile;
  Severity severity;
  Duration above, held;
  std::string why;
};

void add_latency(const Tier& tier, const LatencyLevel& level, Group& group) {
  group.alerts.push_back(
      {.name = std::string(level.name),
       .severity = level.severity,
       .held = level.held,
       .expr = fmt::format("{} > {}", promql::latency(level.quantile, tier.name), promql::number(seconds(level.above))),
       .signal = "latency",
       .summary = fmt::format("{} of {} is {{{{ $value | humanizeDuration }}}}: above {} for {}.", level.percentile, tier.name,
                              to_text(level.above), to_text(level.held)),
       .action = scales(tier) ? "See whether CPU, the connection pool or the database is full; if none is, raise replicas.max."
                              : "See whether CPU, the connection pool or the database is full; if none is, add instances.",
       .why = level.why});
}

/// Whether a promise is a level of its own: a rule of the spec that begins no later says it already.
bool says_more(const Tier& tier, SignalKind signal, double owed) {
  return std::ranges::none_of(tier.scale.rules, [&](const ThresholdRule& rule) {
    return rule.signal == signal && rule.comparison == ThresholdRule::Comparison::above && rule.threshold <= owed;
  });
}

/// What is promised is a warning once it is broken; twice the promise is past waiting for. Nothing promised: 500 ms and 1 s at
/// P99; not where another percentile was promised, since those would be figures of another service.
void latency(const Scope& scope, const Tier& tier, Group& group) {
  const Objectives owed = promql::objectives_of(scope.stack, tier);
  group.need(tier.name, "http_request_duration_seconds_bucket");
  if (owed.p50)
    add_latency(tier, {"LatencyP50High", "P50", 0.5, Severity::warning, *owed.p50, 10min, "promised: objectives.latency.p50"},
                group);
  if (owed.p95 && says_more(tier, SignalKind::p95, seconds(*owed.p95)))
    add_latency(tier, {"LatencyP95High", "P95", 0.95, Severity::warning, *owed.p95, 5min, "promised: objectives.latency.p95"},
                group);
  if (owed.p95 && !owed.p99 && !has_own_rule(tier, SignalKind::p95))
    add_latency(
        tier, {"LatencyP95Critical", "P95", 0.95, Severity::critical, *owed.p95 * 2, 5min, "derived: 2 × objectives.latency.p95"},
        group);
  if (!owed.p99 && (owed.p50 || owed.p95)) return;
  const Duration high = owed.p99.value_or(500ms);
  if (says_more(tier, SignalKind::p99, seconds(high)))
    add_latency(
        tier, {"LatencyP99High", "P99", 0.99, Severity::warning, high, 5min, owed.p99 ? "promised: objectives.latency.p99" : ""},
        group);
  if (!has_own_rule(tier, SignalKind::p99))
    add_latency(tier,
                {"LatencyP99Critical", "P99", 0.99, Severity::critical, high * 2, 1min,
                 owed.p99 ? "derived: 2 × objectives.latency.p99" : ""},
                group);
}

void add_errors(const Tier& tier, std::string name, Severity severity, double above, std::string why, Group& group) {
  group.alerts.push_back(
      {.name = std::move(name),
       .severity = severity,
       .held = 5min,
       .expr = fmt::format("{} > {}", promql::error_ratio(tier.name), promql::number(above)),
       .signal = "errors",
       .summary = fmt::format("{{{{ $value | humanizePercentage }}}} of {}'s requests fail: above {} for 5m.", tier.name,
                              to_text(Ratio{above})),
       .action = "Find what fails before anything is scaled: the last rollout, the database, what is called outside.",
       .why = std::move(why)});
}

/// Above what is promised: a warning. Ten times that, or 5 %, whichever is less: critical.
void errors(const Scope& scope, const Tier& tier, Group& group) {
  constexpr double many = 0.05;
  group.need(tier.name, "http_requests_total");
  const std::optional<Ratio> owed = promql::objectives_of(scope.stack, tier).errors;
  const bool own = has_own_rule(tier, SignalKind::errors);
  const double critical = owed ? std::max(owed->value, std::min(many, 10 * owed->value)) : many;
  if (owed && (owed->value < critical || own) && says_more(tier, SignalKind::errors, owed->value))
    add_errors(tier, "ErrorsHigh", Severity::warning, owed->value, "promised: objectives.errors", group);
  if (own) return;
  const std::string why = !owed                     ? ""
                          : owed->value >= critical ? "promised: objectives.errors"
                          : critical < many         ? "derived: 10 × objectives.errors"
                                                    : "derived: at most 10 × objectives.errors, and never above 5%";
  add_errors(tier, "ErrorsCritical", Severity::critical, critical, why, group);
}

struct Levels {
  std::string_view name, noun;
  double growing, high, critical;
};

/// Three levels of one resource: "growing" is for planning, and long.
void resource(const Tier& tier, SignalKind signal, const Levels& use, const std::string& expr, const std::string& most,
              Group& group) {
  const double held = held_at(tier, signal);
  const auto add = [&](std::string_view suffix, Severity severity, double above, Duration sustained, std::string action) {
    const bool gated = held >= above;
    std::string full = fmt::format("{} > {}", expr, promql::number(above));
    if (gated) full = fmt::format("({}) and on () ({} >= {})", full, promql::instances(tier.name), tier.replicas.max);
    group.alerts.push_back(
        {.name = fmt::format("{}{}", use.name, suffix),
         .severity = severity,
         .held = sustained,
         .expr = std::move(full),
         .signal = std::string(use.noun),
         .summary = fmt::format("{} uses {{{{ $value | humanizePercentage }}}} of its {} ({} an instance): above {} for {}.",
                                tier.name, use.noun == "cpu" ? "CPU" : "memory", most, to_text(Ratio{above}), to_text(sustained)),
         .action = std::move(action),
         .why = gated ? fmt::format("the autoscaler's own target allows {}: it counts once all {} replicas run",
                                    to_text(Ratio{std::round(held * 100) / 100}), tier.replicas.max)
                      : ""});
  };
  const bool cpu = signal == SignalKind::cpu;
  const std::string more = scales(tier) ? "Increase HPA maxReplicas (replicas.max)" : "Add instances";
  add("Growing", Severity::info, use.growing, 30min,
      cpu ? more + " before it is needed." : "Increase the memory limit (instance.memory).");
  add("High", Severity::warning, use.high, 10min,
      cpu ? more + "; see first whether one request has become dearer." : "Add instances, or find what the memory is used for.");
  add("Critical", Severity::critical, use.critical, 5min,
      cpu ? more + " now; requests wait for CPU." : "Increase the memory limit now: the next step is that instances are killed.");
}

void resources(const Scope& scope, const Tier& tier, Group& group) {
  group.need(tier.name, "process_cpu_seconds_total");
  group.need(tier.name, "process_resident_memory_bytes");
  if (!has_own_rule(tier, SignalKind::cpu)) {
    const double cores = promql::most_cores(tier);
    resource(tier, SignalKind::cpu, {"Cpu", "cpu", 0.60, 0.70, 0.85}, promql::cpu(tier.name, cores),
             to_text(Cores{cores}) + " cores", group);
  }
  if (has_own_rule(tier, SignalKind::memory)) return;
  if (!tier.instance.memory) {
    scope.notes.push_back(
        {fmt::format("tiers.{}.instance.memory", tier.name), "not stated: no alert can say how full its memory is"});
    return;
  }
  const double bytes = promql::most_bytes(tier);
  resource(tier, SignalKind::memory, {"Memory", "memory", 0.75, 0.80, 0.90}, promql::memory(tier.name, bytes),
           to_text(Bytes{static_cast<std::int64_t>(bytes)}), group);
}

void pool(const Scope& scope, const Tier& tier, Group& group) {
  const auto uses_database = [&](const Use& use) { return scope.stack.database(use.component) != nullptr; };
  if (std::ranges::none_of(tier.uses, uses_database)) return;
  for (const char* series : {"db_pool_in_use", "db_pool_size", "db_pool_waiting"}) group.need(tier.name, series);
  group.alerts.push_back(
      {.name = "PoolNearlyFull",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} > 0.9", promql::pool_used(tier.name)),
       .signal = "pool",
       .summary = fmt::format("{}'s database connections are {{{{ $value | humanizePercentage }}}} in use: above 90% for 5m.",
                              tier.name),
       .action = "Look for slow queries; else enlarge the pool, if the database has connections left."});
  group.alerts.push_back({.name = "PoolWaiting",
                          .severity = Severity::warning,
                          .held = 5min,
                          .expr = fmt::format("{} > 0", promql::pool_waiting(tier.name)),
                          .signal = "pool",
                          .summary = fmt::format("{}: requests have waited for a database connection for 5m on end.", tier.name),
                          .action = "Increase the pool size, if the database has connections left."});
  group.alerts.push_back(
      {.name = "PoolWaitingCritical",
       .severity = Severity::critical,
       .held = 1min,
       .expr = fmt::format("{} > 5", promql::pool_waiting(tier.name)),
       .signal = "pool",
       .summary = fmt::format("{}: {{{{ $value }}}} requests of one instance wait for a database connection: above 5 for 1m.",
                              tier.name),
       .action = "Look at the database first: a slow one is not helped by more connections. Then increase the pool size."});
}

void at_the_end(const Tier& tier, Group& group) {
  if (!scales(tier)) return;
  group.alerts.push_back(
      {.name = "AtMaxReplicas",
       .severity = Severity::info,
       .held = 15min,
       .expr = fmt::format("{} >= {}", promql::instances(tier.name), tier.replicas.max),
       .signal = "replicas",
       .summary = fmt::format("{} has run all of its {} replicas for 15m: it can grow no further.", tier.name, tier.replicas.max),
       .action = "Raise replicas.max if the database and the poolers have room (plimsoll check says so)."});
}

}  // namespace

bool has_own_rule(const Tier& tier, SignalKind signal, std::string_view list) {
  return std::ranges::any_of(tier.scale.rules, [&](const ThresholdRule& rule) {
    return rule.signal == signal && (list.empty() || rule.list == list) && rule.comparison == ThresholdRule::Comparison::above;
  });
}

void tier_alerts(const Scope& scope, const Tier& tier, Group& group) {
  if (tier.run.metrics.empty()) {
    scope.notes.push_back({fmt::format("tiers.{}.run.metrics", tier.name),
                           fmt::format("not stated: no alert on {}'s instances, CPU, memory and connections", tier.name)});
    return;
  }
  there(tier, group);
  if (tier.kind == TierKind::service) {
    latency(scope, tier, group);
    errors(scope, tier, group);
  }
  resources(scope, tier, group);
  pool(scope, tier, group);
  at_the_end(tier, group);
}

}  // namespace plimsoll::render::alerting
