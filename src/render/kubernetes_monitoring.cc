// ServiceMonitor, PodMonitor and PrometheusRule: what Prometheus Operator makes scrapes and alerts of.

#include <fmt/format.h>

#include <algorithm>

#include "render/alerts.h"
#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"
#include "render/prometheus.h"

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
    add_page(endpoint, "path", page);
    endpoint["interval"] = "30s";
  }
  return {std::move(made)};
}

namespace {

/// Prometheus Operator's own takes every monitor; the chart that most clusters have it from, those with its release's label.
void note_selection(const Scope& scope) {
  scope.notes.push_back(
      {"",
       fmt::format("kube-prometheus-stack reads only monitors and rules that have its release's label: kubectl label "
                   "servicemonitors,podmonitors,prometheusrules -n {} -l app.kubernetes.io/part-of={} release=RELEASE",
                   scope.name_space(), scope.stack.name),
       true});
}

/// Requests that wait are HAProxy's to tell, and a cluster's Ingress is not the one that the alerts were written for.
void note_balancer(const Scope& scope) {
  if (!scope.stack.balancer || scope.stack.balancer->engine != BalancerEngine::haproxy) return;
  for (const Tier& tier : scope.stack.tiers) {
    const auto waits = [](const ThresholdRule& rule) { return rule.signal == SignalKind::queued_requests; };
    if (std::ranges::none_of(tier.scale.rules, waits)) continue;
    scope.notes.push_back(
        {fmt::format("tiers.{}.scale.rules", tier.name),
         fmt::format("its alert on queued requests reads haproxy_backend_current_queue{{proxy=\"{}\"}}: scrape the "
                     "ingress controller's own metrics, which call that backend otherwise, and relabel `proxy`; "
                     "until then it can't fire",
                     tier.name)});
  }
}

}  // namespace

Documents alerts(const Scope& scope) {
  Yaml groups = rule_groups(scope.stack, scope.notes);
  if (groups.empty()) return {};
  note_balancer(scope);
  note_selection(scope);
  const std::string name = scope.stack.name + "-alerts";
  Yaml made = object(scope, "monitoring.coreos.com/v1", "PrometheusRule", name, scope.stack.name, "monitoring");
  made["spec"]["groups"] = std::move(groups);
  return {std::move(made)};
}

}  // namespace plimsoll::render::kube
