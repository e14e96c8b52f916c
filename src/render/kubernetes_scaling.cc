// HorizontalPodAutoscaler and VerticalPodAutoscaler of a tier; its ScaledObject: kubernetes_keda.cc.

#include "render/kubernetes_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes_metrics.h"
#include "render/names.h"

namespace plimsoll::render::kube {

bool wants_keda(const Tier& tier) {
  if (!tier.consumes.empty() || tier.scale.like == Like::keda || tier.scale.formula || tier.scale.idle) return true;
  for (const ScheduleRule& rule : tier.scale.schedule)
    if (rule.when.is_cron()) return true;
  return std::ranges::any_of(tier.scale.metrics, [](const MetricTarget& one) { return one.signal == SignalKind::backlog; });
}

ModelPath path_of(const Tier& tier, std::string_view key) { return fmt::format("tiers.{}.{}", tier.name, key); }

std::string patch_command(const Scope& scope, const Tier& tier, std::string_view kind, std::string_view spec) {
  const std::string command = fmt::format("kubectl patch {} {} -n {} --type merge -p ", kind, tier.name, scope.name_space());
  const std::string patch = fmt::format("{{\"spec\":{{{}}}}}", spec);
  if (spec.find('$') == std::string_view::npos) return fmt::format("{}'{}'", command, patch);
  std::string quoted;
  for (const char c : patch) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return fmt::format("{}\"{}\"", command, quoted);
}

std::string in_cluster(const Scope& scope, const std::string& host) {
  const bool whole = host.find_first_of(".:") != std::string::npos || host == "localhost";
  return whole ? host : fmt::format("{}.{}.svc.cluster.local", host, scope.name_space());
}

std::string in_cluster_url(const Scope& scope, const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t host = scheme + 3;
  if (host < url.size() && url[host] == '[') return url;
  const std::size_t end = std::min(url.find_first_of(":/?#", host), url.size());
  return url.substr(0, host) + in_cluster(scope, url.substr(host, end - host)) + url.substr(end);
}

namespace {

std::string hpa_bounds(int min, int max) { return fmt::format("\"minReplicas\":{},\"maxReplicas\":{}", min, max); }

int hpa_min(const Tier& tier) { return std::max(1, tier.replicas.min); }

Yaml target_of(const MetricTarget& target) {
  Yaml made;
  switch (target.type) {
    case TargetType::utilization: {
      const auto percent = std::max<std::int64_t>(1, std::llround(target.target * 100));
      made["type"] = "Utilization";
      made["averageUtilization"] = percent;
      if (std::abs(static_cast<double>(percent) - target.target * 100) > 1e-6)
        made["averageUtilization"].why(fmt::format("{} rounded: Kubernetes takes whole percent", to_text(Ratio{target.target})));
      break;
    }
    case TargetType::average:
      made["type"] = "AverageValue";
      made["averageValue"] = target.signal == SignalKind::cpu      ? to_text(Cores{target.target})
                             : target.signal == SignalKind::memory ? to_text(Bytes{std::llround(target.target)})
                                                                   : quantity(target.target);
      break;
    case TargetType::value:
      made["type"] = "Value";
      made["value"] = quantity(target.target);
      break;
  }
  return made;
}

/// CPU or memory, of the pod or of the one container that it has.
Yaml resource_metric(const Scope& scope, const Tier& tier, const MetricTarget& target, const Figure& figure, std::size_t index) {
  Yaml made;
  const bool container = !target.container.empty() && scope.at_least(27);
  if (!target.container.empty() && !container)
    scope.notes.push_back({path_of(tier, fmt::format("scale.metrics[{}]", index)),
                           "one container's figure needs Kubernetes 1.27: it is the pod's, whose only container is the tier's"});
  made["type"] = container ? "ContainerResource" : "Resource";
  Yaml& block = made[container ? "containerResource" : "resource"];
  block["name"] = figure.name;
  if (container) block["container"] = tier.name;
  block["target"] = target_of(target);
  return made;
}

Yaml metric_of(const Scope& scope, const Tier& tier, const MetricTarget& target, const Figure& figure, std::size_t index) {
  if (figure.source == Source::resource) return resource_metric(scope, tier, target, figure, index);
  Yaml made;
  const bool pods = figure.source == Source::pods;
  made["type"] = pods ? "Pods" : "External";
  Yaml& block = made[pods ? "pods" : "external"];
  block["metric"]["name"] = figure.name;
  if (figure.by_job) block["metric"]["selector"]["matchLabels"]["job"] = tier.name;
  block["target"] = target_of(target);
  return made;
}

/// What the cluster must have for these metrics, and the commands that people reach for at night.
std::string about_hpa(const Scope& scope, const Tier& tier, bool resource, bool adapter) {
  std::string text;
  if (resource) text += "CPU and memory: metrics-server must be in the cluster.\n";
  if (adapter) text += "Other figures: Prometheus Adapter with the rules of kubernetes/prometheus-adapter.yaml.\n";
  text += fmt::format("To hold the count at N, which the shell must have been told (N=…), and to let it go:\n  {}\n  {}",
                      patch_command(scope, tier, "hpa", "\"minReplicas\":${N:?},\"maxReplicas\":${N:?}"),
                      patch_command(scope, tier, "hpa", hpa_bounds(hpa_min(tier), tier.replicas.max)));
  return text;
}

Documents hpa_of(const Scope& scope, const Tier& tier) {
  Yaml metrics = Yaml::list();
  bool resource = false, adapter = false;
  const std::vector<MetricTarget> targets = targets_of(tier);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Figure figure = figure_of(scope, tier, targets[i]);
    if (figure.source == Source::none) {
      scope.notes.push_back({path_of(tier, fmt::format("scale.metrics[{}]", i)), "not a target of the HPA: " + figure.why_not});
      continue;
    }
    (figure.source == Source::resource ? resource : adapter) = true;
    note_counter(scope, targets[i]);
    metrics.add(metric_of(scope, tier, targets[i], figure, i));
  }
  if (metrics.empty()) return {};
  const bool stable = scope.at_least(23);
  Yaml made = object(scope, stable ? "autoscaling/v2" : "autoscaling/v2beta2", "HorizontalPodAutoscaler", tier.name, tier.name,
                     role_of(tier));
  made.about(about_hpa(scope, tier, resource, adapter));
  Yaml& spec = made["spec"];
  Yaml& reference = spec["scaleTargetRef"];
  reference["apiVersion"] = "apps/v1";
  reference["kind"] = "Deployment";
  reference["name"] = tier.name;
  spec["minReplicas"] = hpa_min(tier);
  spec["maxReplicas"] = tier.replicas.max;
  spec["metrics"] = std::move(metrics);
  if (tier.replicas.min == 0)
    scope.notes.push_back({path_of(tier, "replicas"), "an HPA keeps at least one instance: 0 became 1"});
  if (!scope.at_least(18)) {
    if (tier.scale.behavior.given)
      scope.notes.push_back({path_of(tier, "scale.behavior"), "an HPA has a behavior from Kubernetes 1.18 on"});
  } else if (Yaml behavior = behavior_of(scope, tier); !behavior.empty()) {
    spec["behavior"] = std::move(behavior);
  }
  return {std::move(made)};
}

/// The commands that begin and end a schedule's rule.
struct ByHand {
  std::string start, end;
};

ByHand by_hand(const Scope& scope, const Tier& tier, const ScheduleRule& rule, bool keda) {
  const std::string of = fmt::format("{} -n {}", tier.name, scope.name_space());
  const bool exact = rule.kind == ScheduleRule::Kind::exact;
  const int floor = std::min(rule.replicas, tier.replicas.max);
  if (keda && exact) {
    const std::string paused = fmt::format("kubectl annotate scaledobject {} autoscaling.keda.sh/paused-replicas", of);
    return {fmt::format("{}=\"{}\" --overwrite", paused, rule.replicas), paused + "-"};
  }
  if (keda)
    return {patch_command(scope, tier, "scaledobject", fmt::format("\"minReplicaCount\":{}", floor)),
            patch_command(scope, tier, "scaledobject", fmt::format("\"minReplicaCount\":{}", tier.replicas.min))};
  if (exact && rule.replicas == 0)  // an HPA pauses where there are none
    return {fmt::format("kubectl scale deployment {} --replicas=0", of),
            fmt::format("kubectl scale deployment {} --replicas={}", of, hpa_min(tier))};
  if (exact)
    return {patch_command(scope, tier, "hpa", hpa_bounds(rule.replicas, rule.replicas)),
            patch_command(scope, tier, "hpa", hpa_bounds(hpa_min(tier), tier.replicas.max))};
  return {patch_command(scope, tier, "hpa", fmt::format("\"minReplicas\":{}", floor)),
          patch_command(scope, tier, "hpa", fmt::format("\"minReplicas\":{}", hpa_min(tier)))};
}

std::string at(const std::string& cron, const ScheduleRule& rule) { return fmt::format("at \"{}\" ({})", cron, rule.when.zone); }
std::string at(const std::optional<TimePoint>& once) {
  return fmt::format("at {}", plimsoll::to_text(once.value_or(TimePoint{})));
}

void note_schedule(const Scope& scope, const Tier& tier, bool keda, bool scales) {
  for (std::size_t i = 0; i < tier.scale.schedule.size(); ++i) {
    const ScheduleRule& rule = tier.scale.schedule[i];
    const bool cron = rule.when.is_cron();
    const bool floor = rule.kind == ScheduleRule::Kind::floor;
    if (cron && scales && floor && !tier.scale.formula) continue;  // a trigger of its own
    std::string text = rule.why.empty() ? std::string() : rule.why + ": ";
    if (scales) {
      const ByHand commands = by_hand(scope, tier, rule, keda);
      text += fmt::format("{}; {}: {}, then `kubectl get deployment {} -n {}` until {} are ready; {}: {}",
                          !cron   ? "no autoscaler has a calendar"
                          : floor ? "beside a formula KEDA follows that alone, and its cron is no floor"
                                  : "KEDA's cron is a floor and holds no exact count",
                          cron ? at(rule.when.start, rule) : at(rule.when.from), commands.start, tier.name, scope.name_space(),
                          rule.replicas, cron ? at(rule.when.end, rule) : at(rule.when.until), commands.end);
    } else {
      text += "nothing scales this tier by itself: kubectl scale does it by hand";
    }
    scope.notes.push_back({path_of(tier, fmt::format("scale.schedule[{}]", i)), std::move(text)});
  }
}

/// A step is a rate there, unless policies say another.
void note_step(const Scope& scope, const Tier& tier, std::string_view who) {
  const Scale& scale = tier.scale;
  const auto lost = [](const std::optional<Ratio>& step, const BehaviorRules& rules) { return step && !rules.policies.empty(); };
  if (!scale.step.out && !scale.step.in) return;
  std::string over;
  if (lost(scale.step.out, scale.behavior.up)) over = "out";
  if (lost(scale.step.in, scale.behavior.down)) over += over.empty() ? "in" : " and in";
  const bool all = (!scale.step.out || over.starts_with("out")) && (!scale.step.in || over.ends_with("in"));
  std::string text = over.empty() ? std::string() : fmt::format("{}: the policies of scale.behavior are the only limit; ", over);
  if (!all) text += fmt::format("at most so much in {}; ", plimsoll::to_text(scale.step.observe));
  text += fmt::format("{} does not watch what a step did before the next", who);
  scope.notes.push_back({path_of(tier, "scale.step"), std::move(text)});
}

/// What plimsoll's own controller does and neither HPA nor KEDA.
void note_the_rest(const Scope& scope, const Tier& tier, bool keda) {
  const Scale& scale = tier.scale;
  const std::string_view who = keda ? "KEDA" : "an HPA";
  const auto note = [&](std::string_view key, std::string text) { scope.notes.push_back({path_of(tier, key), std::move(text)}); };
  for (std::size_t i = 0; i < scale.rules.size(); ++i)
    note(fmt::format("scale.rules[{}]", i), scale.rules[i].investigate
                                                ? "no autoscaler keeps a tier from growing while a condition holds"
                                                : "no autoscaler takes a step on a condition: somebody has to");
  note_step(scope, tier, who);
  if (tier.priority != (tier.kind == TierKind::service ? 10 : 0))  // what it is where the spec has none
    note("priority", "no autoscaler knows it: where a shared limit leaves too little for all, whoever asks first has it");
  if (tier.capacity) note("capacity", fmt::format("{} does not size by what an instance can do", who));
  if (scale.fallback && !keda) note("scale.fallback", "without figures an HPA leaves the count as it is");
  const ControllerSettings usual;
  const ControllerSettings& set = scale.controller;
  if (set.sync != usual.sync || set.downscale_stabilization != usual.downscale_stabilization ||
      set.cpu_initialization != usual.cpu_initialization || set.initial_readiness != usual.initial_readiness)
    note("scale.controller", "flags of kube-controller-manager (--horizontal-pod-autoscaler-…), for all of a cluster");
  if (scale.like == Like::hpa && std::abs(scale.tolerance.value - 0.1) > 1e-9)
    note("scale.tolerance", "a flag of kube-controller-manager (--horizontal-pod-autoscaler-tolerance), for all of a cluster");
}

/// Once for the stack: autoscalers don't know of one another.
void note_coupling(const Scope& scope) {
  std::string shared;
  for (const Database& database : scope.stack.databases) shared += (shared.empty() ? "" : ", ") + database.name;
  if (!shared.empty())
    scope.notes.push_back(
        {"", fmt::format("each autoscaler looks at its own tier: nothing in a cluster keeps them together within the "
                         "connections of {} or within limits; `plimsoll check` adds up what all may ask for",
                         shared)});
}

std::string_view update_mode(Vertical::Mode mode) {
  switch (mode) {
    case Vertical::Mode::off:
      return "Off";
    case Vertical::Mode::initial:
      return "Initial";
    case Vertical::Mode::automatic:
      break;
  }
  return "Recreate";
}

Yaml vpa_of(const Scope& scope, const Tier& tier) {
  const Vertical& vertical = *tier.vertical;
  Yaml made = object(scope, "autoscaling.k8s.io/v1", "VerticalPodAutoscaler", tier.name, tier.name, role_of(tier));
  Yaml& spec = made["spec"];
  Yaml& reference = spec["targetRef"];
  reference["apiVersion"] = "apps/v1";
  reference["kind"] = "Deployment";
  reference["name"] = tier.name;
  Yaml& mode = spec["updatePolicy"]["updateMode"] = update_mode(vertical.mode);
  if (vertical.mode == Vertical::Mode::off)
    mode.why(fmt::format("recommendations only: kubectl describe vpa {} -n {}", tier.name, scope.name_space()));
  if (vertical.mode == Vertical::Mode::automatic) mode.why("what Auto means; newer releases call that word deprecated");
  Yaml policy;
  policy["containerName"] = tier.name;
  if (vertical.cpu_min) policy["minAllowed"]["cpu"] = to_text(*vertical.cpu_min);
  if (vertical.memory_min) policy["minAllowed"]["memory"] = to_text(*vertical.memory_min);
  if (vertical.cpu_max) policy["maxAllowed"]["cpu"] = to_text(*vertical.cpu_max);
  if (vertical.memory_max) policy["maxAllowed"]["memory"] = to_text(*vertical.memory_max);
  spec["resourcePolicy"]["containerPolicies"].add(std::move(policy));
  const bool fights =
      vertical.mode == Vertical::Mode::automatic &&
      std::ranges::any_of(targets_of(tier), [](const MetricTarget& one) { return one.type == TargetType::utilization; });
  if (fights)
    scope.notes.push_back(
        {path_of(tier, "vertical.mode"),
         "it moves the requests that the targets on CPU and memory are measured against: the two work against each "
         "other"});
  return made;
}

}  // namespace

Documents scaling_of(const Scope& scope, const Tier& tier) {
  if (&tier == scope.stack.tiers.data()) note_coupling(scope);
  const bool keda = wants_keda(tier);
  Documents all = keda ? keda_of(scope, tier) : hpa_of(scope, tier);
  const bool scales = !all.empty();
  if (!scales && tier.replicas.min < tier.replicas.max)
    scope.notes.push_back({path_of(tier, "scale"), fmt::format("no target that an autoscaler could follow: {} instances until "
                                                               "somebody changes that",
                                                               tier.replicas.min)});
  note_schedule(scope, tier, keda, scales);
  note_the_rest(scope, tier, keda);
  if (tier.vertical) all.push_back(vpa_of(scope, tier));
  return all;
}

}  // namespace plimsoll::render::kube
