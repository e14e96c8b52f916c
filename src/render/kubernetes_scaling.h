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

/// "tiers.api." + key.
ModelPath path_of(const Tier&, std::string_view key);
/// "kubectl patch hpa api -n shop --type merge -p '{"spec":{…}}'".
std::string patch_command(const Scope&, const Tier&, std::string_view kind, std::string_view spec);

}  // namespace plimsoll::render::kube
