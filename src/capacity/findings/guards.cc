// not-proportional-target: signals that do not fall when instances are added.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

bool has_word(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

/// A quantile or a mean of times, as far as the signal's own words tell.
bool is_latency(const NamedSignal& signal) {
  if (signal.unit == SignalUnit::seconds || has_word(signal.query, "histogram_quantile")) return true;
  for (const std::string_view word : {"latency", "response_time", "duration_seconds_sum", "transaction_time"})
    if (has_word(signal.name, word)) return true;
  return false;
}

/// Of the time a database takes. ("transaction" may be anybody's, and a query's text has "query" in many a server's histogram.)
bool is_databases(const NamedSignal& signal) {
  for (const std::string_view word : {"database", "postgres", "db_", "_db", "pg_", "sql"})
    if (has_word(signal.name, word) || has_word(signal.query, word)) return true;
  return has_word(signal.name, "query");
}

struct Why {
  std::string_view message, advice;
  bool found = false;
  bool runs_away = true;  // wanted follows from the count there is; else from the value alone
};

constexpr std::string_view latency_advice =
    "size by what an instance carries (capacity: with objectives:), or step by a rule: {when: p95 > 500ms, for: 5m, add: 1}";
constexpr std::string_view guard_advice =
    "keep it as a guard: a rule with investigate: true withholds growth while the database is slow";

/// Whether anything else of the tier asks for instances as the load does.
bool follows_load(const Stack& stack, const Tier& tier) {
  if (!tier.consumes.empty() || tier.scale.formula) return true;
  return std::any_of(tier.scale.metrics.begin(), tier.scale.metrics.end(), [&](const MetricTarget& target) {
    switch (target.signal) {
      case SignalKind::cpu:
      case SignalKind::requests_per_second:
      case SignalKind::queued_requests:
      case SignalKind::backlog:
        return true;
      case SignalKind::named: {
        const NamedSignal* signal = stack.signal(target.list);
        return signal && !is_latency(*signal);
      }
      case SignalKind::memory:
      case SignalKind::p95:
      case SignalKind::p99:
      case SignalKind::errors:
        break;
    }
    return false;
  });
}

/// A number of the whole tier, divided by the target: the count there is has no part in it (TargetType::average).
bool is_share(const NamedSignal& signal, const MetricTarget& target) {
  return target.type == TargetType::average && !signal.per_instance;
}

/// The signal of a proportional target that more instances do not bring down.
Why why_not(const Stack& stack, const MetricTarget& target) {
  if (target.type == TargetType::average && target.signal != SignalKind::memory && target.signal != SignalKind::named) return {};
  switch (target.signal) {
    case SignalKind::p95:
    case SignalKind::p99:
      return {"twice the instances do not halve a latency", latency_advice, true};
    case SignalKind::errors:
      return {"errors do not become fewer with more instances to make them",
              "a rule with investigate: true has somebody look first", true};
    case SignalKind::memory:
      return {"what a process holds does not shrink when others join it, so the count rises and stays",
              "add a target that follows the load: cpu, or requests per second", true};
    case SignalKind::named: {
      const NamedSignal* signal = stack.signal(target.list);
      if (!signal || !is_latency(*signal)) return {};
      if (is_share(*signal, target))
        return {"a latency divided by the target is no number of instances",
                is_databases(*signal) ? guard_advice : latency_advice, true, false};
      if (is_databases(*signal)) return {"more instances make a slow database slower", guard_advice, true};
      return {"twice the instances do not halve a latency", latency_advice, true};
    }
    case SignalKind::cpu:
    case SignalKind::requests_per_second:
    case SignalKind::queued_requests:
    case SignalKind::backlog:
      return {};
  }
  return {};
}

}  // namespace

void not_proportional_target(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (tier.replicas.min == tier.replicas.max) continue;
    for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i) {
      const MetricTarget& target = tier.scale.metrics[i];
      const Why why = why_not(scene.stack, target);
      if (!why.found) continue;
      Finding finding;
      // Beside another target memory is a common second net, and in some services it does follow the load.
      const bool memory = target.signal == SignalKind::memory, has_load = follows_load(scene.stack, tier);
      finding.level = memory && (tier.scale.metrics.size() > 1 || has_load) ? Level::note : Level::warning;
      finding.path = metric_path(tier, i);
      finding.message =
          fmt::format("{}: {} is a proportional target, and {}", tier.name, name_of(target.signal, target.list), why.message);
      finding.sum = {why.runs_away
                         ? "wanted = instances × value / target, again and again while the value stays: up to the maximum"
                         : "wanted = ceil(value / target), however many run: at twice the target it wants 2"};
      finding.advice = memory && has_load ? "remove the memory target; it can only hold the count up" : why.advice;
      out.push_back(std::move(finding));
    }
  }
}

}  // namespace plimsoll::capacity::rules
