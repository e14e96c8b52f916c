#pragma once
// What is worth telling somebody, as Prometheus rules: the target prometheus writes them to a file, kubernetes to a
// PrometheusRule. docs/alerts.md has them all in a table.
//
// `job` is the component's name on every machine: tiers by their own metrics page, stores by the usual exporters
// (render/promql.h).
//
// Severity: critical (now: somebody is woken), warning (today), info (plan for it). Levels of one thing share the label `signal`,
// so that the higher can mute the lower (render/alertmanager.cc). A figure the spec states beats the usual one, and a rule under
// `scale.rules` takes the place of the usual levels of its signal. Where an autoscaler holds a signal above a level by its own
// target, the level counts only once all replicas run: before that the autoscaler is at work and nobody has anything to do.

#include "core/stack.h"
#include "render/render.h"
#include "render/yaml.h"

namespace plimsoll::render {

/// The list under `groups:`, a group a component. Notes say which rules of the spec can't be alerts.
Yaml rule_groups(const Stack&, std::vector<Note>&);

/// The balancer's own group, if it tells of itself: for whoever scrapes it as the job "balancer". On Kubernetes nobody does;
/// there the entrance is an Ingress controller, the cluster's.
void add_balancer_group(const Stack&, Yaml& groups);

}  // namespace plimsoll::render
