// Disruption budgets and selectors.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "import/linting.h"
#include "import/match.h"

namespace plimsoll::import {
namespace {

/// Copies that must stay of `count`; shares round up, as Kubernetes does.
std::optional<int> kept(const Disruption& budget, int count) {
  if (budget.min_available) return *budget.min_available;
  if (budget.min_available_share) return share_of(budget.min_available_share->value, count);
  if (budget.max_unavailable) return count - *budget.max_unavailable;
  if (budget.max_unavailable_share) return count - share_of(budget.max_unavailable_share->value, count);
  return std::nullopt;
}

std::string written(const Disruption& budget) {
  if (budget.min_available) return fmt::format("minAvailable {}", *budget.min_available);
  if (budget.min_available_share) return fmt::format("minAvailable {:.0f}%", budget.min_available_share->value * 100);
  if (budget.max_unavailable) return fmt::format("maxUnavailable {}", *budget.max_unavailable);
  return fmt::format("maxUnavailable {:.0f}%", budget.max_unavailable_share->value * 100);
}

void blocks(Linting& in, const DisruptionBudget& budget, const Workload& workload) {
  const int fewest = std::max(in.fewest(workload), 1);
  const std::optional<int> stay = kept(budget.budget, fewest);
  if (!stay || *stay < fewest) return;
  const bool always = budget.budget.max_unavailable || budget.budget.max_unavailable_share || in.autoscalers_of(workload).empty();
  Finding& finding =
      in.say("pdb-blocks", Level::warning, budget.at,
             fmt::format("PDB {}: {} of {} {} lets none be evicted{}: a node that holds one can't be drained", budget.name,
                         written(budget.budget), fewest, workload.name, always ? "" : ", at the minimum"));
  const ModelPath path = in.path_of(workload);
  finding.path = path;
  finding.rows = {"T13"};
  if (budget.budget.min_available && fewest > 1 && !path.empty()) {
    finding.fixes.push_back({path + ".disruption.min_available", fmt::format("{}", fewest - 1),
                             fmt::format("disruption: {{min_available: {}}}", fewest - 1), "one at a time can be evicted"});
    return;
  }
  finding.advice = fewest > 1 ? "maxUnavailable: 1" : "maxUnavailable: 1, or two copies and minAvailable: 1";
}

/// Whom an object most likely means that selects nobody: of the same name, or named in the selector.
const Workload* meant(const Linting& in, const std::string& name, const std::string& space,
                      const std::map<std::string, std::string>& selector) {
  for (const Part& part : in.parts) {
    const Workload& one = *part.workload;
    if (!same_space(one.space, space) || one.kind == Workload::Kind::compose_service || one.labels.empty()) continue;
    const bool by_name = one.name == name || (name.starts_with(one.name + "-") && name.ends_with("pdb"));
    const bool by_label =
        std::any_of(selector.begin(), selector.end(), [&](const auto& label) { return label.second == one.name; });
    if (by_name || by_label) return &one;
  }
  return nullptr;
}

/// The first label of a selector that the pods have not.
std::string difference(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
  for (const auto& [key, value] : selector) {
    const auto found = labels.find(key);
    if (found == labels.end()) return fmt::format("its pods have no label {}", key);
    if (found->second != value) return fmt::format("it wants {}: {}, the pods have {}", key, value, found->second);
  }
  return "it selects nothing";
}

void budgets(Linting& in) {
  for (const DisruptionBudget& budget : in.facts.budgets) {
    bool selected = false;
    for (const Part& part : in.parts) {
      const Workload& one = *part.workload;
      if (!same_space(budget.space, one.space) || !selects(budget.selector, one.labels)) continue;
      selected = true;
      if (part.role != Role::ignored) blocks(in, budget, one);
    }
    if (selected || budget.selector.empty()) continue;
    const Workload* nearest = meant(in, budget.name, budget.space, budget.selector);
    if (!nearest) continue;
    Finding& finding = in.say("pdb-selects-nothing", Level::warning, budget.named_at,
                              fmt::format("PDB {} protects nothing: no pods here have its labels", budget.name));
    finding.sum = {fmt::format("of {}: {}", nearest->name, difference(budget.selector, nearest->labels))};
    finding.rows = {"T13"};
  }
}

void selectors(Linting& in) {
  for (const Part& part : in.parts) {
    const Workload& one = *part.workload;
    if (one.selector.empty() || one.labels.empty() || selects(one.selector, one.labels)) continue;
    Finding& finding = in.say("selector-mismatch", Level::error, one.spec,
                              fmt::format("{} {} does not select its own pods: Kubernetes refuses it", one.api_kind, one.name));
    finding.sum = {difference(one.selector, one.labels)};
    finding.path = in.path_of(one);
  }
  for (const Endpoint& service : in.facts.endpoints) {
    if (service.selector.empty()) continue;
    const bool found = std::any_of(in.facts.workloads.begin(), in.facts.workloads.end(),
                                   [&](const Workload& one) { return is_behind(one, service); });
    if (found) continue;
    const Workload* nearest = meant(in, service.name, service.space, {});
    if (!nearest) continue;
    Finding& finding = in.say("selector-mismatch", Level::warning, service.selector_at,
                              fmt::format("Service {} leads to no pods of {}", service.name, nearest->name));
    finding.sum = {difference(service.selector, nearest->labels)};
  }
}

}  // namespace

void lint_policies(Linting& in) {
  budgets(in);
  selectors(in);
}

}  // namespace plimsoll::import
