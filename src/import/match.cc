#include "import/match.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "import/text_lines.h"

namespace plimsoll::import {

bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
  return !selector.empty() && std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

bool selects(const std::map<std::string, std::string>& selector, std::span<const LabelRule> rules,
             const std::map<std::string, std::string>& labels) {
  if (rules.empty()) return selects(selector, labels);
  if (!selector.empty() && !selects(selector, labels)) return false;
  return std::all_of(rules.begin(), rules.end(), [&](const LabelRule& rule) {
    const auto found = labels.find(rule.key);
    const bool has = found != labels.end();
    const bool listed = has && std::find(rule.values.begin(), rule.values.end(), found->second) != rule.values.end();
    switch (rule.is) {
      case LabelRule::Is::in:
        return listed;
      case LabelRule::Is::not_in:
        return !listed;
      case LabelRule::Is::exists:
        return has;
      case LabelRule::Is::absent:
        return !has;
      case LabelRule::Is::unknown:
        return true;
    }
    return true;
  });
}

bool is_behind(const Workload& workload, const Endpoint& endpoint) {
  if (workload.kind == Workload::Kind::compose_service) {
    if (workload.space != endpoint.space) return false;
    return endpoint.name == workload.name ||
           std::find(workload.aliases.begin(), workload.aliases.end(), endpoint.name) != workload.aliases.end();
  }
  return same_space(workload.space, endpoint.space) && selects(endpoint.selector, workload.labels);
}

bool is_target(const Workload& workload, std::string_view kind, std::string_view name, std::string_view space) {
  return workload.name == name && same_space(workload.space, space) && (kind.empty() || workload.api_kind == kind);
}

bool mounts(const Workload& workload, std::string_view name) {
  for (const Container& container : workload.containers)
    for (const std::string& one : container.config_maps)
      if (one == name || (workload.kind == Workload::Kind::compose_service && base_name(one) == name)) return true;
  return false;
}

bool is_for_monitoring(int port, std::string_view name) {
  if (name.find("metrics") != std::string_view::npos || name.find("prometheus") != std::string_view::npos) return true;
  if (name.find("health") != std::string_view::npos || name == "probe" || name == "liveness" || name == "debug") return true;
  return name.empty() && (port == 9090 || (port >= 9100 && port <= 9199) || port == 9249 || port == 9404);
}

int share_of(double share, int whole) { return static_cast<int>(std::ceil(share * whole - 1e-9)); }

const VerticalAutoscaler::Policy* VerticalAutoscaler::policy_of(std::string_view container) const {
  const Policy* rest = nullptr;
  for (const Policy& one : policies) {
    if (one.container == container) return &one;
    if (one.container == "*") rest = &one;
  }
  return rest;
}

bool VerticalAutoscaler::controls(std::string_view container, bool cpu_not_memory) const {
  const auto does = [&](const Policy* one) { return !one || (cpu_not_memory ? one->cpu : one->memory); };
  if (!container.empty()) return does(policy_of(container));
  // Those without a policy of their own are controlled, unless one for all says no.
  const Policy* rest = policy_of("*");
  const bool some = std::any_of(policies.begin(), policies.end(), [&](const Policy& one) { return does(&one); });
  return some || (!rest && policies.empty());
}

Matches::Matches(const Facts& facts) : facts_(facts) {
  index_workloads();
  const std::size_t count = facts.workloads.size();
  endpoints_of_.resize(count);
  budgets_of_.resize(count);
  autoscalers_of_.resize(count);
  verticals_of_.resize(count);
  behind_.resize(facts.endpoints.size());
  for (std::size_t i = 0; i < facts.endpoints.size(); ++i) {
    const Endpoint& one = facts.endpoints[i];
    endpoints_[one.name].push_back(&one);
    std::vector<std::size_t> may = candidates(one.selector, {});
    if (const auto named = by_alias_.find(one.name); named != by_alias_.end())
      may.insert(may.end(), named->second.begin(), named->second.end());
    std::sort(may.begin(), may.end());
    may.erase(std::unique(may.begin(), may.end()), may.end());
    for (const std::size_t index : may)
      if (is_behind(facts.workloads[index], one)) {
        behind_[i].push_back(&facts.workloads[index]);
        endpoints_of_[index].push_back(&one);
      }
  }
  selected_.resize(facts.budgets.size());
  for (std::size_t i = 0; i < facts.budgets.size(); ++i) {
    const DisruptionBudget& one = facts.budgets[i];
    for (const std::size_t index : candidates(one.selector, one.selector_rules)) {
      const Workload& workload = facts.workloads[index];
      if (!same_space(one.space, workload.space) || !selects(one.selector, one.selector_rules, workload.labels)) continue;
      selected_[i].push_back(&workload);
      budgets_of_[index].push_back(&one);
    }
  }
  const auto targets = [&](const auto& list, auto& into) {
    for (const auto& one : list)
      for (const Workload* workload : workloads_called(one.target))
        if (is_target(*workload, one.target_kind, one.target, one.space)) into[number(*workload)].push_back(&one);
  };
  targets(facts.autoscalers, autoscalers_of_);
  targets(facts.verticals, verticals_of_);
}

void Matches::index_workloads() {
  for (std::size_t i = 0; i < facts_.workloads.size(); ++i) {
    const Workload& one = facts_.workloads[i];
    workloads_[one.name].push_back(&one);
    for (const auto& label : one.labels) by_label_[label].push_back(i);
    if (one.kind != Workload::Kind::compose_service) continue;
    by_alias_[one.name].push_back(i);
    for (const std::string& alias : one.aliases) by_alias_[alias].push_back(i);
  }
}

std::vector<std::size_t> Matches::candidates(const Labels& selector, std::span<const LabelRule> rules) const {
  const std::vector<std::size_t>* rarest = nullptr;
  for (const auto& label : selector) {
    const auto found = by_label_.find(label);
    if (found == by_label_.end()) return {};
    if (!rarest || found->second.size() < rarest->size()) rarest = &found->second;
  }
  if (rarest) return *rarest;
  std::vector<std::size_t> all;
  for (const LabelRule& rule : rules) {
    if (rule.is != LabelRule::Is::in) continue;
    for (const std::string& value : rule.values)
      if (const auto found = by_label_.find({rule.key, value}); found != by_label_.end())
        all.insert(all.end(), found->second.begin(), found->second.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
  if (rules.empty()) return all;
  for (std::size_t i = 0; i < facts_.workloads.size(); ++i) all.push_back(i);
  return all;
}

std::size_t Matches::number(const Workload& workload) const {
  const std::ptrdiff_t index = &workload - facts_.workloads.data();
  PLIMSOLL_ASSERT(index >= 0 && static_cast<std::size_t>(index) < facts_.workloads.size());
  return static_cast<std::size_t>(index);
}

const std::vector<const Endpoint*>& Matches::endpoints_of(const Workload& workload) const {
  return endpoints_of_[number(workload)];
}
const std::vector<const DisruptionBudget*>& Matches::budgets_of(const Workload& workload) const {
  return budgets_of_[number(workload)];
}
const std::vector<const Autoscaler*>& Matches::autoscalers_of(const Workload& workload) const {
  return autoscalers_of_[number(workload)];
}
const std::vector<const VerticalAutoscaler*>& Matches::verticals_of(const Workload& workload) const {
  return verticals_of_[number(workload)];
}
const std::vector<const Workload*>& Matches::behind(const Endpoint& endpoint) const {
  return behind_[static_cast<std::size_t>(&endpoint - facts_.endpoints.data())];
}
const std::vector<const Workload*>& Matches::selected_by(const DisruptionBudget& budget) const {
  return selected_[static_cast<std::size_t>(&budget - facts_.budgets.data())];
}
const std::vector<const Endpoint*>& Matches::endpoints_called(std::string_view name) const {
  static const std::vector<const Endpoint*> none;
  const auto found = endpoints_.find(std::string(name));
  return found == endpoints_.end() ? none : found->second;
}
const std::vector<const Workload*>& Matches::workloads_called(std::string_view name) const {
  static const std::vector<const Workload*> none;
  const auto found = workloads_.find(std::string(name));
  return found == workloads_.end() ? none : found->second;
}

}  // namespace plimsoll::import
