#pragma once
// Who tells Prometheus about stores and poolers, as alerts ask for them (render/promql.h). Part of the target kubernetes.
//
// An exporter stands in the pod of what it asks, so that each pod is one target. What runs outside the cluster has one of its
// own, NAME-exporter.

#include <string>
#include <string_view>

#include "render/kubernetes.h"

namespace plimsoll::render::kube {

/// Key of a database's Secret: the password of its monitoring role, and of the pooler's.
inline constexpr std::string_view monitoring_key = "monitoring-password";
/// What the port of an exporter is called.
inline constexpr std::string_view metrics_port = "metrics";
/// Another container of the pod, at the port.
std::string beside(std::uint16_t port);

// Containers, called NAME-exporter; `at` is "HOST:PORT".
Yaml redis_exporter(const Scope&, const Cache&, const std::string& at);
Yaml pgbouncer_exporter(const Pooler&, const std::string& at);
Yaml postgres_exporter(const Database&, const std::string& at);

/// An item of podMetricsEndpoints: /metrics of the port, every 30 s.
Yaml scrape_of(std::string_view port);
/// A PodMonitor of the component's pods; `job`: what alerts call them.
Yaml pod_monitor(const Scope&, const std::string& component, std::string_view role, const std::string& job,
                 Yaml endpoint = scrape_of(metrics_port));

/// Deployment and PodMonitor of an exporter of `name`, which no pod of this cluster is: its metrics are those of the job `name`.
Documents exporter_alone(const Scope&, const std::string& name, Yaml container);

/// "main:5432": where the cluster's pods find a store that is outside.
std::string place_of(const Scope&, const std::string& name, std::uint16_t port);

}  // namespace plimsoll::render::kube
