#pragma once
// What the rules of lint*.cc share.

#include <map>
#include <string>
#include <vector>

#include "import/assemble.h"
#include "import/match.h"
#include "import/roles.h"

namespace plimsoll::import {

struct Linting {
  const Facts& facts;
  Imported& out;
  std::vector<Part> parts;                // of every workload that is read: not owned by another, each once
  std::map<std::string, ModelPath> path;  // workload's name and namespace → "tiers.api"; only of tiers
  Matches matches{facts};
  std::map<const Workload*, const Part*> part_of;  // of those among the parts

  /// Adds a finding, and gives it to add more to it.
  Finding& say(std::string_view rule, Level level, const Spot& spot, std::string message);
  [[nodiscard]] ModelPath path_of(const Workload& workload) const;
  [[nodiscard]] const std::vector<const Autoscaler*>& autoscalers_of(const Workload& workload) const;
  /// The Services that lead to it, headless ones and those for monitoring left out.
  [[nodiscard]] std::vector<const Endpoint*> services_of(const Workload& workload) const;
  /// The fewest copies that may be asked for: of its autoscaler, else its own count.
  [[nodiscard]] int fewest(const Workload& workload) const;
};

/// "HPA api", "ScaledObject worker"
std::string called(const Autoscaler& scaler);

void lint_autoscalers(Linting& in);  // lint_autoscalers.cc
void lint_pods(Linting& in);         // lint_pods.cc
void lint_policies(Linting& in);     // lint_policies.cc: disruption budgets, selectors

}  // namespace plimsoll::import
