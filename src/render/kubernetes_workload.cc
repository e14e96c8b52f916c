// A tier: Deployment, Service, PodDisruptionBudget, and what a leader's lease needs.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes_env.h"
#include "render/kubernetes_pod.h"
#include "render/kubernetes_scaling.h"
#include "render/names.h"

namespace plimsoll::render::kube {
namespace {

// --- health

/// Whole seconds, at least one; a comment where the spec has it finer.
Yaml whole_seconds(Duration d) {
  Yaml made(std::max<std::int64_t>(seconds_of(d), 1));
  if (d != std::chrono::seconds(seconds_of(d))) made.why(fmt::format("{} in the spec; whole seconds here", plimsoll::to_text(d)));
  return made;
}

Yaml http_get(const std::string& path) {
  Yaml made;
  made["httpGet"]["path"] = path;
  made["httpGet"]["port"] = "http";
  return made;
}

Yaml probe(const std::string& path, const Probe& how) {
  const Probe kubernetes_own;
  Yaml made = http_get(path);
  if (how.after > Duration::zero()) made["initialDelaySeconds"] = whole_seconds(how.after);
  made["periodSeconds"] = whole_seconds(how.every);
  if (how.timeout != kubernetes_own.timeout) made["timeoutSeconds"] = whole_seconds(how.timeout);
  if (how.failures != kubernetes_own.failures) made["failureThreshold"] = how.failures;
  return made;
}

/// Restarts an instance that is not alive in time; until it is, nobody else asks. Never `ready`: while a database is away nobody
/// is ready, and each new instance would be killed over and over.
Yaml startup_probe(const Run& run) {
  const std::int64_t within = std::max<std::int64_t>(seconds_of(run.ready_within), 1);
  const std::int64_t period = std::max<std::int64_t>(within / 30, 1);  // some thirty tries
  const std::int64_t tries = (within + period - 1) / period;
  Yaml made = http_get(run.live);
  made["periodSeconds"] = period;
  made["failureThreshold"] = Yaml(tries).why(
      fmt::format("derived: {} s × {} covers run.ready_within, {}", period, tries, plimsoll::to_text(run.ready_within)));
  return made;
}

void probes(const Scope& scope, const Tier& tier, Yaml& container) {
  const Run& run = tier.run;
  const bool starts = !run.live.empty() && scope.at_least(18);
  if (starts) container["startupProbe"] = startup_probe(run);
  container["readinessProbe"] = probe(run.ready, run.ready_probe);
  if (!run.live.empty()) container["livenessProbe"] = probe(run.live, run.live_probe);
  if (!starts && run.ready_within != Run().ready_within)
    scope.notes.push_back(
        {path_of(tier, "run.ready_within"),
         run.live.empty()
             ? "not in the Deployment: an instance that is not ready gets no requests, and nothing restarts it; with run.live a "
               "startupProbe restarts one that is not alive by then"
             : "a startupProbe needs Kubernetes 1.18: until then only probes.live.after gives an instance time to start"});
}

/// How long a pod may take to go, and of what that is made up.
Yaml grace(const Scope& scope, const Tier& tier) {
  const std::int64_t stop = seconds_of(tier.run.stop_within);
  if (tier.kind == TierKind::worker) return Yaml(stop).why("run.stop_within: it finishes the job in hand");
  const std::int64_t drain = scope.stack.balancer ? seconds_of(scope.stack.balancer->drain) : 0;
  const std::string drained = scope.stack.balancer ? fmt::format(" + {} s balancer.drain", drain) : "";
  return Yaml(pre_stop_seconds + drain + stop)
      .why(fmt::format("derived: {} s preStop{} + {} s run.stop_within", pre_stop_seconds, drained, stop));
}

// --- container

/// run.command is what `up` starts on this machine; an image has a command of its own.
void command(const Scope& scope, const Tier& tier, Yaml& container) {
  if (tier.run.command.empty()) return;
  if (!tier.run.image.empty() && !image_is_shared(scope.stack, tier)) {
    scope.notes.push_back({path_of(tier, "run.command"),
                           fmt::format("for this machine, not in the Deployment: {} starts what its image says", tier.name)});
    return;
  }
  std::vector<Yaml> words;
  for (const std::string& word : tier.run.command) words.emplace_back(literal(word));
  container["command"] = Yaml::list(std::move(words)).flow();
}

Yaml container_of(const Scope& scope, const Tier& tier) {
  Yaml made;
  made["name"] = tier.name;
  made["image"] = image_of(scope.stack, tier);
  command(scope, tier, made);
  Yaml& port = made["ports"].add();
  port["name"] = "http";
  port["containerPort"] = instance_port;
  made["env"] = environment(scope, tier);
  made["resources"] = resources(tier.instance.cpu, tier.instance.memory);
  probes(scope, tier, made);
  if (tier.kind == TierKind::service) made["lifecycle"] = pre_stop(scope);
  return made;
}

// --- where instances stand

void placement(const Scope& scope, const Tier& tier, Yaml& pod) {
  if (!tier.placement) return;
  const Placement& where = *tier.placement;
  if (where.own_hosts || where.spread_hosts > 0) avoid_one_host(scope, tier.name, pod, where.spread_hosts, where.own_hosts);
  if (where.zone_skew == 0) return;
  if (!scope.at_least(18)) {
    scope.notes.push_back({path_of(tier, "placement.zone_skew"), "topologySpreadConstraints need Kubernetes 1.18"});
    return;
  }
  Yaml& spread = pod["topologySpreadConstraints"].add();
  spread["maxSkew"] = where.zone_skew;
  spread["topologyKey"] = "topology.kubernetes.io/zone";
  spread["whenUnsatisfiable"] = where.zones_strict ? "DoNotSchedule" : "ScheduleAnyway";
  spread["labelSelector"]["matchLabels"] = selector(scope, tier.name);
}

void nodes(const Scope& scope, const Tier& tier, Yaml& pod) {
  const Bought& bought = tier.instance.bought;
  if (bought.arch == Arch::arm64) pod["nodeSelector"]["kubernetes.io/arch"] = "arm64";
  if (bought.market != Market::spot) return;
  pod["nodeSelector"]["karpenter.sh/capacity-type"] = Yaml("spot").why("Karpenter's label; other clusters' are in the notes");
  scope.notes.push_back(
      {path_of(tier, "instance.market"),
       "spot nodes are told by karpenter.sh/capacity-type: spot; without Karpenter it is eks.amazonaws.com/capacityType: SPOT, "
       "cloud.google.com/gke-spot: \"true\" or kubernetes.azure.com/scalesetpriority: spot, and what taints them must be "
       "tolerated"});
}

// --- Deployment

/// The kind of autoscaler that sets the count; empty: none does.
std::string scaler_of(const Documents& scaling) {
  for (const Yaml& one : scaling) {
    const std::string& kind = one.at("kind").text();
    if (kind == "HorizontalPodAutoscaler" || kind == "ScaledObject") return kind;
  }
  return {};
}

void replicas(const Tier& tier, const std::string& scaler, Yaml& spec) {
  if (!scaler.empty()) {
    spec.about(fmt::format("No replicas: {} {} sets them, and every apply would set them back.", scaler, tier.name));
    return;
  }
  const Bounds& bounds = tier.replicas;
  spec["replicas"] = bounds.min;
  if (bounds.min == bounds.max) return;
  spec["replicas"].why(fmt::format("the least of {}..{}; nothing here changes it", bounds.min, bounds.max));
}

void rollout(const Scope& scope, const Tier& tier, Yaml& spec) {
  Yaml& strategy = spec["strategy"];
  strategy["type"] = "RollingUpdate";
  Yaml& update = strategy["rollingUpdate"];
  if (tier.surge > 0) {
    update["maxSurge"] = Yaml(tier.surge).why("surge: shared limits keep room for them");
    update["maxUnavailable"] = 0;
    return;
  }
  update["maxSurge"] = Yaml(0).why("no surge in the spec, and no connections kept for more");
  update["maxUnavailable"] = 1;
  scope.notes.push_back({path_of(tier, "surge"),
                         tier.replicas.min > 1
                             ? "none: a rollout goes with one instance less; surge: 1 replaces them one by one"
                             : "none: with one instance a rollout stops it before the next one starts; surge: 1 avoids that"});
}

Yaml deployment(const Scope& scope, const Tier& tier, const std::string& scaler) {
  Yaml made = object(scope, "apps/v1", "Deployment", tier.name, tier.name, role_of(tier));
  Yaml& spec = made["spec"];
  replicas(tier, scaler, spec);
  spec["selector"]["matchLabels"] = selector(scope, tier.name);
  rollout(scope, tier, spec);
  Yaml& pod_template = spec["template"];
  pod_template["metadata"]["labels"] = pod_labels(scope, tier.name, role_of(tier));
  Yaml& pod = pod_template["spec"];
  if (tier.leader) pod["serviceAccountName"] = tier.name;
  pod["terminationGracePeriodSeconds"] = grace(scope, tier);
  nodes(scope, tier, pod);
  placement(scope, tier, pod);
  pod["containers"].add(container_of(scope, tier));
  return made;
}

// --- a leader's lease

Yaml rule(std::initializer_list<Yaml> verbs) {
  Yaml made;
  made["apiGroups"] = Yaml::list({"coordination.k8s.io"}).flow();
  made["resources"] = Yaml::list({"leases"}).flow();
  made["verbs"] = Yaml::list(verbs).flow();
  return made;
}

/// One Lease, called like the tier, is all that it may touch.
void lease(const Scope& scope, const Tier& tier, Documents& all) {
  all.push_back(object(scope, "v1", "ServiceAccount", tier.name, tier.name, role_of(tier)));
  constexpr const char* api = "rbac.authorization.k8s.io/v1";
  Yaml& role = all.emplace_back(object(scope, api, "Role", tier.name, tier.name, role_of(tier)));
  role["rules"].add(rule({"create"}));
  Yaml& own = role["rules"].add(rule({"get", "update", "patch"}));
  own["resourceNames"] = Yaml::list({tier.name}).flow();
  Yaml& binding = all.emplace_back(object(scope, api, "RoleBinding", tier.name, tier.name, role_of(tier)));
  binding["roleRef"]["apiGroup"] = "rbac.authorization.k8s.io";
  binding["roleRef"]["kind"] = "Role";
  binding["roleRef"]["name"] = tier.name;
  Yaml& subject = binding["subjects"].add();
  subject["kind"] = "ServiceAccount";
  subject["name"] = tier.name;
  subject["namespace"] = scope.name_space();
  scope.notes.push_back({path_of(tier, "leader"),
                         fmt::format("the program itself holds the Lease: its name and times are in LEASE_NAME, LEASE_DURATION, "
                                     "LEASE_RENEW_DEADLINE and LEASE_RETRY_PERIOD, and ServiceAccount {} may write it",
                                     tier.name)});
}

Yaml service_of(const Scope& scope, const Tier& tier) {
  Yaml made = service(scope, tier.name, tier.name, role_of(tier), "http", instance_port);
  if (entrance_of(scope.stack) != &tier || !scope.stack.balancer) return made;
  const Balancer& balancer = *scope.stack.balancer;
  if (balancer.engine != BalancerEngine::traefik || balancer.sticky.empty()) return made;
  Yaml& notes = made["metadata"]["annotations"];
  constexpr std::string_view cookie = "traefik.ingress.kubernetes.io/service.sticky.cookie";
  notes[cookie] = "true";
  notes[fmt::format("{}.name", cookie)] = balancer.sticky;
  notes[fmt::format("{}.httponly", cookie)] = "true";
  return made;
}

/// Whether no pod may be evicted while there are no more than the least.
bool blocks_evictions(const Tier& tier) {
  const Disruption& budget = *tier.disruption;
  if (budget.min_available) return *budget.min_available >= tier.replicas.min;
  if (budget.min_available_share) return std::ceil(budget.min_available_share->value * tier.replicas.min) >= tier.replicas.min;
  return false;
}

Yaml budget_of(const Scope& scope, const Tier& tier) {
  Yaml made = disruption_budget(scope, tier.name, role_of(tier), *tier.disruption);
  if (blocks_evictions(tier))
    made["spec"]["minAvailable"].why(
        fmt::format("at replicas.min, {}, none may be evicted: a node's drain waits until there is another", tier.replicas.min));
  return made;
}

}  // namespace

Documents workload_of(const Scope& scope, const Tier& tier, const Documents& scaling) {
  Documents made;
  note_missing_image(tier, scope.notes);
  if (tier.leader) lease(scope, tier, made);
  made.push_back(deployment(scope, tier, scaler_of(scaling)));
  if (tier.kind == TierKind::service) made.push_back(service_of(scope, tier));
  if (tier.disruption) made.push_back(budget_of(scope, tier));
  if (tier.sessions == SessionState::memory)
    scope.notes.push_back({path_of(tier, "sessions"),
                           "memory: what a user had goes with the pod; a cookie of the Ingress keeps them on it until then"});
  return made;
}

}  // namespace plimsoll::render::kube
