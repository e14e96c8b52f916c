#pragma once
// What a pod requests of one resource. A cold step: its results are kept as arrays beside the pods until a pod changes.

#include <optional>
#include <span>
#include <string_view>

#include "decide/hpa/metric_error.h"
#include "decide/hpa/milli.h"

namespace plimsoll::hpa {

/// All requests are of the resource in question; absent: it requests nothing of it.
struct Container {
  std::string_view name;
  std::optional<Milli> request;
};

struct InitContainer {
  std::string_view name;
  std::optional<Milli> request;
  bool restartable = false;  // a sidecar: runs on beside the containers
};

struct PodSpec {
  std::span<const Container> containers;
  std::span<const InitContainer> init_containers;  // in the order in which they start
  bool has_pod_level_requests = false;             // of any resource for which supports_pod_level() holds
  std::optional<Milli> pod_level_request;          // of this one
};

/// Pod-level requests exist for cpu, memory and huge pages; of other resources they are as good as not set.
bool supports_pod_level(std::string_view resource);

/// The request of `container`, or of the whole pod if that is empty: the pod-level request where one is set, else the sum of
/// containers and sidecars, each of which must request something. Sums wrap.
/// Fails with missing_request, missing_pod_level_request, container_not_found.
Measured<Milli> pod_request(const PodSpec& pod, std::string_view container);

}  // namespace plimsoll::hpa
