// Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, Argo's Rollout and whatever else has a template of pods.

#include <algorithm>
#include <array>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {
namespace {

Workload::Kind kind_of(std::string_view kind) {
  using Kind = Workload::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 5> kinds = {{{"Deployment", Kind::deployment},
                                                                       {"StatefulSet", Kind::stateful_set},
                                                                       {"ReplicaSet", Kind::replica_set},
                                                                       {"DaemonSet", Kind::daemon_set},
                                                                       {"Job", Kind::job}}};
  for (const auto& [name, made] : kinds)
    if (name == kind) return made;
  return Kind::other;
}

void claims(const Object& object, Workload& into) {
  const Node* list = at(object.root, {"spec", "volumeClaimTemplates"});
  if (!list) return;
  for (const Node& claim : list->items) {
    const Node::Entry* size = entry_at(claim, {"spec", "resources", "requests", "storage"});
    const auto bytes = size ? parse_kubernetes_quantity(text(&size->value)) : std::nullopt;
    if (!bytes || !(*bytes >= 1) || *bytes > 0x1p60) continue;
    const Bytes of{static_cast<std::int64_t>(*bytes)};
    if (!into.storage || into.storage->value < of) into.storage = found<Bytes>(object.file, size, of);
  }
}

/// Where an instance may stand: spread over hosts and zones.
void placement(const Node& pods, Workload& into) {
  Placement made;
  bool said = false;
  const auto is_host = [](const Node& term) { return text(term, {"topologyKey"}) == "kubernetes.io/hostname"; };
  if (const Node* strict = at(pods, {"spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}))
    for (const Node& term : strict->items)
      if (is_host(term)) said = made.own_hosts = true;
  if (const Node* wished = at(pods, {"spec", "affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"}))
    for (const Node& term : wished->items) {
      const Node* what = at(term, {"podAffinityTerm"});
      if (!what || !is_host(*what)) continue;
      made.spread_hosts = std::clamp(integer(at(term, {"weight"})).value_or(1), 1, 100);
      said = true;
    }
  if (const Node* spread = at(pods, {"spec", "topologySpreadConstraints"}))
    for (const Node& one : spread->items) {
      const std::string key = text(one, {"topologyKey"});
      if (key == "kubernetes.io/hostname" && made.spread_hosts == 0 && !made.own_hosts) {
        made.spread_hosts = 100;
        said = true;
      }
      if (key != "topology.kubernetes.io/zone") continue;
      made.zone_skew = std::clamp(integer(at(one, {"maxSkew"})).value_or(1), 1, 100);
      made.zones_strict = text(one, {"whenUnsatisfiable"}) != "ScheduleAnyway";
      said = true;
    }
  if (said) into.placement = made;
}

/// What a rollout may have beyond the count: Deployments and Rollouts a quarter, rounded up, unless they say.
void surge(const Object& object, Workload& into) {
  const bool rolls = into.kind == Workload::Kind::deployment || object.kind == "Rollout";
  if (!rolls) return;
  const Node* strategy = at(object.root, {"spec", "strategy"});
  into.strategy = strategy ? text(*strategy, {"type"}) : "";
  if (strategy && at(*strategy, {"blueGreen"})) into.strategy = "BlueGreen";
  if (into.strategy == "Recreate") return;
  const Node::Entry* most = strategy ? entry_at(*strategy, {"rollingUpdate", "maxSurge"}) : nullptr;
  if (strategy && !most) most = entry_at(*strategy, {"canary", "maxSurge"});
  const CountOrShare written = count_or_share(most ? &most->value : nullptr);
  into.surge = found<int>(object.file, most, written.count);
  into.surge_share = found<double>(object.file, most, written.share);
  if (!most) into.surge_share = Found<double>{into.strategy == "BlueGreen" ? 1.0 : 0.25, into.spec, into.spec, ""};
}

}  // namespace

void workload(const Object& object, const Node::Entry& pod_template, Facts& facts) {
  const Node& pods = pod_template.value;
  const Node::Entry* spec = entry_at(object.root, {"spec"});
  Workload made;
  made.kind = kind_of(object.kind);
  made.api_kind = object.kind;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  made.spec = object.spot(spec);
  made.labels = texts(at(pods, {"metadata", "labels"}));
  made.annotations = texts(at(pods, {"metadata", "annotations"}));
  made.selector = texts(at(object.root, {"spec", "selector", "matchLabels"}));
  made.selector_rules = label_rules(at(object.root, {"spec", "selector"}));
  made.owned = is_owned(object.root);
  made.live = at(object.root, {"metadata", "uid"}) || at(object.root, {"metadata", "resourceVersion"});
  made.pod_requests = at(pods, {"spec", "resources", "requests"}) != nullptr;
  made.replicas = found_integer(object.file, entry_at(object.root, {"spec", "replicas"}));
  made.termination_grace = found_seconds(object.file, entry_at(pods, {"spec", "terminationGracePeriodSeconds"}));
  for (const Node& one : at(pods, {"spec", "containers"})->items) made.containers.push_back(container(object, one));
  if (const Node* first = at(pods, {"spec", "initContainers"}))
    for (const Node& one : first->items)
      if (Container along = container(object, one); along.sidecar) made.containers.push_back(std::move(along));
  if (const Node* volumes = at(pods, {"spec", "volumes"}))
    for (const Node& volume : volumes->items)
      if (const std::string map = text(volume, {"configMap", "name"}); !map.empty())
        for (Container& one : made.containers) one.config_maps.push_back(map);
  claims(object, made);
  placement(pods, made);
  surge(object, made);
  facts.workloads.push_back(std::move(made));
}

}  // namespace plimsoll::import::kubernetes
