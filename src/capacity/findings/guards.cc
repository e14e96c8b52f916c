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

bool is_databases(const NamedSignal& signal) {
  for (const std::string_view word : {"database", "postgres", "db_", "_db", "pg_", "mysql", "transaction", "sql"})
    if (has_word(signal.name, word) || has_word(signal.query, word)) return true;
  return false;
}

struct Why {
  std::string_view message, advice;
  bool found = false;
};

constexpr std::string_view latency_advice =
    "size by what an instance carries (capacity: with objectives:), or step by a rule: {when: p95 > 500ms, for: 5m, add: 1}";
constexpr std::string_view guard_advice =
    "keep it as a guard: a rule with investigate: true withholds growth while the database is slow";

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
      finding.level = target.signal == SignalKind::memory && tier.scale.metrics.size() > 1 ? Level::note : Level::warning;
      finding.path = metric_path(tier, i);
      finding.message =
          fmt::format("{}: {} is a proportional target, and {}", tier.name, name_of(target.signal, target.list), why.message);
      finding.sum = {"wanted = instances × value / target, again and again while the value stays: up to the maximum"};
      finding.advice = why.advice;
      out.push_back(std::move(finding));
    }
  }
}

}  // namespace plimsoll::capacity::rules
