// Values of a chart laid out as `helm create` lays it out: one file a tier, under the names that its templates read. They are
// what the target kubernetes has in the tier's Deployment, so nothing is worked out twice. Keys that most teams add to that chart
// (env, terminationGracePeriodSeconds, …) stand at the end, and a note names them; objects that it has no template for are a file
// of their own beside the values.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"
#include "render/kubernetes_scaling.h"
#include "render/names.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

using kube::Documents;
using kube::path_of;
using kube::Scope;

const Yaml* of_kind(const Documents& all, std::string_view kind) {
  const auto found = std::ranges::find_if(all, [&](const Yaml& one) { return one.at("kind").text() == kind; });
  return found == all.end() ? nullptr : &*found;
}

/// A tier as the target kubernetes has it.
struct Parts {
  Documents scaling, workload, monitors;

  Parts(const Scope& scope, const Tier& tier)
      : scaling(kube::scaling_of(scope, tier)),
        workload(kube::workload_of(scope, tier, scaling)),
        monitors(kube::monitor_of(scope, tier)) {}

  [[nodiscard]] const Yaml& deployment() const { return of_kind(workload, "Deployment")->at("spec"); }
  [[nodiscard]] const Yaml& pod() const { return deployment().at("template").at("spec"); }
  [[nodiscard]] const Yaml& container() const { return pod().at("containers").items().front(); }
  [[nodiscard]] bool keda() const { return of_kind(scaling, "ScaledObject") != nullptr; }
};

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

void probes(const Parts& parts, const Tier& tier, Yaml& values) {
  const Yaml& container = parts.container();
  if (container.has("livenessProbe")) {
    Yaml& live = values["livenessProbe"] = container.at("livenessProbe");
    if (tier.run.ready_within > tier.run.live_probe.after)
      live["initialDelaySeconds"] =
          Yaml(seconds_of(tier.run.ready_within)).why("run.ready_within: this chart has no startupProbe");
  } else {
    values["livenessProbe"] = Yaml::null().why("run.live is not stated; the chart's own asks for /");
  }
  values["readinessProbe"] = container.at("readinessProbe");
}

/// Shares of CPU and memory, in whole percent: all that the chart's HPA knows.
struct Shares {
  std::optional<std::int64_t> cpu, memory;
  [[nodiscard]] bool any() const { return cpu || memory; }
};

Shares shares_of(const Tier& tier, const Parts& parts) {
  Shares made;
  if (of_kind(parts.scaling, "HorizontalPodAutoscaler") == nullptr) return made;
  for (const MetricTarget& one : kube::targets_of(tier))
    if (one.type == TargetType::utilization)
      (one.signal == SignalKind::cpu ? made.cpu : made.memory) = std::max(1LL, std::llround(one.target * 100));
  return made;
}

/// What the chart's HPA leaves out of the spec's.
void note_autoscaling(const Scope& scope, const Tier& tier) {
  const auto note = [&](std::string_view key, std::string_view what) {
    scope.notes.push_back(
        {path_of(tier, key), fmt::format("the chart's HPA {}: to have it, set autoscaling.enabled: false and replicaCount: null, "
                                         "and apply the HorizontalPodAutoscaler of target kubernetes instead",
                                         what)});
  };
  const std::vector<MetricTarget> targets = kube::targets_of(tier);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (targets[i].type != TargetType::utilization && kube::figure_of(scope, tier, targets[i]).source != kube::Source::none)
      note(fmt::format("scale.metrics[{}]", i), "has shares of CPU and memory only");
  if (tier.scale.behavior.given || tier.scale.step.in || tier.scale.step.out) note("scale.behavior", "has no behavior");
}

Yaml autoscaling(const Scope& scope, const Tier& tier, const Parts& parts, const std::string& objects) {
  const Shares shares = shares_of(tier, parts);
  Yaml made;
  made["enabled"] = shares.any();
  if (!shares.any()) {
    if (!parts.deployment().has("replicas"))
      made["enabled"].why(fmt::format("{} scales it, in {}; the chart's HPA would work against it",
                                      parts.keda() ? "the ScaledObject" : "an HPA", objects));
    else
      made["enabled"].why("no target that the chart's HPA could follow");
    return made;
  }
  made["minReplicas"] = std::max(1, tier.replicas.min);
  made["maxReplicas"] = tier.replicas.max;
  if (shares.cpu)
    made["targetCPUUtilizationPercentage"] = *shares.cpu;
  else
    made["targetCPUUtilizationPercentage"] = Yaml::null().why("takes the chart's own 80 away");
  if (shares.memory) made["targetMemoryUtilizationPercentage"] = *shares.memory;
  note_autoscaling(scope, tier);
  return made;
}

/// The count: the chart writes it into the Deployment with every upgrade, unless its own HPA is on.
Yaml replica_count(const Scope& scope, const Tier& tier, const Parts& parts) {
  if (parts.deployment().has("replicas")) return parts.deployment().at("replicas");
  if (shares_of(tier, parts).any()) return Yaml(std::max(1, tier.replicas.min)).why("not used while autoscaling.enabled");
  const std::string_view scaler = parts.keda() ? "KEDA" : "an HPA of its own";
  scope.notes.push_back(
      {path_of(tier, "replicas"),
       fmt::format(
           "{0} sets the count of {1}, and the chart as `helm create` makes it would set it back with every helm upgrade: "
           "put `{{{{- with .Values.replicaCount }}}}` and `{{{{- end }}}}` around `replicas:` in its templates/deployment.yaml",
           scaler, tier.name),
       true});
  return Yaml::null().why(fmt::format("{} sets it: deployment.yaml must leave `replicas` out where this is null", scaler));
}

/// What the chart as created has no template for.
Yaml further(const Parts& parts) {
  Yaml made;
  const auto take = [&](const Yaml& from, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys)
      if (from.has(key)) made[key] = from.at(key);
  };
  take(parts.container(), {"command", "env"});
  take(parts.pod(), {"terminationGracePeriodSeconds"});
  take(parts.container(), {"lifecycle"});
  take(parts.pod(), {"topologySpreadConstraints"});
  take(parts.deployment(), {"strategy"});
  made["enableServiceLinks"] = Yaml(false).why("else a Service redis puts REDIS_PORT=tcp://… among its variables");
  if (const Yaml* budget = of_kind(parts.workload, "PodDisruptionBudget"))
    for (const char* key : {"minAvailable", "maxUnavailable"})
      if (budget->at("spec").has(key)) made["podDisruptionBudget"][key] = budget->at("spec").at(key);
  return made;
}

/// Objects that the chart does not make: what scales the tier unless its HPA does, a lease's Role, monitors.
Documents objects_of(const Tier& tier, const Parts& parts) {
  Documents all;
  for (const Yaml& one : parts.workload)
    if (const std::string& kind = one.at("kind").text(); kind == "Role" || kind == "RoleBinding") all.push_back(one);
  for (const Yaml& one : parts.scaling)
    if (one.at("kind").text() != "HorizontalPodAutoscaler" || !shares_of(tier, parts).any()) all.push_back(one);
  for (Yaml one : parts.monitors) {
    Yaml only_name;
    only_name["app.kubernetes.io/name"] = Yaml(tier.name).why("all that the chart's Service has of its labels");
    if (one.at("kind").text() == "ServiceMonitor") one["spec"]["selector"]["matchLabels"] = std::move(only_name);
    all.push_back(std::move(one));
  }
  return all;
}

Yaml values_of(const Scope& scope, const Tier& tier, const Parts& parts, const std::string& objects) {
  Yaml values;
  values.about(
      fmt::format("Values of tier {} of the stack {}, made by `plimsoll render`, for a chart made by `helm create`.\n"
                  "  helm upgrade --install {} ./CHART -n {} -f {}-values.yaml",
                  tier.name, scope.stack.name, tier.name, scope.name_space(), tier.name));
  values["replicaCount"] = replica_count(scope, tier, parts);
  values["image"] = image(scope, tier);
  values["nameOverride"] = Yaml(tier.name).why("app.kubernetes.io/name");
  values["fullnameOverride"] = Yaml(tier.name).why("others know it by this host name");
  values["podLabels"]["app.kubernetes.io/part-of"] = scope.stack.name;
  if (tier.leader) {
    values["serviceAccount"]["create"] = true;
    values["serviceAccount"]["name"] = Yaml(tier.name).why(fmt::format("its lease's Role is in {}", objects));
  }
  values["service"]["type"] = "ClusterIP";
  values["service"]["port"] = Yaml(instance_port).why("the chart has the container listen on the Service's port");
  values["resources"] = parts.container().at("resources");
  probes(parts, tier, values);
  values["autoscaling"] = autoscaling(scope, tier, parts, objects);
  for (const char* key : {"nodeSelector", "affinity"})
    if (parts.pod().has(key)) values[key] = parts.pod().at(key);
  const Yaml more = further(parts);
  std::string keys;
  for (const std::string& key : more.keys()) {
    keys += (keys.empty() ? "" : ", ") + key;
    values[key] = more.at(key);
  }
  values[more.keys().front()].about("From here on keys that `helm create` has no template for.");
  scope.notes.push_back(
      {path_of(tier, "run"),
       fmt::format("the chart as `helm create` makes it reads no {}: its templates must take them from .Values", keys), true});
  return values;
}

void put(const Scope& scope, const Tier& tier, std::vector<File>& files) {
  const Parts parts(scope, tier);
  const std::string objects = tier.name + "-objects.yaml";
  files.push_back({fmt::format("helm/{}-values.yaml", tier.name), to_yaml(values_of(scope, tier, parts, objects))});
  const Documents beside = objects_of(tier, parts);
  if (beside.empty()) return;
  files.push_back({"helm/" + objects, fmt::format("# What the chart of tier {} has no template for; of the stack {}, made by "
                                                  "`plimsoll render`.\n#   kubectl apply -f {}\n{}",
                                                  tier.name, scope.stack.name, objects, to_yaml(beside))});
}

}  // namespace

Rendered helm(const Stack& stack, const Options& options) {
  Rendered made;
  const Scope scope{stack, options, made.notes};
  for (const Tier& tier : stack.tiers) put(scope, tier, made.files);
  if (made.files.empty()) made.notes.push_back({"tiers", "there is no tier, so there are no values"});
  return made;
}

}  // namespace plimsoll::render
