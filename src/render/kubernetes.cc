#include "render/kubernetes.h"

#include <fmt/format.h>

#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace kube {

Yaml object(const Scope& scope, std::string_view api_version, std::string_view kind, const std::string& name,
            const std::string& component, std::string_view role) {
  Yaml made;
  made["apiVersion"] = api_version;
  made["kind"] = kind;
  Yaml& metadata = made["metadata"];
  metadata["name"] = name;
  metadata["namespace"] = scope.name_space();
  metadata["labels"] = selector(scope, component);
  metadata["labels"]["app.kubernetes.io/component"] = role;
  metadata["labels"]["app.kubernetes.io/managed-by"] = "plimsoll";
  return made;
}

Yaml selector(const Scope& scope, const std::string& component) {
  Yaml labels;
  labels["app.kubernetes.io/name"] = component;
  labels["app.kubernetes.io/part-of"] = scope.stack.name;
  return labels;
}

std::string_view role_of(const Tier& tier) { return tier.kind == TierKind::service ? "service" : "worker"; }

namespace {

/// One file; nothing if there are no objects for it. `what` it is: "Service tier api".
void put(Rendered& made, const Stack& stack, const std::string& name, std::string_view what, const Documents& documents) {
  if (documents.empty()) return;
  made.files.push_back(
      {fmt::format("kubernetes/{}.yaml", name),
       fmt::format("# {} of the stack {}, made by `plimsoll render`.\n{}", what, stack.name, to_yaml(documents))});
}

/// Before all others: `kubectl apply -f` goes through a folder by name, and no component's begins with a digit.
constexpr const char* name_space_file = "00-namespace";

/// A file's name beside those of the components.
std::string free_name(const Stack& stack, std::string name) {
  while (is_component(stack, name)) name += "-of-all";
  return name;
}

Yaml name_space_of(const Scope& scope) {
  Yaml made;
  made["apiVersion"] = "v1";
  made["kind"] = "Namespace";
  made["metadata"]["name"] = scope.name_space();
  made["metadata"]["labels"]["app.kubernetes.io/part-of"] = scope.stack.name;
  made["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "plimsoll";
  return made;
}

/// Keys that no object of a namespace has.
void note_what_is_left(const Scope& scope) {
  const Limits& limits = scope.stack.limits;
  if (limits.cores || limits.memory)
    scope.notes.push_back(
        {"limits", "not in these files: a ResourceQuota would count the stores too, and refuse rather than share out"});
  if (!scope.stack.regions.empty())
    scope.notes.push_back({"regions", "these files are one region's: the same for the cluster of each"});
}

/// Kubernetes gives each pod variables of each Service of its namespace: of redis also REDIS_PORT, of the form
/// tcp://10.0.0.1:6379.
void keep_out_service_links(Documents& documents) {
  for (Yaml& one : documents) {
    if (!one.has("spec") || !one.at("spec").has("template")) continue;
    pod_of(one)["enableServiceLinks"] = Yaml(false).why("else a Service redis puts REDIS_PORT=tcp://… among its variables");
  }
}

}  // namespace

void append(Documents& all, Documents more) {
  for (Yaml& one : more) all.push_back(std::move(one));
}

}  // namespace kube

Rendered kubernetes(const Stack& stack, const Options& options) {
  Rendered made;
  // Stores may be elsewhere; what runs in the cluster knows them by the Services that stand for them there.
  const Options inside = kube::within(stack, options);
  const kube::Scope stores{stack, options, made.notes};
  const kube::Scope scope{stack, inside, made.notes};
  const auto put = [&](const std::string& name, std::string_view what, kube::Documents documents) {
    kube::keep_out_service_links(documents);
    kube::put(made, stack, name, what, documents);
  };
  put(kube::name_space_file, "Namespace", {kube::name_space_of(scope)});
  made.notes.push_back(
      {"", fmt::format("make the namespace before the Secrets: kubectl apply -f kubernetes/{}.yaml", kube::name_space_file),
       true});
  for (const Tier& tier : stack.tiers) {
    kube::Documents scaling = kube::scaling_of(scope, tier);
    kube::Documents documents = kube::workload_of(scope, tier, scaling);
    kube::append(documents, std::move(scaling));
    kube::append(documents, kube::monitor_of(scope, tier));
    put(tier.name, fmt::format("{} {}", tier.kind == TierKind::service ? "Service tier" : "Worker tier", tier.name),
        std::move(documents));
  }
  for (const Database& one : stack.databases) put(one.name, "Database " + one.name, kube::database_of(stores, one));
  for (const Pooler& one : stack.poolers) put(one.name, "PgBouncer " + one.name, kube::pooler_of(stores, one));
  for (const Cache& one : stack.caches) put(one.name, "Redis " + one.name, kube::cache_of(stores, one));
  for (const VectorStore& one : stack.vector_stores) put(one.name, "Qdrant " + one.name, kube::vector_store_of(stores, one));
  put(kube::free_name(stack, "ingress"), "Balancer", kube::ingress_of(scope));
  put(kube::free_name(stack, "alerts"), "Alerts", kube::alerts(scope));
  put(kube::free_name(stack, "prometheus-adapter"), "Metrics for autoscalers", kube::adapter(scope));
  kube::note_what_is_left(scope);
  return made;
}

}  // namespace plimsoll::render
