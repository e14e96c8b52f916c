// scale-in-cuts-requests: how long an instance that goes may take, against how long its work takes.

#include <fmt/format.h>

#include <algorithm>

#include "capacity/findings/rules.h"

namespace plimsoll::capacity::rules {
namespace {

/// The slowest one in a hundred that the stack itself tells of: whose time it is, and how long.
struct Slow {
  std::string whose;
  Duration p99{};
};

Slow slowest(const Scene& scene, const Tier& tier) {
  Slow slow;
  const auto at_least = [&](std::string whose, const std::optional<Duration>& p99) {
    if (p99 && *p99 > slow.p99) slow = {std::move(whose), *p99};
  };
  if (tier.capacity) at_least(tier.kind == TierKind::worker ? "a job's p99" : "a request's p99", tier.capacity->service_p99);
  for (const Use& use : tier.uses)
    if (const External* external = scene.stack.external(use.component)) at_least(external->name + "'s p99", external->p99);
  return slow;
}

Fix longer_stop(const Scene& scene, const Tier& tier, Duration to, std::string effect) {
  return {tier_path(tier, "run.stop_within"), scene.time(to), "stop_within: " + scene.time(to), std::move(effect)};
}

void judge_work(const Scene& scene, const Tier& tier, const Slow& slow, Duration drain, Out out) {
  const Duration enough = std::max<Duration>(std::chrono::ceil<std::chrono::seconds>(slow.p99), drain);
  Finding finding;
  finding.path = tier_path(tier, "run.stop_within");
  finding.message = fmt::format("{} is killed {} after it is told to stop, and {} is {}: scale-in and rollouts cut work in hand",
                                tier.name, waited(tier.run.stop_within), slow.whose, waited(slow.p99));
  finding.fixes.push_back(longer_stop(scene, tier, enough, "the slowest one in a hundred ends by itself"));
  out.push_back(std::move(finding));
}

void judge_drain(const Scene& scene, const Tier& tier, Out out) {
  const Duration drain = scene.stack.balancer->drain;
  Finding finding;
  finding.path = tier_path(tier, "run.stop_within");
  finding.message =
      fmt::format("{}: stop_within {} < balancer.drain {}: where both begin at once, requests are cut on every scale-in",
                  tier.name, waited(tier.run.stop_within), waited(drain));
  finding.sum = {"Kubernetes sends SIGTERM while the instance is being taken out of the balancer, not after"};
  finding.fixes.push_back(longer_stop(scene, tier, drain, "as long as the balancer waits for sessions to end"));
  out.push_back(std::move(finding));
}

}  // namespace

void scale_in_cuts_requests(const Scene& scene, Out out) {
  const auto& balancer = scene.stack.balancer;
  for (const Tier& tier : scene.stack.tiers) {
    if (!scene.written(tier_path(tier, "run.stop_within"))) continue;
    const bool drains = balancer && tier.kind == TierKind::service && scene.written("balancer.drain");
    const Slow slow = slowest(scene, tier);
    // With a drain before it, what ends within the drain is not cut.
    const bool drained = drains && slow.p99 <= balancer->drain;
    if (slow.p99 > tier.run.stop_within && !drained)
      judge_work(scene, tier, slow, drains ? balancer->drain : Duration::zero(), out);
    else if (drains && !scene.context.imported && tier.run.stop_within < balancer->drain)
      judge_drain(scene, tier, out);  // of manifests their own lint says it
  }
}

}  // namespace plimsoll::capacity::rules
