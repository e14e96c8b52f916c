#include "decide/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/assert.h"
#include "core/quantity.h"
#include "decide/say.h"

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

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
  }
  return "?";
}

std::string policy_name(SignalKind kind, const std::string& list) {
  return list.empty() ? signal_name(kind) : fmt::format("{} {}", signal_name(kind), list);
}

/// Each signal once, however many policies read it.
std::uint32_t intern(TierPlan& tier, SignalKind kind, const std::string& list) {
  const std::size_t found = signal_index(tier, kind, list);
  if (found == tier.signals.size()) tier.signals.push_back({kind, list, default_max_age});
  return static_cast<std::uint32_t>(found);
}

void add_policy(TierPlan& plan, PolicyKind kind, std::size_t index, SignalKind signal, const std::string& list,
                std::string name) {
  const std::uint32_t slot = intern(plan, signal, list);
  plan.policies.push_back({kind, static_cast<std::uint32_t>(index), slot, std::move(name)});
}

TierPlan compile_tier(const Tier& tier, TierId id, std::uint32_t first_rule) {
  TierPlan plan;
  plan.id = id;
  plan.name = tier.name;
  plan.kind = tier.kind;
  plan.bounds = tier.replicas;
  plan.tolerance = tier.scale.tolerance.value;
  plan.first_rule = first_rule;
  plan.behavior = tier.scale.behavior;
  PLIMSOLL_ASSERT(plan.bounds.min >= 0 && plan.bounds.min <= plan.bounds.max);
  PLIMSOLL_ASSERT(tier.scale.metrics.size() + tier.consumes.size() + tier.scale.rules.size() <= most_policies);

  for (const MetricTarget& metric : tier.scale.metrics) {
    PLIMSOLL_ASSERT(metric.target > 0);
    plan.targets.push_back({metric.type, metric.target});
    add_policy(plan, PolicyKind::target, plan.targets.size() - 1, metric.signal, metric.list,
               policy_name(metric.signal, metric.list));
  }
  for (const QueueTarget& queue : tier.consumes) {
    PLIMSOLL_ASSERT(queue.per_instance > 0);
    plan.queues.push_back({queue.per_instance});
    add_policy(plan, PolicyKind::queue, plan.queues.size() - 1, SignalKind::backlog, queue.list,
               policy_name(SignalKind::backlog, queue.list));
  }
  for (const ThresholdRule& rule : tier.scale.rules) {
    PLIMSOLL_ASSERT(rule.step != 0);
    plan.rules.push_back(rule);
    add_policy(
        plan, PolicyKind::rule, plan.rules.size() - 1, rule.signal, rule.list,
        fmt::format("rule {} {} {}", policy_name(rule.signal, rule.list),
                    rule.comparison == ThresholdRule::Comparison::above ? ">" : "<", signal_text(rule.signal, rule.threshold)));
  }
  return plan;
}

}  // namespace

Plan compile(const Stack& stack) {
  Plan plan;
  plan.stack = stack.name;
  std::uint32_t rules = 0;
  for (const Tier& tier : stack.tiers) {
    plan.tiers.push_back(compile_tier(tier, TierId{static_cast<std::uint32_t>(plan.tiers.size())}, rules));
    rules += static_cast<std::uint32_t>(tier.scale.rules.size());
  }
  return plan;
}

std::uint64_t shape(const Plan& plan) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ 0xff) * 0x100000001b3ULL;  // "ab" "c" is not "a" "bc"
  };
  for (const TierPlan& tier : plan.tiers) {
    add(tier.name);
    for (const PolicyPlan& policy : tier.policies)
      if (policy.kind == PolicyKind::rule) add(policy.name);
  }
  return hash;
}

std::size_t signal_index(const TierPlan& tier, SignalKind kind, std::string_view list) {
  const auto found = std::ranges::find_if(tier.signals, [&](const SignalPlan& s) { return s.kind == kind && s.list == list; });
  return static_cast<std::size_t>(found - tier.signals.begin());
}

}  // namespace plimsoll
