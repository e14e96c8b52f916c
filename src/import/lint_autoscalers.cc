// Autoscalers: who else decides, what they measure against, what the cluster refuses.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "import/linting.h"
#include "import/match.h"

namespace plimsoll::import {
namespace {

bool is_same(const Autoscaler& a, const Autoscaler& b) { return a.kind == b.kind && a.name == b.name; }

/// An HPA that KEDA is told to take over.
bool is_handed_over(const Autoscaler& a, const Autoscaler& b) {
  return (!a.takes_over.empty() && a.takes_over == b.name) || (!b.takes_over.empty() && b.takes_over == a.name);
}

bool have_one_target(const Autoscaler& a, const Autoscaler& b) {
  return a.target == b.target && a.target_kind == b.target_kind && same_space(a.space, b.space);
}

void two_autoscalers(Linting& in) {
  std::map<std::string, std::vector<const Autoscaler*>> by_target;
  for (const Autoscaler& later : in.facts.autoscalers) {
    if (later.target.empty()) continue;
    std::vector<const Autoscaler*>& before = by_target[later.target];
    // One finding for each that is too many.
    const auto found = std::find_if(before.begin(), before.end(), [&](const Autoscaler* first) {
      return have_one_target(*first, later) && !is_same(later, *first) && !is_handed_over(later, *first);
    });
    const Autoscaler* known = found == before.end() ? nullptr : *found;
    before.push_back(&later);
    if (!known) continue;
    const Autoscaler& first = *known;
    Finding& finding =
        in.say("two-autoscalers", Level::error, later.at,
               fmt::format("{} and {} both decide how many there are of {}", called(first), called(later), later.target));
    finding.advice = first.kind == later.kind
                         ? "put the metrics of both into one: the highest wishes win there"
                         : "keep the ScaledObject and give it the HPA's metrics as triggers: KEDA makes an HPA of its own";
    finding.rows = {"K1", "K6"};
  }
}

/// Does the VPA move what one of the scaler's utilizations is measured against? A target on one container is, by that one only.
bool changes(const VerticalAutoscaler& vertical, const Autoscaler& scaler, SignalKind signal) {
  return std::any_of(scaler.scale.metrics.begin(), scaler.scale.metrics.end(), [&](const MetricTarget& target) {
    return target.signal == signal && target.type == TargetType::utilization &&
           vertical.controls(target.container, signal == SignalKind::cpu);
  });
}

/// A VPA moves the request that a utilization is measured against.
void vertical_beside(Linting& in) {
  std::map<std::string, std::vector<const Autoscaler*>> by_target;
  for (const Autoscaler& one : in.facts.autoscalers) by_target[one.target].push_back(&one);
  for (const VerticalAutoscaler& vertical : in.facts.verticals) {
    if (vertical.bounds.mode != Vertical::Mode::automatic) continue;
    for (const Autoscaler* one : by_target[vertical.target]) {
      const Autoscaler& scaler = *one;
      if (vertical.target_kind != scaler.target_kind || !same_space(vertical.space, scaler.space)) continue;
      const bool cpu = changes(vertical, scaler, SignalKind::cpu), memory = changes(vertical, scaler, SignalKind::memory);
      if (!cpu && !memory) continue;
      const char* what = cpu && memory ? "CPU and memory" : cpu ? "CPU" : "memory";
      Finding& finding =
          in.say("two-autoscalers", Level::warning, vertical.mode,
                 fmt::format("VPA {} changes the requests that {} measures {} against", vertical.name, called(scaler), what));
      finding.advice = "updateMode: \"Off\" and read its recommendation, or controlledResources without what the other scales on";
      finding.rows = {"T13"};
      break;
    }
  }
}

void replicas_beside(Linting& in) {
  for (const Part& part : in.parts) {
    const Workload& workload = *part.workload;
    if (!workload.replicas || workload.live) continue;
    const std::vector<const Autoscaler*>& scalers = in.autoscalers_of(workload);
    if (scalers.empty()) continue;
    const int count = workload.replicas->value;
    Finding& finding = in.say("replicas-in-manifest", Level::warning, workload.replicas->key,
                              fmt::format("replicas: {} beside {}: every apply sets {} back to {}", count,
                                          called(*scalers.front()), workload.name, count));
    finding.path = in.path_of(workload);
    finding.advice =
        "remove this line, in a safe order: first kubectl apply --server-side, or take it out of the live object with kubectl "
        "apply "
        "edit-last-applied (a client-side apply without it would set the count to 1 once)";
    finding.rows = {"K1"};
  }
}

/// Namespaces may give requests to those who have none.
bool has_defaults(const Facts& facts) { return facts.unknown_kinds.count("LimitRange") > 0; }

bool sets_requests(const Linting& in, const Workload& workload, const std::string& container, bool cpu) {
  const auto& all = in.matches.verticals_of(workload);
  return std::any_of(all.begin(), all.end(), [&](const VerticalAutoscaler* one) {
    return one->bounds.mode != Vertical::Mode::off && one->controls(container, cpu);
  });
}

void missing_request(Linting& in, const Workload& workload, const Autoscaler& scaler, const MetricTarget& target) {
  const bool cpu = target.signal == SignalKind::cpu;
  if ((!cpu && target.signal != SignalKind::memory) || target.type != TargetType::utilization) return;
  if (workload.pod_requests) return;
  std::vector<std::string> without;
  const Container* first = nullptr;
  for (const Container& one : workload.containers) {
    if (!target.container.empty() && one.name != target.container) continue;
    if (cpu ? one.has_cpu_request : one.has_memory_request) continue;
    if (sets_requests(in, workload, one.name, cpu)) continue;
    without.push_back(one.name);
    if (!first) first = &one;
  }
  if (!first) return;
  const char* resource = cpu ? "cpu" : "memory";
  Finding& finding = in.say("missing-request", Level::error, first->resources,
                            fmt::format("container{} {} of {} {} no {} request: {} can't compute its {:.0f} % and will not scale",
                                        without.size() > 1 ? "s" : "", fmt::join(without, ", "), workload.name,
                                        without.size() > 1 ? "have" : "has", resource, called(scaler), target.target * 100));
  finding.path = in.path_of(workload);
  finding.advice = fmt::format("resources: {{requests: {{{}: …}}}} for every container of the pod{}", resource,
                               target.container.empty() ? "; or a ContainerResource metric for the one that has it" : "");
  finding.rows = {"K1"};
}

void missing_requests(Linting& in) {
  if (has_defaults(in.facts)) return;
  for (const Part& part : in.parts)
    for (const Autoscaler* scaler : in.autoscalers_of(*part.workload))
      for (const MetricTarget& target : scaler->scale.metrics) missing_request(in, *part.workload, *scaler, target);
}

void without_target(Linting& in) {
  for (const Autoscaler& scaler : in.facts.autoscalers) {
    if (scaler.target.empty() || in.parts.empty()) continue;
    const Workload* named = nullptr;
    bool found = false;
    for (const Workload* one : in.matches.workloads_called(scaler.target)) {
      if (!in.part_of.contains(one) || !same_space(one->space, scaler.space)) continue;
      if (!named) named = one;
      found = found || is_target(*one, scaler.target_kind, scaler.target, scaler.space);
    }
    if (found) continue;
    if (named) {
      in.say("autoscaler-without-target", Level::warning, scaler.at,
             fmt::format("{} scales {} {}, but {} is a {}", called(scaler), scaler.target_kind, scaler.target, scaler.target,
                         named->api_kind));
      continue;
    }
    const bool usual =
        scaler.target_kind == "Deployment" || scaler.target_kind == "StatefulSet" || scaler.target_kind == "Rollout";
    if (usual)
      in.say("autoscaler-without-target", Level::note, scaler.at,
             fmt::format("{} scales {} {}, which is not in these files", called(scaler), scaler.target_kind, scaler.target));
  }
}

void removed_versions(Linting& in) {
  for (const Autoscaler& scaler : in.facts.autoscalers) {
    const bool one = scaler.api_version == "autoscaling/v2beta1", two = scaler.api_version == "autoscaling/v2beta2";
    if (!one && !two) continue;
    Finding& finding = in.say("removed-api-version", Level::error, scaler.api_version_at,
                              fmt::format("{} is gone since Kubernetes {}: {} can't be applied", scaler.api_version,
                                          one ? "1.25" : "1.26", called(scaler)));
    finding.advice =
        one ? "apiVersion: autoscaling/v2, with target: {type, averageUtilization} in each metric" : "apiVersion: autoscaling/v2";
  }
}

void crossed_bounds(Linting& in) {
  for (const Autoscaler& scaler : in.facts.autoscalers) {
    if (!scaler.min || !scaler.max || scaler.min->value <= scaler.max->value || scaler.max->value < 1) continue;
    Finding& finding = in.say("crossed-bounds", Level::error, scaler.min->key,
                              fmt::format("{} has a minimum of {} above its maximum of {}: it can't be applied", called(scaler),
                                          scaler.min->value, scaler.max->value));
    finding.advice = "a maximum that is at least the minimum";
    finding.rows = {"K1"};
  }
}

void zero_on_cpu(Linting& in) {
  for (const Autoscaler& scaler : in.facts.autoscalers) {
    if (scaler.kind != Autoscaler::Kind::keda || scaler.scale.metrics.empty()) continue;
    if (!scaler.queues.empty() || !scaler.scale.schedule.empty() || !scaler.unknown.empty()) continue;
    const bool only = std::all_of(scaler.scale.metrics.begin(), scaler.scale.metrics.end(), [](const MetricTarget& target) {
      return target.signal == SignalKind::cpu || target.signal == SignalKind::memory;
    });
    if (!only || (scaler.min && scaler.min->value > 0)) continue;
    Finding& finding =
        in.say("keda-and-min-zero-with-hpa-metric", Level::error, scaler.min ? scaler.min->key : scaler.at,
               fmt::format("{} has only CPU and memory triggers and a minimum of 0: KEDA refuses it", called(scaler)));
    finding.advice = scaler.min ? "minReplicaCount: 1" : "minReplicaCount: 1 (it is 0 where nothing is said)";
    finding.rows = {"K6"};
  }
}

}  // namespace

void lint_autoscalers(Linting& in) {
  two_autoscalers(in);
  vertical_beside(in);
  replicas_beside(in);
  missing_requests(in);
  without_target(in);
  removed_versions(in);
  zero_on_cpu(in);
  crossed_bounds(in);
}

}  // namespace plimsoll::import
