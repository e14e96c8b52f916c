// scale.rules as alerts. A rule that adds does so by itself: the alert says that it did not help in time.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/promql.h"

namespace plimsoll::render::alerting {
namespace {

using namespace std::chrono_literals;

bool above(const ThresholdRule& rule) { return rule.comparison == ThresholdRule::Comparison::above; }
bool removes(const ThresholdRule& rule) { return rule.step < 0 || rule.percent < 0; }

/// What a rule compares, in PromQL, and how its figures are shown.
struct Measure {
  std::string expr;
  std::string word;    // of the name: "P99"
  std::string phrase;  // of the summary: "P99 of api"
  SignalUnit unit = SignalUnit::number;
};

std::string shown(double value, SignalUnit unit) {
  switch (unit) {
    case SignalUnit::ratio:
      return to_text(Ratio{value});
    case SignalUnit::seconds:
      return to_text(from_seconds(value));
    case SignalUnit::bytes:
      return to_text(Bytes{static_cast<std::int64_t>(value)});
    case SignalUnit::per_second:
      return to_text(Rate{value});
    case SignalUnit::number:
      break;
  }
  return promql::number(value);
}

std::string_view template_of(SignalUnit unit) {
  switch (unit) {
    case SignalUnit::ratio:
      return " | humanizePercentage";
    case SignalUnit::seconds:
      return " | humanizeDuration";
    case SignalUnit::bytes:
      return " | humanize1024";
    case SignalUnit::per_second:
    case SignalUnit::number:
      break;
  }
  return " | humanize";
}

/// A query of the spec's own in brackets; on lines of its own, so that a comment at its end ends there.
std::string bracketed(const std::string& query) {
  return query.find_first_of("#\n") == std::string::npos ? "(" + query + ")" : "(\n" + query + "\n)";
}

std::optional<Measure> named(const Tier& tier, const NamedSignal& signal, std::string& reason) {
  Measure measure{"", pascal(signal.name), signal.name, signal.unit};
  switch (signal.from) {
    case NamedSignal::From::prometheus:
      measure.expr = bracketed(signal.query);
      return measure;
    case NamedSignal::From::metrics: {
      const std::string page = promql::series(signal.query, tier.name);
      // A counter means its rate; that it is one, only the name says here.
      const std::string value = signal.query.ends_with("_total") ? fmt::format("rate({}[5m])", page) : page;
      measure.expr = fmt::format("{}({})", signal.per_instance ? "avg" : "sum", value);
      return measure;
    }
    case NamedSignal::From::json:
      break;
  }
  reason = fmt::format("{} is read from a JSON page, which Prometheus does not read: publish it on run.metrics", signal.name);
  return std::nullopt;
}

/// Why a figure of the balancer's can't be had.
constexpr std::string_view no_queue = "only HAProxy tells Prometheus how many requests wait in it";

std::optional<Measure> measure_of(const Scope& scope, const Tier& tier, const ThresholdRule& rule, std::string& reason) {
  const std::string& name = tier.name;
  if (rule.signal == SignalKind::named) {
    const NamedSignal* signal = scope.stack.signal(rule.list);
    if (signal == nullptr) return std::nullopt;
    if (signal->from == NamedSignal::From::metrics && tier.run.metrics.empty()) return std::nullopt;
    return named(tier, *signal, reason);
  }
  if (rule.signal == SignalKind::backlog) {
    const Cache* cache = promql::queue_cache_of(scope.stack, tier);
    if (cache == nullptr) return std::nullopt;
    return Measure{promql::backlog(cache->name, rule.list), pascal(rule.list) + "Backlog", "jobs in " + rule.list,
                   SignalUnit::number};
  }
  if (rule.signal == SignalKind::queued_requests) {
    if (!scope.stack.balancer || scope.stack.balancer->engine != BalancerEngine::haproxy) {
      reason = no_queue;
      return std::nullopt;
    }
    return Measure{fmt::format("sum(haproxy_backend_current_queue{{proxy={}}})", promql::quoted(name)), "QueuedRequests",
                   "requests that wait for " + name, SignalUnit::number};
  }
  if (tier.run.metrics.empty()) {
    reason = fmt::format("{} has no run.metrics", name);
    return std::nullopt;
  }
  switch (rule.signal) {
    case SignalKind::cpu:
      return Measure{promql::cpu(name, tier.instance.cpu.request.count), "Cpu",
                     fmt::format("CPU of {} (of the {} cores it asks for)", name, to_text(tier.instance.cpu.request)),
                     SignalUnit::ratio};
    case SignalKind::memory:
      if (!tier.instance.memory) return std::nullopt;
      return Measure{
          fmt::format("avg({}) / {}", promql::series("process_resident_memory_bytes", name), tier.instance.memory->request.count),
          "Memory", fmt::format("memory of {} (of the {} it asks for)", name, to_text(tier.instance.memory->request)),
          SignalUnit::ratio};
    case SignalKind::p95:
      return Measure{promql::latency(0.95, name), "P95", "P95 of " + name, SignalUnit::seconds};
    case SignalKind::p99:
      return Measure{promql::latency(0.99, name), "P99", "P99 of " + name, SignalUnit::seconds};
    case SignalKind::requests_per_second:
      return Measure{promql::requests(name), "Requests", "requests a second of " + name, SignalUnit::number};
    case SignalKind::errors:
      return Measure{promql::error_ratio(name), "Errors", "failed requests of " + name, SignalUnit::ratio};
    default:
      return std::nullopt;
  }
}

std::string_view signal_label(SignalKind kind) {
  switch (kind) {
    case SignalKind::cpu:
      return "cpu";
    case SignalKind::memory:
      return "memory";
    case SignalKind::p95:
    case SignalKind::p99:
      return "latency";
    case SignalKind::errors:
      return "errors";
    case SignalKind::backlog:
      return "queue";
    case SignalKind::requests_per_second:
    case SignalKind::queued_requests:
      return "requests";
    case SignalKind::named:
      break;
  }
  return "";
}

Severity severity_of(const ThresholdRule& rule) {
  if (removes(rule) || rule.urgency == Urgency::low) return Severity::info;
  return rule.urgency == Urgency::critical ? Severity::critical : Severity::warning;
}

/// A rule that acts at once would tell at once, every time it does its work: ten minutes later the step has not helped. Half an
/// hour of too little load is worth a line.
Duration held_for(const ThresholdRule& rule) {
  if (rule.held > Duration::zero()) return rule.held;
  return removes(rule) ? Duration(30min) : Duration(10min);
}

std::string why_of(const ThresholdRule& rule) {
  if (rule.held > Duration::zero()) return "";
  return fmt::format("the rule has no `for` and acts at once; {} later that has not helped", to_text(held_for(rule)));
}

std::string change(const ThresholdRule& rule) {
  if (rule.step != 0) return fmt::format("{} instance{}", std::abs(rule.step), std::abs(rule.step) == 1 ? "" : "s");
  return fmt::format("{}%", promql::number(std::abs(rule.percent)));
}

std::string action_of(const Tier& tier, const ThresholdRule& rule) {
  if (rule.investigate) return "Investigate first; nothing grows by itself while it holds.";
  if (removes(rule)) return fmt::format("Remove {}: what runs is not needed (not below {}).", change(rule), tier.replicas.min);
  return fmt::format("Add {} (up to {}); if all of them run, raise replicas.max.", change(rule), tier.replicas.max);
}

/// "500ms" → "500ms", "70%" → "70Percent", "1.5" → "1_5".
std::string in_a_name(std::string_view figure) {
  std::string out;
  for (const char c : figure) {
    if (c == '%')
      out += "Percent";
    else if (c == '/')
      out += "Per";
    else
      out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return out;
}

void note(const Scope& scope, const Tier& tier, std::size_t index, std::string text) {
  scope.notes.push_back({fmt::format("tiers.{}.scale.rules[{}]", tier.name, index), std::move(text)});
}

Alert alert_of(const Tier& tier, const ThresholdRule& rule, const Measure& measure) {
  const std::string figure = shown(rule.threshold, measure.unit);
  const Duration held = held_for(rule);
  std::string expr = fmt::format("{} {} {}", measure.expr, above(rule) ? ">" : "<", promql::number(rule.threshold));
  std::string why = why_of(rule);
  if (removes(rule) && !tier.run.metrics.empty()) {
    expr = fmt::format("({}) and on () ({} > {})", expr, promql::instances(tier.name), tier.replicas.min);
    why += fmt::format("{}only while there is one above replicas.min", why.empty() ? "" : "; ");
  }
  std::string_view label = signal_label(rule.signal);
  return {.name = fmt::format("{}{}{}", measure.word, above(rule) ? "Above" : "Below", in_a_name(figure)),
          .severity = severity_of(rule),
          .held = held,
          .expr = std::move(expr),
          .signal = removes(rule)   ? std::string("surplus")
                    : label.empty() ? rule.list
                                    : std::string(label),
          .summary = fmt::format("{}: {{{{ $value{} }}}}, {} {} for {}.", measure.phrase, template_of(measure.unit),
                                 above(rule) ? "above" : "below", figure, to_text(held)),
          .action = action_of(tier, rule),
          .why = std::move(why),
          .labels = rule.signal == SignalKind::backlog ? std::vector<std::pair<std::string, std::string>>{{"list", rule.list}}
                                                       : std::vector<std::pair<std::string, std::string>>{}};
}

}  // namespace

void spec_rules(const Scope& scope, const Tier& tier, Group& group) {
  for (std::size_t i = 0; i < tier.scale.rules.size(); ++i) {
    const ThresholdRule& rule = tier.scale.rules[i];
    std::string reason;
    const std::optional<Measure> measure = measure_of(scope, tier, rule, reason);
    if (!measure) {
      note(scope, tier, i, fmt::format("no alert: {}", reason.empty() ? "nothing tells Prometheus its figure" : reason));
      continue;
    }
    if (rule.clears) note(scope, tier, i, "`clears` is not in the alert: it ends at the threshold it began at");
    const NamedSignal* signal = rule.signal == SignalKind::named ? scope.stack.signal(rule.list) : nullptr;
    if (signal != nullptr && signal->from == NamedSignal::From::prometheus)
      note(scope, tier, i,
           fmt::format("its alert asks the Prometheus that evaluates it, not {}: have that one scrape or federate what {} reads",
                       signal->url, signal->name));
    if (signal != nullptr && signal->from == NamedSignal::From::metrics) group.need(tier.name, signal->query);
    group.alerts.push_back(alert_of(tier, rule, *measure));
  }
}

}  // namespace plimsoll::render::alerting
