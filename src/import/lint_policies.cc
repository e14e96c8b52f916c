// Disruption budgets and selectors.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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
  const int least = in.fewest(workload);
  const int fewest = std::max(least, 1);
  const std::optional<int> stay = kept(budget.budget, fewest);
  if (!stay || *stay < fewest) return;
  const bool always = budget.budget.max_unavailable || budget.budget.max_unavailable_share || in.autoscalers_of(workload).empty();
  Finding& finding = in.say("pdb-blocks", Level::warning, budget.at,
                            fmt::format("PDB {}: {} of {} {} lets none be evicted{}: a node that holds one can't be drained",
                                        budget.name, written(budget.budget), fewest, workload.name,
                                        always      ? ""
                                        : least < 1 ? " while there is only 1"
                                                    : ", at the minimum"));
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
  const Workload* found = nullptr;  // the first in the files
  const auto look = [&](const std::string& called) {
    for (const Workload* one : in.matches.workloads_called(called)) {
      const auto part = in.part_of.find(one);
      if (part == in.part_of.end() || part->second->role == Role::ignored || !same_space(one->space, space) ||
          one->kind == Workload::Kind::compose_service || one->labels.empty())
        continue;
      if (!found || one < found) found = one;
    }
  };
  look(name);
  if (name.ends_with("pdb"))
    for (std::size_t dash = name.find('-'); dash != std::string::npos; dash = name.find('-', dash + 1))
      look(name.substr(0, dash));
  for (const auto& label : selector) look(label.second);
  return found;
}

/// The first label of a selector that the pods have not.
std::string difference(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
  for (const auto& [key, value] : selector) {
    const auto found = labels.find(key);
    if (found == labels.end()) return fmt::format("its pods have no label {}", key);
    if (found->second != value) return fmt::format("it wants {}: {}, the pods have {}", key, value, found->second);
  }
  return "its matchExpressions do not hold for them";
}

void budgets(Linting& in) {
  for (const DisruptionBudget& budget : in.facts.budgets) {
    bool selected = false;
    for (const Workload* one : in.matches.selected_by(budget)) {
      const auto part = in.part_of.find(one);
      if (part == in.part_of.end()) continue;
      selected = true;
      if (part->second->role != Role::ignored) blocks(in, budget, *one);
    }
    if (selected || budget.selector.empty() || !budget.selector_rules.empty()) continue;
    const Workload* nearest = meant(in, budget.name, budget.space, budget.selector);
    if (!nearest) continue;
    Finding& finding = in.say("pdb-selects-nothing", Level::warning, budget.named_at,
                              fmt::format("PDB {} protects nothing: no pods here have its labels", budget.name));
    finding.sum = {fmt::format("of {}: {}", nearest->name, difference(budget.selector, nearest->labels))};
    finding.rows = {"T13"};
  }
}

/// Patroni and its like write these onto their pods as they change hands.
std::map<std::string, std::string> without_given_at_run_time(std::map<std::string, std::string> selector) {
  for (auto label = selector.begin(); label != selector.end();) {
    const std::string_view key = std::string_view(label->first).substr(label->first.rfind('/') + 1);
    const bool given = key == "role" || key == "spilo-role" || key == "instanceRole" || key == "redis-role" ||
                       key == "patroni-role" || key == "master" || key == "primary" || key == "leader" || key == "replica" ||
                       key == "pod-name" || key == "redisfailovers-role";
    label = given ? selector.erase(label) : std::next(label);
  }
  return selector;
}

void selectors(Linting& in) {
  for (const Part& part : in.parts) {
    const Workload& one = *part.workload;
    if ((one.selector.empty() && one.selector_rules.empty()) || one.labels.empty() ||
        selects(one.selector, one.selector_rules, one.labels))
      continue;
    Finding& finding = in.say("selector-mismatch", Level::error, one.spec,
                              fmt::format("{} {} does not select its own pods: Kubernetes refuses it", one.api_kind, one.name));
    finding.sum = {difference(one.selector, one.labels)};
    finding.path = in.path_of(one);
  }
  for (const Endpoint& service : in.facts.endpoints) {
    if (service.selector.empty() || !in.matches.behind(service).empty()) continue;
    const Workload* nearest = meant(in, service.name, service.space, {});
    if (!nearest || selects(without_given_at_run_time(service.selector), nearest->labels)) continue;
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
