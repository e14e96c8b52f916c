// What is lost with one instance: the service, an eviction's permission, sessions.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

/// Instances that must stay, of `n`; absent if none must.
std::optional<int> must_stay(const Disruption& disruption, int n) {
  if (disruption.min_available) return *disruption.min_available;
  if (disruption.min_available_share)
    return static_cast<int>(std::min(std::ceil(disruption.min_available_share->value * n - 1e-9), 1e6));
  if (disruption.max_unavailable) return n - *disruption.max_unavailable;
  // As Kubernetes rounds: a share of what may go is rounded up.
  if (disruption.max_unavailable_share)
    return n - static_cast<int>(std::min(std::ceil(disruption.max_unavailable_share->value * n - 1e-9), 1e6));
  return std::nullopt;
}

std::string said(const Disruption& disruption) {
  if (disruption.min_available) return fmt::format("min_available {}", *disruption.min_available);
  if (disruption.min_available_share) return fmt::format("min_available {}", percent(disruption.min_available_share->value));
  if (disruption.max_unavailable) return fmt::format("max_unavailable {}", *disruption.max_unavailable);
  return fmt::format("max_unavailable {}",
                     disruption.max_unavailable_share ? percent(disruption.max_unavailable_share->value) : "");
}

/// What lets one go, the least change first.
std::vector<Fix> let_one_go(const Tier& tier) {
  std::vector<Fix> fixes;
  const int least = tier.replicas.min;
  const auto set = [&](const char* key, int to, std::string effect) {
    fixes.push_back({tier_path(tier, std::string("disruption.") + key), std::to_string(to),
                     fmt::format("disruption: {{{}: {}}}", key, to), std::move(effect)});
  };
  const std::string one_goes = fmt::format("one of {} may go", least);
  if (tier.disruption->min_available && least > 1) set("min_available", least - 1, one_goes);
  if (tier.disruption->max_unavailable) set("max_unavailable", 1, one_goes);
  if (tier.disruption->min_available && *tier.disruption->min_available < tier.replicas.max) {
    const int more = *tier.disruption->min_available + 1;
    fixes.push_back({tier_path(tier, "replicas.min"), std::to_string(more), replicas_line(more, tier.replicas.max),
                     fmt::format("{} stay when one goes", more - 1)});
  }
  return fixes;
}

}  // namespace

void single_instance(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    // A tier that never has more than one makes no claim to stay up; one behind a budget is the next rule's.
    if (!is_balanced(scene, tier) || tier.replicas.min != 1 || tier.replicas.max < 2 || tier.disruption ||
        !scene.holds(tier_path(tier, "replicas.min")))
      continue;
    Finding finding;
    finding.level = Level::note;
    finding.path = tier_path(tier, "replicas.min");
    finding.message = fmt::format("{} may be one instance: while it restarts, is evicted or dies nobody answers", tier.name);
    finding.fixes.push_back({finding.path, "2", replicas_line(2, tier.replicas.max), "one answers while the other is away"});
    out.push_back(std::move(finding));
  }
}

void pdb_blocks_eviction(const Scene& scene, Out out) {
  if (scene.context.imported) return;  // the manifests' own lint says it, with the budget's line
  for (const Tier& tier : scene.stack.tiers) {
    if (!tier.disruption || tier.replicas.min < 1) continue;
    const std::optional<int> stay = must_stay(*tier.disruption, tier.replicas.min);
    if (!stay || *stay < tier.replicas.min) continue;
    Finding finding;
    finding.path = tier_path(tier, "disruption");
    finding.message = fmt::format("{}: {} of {} at the minimum: no instance may go, every eviction and node drain waits for ever",
                                  tier.name, said(*tier.disruption), tier.replicas.min);
    finding.sum = {
        fmt::format("{} - {} that must stay = {} that may go", tier.replicas.min, *stay, std::max(tier.replicas.min - *stay, 0))};
    finding.fixes = let_one_go(tier);
    if (finding.fixes.empty()) finding.advice = fmt::format("max_unavailable: 1, or at least {} replicas", tier.replicas.min + 1);
    out.push_back(std::move(finding));
  }
}

void sticky_memory_sessions(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (tier.sessions != SessionState::memory || tier.replicas.max < 2 || !is_balanced(scene, tier)) continue;
    const auto& balancer = scene.stack.balancer;
    const bool sticks = balancer && (!balancer->sticky.empty() || balancer->algorithm == BalancerAlgorithm::source);
    if (!balancer) continue;
    Finding finding;
    finding.level = sticks ? Level::warning : Level::error;
    finding.path = tier_path(tier, "sessions");
    if (sticks) {
      finding.message =
          fmt::format("{} keeps sessions in memory: each instance that is scaled in or dies takes its own with it", tier.name);
    } else {
      finding.message = fmt::format(
          "{} keeps sessions in memory and any of up to {} instances answers: a session is found again one time in {}", tier.name,
          tier.replicas.max, tier.replicas.max);
      finding.sum = {"nothing keeps a client on its instance: no balancer.sticky, and the algorithm is not source"};
    }
    finding.advice = "keep sessions in a cache (sessions: cache); balancer.sticky alone still loses them with the instance";
    out.push_back(std::move(finding));
  }
}

}  // namespace plimsoll::capacity::rules
