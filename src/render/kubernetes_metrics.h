#pragma once
// How a cluster comes by the figures that targets of the spec name: what an HPA reads, what KEDA asks of Prometheus, and the
// rules by which Prometheus Adapter serves the rest. One place, so that the autoscaler and the adapter agree on names.

#include <string>
#include <vector>

#include "render/kubernetes.h"

namespace plimsoll::render::kube {

/// Where a figure comes from.
enum class Source {
  resource,  // CPU and memory: metrics-server
  pods,      // one number an instance: custom.metrics.k8s.io, by the adapter
  external,  // one number: external.metrics.k8s.io, by the adapter
  list,      // the length of a Redis list: KEDA
  none       // no autoscaler of a cluster has it; `why_not` says why
};

struct Figure {
  Source source = Source::none;
  std::string name;           // pods, external: in the metrics API; list: the list
  bool by_job = false;        // external: of the tier's own series, so the HPA selects by job
  std::string series;         // what the adapter discovers, a series' name; empty: a query of the owner's
  std::string before, after;  // PromQL around the series and its matchers: "sum(rate(", "[2m]))"
  std::string query;          // pods, external: PromQL for this tier, whole
  std::string server;         // the Prometheus a query of the owner's names; empty: the cluster's
  std::string why_not;
};

/// The targets of the tier; like: hpa without any has Kubernetes' own 80 % of CPU.
std::vector<MetricTarget> targets_of(const Tier&);
Figure figure_of(const Scope&, const Tier&, const MetricTarget&);

/// Once a signal: a series that counts up by its name, and whose unit does not say that its rate is meant.
void note_counter(const Scope&, const MetricTarget&);
/// Pages of the instance with Prometheus text that its figures are on: run.metrics and those of named signals.
std::vector<std::string> metrics_pages_of(const Scope&, const Tier&);

/// As Kubernetes writes quantities: 100 → "100", 0.5 → "500m"; nothing finer than a thousandth.
std::string quantity(double);
/// The shortest decimal that reads back: 0.5, 100.
std::string decimal(double);

}  // namespace plimsoll::render::kube
