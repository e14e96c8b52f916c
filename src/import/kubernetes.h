#pragma once
// The readers of Kubernetes' objects: one function a group of kinds. Each adds to the facts what it understands.

#include <string>

#include "import/facts.h"
#include "import/node.h"

namespace plimsoll::import::kubernetes {

/// An object: its tree and what all objects have.
struct Object {
  std::uint32_t file = 0;
  const Node& root;
  std::string api_version, kind, name, space;
  Spot at;  // of its name, or of its first key

  [[nodiscard]] Spot spot(const Position& position) const { return {file, position}; }
  [[nodiscard]] Spot spot(const Node::Entry* entry) const { return entry ? Spot{file, entry->at} : at; }
};

void workload(const Object& object, const Node::Entry& pod_template, Facts& facts);  // kubernetes_workload.cc
Container container(const Object& object, const Node& node);                         // kubernetes_container.cc
void service(const Object& object, Facts& facts);                                    // kubernetes_network.cc
void ingress(const Object& object, Facts& facts);                                    // kubernetes_network.cc
void config_map(const Object& object, Facts& facts);                                 // kubernetes_network.cc
void autoscaler(const Object& object, Facts& facts);                                 // kubernetes_scaler.cc
void disruption_budget(const Object& object, Facts& facts);                          // kubernetes_policy.cc
void vertical_autoscaler(const Object& object, Facts& facts);                        // kubernetes_policy.cc
void scaled_object(const Object& object, Facts& facts);                              // keda.cc

/// Kubernetes' `behavior` into the scale's; `path` ("scale.behavior") is where origins go.
void behavior(const Object& object, const Node& node, Autoscaler& into);  // kubernetes_behavior.cc

/// Another object made it: a Deployment its ReplicaSet, KEDA its HPA. Only clusters' own output has such.
bool is_owned(const Node& root);

/// A name fit for `signals:`: what is no letter, digit or _ becomes _.
std::string signal_name(std::string_view text);

/// The matchExpressions of a selector; none if it is null.
std::vector<LabelRule> label_rules(const Node* selector);

/// "2" or "50%": a count or a share, whichever is written.
struct CountOrShare {
  std::optional<int> count;
  std::optional<double> share;
};
CountOrShare count_or_share(const Node* node);

}  // namespace plimsoll::import::kubernetes
