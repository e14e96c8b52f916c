// ServiceMonitor, PodMonitor and PrometheusRule: what Prometheus Operator makes scrapes and alerts of.

#include <fmt/format.h>

#include "render/alerts.h"
#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"

namespace plimsoll::render::kube {

Documents monitor_of(const Scope& scope, const Tier& tier) {
  const std::vector<std::string> pages = metrics_pages_of(scope, tier);
  if (pages.empty()) return {};
  // A worker has no Service: its pods are found themselves.
  const bool service = tier.kind == TierKind::service;
  Yaml made =
      object(scope, "monitoring.coreos.com/v1", service ? "ServiceMonitor" : "PodMonitor", tier.name, tier.name, role_of(tier));
  Yaml& spec = made["spec"];
  spec["jobLabel"] = Yaml("app.kubernetes.io/name").why(fmt::format("alerts know it as job=\"{}\"", tier.name));
  spec["selector"]["matchLabels"] = selector(scope, tier.name);
  for (const std::string& page : pages) {
    Yaml& endpoint = spec[service ? "endpoints" : "podMetricsEndpoints"].add();
    endpoint["port"] = "http";
    endpoint["path"] = page;
    endpoint["interval"] = "30s";
  }
  return {std::move(made)};
}

Documents alerts(const Scope& scope) {
  Yaml groups = rule_groups(scope.stack, scope.notes);
  if (groups.empty()) return {};
  const std::string name = scope.stack.name + "-alerts";
  Yaml made = object(scope, "monitoring.coreos.com/v1", "PrometheusRule", name, scope.stack.name, "monitoring");
  made["spec"]["groups"] = std::move(groups);
  return {std::move(made)};
}

}  // namespace plimsoll::render::kube
