// Maxima that cannot be reached, and targets that the maximum cannot hold.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"
#include "capacity/findings/shared_limit.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

/// What one instance of a tier takes of a component: the sum over its uses of it.
template <class Of>
std::function<double(const Tier&)> of_component(const std::string& name, Of of) {
  return [name, of](const Tier& tier) {
    double sum = 0;
    for (const Use& use : tier.uses)
      if (use.component == name) sum += of(tier, use);
    return sum;
  };
}

std::string per_second(double n) { return number(n) + "/s"; }

void judge_externals(const Scene& scene, Out out) {
  for (const External& external : scene.stack.externals) {
    const ModelPath path = "externals." + external.name;
    if (external.concurrency)
      judge_shared(scene,
                   {fmt::format("{}'s {} calls in flight", external.name, *external.concurrency), path + ".concurrency",
                    static_cast<double>(*external.concurrency),
                    of_component(external.name,
                                 [&scene](const Tier& tier, const Use& use) {
                                   return scene.holds(use_path(tier, use, "calls")) ? use.calls : 0;
                                 }),
                    [](double n) { return number(n); }},
                   out);
    if (external.rate)
      judge_shared(scene,
                   {fmt::format("{}'s {} calls", external.name, per_second(external.rate->per_second)), path + ".rate",
                    external.rate->per_second,
                    of_component(external.name, [](const Tier&, const Use& use) { return use.rate.per_second; }), per_second},
                   out);
  }
}

void judge_cache_clients(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!scene.holds(cache_path(cache, "max_clients"))) continue;
    judge_shared(scene,
                 {fmt::format("{}'s max_clients {}", cache.name, count(cache.max_clients)), cache_path(cache, "max_clients"),
                  static_cast<double>(cache.max_clients),
                  of_component(cache.name,
                               [&scene](const Tier& tier, const Use& use) {
                                 return scene.holds(use_path(tier, use, "connections")) ? std::max(use.connections, 0) : 0;
                               }),
                  [](double n) { return count(n); }},
                 out);
  }
}

void too_small(const Tier& tier, ModelPath path, double wanted, std::string message, Out out) {
  Finding finding;
  finding.path = std::move(path);
  finding.message = std::move(message);
  if (wanted <= 10'000)
    finding.fixes.push_back(most_replicas(tier, static_cast<int>(wanted),
                                          "enough for the peak of today; see connection-budget for what they connect to"));
  finding.advice = "larger instances, measured anew";
  out.push_back(std::move(finding));
}

}  // namespace

void unreachable_max(const Scene& scene, Out out) {
  if (scene.stack.limits.cost)
    judge_shared(scene,
                 {"limits.cost " + dollars(scene.stack.limits.cost->per_hour * hours_a_month) + " a month", "limits.cost",
                  scene.stack.limits.cost->per_hour, [](const Tier& tier) { return tier.instance.price.per_hour; },
                  [](double per_hour) { return dollars(per_hour * hours_a_month); }},
                 out);
  judge_externals(scene, out);
  judge_cache_clients(scene, out);
}

void unreachable_target(const Scene& scene, Out out) {
  const auto& growth = scene.stack.growth;
  if (!growth || !scene.stack.regions.empty()) return;  // which region's share is a tier's is the plan's to say
  const auto services = std::count_if(scene.stack.tiers.begin(), scene.stack.tiers.end(),
                                      [](const Tier& tier) { return tier.kind == TierKind::service; });
  for (const Tier& tier : scene.stack.tiers) {
    const double rate = growth->rate ? growth->rate->per_second : 0;
    // The rate is the stack's: it is a tier's only where one service gets all of it.
    if (tier.kind == TierKind::service && services == 1 && rate > 0)
      for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i) {
        const MetricTarget& target = tier.scale.metrics[i];
        if (target.signal != SignalKind::requests_per_second || target.type != TargetType::average || !(target.target > 0))
          continue;
        const double most = target.target * tier.replicas.max;
        if (most >= rate) continue;
        too_small(tier, metric_path(tier, i), std::ceil(rate / target.target),
                  fmt::format("{}: {} × {} = {} at the maximum, growth.rate says {}", tier.name, tier.replicas.max,
                              per_second(target.target), per_second(most), per_second(rate)),
                  out);
      }
    const double users = growth->users.value_or(0), each = tier.baseline ? tier.baseline->users.value_or(0) : 0;
    if (users > 0 && each > 0 && each * tier.replicas.max < users)
      too_small(tier, tier_path(tier, "replicas.max"), std::ceil(users / each),
                fmt::format("{}: {} × {} = {} users at the maximum, growth.users says {}", tier.name, tier.replicas.max,
                            number(each), number(each * tier.replicas.max), number(users)),
                out);
  }
}

}  // namespace plimsoll::capacity::rules
