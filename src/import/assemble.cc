// Facts → the stack: roles and names first, then each kind of component, then who uses whom.

#include "import/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "import/assembly.h"
#include "import/match.h"

namespace plimsoll::import {
namespace {

/// Does a configuration of nginx that belongs to the workload pass requests on? Compose: it waits for those it stands before.
bool passes_on(const Facts& facts, const Workload& workload) {
  if (workload.kind == Workload::Kind::compose_service && !workload.depends_on.empty()) return true;
  return std::any_of(facts.nginx.begin(), facts.nginx.end(), [&](const NginxFile& file) {
    if (file.passes.empty() && file.upstreams.empty()) return false;
    if (file.owner == workload.name || facts.nginx.size() == 1) return true;
    return mounts(workload, file.owner);
  });
}

bool has_no_image(const Workload& workload) {
  return std::all_of(workload.containers.begin(), workload.containers.end(),
                     [](const Container& one) { return one.image.empty() && one.build.empty(); });
}

void collect_parts(Assembly& of) {
  std::set<std::tuple<std::string, std::string, std::string>> known;
  for (const Workload& workload : of.facts.workloads) {
    if (workload.owned) continue;
    const std::tuple object(workload.api_kind, workload.space, workload.name);
    if (known.contains(object)) {  // a patch of kustomize, or the same object once more
      of.infer("", workload.at,
               fmt::format("{} {} stands here once more; only the first is read", workload.api_kind, workload.name));
      continue;
    }
    if (has_no_image(workload) && workload.kind != Workload::Kind::compose_service) {
      of.infer("", workload.at,
               fmt::format("{} {} names no image and is taken for a patch: not read", workload.api_kind, workload.name));
      continue;
    }
    known.insert(object);
    Part part = part_of(workload, passes_on(of.facts, workload));
    if (part.role == Role::ignored)
      of.infer("", workload.at, fmt::format("{} {} is no tier: {}", workload.api_kind, workload.name, part.why));
    of.place.emplace(&workload, of.parts.size());
    of.parts.push_back(std::move(part));
  }
}

}  // namespace

const Autoscaler* Assembly::autoscaler_of(const Workload& workload) const {
  const auto& all = matches.autoscalers_of(workload);
  return all.empty() ? nullptr : all.front();
}

std::vector<const Endpoint*> Assembly::endpoints_of(const Workload& workload) const {
  std::vector<const Endpoint*> found;
  for (const Endpoint* one : matches.endpoints_of(workload)) {
    const bool monitored = !one->ports.empty() && std::all_of(one->ports.begin(), one->ports.end(), [&](int port) {
      const auto name = one->port_names.find(port);
      return is_for_monitoring(port, name == one->port_names.end() ? std::string_view() : std::string_view(name->second));
    });
    if (!monitored) found.push_back(one);
  }
  return found;
}

Bounds Assembly::bounds_of(const Workload& workload, const std::string& path) {
  constexpr int highest = 10000;
  Bounds made;
  if (const Autoscaler* scaler = autoscaler_of(workload)) {
    const bool keda = scaler->kind == Autoscaler::Kind::keda;
    made = {keda ? 0 : 1, keda ? 100 : 1};
    note(path, scaler->at);
    if (scaler->min && scaler->min->value >= 0) {
      made.min = std::min(scaler->min->value, highest);
      note(path + ".min", *scaler->min);
    }
    if (scaler->max && scaler->max->value >= 1) {
      made.max = std::min(scaler->max->value, highest);
      note(path + ".max", *scaler->max);
    }
    made.max = std::max(made.max, made.min);
    return made;
  }
  if (!workload.replicas) {
    note(path, workload.spec);
    return made;
  }
  note(path, *workload.replicas);
  note(path + ".min", *workload.replicas);
  note(path + ".max", *workload.replicas);
  made.min = std::clamp(workload.replicas->value, 0, highest);
  made.max = std::max(made.min, 1);
  return made;
}

void assemble(const Facts& facts, const Options& options, Imported& out) {
  Assembly of{facts, options, out, {}, {}, {}};
  out.stack.name = of.names.plain(options.name);
  out.documents = facts.documents;
  collect_parts(of);
  std::vector<const Workload*> used;
  for (const Part& part : of.parts)
    if (part.role != Role::ignored) used.push_back(part.workload);
  of.names.release_of(used);
  for (Part& part : of.parts)
    if (part.role == Role::tier) part.name = of.names.fresh(part.workload->name, part.workload->space);
  assemble_databases(of);
  assemble_caches(of);
  assemble_poolers(of);
  assemble_tiers(of);
  assemble_balancer(of);
  assemble_connections(of);
  assemble_scale(of);
  assemble_questions(of);
}

}  // namespace plimsoll::import
