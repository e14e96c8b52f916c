#pragma once
// What pods of tiers and of stores have in common. Part of the target kubernetes.

#include <optional>
#include <string>
#include <string_view>

#include "render/kubernetes.h"

namespace plimsoll::render::kube {

/// From an endpoint's removal to the moment the last node has heard of it, as a rule: so long a pod that goes still serves.
inline constexpr std::int64_t pre_stop_seconds = 5;

/// metadata.labels of a pod: those of object().
Yaml pod_labels(const Scope&, const std::string& component, std::string_view role);

/// `lifecycle` with a preStop that sleeps for pre_stop_seconds.
Yaml pre_stop(const Scope&);

/// requests and limits; a request without a limit has none.
Yaml resources(const std::optional<RequestLimit<Cores>>& cpu, const std::optional<RequestLimit<Bytes>>& memory);

/// An entry of `env` whose value is a Secret's.
Yaml env_from_secret(std::string_view name, std::string_view secret, std::string_view key);
/// An entry of `env` whose value is the pod's own: "metadata.name", "status.podIP".
Yaml env_from_field(std::string_view name, std::string_view field);

/// Adds `affinity` to a pod: instances avoid one host with a weight, or never share one where that is `required`.
void avoid_one_host(const Scope&, const std::string& component, Yaml& pod, int weight, bool required);

/// policy/v1, before 1.21 v1beta1.
Yaml disruption_budget(const Scope&, const std::string& component, std::string_view role, const Disruption&);

/// A Service of the component's pods: one port, called `port_name`.
Yaml service(const Scope&, const std::string& name, const std::string& component, std::string_view role,
             std::string_view port_name, std::uint16_t port);
/// The same without an address of its own: each pod has a name, known before it is ready.
Yaml headless(const Scope&, const std::string& name, const std::string& component, std::string_view role,
              std::string_view port_name, std::uint16_t port);

/// A volume of a pod that shows a ConfigMap's keys and a Secret's keys as files of one folder.
Yaml config_volume(std::string_view config_map, std::string_view secret, std::initializer_list<std::string_view> secret_keys);

/// An item of volumeClaimTemplates called "data"; a comment says how it grows.
Yaml data_claim(Bytes size, std::string why);

/// apps/v1 StatefulSet of a store; the pod's template has its labels, its `spec` is the caller's to fill. `together`: its pods
/// start without waiting for one another.
Yaml stateful_set(const Scope&, const std::string& name, std::string_view role, const std::string& service, int replicas,
                  bool together = false);
/// spec.template.spec of a Deployment or StatefulSet.
Yaml& pod_of(Yaml& workload);

/// A ConfigMap of a store.
Yaml config_map(const Scope&, const std::string& name, std::string_view role);

/// The text of one of the files of another target; asserted to be there.
const std::string& text_of(const Rendered&, std::string_view path);

/// What another target says of a component, `path`, and is as true here: all but what the reader must make, which stands
/// otherwise in a cluster, and what is said of path + one of `not_of` ("" is the path itself).
void pass_notes(const Scope&, const Rendered&, const ModelPath& path, std::initializer_list<std::string_view> not_of);

/// Whole mebibytes, rounded up: "1536Mi", "12Gi". What people write.
std::string whole_mebibytes(Bytes);

/// Where the reader has the component instead of in this cluster: a Service of its name that stands for that place; empty: it is
/// to be here.
Documents elsewhere(const Scope&, const std::string& name, std::string_view role, std::string_view port_name, std::uint16_t port);

/// Options for what runs in the cluster: a component that is elsewhere is known there by the name of its Service.
Options within(const Stack&, const Options&);

}  // namespace plimsoll::render::kube
