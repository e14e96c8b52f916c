// PodDisruptionBudget and VerticalPodAutoscaler.

#include <algorithm>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {

void disruption_budget(const Object& object, Facts& facts) {
  DisruptionBudget made;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  made.named_at = object.at;
  made.value = object.at;
  made.selector = texts(at(object.root, {"spec", "selector", "matchLabels"}));
  made.selector_rules = label_rules(at(object.root, {"spec", "selector"}));
  const auto figure = [&](const char* key, std::optional<int>& count, std::optional<Ratio>& share) {
    const Node::Entry* entry = entry_at(object.root, {"spec", key});
    const CountOrShare written = count_or_share(entry ? &entry->value : nullptr);
    count = written.count;
    if (written.share) share = Ratio{*written.share};
    if (!count && !share) return;
    made.value = object.spot(entry->value.at);
    made.at = object.spot(entry);
    made.prefix = entry->key + ": ";
  };
  figure("minAvailable", made.budget.min_available, made.budget.min_available_share);
  if (!made.budget.min_available && !made.budget.min_available_share)
    figure("maxUnavailable", made.budget.max_unavailable, made.budget.max_unavailable_share);
  facts.budgets.push_back(std::move(made));
}

namespace {

void bounds(const Node& policy, Vertical& into) {
  const auto cores = [&](const char* of) -> std::optional<Cores> {
    const auto count = parse_kubernetes_quantity(text(policy, {of, "cpu"}));
    return count && *count > 0 ? std::optional(Cores{*count}) : std::nullopt;
  };
  const auto memory = [&](const char* of) -> std::optional<Bytes> {
    const auto count = parse_kubernetes_quantity(text(policy, {of, "memory"}));
    return count && *count >= 1 && *count < 0x1p60 ? std::optional(Bytes{static_cast<std::int64_t>(*count)}) : std::nullopt;
  };
  into.cpu_min = cores("minAllowed");
  into.cpu_max = cores("maxAllowed");
  into.memory_min = memory("minAllowed");
  into.memory_max = memory("maxAllowed");
}

VerticalAutoscaler::Policy policy(const Node& item) {
  VerticalAutoscaler::Policy made;
  made.container = text(item, {"containerName"});
  if (made.container.empty()) made.container = "*";
  if (text(item, {"mode"}) == "Off") {
    made.cpu = made.memory = false;
    return made;
  }
  bounds(item, made.bounds);
  const Node* controlled = at(item, {"controlledResources"});
  if (!controlled) return made;
  const auto has = [&](std::string_view resource) {
    return std::any_of(controlled->items.begin(), controlled->items.end(), [&](const Node& one) { return one.text == resource; });
  };
  made.cpu = has("cpu");
  made.memory = has("memory");
  return made;
}

}  // namespace

void vertical_autoscaler(const Object& object, Facts& facts) {
  VerticalAutoscaler made;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  made.mode = object.at;
  made.target_kind = text(object.root, {"spec", "targetRef", "kind"});
  made.target = text(object.root, {"spec", "targetRef", "name"});
  made.bounds.mode = Vertical::Mode::automatic;  // what Kubernetes does where nothing is said
  if (const Node::Entry* mode = entry_at(object.root, {"spec", "updatePolicy", "updateMode"})) {
    const std::string_view word = text(&mode->value);
    made.mode = object.spot(mode);
    if (word == "Off" || word == "False" || word == "off" || word == "false") made.bounds.mode = Vertical::Mode::off;
    if (word == "Initial") made.bounds.mode = Vertical::Mode::initial;
  }
  if (const Node* policies = at(object.root, {"spec", "resourcePolicy", "containerPolicies"}))
    for (const Node& item : policies->items) made.policies.push_back(policy(item));
  facts.verticals.push_back(std::move(made));
}

}  // namespace plimsoll::import::kubernetes
