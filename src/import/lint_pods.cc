// Pods behind a Service: when they are ready, and how they go.

#include <fmt/format.h>

#include <algorithm>

#include "core/quantity.h"
#include "import/linting.h"
#include "import/match.h"

namespace plimsoll::import {
namespace {

constexpr Duration default_grace = std::chrono::seconds(30);  // Kubernetes'

/// Are there ever two, or does the one come and go?
bool changes(const Linting& in, const Workload& workload) {
  return !in.autoscalers_of(workload).empty() || (workload.replicas && workload.replicas->value > 1);
}

void readiness(Linting& in, const Part& part, const Endpoint& service) {
  // Until a startupProbe succeeds the pod is not ready either.
  const auto has_probe = [](const Container& one) { return one.readiness || one.startup; };
  if (std::any_of(part.workload->containers.begin(), part.workload->containers.end(), has_probe)) return;
  Finding& finding = in.say(
      "no-readiness", Level::warning, part.main->at,
      fmt::format("{} has no readinessProbe: Service {} sends it requests while it still starts", part.main->name, service.name));
  finding.path = in.path_of(*part.workload);
  finding.advice = "readinessProbe: {httpGet: {path: …, port: …}} on a page that answers 200 only when requests can be served";
  finding.rows = {"H9"};
}

void graceful_stop(Linting& in, const Part& part) {
  if (part.main->pre_stop || !changes(in, *part.workload)) return;
  Finding& finding = in.say(
      "no-graceful-stop", Level::warning, part.main->at,
      fmt::format("{} has no preStop: it gets SIGTERM while requests are still sent to it, and refuses them", part.main->name));
  finding.path = in.path_of(*part.workload);
  finding.sum = {
      "an endpoint is removed at the same time as the container is told to stop, and the news takes seconds to every node",
      "this happens on every scale-in and rollout"};
  finding.advice = "lifecycle: {preStop: {sleep: {seconds: 5}}} (before Kubernetes 1.30: exec: {command: [sleep, \"5\"]})";
  finding.rows = {"A7"};
}

void grace(Linting& in, const Part& part) {
  const Workload& workload = *part.workload;
  const Duration allowed = workload.termination_grace ? workload.termination_grace->value : default_grace;
  for (const Container& one : workload.containers) {
    if (!one.pre_stop_sleep || *one.pre_stop_sleep < allowed) continue;
    const Spot spot = workload.termination_grace ? workload.termination_grace->key : one.at;
    Finding& finding =
        in.say("grace-too-short", Level::warning, spot,
               fmt::format(
                   "terminationGracePeriodSeconds {:g}{} is over before the preStop of {} ({:g} s) is: it is killed at work",
                   seconds(allowed), workload.termination_grace ? "" : " (the default)", one.name, seconds(*one.pre_stop_sleep)));
    const ModelPath path = in.path_of(workload);
    finding.path = path;
    const auto needed = std::chrono::duration_cast<std::chrono::seconds>(*one.pre_stop_sleep + default_grace).count();
    if (workload.termination_grace && !path.empty())
      finding.fixes.push_back({path + ".run.stop_within", fmt::format("{}", needed), fmt::format("stop_within: {}s", needed),
                               fmt::format("30 s are left after the preStop's {:g} s", seconds(*one.pre_stop_sleep))});
    else
      finding.advice = fmt::format("terminationGracePeriodSeconds: {}", needed);
    finding.rows = {"A7"};
    return;
  }
}

}  // namespace

void lint_pods(Linting& in) {
  for (const Part& part : in.parts) {
    if (part.role != Role::tier) continue;
    grace(in, part);
    if (works_on_jobs(*part.main)) continue;
    const std::vector<const Endpoint*> services = in.services_of(*part.workload);
    if (services.empty()) continue;
    readiness(in, part, *services.front());
    graceful_stop(in, part);
  }
}

}  // namespace plimsoll::import
