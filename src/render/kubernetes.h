#pragma once
// The parts of the target kubernetes, each in its own file; kubernetes.cc lays them out as one file a component.
//
// Objects are called like their component and stand in one namespace, by default the stack's name, so that a component's name is
// its host name. Labels: app.kubernetes.io/name (the component), /component (its role), /part-of (the stack), /managed-by;
// selectors use the first and part-of. The only container of a tier's pod is called like the tier.

#include <string>
#include <string_view>
#include <vector>

#include "render/render.h"
#include "render/yaml.h"

namespace plimsoll::render::kube {

/// What every part needs; borrowed for one rendering.
struct Scope {
  const Stack& stack;
  const Options& options;
  std::vector<Note>& notes;

  [[nodiscard]] std::string name_space() const { return options.kube_namespace.empty() ? stack.name : options.kube_namespace; }
  [[nodiscard]] bool at_least(int minor) const { return options.kube >= KubeVersion{1, minor}; }
};

/// apiVersion, kind, metadata {name, namespace, labels} of an object of a component. `role`: "service", "worker", "pooler",
/// "cache", "database", "vector-store", "monitoring", "balancer".
Yaml object(const Scope&, std::string_view api_version, std::string_view kind, const std::string& name,
            const std::string& component, std::string_view role);
/// The labels that select a component's pods.
Yaml selector(const Scope&, const std::string& component);
/// "service", "worker".
std::string_view role_of(const Tier&);

using Documents = std::vector<Yaml>;

/// Puts documents behind others.
void append(Documents& all, Documents more);

// kubernetes_workload.cc
/// ServiceAccount and the lease's Role where it leads, Deployment, Service, PodDisruptionBudget. `scaling`: what scaling_of()
/// made of the tier, as an autoscaler takes the count away from the Deployment.
Documents workload_of(const Scope&, const Tier&, const Documents& scaling);
// kubernetes_ingress.cc
Documents ingress_of(const Scope&);  // of the balancer; empty: none
// kubernetes_stores.cc
Documents pooler_of(const Scope&, const Pooler&);
Documents database_of(const Scope&, const Database&);
// kubernetes_redis.cc
Documents cache_of(const Scope&, const Cache&);
// kubernetes_qdrant.cc
Documents vector_store_of(const Scope&, const VectorStore&);
// kubernetes_scaling.cc
/// Whether KEDA scales the tier rather than an HPA: it has queues, a cron schedule, a formula, an idle count, or like: keda.
bool wants_keda(const Tier&);
/// HorizontalPodAutoscaler or ScaledObject, TriggerAuthentication, VerticalPodAutoscaler.
Documents scaling_of(const Scope&, const Tier&);
// kubernetes_monitoring.cc
Documents monitor_of(const Scope&, const Tier&);  // ServiceMonitor, where the tier has metrics
Documents alerts(const Scope&);                   // one PrometheusRule
// kubernetes_adapter.cc
Documents adapter(const Scope&);  // Prometheus Adapter's ConfigMap; empty: no metric needs it (A12)

}  // namespace plimsoll::render::kube
