#pragma once
// Which objects belong together: by namespace, name and labels.

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "import/facts.h"

namespace plimsoll::import {

/// Files often leave the namespace to whoever applies them: an empty one is any.
inline bool same_space(std::string_view a, std::string_view b) { return a.empty() || b.empty() || a == b; }

/// Every label of the selector is there. An empty selector selects nothing.
bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels);

/// With its matchExpressions. Without labels and rules it selects nothing.
bool selects(const std::map<std::string, std::string>& selector, std::span<const LabelRule> rules,
             const std::map<std::string, std::string>& labels);

/// Is the endpoint a name of the workload? By labels, or (Compose) by the name itself and its aliases.
bool is_behind(const Workload& workload, const Endpoint& endpoint);

/// Does a reference of this kind and name mean the workload?
bool is_target(const Workload& workload, std::string_view kind, std::string_view name, std::string_view space);

/// Does one of its containers mount the ConfigMap or (Compose) the file?
bool mounts(const Workload& workload, std::string_view name);

/// Ports that only monitoring asks.
bool is_for_monitoring(int port, std::string_view name);

/// The count a rounded-up share of a whole is; without the error of 0.1 + 0.2.
int share_of(double share, int whole);

/// Who belongs to whom among all facts, found once and not by asking each of each. The facts must stay as they are and outlive
/// it; workloads and endpoints that are asked for must be theirs. Answers are in the files' order.
class Matches {
 public:
  explicit Matches(const Facts& facts);

  [[nodiscard]] const std::vector<const Endpoint*>& endpoints_of(const Workload& workload) const;
  [[nodiscard]] const std::vector<const Workload*>& behind(const Endpoint& endpoint) const;
  [[nodiscard]] const std::vector<const Workload*>& selected_by(const DisruptionBudget& budget) const;
  [[nodiscard]] const std::vector<const DisruptionBudget*>& budgets_of(const Workload& workload) const;
  [[nodiscard]] const std::vector<const Autoscaler*>& autoscalers_of(const Workload& workload) const;
  [[nodiscard]] const std::vector<const VerticalAutoscaler*>& verticals_of(const Workload& workload) const;
  /// Endpoints and workloads by their own names, in any namespace.
  [[nodiscard]] const std::vector<const Endpoint*>& endpoints_called(std::string_view name) const;
  [[nodiscard]] const std::vector<const Workload*>& workloads_called(std::string_view name) const;

 private:
  using Labels = std::map<std::string, std::string>;

  void index_workloads();
  /// Workloads that may have these labels: those with the rarest of them.
  [[nodiscard]] std::vector<std::size_t> candidates(const Labels& selector, std::span<const LabelRule> rules) const;
  [[nodiscard]] std::size_t number(const Workload& workload) const;

  const Facts& facts_;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_label_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_alias_;  // Compose: services' names and aliases
  std::unordered_map<std::string, std::vector<const Workload*>> workloads_;
  std::unordered_map<std::string, std::vector<const Endpoint*>> endpoints_;
  std::vector<std::vector<const Workload*>> behind_, selected_;
  std::vector<std::vector<const Endpoint*>> endpoints_of_;
  std::vector<std::vector<const DisruptionBudget*>> budgets_of_;
  std::vector<std::vector<const Autoscaler*>> autoscalers_of_;
  std::vector<std::vector<const VerticalAutoscaler*>> verticals_of_;
};

}  // namespace plimsoll::import
