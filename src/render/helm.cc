// Values of a chart laid out as `helm create` lays it out: one file a tier, under the names that its templates read. Keys that
// most teams add to that chart (env, terminationGracePeriodSeconds, …) stand at the end, and a note names them.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes.h"
#include "render/kubernetes_env.h"
#include "render/kubernetes_metrics.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

using kube::Scope;

ModelPath path_of(const Tier& tier, std::string_view key) { return fmt::format("tiers.{}.{}", tier.name, key); }

/// "registry:5000/shop/api:1.4" → repository and tag; a digest stays with its algorithm, since the chart puts ":" between the
/// two.
Yaml image(const Scope& scope, const Tier& tier) {
  const std::string whole = image_of(scope.stack, tier);
  const std::size_t name = whole.rfind('/') == std::string::npos ? 0 : whole.rfind('/');
  const std::size_t colon = whole.rfind(':');
  const bool tagged = colon != std::string::npos && colon > name;
  Yaml made;
  made["repository"] = tagged ? whole.substr(0, colon) : whole;
  made["tag"] = tagged ? Yaml(whole.substr(colon + 1)).flow() : Yaml("").why("the spec has none: the chart's appVersion");
  return made;
}

Yaml probe(const std::string& path, const Probe& how, Duration least_after) {
  const Probe kubernetes_own;
  Yaml made;
  made["httpGet"]["path"] = path;
  made["httpGet"]["port"] = "http";
  if (least_after > how.after)
    made["initialDelaySeconds"] = Yaml(seconds_of(least_after)).why("run.ready_within: this chart has no startupProbe");
  else if (how.after > Duration::zero())
    made["initialDelaySeconds"] = seconds_of(how.after);
  made["periodSeconds"] = seconds_of(how.every);
  if (how.timeout != kubernetes_own.timeout) made["timeoutSeconds"] = seconds_of(how.timeout);
  if (how.failures != kubernetes_own.failures) made["failureThreshold"] = how.failures;
  return made;
}

/// The chart's HPA knows CPU and memory, in percent of the request, and nothing else.
Yaml autoscaling(const Scope& scope, const Tier& tier) {
  const auto note = [&](std::string_view key, std::string text) { scope.notes.push_back({path_of(tier, key), std::move(text)}); };
  Yaml made;
  std::optional<std::int64_t> cpu, memory;
  const bool keda = kube::wants_keda(tier);
  const std::vector<MetricTarget> targets = kube::targets_of(tier);
  for (std::size_t i = 0; i < targets.size() && !keda; ++i) {
    const MetricTarget& one = targets[i];
    if (one.type == TargetType::utilization)
      (one.signal == SignalKind::cpu ? cpu : memory) = std::max(1LL, std::llround(one.target * 100));
    else
      note(fmt::format("scale.metrics[{}]", i),
           "the chart's HPA has shares of CPU and memory only; target kubernetes has this one");
  }
  made["enabled"] = cpu || memory;
  if (keda) {
    made["enabled"].why("KEDA scales it: the ScaledObject of target kubernetes, beside the chart");
    note("scale", "KEDA's ScaledObject is in target kubernetes; this chart has none");
  } else if (!cpu && !memory) {
    made["enabled"].why("no target that the chart's HPA could follow");
  }
  if (!cpu && !memory) return made;
  made["minReplicas"] = std::max(1, tier.replicas.min);
  made["maxReplicas"] = tier.replicas.max;
  if (cpu)
    made["targetCPUUtilizationPercentage"] = *cpu;
  else
    made["targetCPUUtilizationPercentage"] = Yaml::null().why("takes the chart's own 80 away");
  if (memory) made["targetMemoryUtilizationPercentage"] = *memory;
  if (tier.scale.behavior.given) note("scale.behavior", "the chart's HPA has no behavior; target kubernetes has it");
  return made;
}

/// Node selector, affinity and spread as the pod of target kubernetes has them.
void placement(const Scope& scope, const Tier& tier, Yaml& values) {
  const Bought& bought = tier.instance.bought;
  if (bought.arch == Arch::arm64) values["nodeSelector"]["kubernetes.io/arch"] = "arm64";
  if (bought.market == Market::spot) values["nodeSelector"]["karpenter.sh/capacity-type"] = Yaml("spot").why("Karpenter's label");
  if (!tier.placement) return;
  if (tier.placement->own_hosts || tier.placement->spread_hosts > 0)
    kube::avoid_one_host(scope, tier.name, values, tier.placement->spread_hosts, tier.placement->own_hosts);
}

/// What the chart as created has no template for.
Yaml further(const Scope& scope, const Tier& tier) {
  Yaml made;
  made["env"] = kube::environment(scope, tier);
  const bool service = tier.kind == TierKind::service;
  const Duration drain = service && scope.stack.balancer ? scope.stack.balancer->drain : Duration::zero();
  const std::int64_t pre_stop = service ? kube::pre_stop_seconds : 0;
  made["terminationGracePeriodSeconds"] = pre_stop + seconds_of(drain) + seconds_of(tier.run.stop_within);
  if (service)
    made["terminationGracePeriodSeconds"].why(fmt::format("derived: {} s preStop + {} s balancer.drain + {} s run.stop_within",
                                                          pre_stop, seconds_of(drain), seconds_of(tier.run.stop_within)));
  if (service) made["lifecycle"] = kube::pre_stop(scope);
  if (tier.placement && tier.placement->zone_skew > 0) {
    Yaml& spread = made["topologySpreadConstraints"].add();
    spread["maxSkew"] = tier.placement->zone_skew;
    spread["topologyKey"] = "topology.kubernetes.io/zone";
    spread["whenUnsatisfiable"] = tier.placement->zones_strict ? "DoNotSchedule" : "ScheduleAnyway";
    spread["labelSelector"]["matchLabels"] = kube::selector(scope, tier.name);
  }
  if (tier.disruption) {
    const Yaml budget = kube::disruption_budget(scope, tier.name, kube::role_of(tier), *tier.disruption);
    for (const char* key : {"minAvailable", "maxUnavailable"})
      if (budget.at("spec").has(key)) made["podDisruptionBudget"][key] = budget.at("spec").at(key);
  }
  return made;
}

Yaml values_of(const Scope& scope, const Tier& tier) {
  Yaml values;
  values.about(
      fmt::format("Values of tier {} of the stack {}, made by `plimsoll render`, for a chart made by `helm create`.\n"
                  "  helm upgrade --install {} ./CHART -n {} -f {}-values.yaml",
                  tier.name, scope.stack.name, tier.name, scope.name_space(), tier.name));
  values["replicaCount"] = std::max(tier.replicas.min, 0);
  values["image"] = image(scope, tier);
  values["nameOverride"] = Yaml(tier.name).why("app.kubernetes.io/name");
  values["fullnameOverride"] = Yaml(tier.name).why("others know it by this host name");
  values["podLabels"]["app.kubernetes.io/part-of"] = scope.stack.name;
  values["service"]["type"] = "ClusterIP";
  values["service"]["port"] = Yaml(instance_port).why("the chart has the container listen on the Service's port");
  values["resources"] = kube::resources(tier.instance.cpu, tier.instance.memory);
  if (tier.run.live.empty())
    values["livenessProbe"] = Yaml::null().why("run.live is not stated; the chart's own asks for /");
  else
    values["livenessProbe"] = probe(tier.run.live, tier.run.live_probe, tier.run.ready_within);
  values["readinessProbe"] = probe(tier.run.ready, tier.run.ready_probe, Duration::zero());
  values["autoscaling"] = autoscaling(scope, tier);
  placement(scope, tier, values);
  Yaml more = further(scope, tier);
  std::string keys;
  for (const std::string& key : more.keys()) {
    keys += (keys.empty() ? "" : ", ") + key;
    values[key] = more.at(key);
  }
  values[more.keys().front()].about("From here on keys that `helm create` has no template for.");
  scope.notes.push_back(
      {path_of(tier, "run"), fmt::format("the chart as `helm create` makes it reads no {}: its Deployment must take "
                                         "them from .Values",
                                         keys)});
  return values;
}

}  // namespace

Rendered helm(const Stack& stack, const Options& options) {
  Rendered made;
  const Scope scope{stack, options, made.notes};
  for (const Tier& tier : stack.tiers) {
    note_missing_image(tier, made.notes);
    made.files.push_back({fmt::format("helm/{}-values.yaml", tier.name), to_yaml(values_of(scope, tier))});
  }
  if (made.files.empty()) made.notes.push_back({"tiers", "there is no tier, so there are no values"});
  return made;
}

}  // namespace plimsoll::render
