// What is wrong in manifests and is not in the model: one rule, one finding a mistake.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "import/linting.h"
#include "import/match.h"

namespace plimsoll::import {

Finding& Linting::say(std::string_view rule, Level level, const Spot& spot, std::string message) {
  Finding made;
  made.rule = rule;
  made.level = level;
  made.spot = spot;
  made.message = std::move(message);
  out.findings.push_back(std::move(made));
  return out.findings.back();
}

ModelPath Linting::path_of(const Workload& workload) const {
  const auto found = path.find(workload.space + "/" + workload.name);
  return found == path.end() ? ModelPath() : found->second;
}

const std::vector<const Autoscaler*>& Linting::autoscalers_of(const Workload& workload) const {
  return matches.autoscalers_of(workload);
}

std::vector<const Endpoint*> Linting::services_of(const Workload& workload) const {
  std::vector<const Endpoint*> found;
  if (workload.kind == Workload::Kind::compose_service) return found;
  for (const Endpoint* endpoint : matches.endpoints_of(workload)) {
    const Endpoint& one = *endpoint;
    if (one.headless || one.ports.empty()) continue;
    const bool monitored = std::all_of(one.ports.begin(), one.ports.end(), [&](int port) {
      const auto name = one.port_names.find(port);
      return is_for_monitoring(port, name == one.port_names.end() ? std::string_view() : std::string_view(name->second));
    });
    if (!monitored) found.push_back(&one);
  }
  return found;
}

int Linting::fewest(const Workload& workload) const {
  const std::vector<const Autoscaler*>& scalers = autoscalers_of(workload);
  if (scalers.empty()) return workload.replicas ? workload.replicas->value : 1;
  const Autoscaler& one = *scalers.front();
  return one.min ? one.min->value : one.kind == Autoscaler::Kind::keda ? 0 : 1;
}

std::string called(const Autoscaler& scaler) {
  return (scaler.kind == Autoscaler::Kind::hpa ? "HPA " : "ScaledObject ") + scaler.name;
}

namespace {

/// Tiers have the place of their workload's name.
void find_paths(Linting& in) {
  std::map<std::tuple<std::uint32_t, int, int>, ModelPath> by_place;
  for (const Tier& tier : in.out.stack.tiers) {
    const ModelPath path = "tiers." + tier.name;
    if (const Origin* origin = in.out.origins.exact(path))
      by_place[{origin->key.file, origin->key.at.line, origin->key.at.column}] = path;
  }
  for (const Part& part : in.parts) {
    const Workload& one = *part.workload;
    const auto found = by_place.find({one.at.file, one.at.at.line, one.at.at.column});
    if (found != by_place.end()) in.path[one.space + "/" + one.name] = found->second;
  }
}

}  // namespace

void lint(const Facts& facts, Imported& out) {
  Linting in{facts, out, {}, {}};
  std::set<std::tuple<std::string, std::string, std::string>> known;
  for (const Workload& workload : facts.workloads) {
    const bool patch = std::all_of(workload.containers.begin(), workload.containers.end(),
                                   [](const Container& one) { return one.image.empty(); });
    if (workload.owned || patch) continue;
    if (known.emplace(workload.api_kind, workload.space, workload.name).second) in.parts.push_back(part_of(workload, true));
  }
  for (const Part& part : in.parts) in.part_of.emplace(part.workload, &part);
  find_paths(in);
  lint_autoscalers(in);
  lint_pods(in);
  lint_policies(in);
}

}  // namespace plimsoll::import
