// `behavior` of an HPA, and of the one that KEDA makes.

#include <fmt/format.h>

#include <algorithm>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {
namespace {

void note(const Object& object, Autoscaler& into, const std::string& path, const Node::Entry& entry) {
  into.origins[path] = {object.spot(&entry), object.spot(entry.value.at), entry.key + ": "};
}

void policies(const Object& object, const Node& list, const std::string& path, BehaviorRules& rules, Autoscaler& into) {
  if (list.kind != Node::Kind::list) return;
  rules.policies_given = true;
  for (const Node& item : list.items) {
    const Node::Entry* value = item.find("value");
    const auto amount = integer(value ? &value->value : nullptr);
    const auto period = integer(at(item, {"periodSeconds"}));
    const std::string type = text(item, {"type"});
    if (!amount || *amount < 1 || *amount > 10000 || !period || *period < 1 || *period > 1800) continue;
    if (type != "Pods" && type != "Percent") continue;
    const std::string one = fmt::format("{}.policies[{}]", path, rules.policies.size());
    into.origins[one] = {object.spot(item.at), object.spot(item.at), ""};
    note(object, into, one + (type == "Pods" ? ".instances" : ".percent"), *value);
    if (const Node::Entry* every = item.find("periodSeconds")) note(object, into, one + ".every", *every);
    rules.policies.push_back({type == "Pods" ? RatePolicy::Unit::instances : RatePolicy::Unit::percent,
                              static_cast<double>(*amount), std::chrono::seconds(*period)});
  }
}

void direction(const Object& object, const Node::Entry& entry, const std::string& path, BehaviorRules& rules, Autoscaler& into) {
  const Node& node = entry.value;
  into.origins[path] = {object.spot(&entry), object.spot(&entry), ""};
  if (const Node::Entry* window = node.find("stabilizationWindowSeconds"))
    if (const auto time = whole_seconds(&window->value)) {
      rules.window = *time;
      rules.window_given = true;
      note(object, into, path + ".window", *window);
    }
  if (const Node::Entry* select = node.find("selectPolicy")) {
    const std::string_view word = text(&select->value);
    rules.select = word == "Min" ? SelectPolicy::least : word == "Disabled" ? SelectPolicy::disabled : SelectPolicy::most;
    note(object, into, path + ".select", *select);
  }
  if (const Node::Entry* tolerance = node.find("tolerance"))
    if (const auto share = parse_kubernetes_quantity(text(&tolerance->value)); share && *share >= 0 && *share < 1) {
      rules.tolerance = Ratio{*share};
      note(object, into, path + ".tolerance", *tolerance);
    }
  if (const Node* list = at(node, {"policies"})) policies(object, *list, path, rules, into);
}

}  // namespace

void behavior(const Object& object, const Node& node, Autoscaler& into) {
  Behavior& made = into.scale.behavior;
  made.given = true;
  if (const Node::Entry* up = node.find("scaleUp")) direction(object, *up, "scale.behavior.up", made.up, into);
  if (const Node::Entry* down = node.find("scaleDown")) direction(object, *down, "scale.behavior.down", made.down, into);
}

}  // namespace plimsoll::import::kubernetes
