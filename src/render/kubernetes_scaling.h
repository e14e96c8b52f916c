#pragma once
// The parts of an autoscaler: which one, its behavior, what it can't do, and the commands for what is done by hand.

#include <string>
#include <string_view>

#include "render/kubernetes.h"

namespace plimsoll::render::kube {

/// `behavior` of an HPA, also of the one KEDA makes; empty: Kubernetes' own. Notes say what its fields can't.
Yaml behavior_of(const Scope&, const Tier&);  // kubernetes_behavior.cc

/// The tier's ScaledObject and TriggerAuthentication; empty: there is nothing that KEDA could look at.
Documents keda_of(const Scope&, const Tier&);  // kubernetes_keda.cc

/// The host as it is known outside the stack's namespace: a name without a dot is none of the asker's neighbours but one of ours.
std::string in_cluster(const Scope&, const std::string& host);
/// The same for the host within "http://prometheus:9090/path".
std::string in_cluster_url(const Scope&, const std::string& url);

/// "tiers.api." + key.
ModelPath path_of(const Tier&, std::string_view key);
/// "kubectl patch hpa api -n shop --type merge -p '{"spec":{…}}'"; a count of "${N:?}" in `spec` is the shell's to fill in.
std::string patch_command(const Scope&, const Tier&, std::string_view kind, std::string_view spec);

}  // namespace plimsoll::render::kube
