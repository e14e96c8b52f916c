// HorizontalPodAutoscaler: autoscaling/v1, v2 and the two betas of v2.

#include <fmt/format.h>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {
namespace {

constexpr double highest_target = 1e12;

class Hpa {
 public:
  Hpa(const Object& object, Autoscaler& into) : object_(object), into_(into) {}

  void read() {
    const Node* spec = at(object_.root, {"spec"});
    if (!spec) return;
    into_.target_kind = text(*spec, {"scaleTargetRef", "kind"});
    into_.target = text(*spec, {"scaleTargetRef", "name"});
    into_.min = found_integer(object_.file, spec->find("minReplicas"));
    into_.max = found_integer(object_.file, spec->find("maxReplicas"));
    if (const Node::Entry* cpu = spec->find("targetCPUUtilizationPercentage"))
      utilization({SignalKind::cpu, {}, TargetType::utilization, 0, 0, {}}, *cpu);
    if (const Node* metrics = at(*spec, {"metrics"}))
      for (const Node& item : metrics->items) metric(item);
    if (into_.scale.metrics.empty() && !said_a_metric_) {
      into_.origins["scale.metrics[0]"] = {object_.at, object_.at, ""};
      into_.scale.metrics.push_back({SignalKind::cpu, {}, TargetType::utilization, 0.8, 0, {}});
      into_.inferences.push_back({"scale.metrics[0]", object_.at, "no metric is given: Kubernetes' own 80 % of CPU"});
    }
    if (const Node* rules = at(*spec, {"behavior"})) behavior(object_, *rules, into_);
  }

 private:
  void add(MetricTarget target, const Node::Entry& value, std::string_view part) {
    if (!(target.target > 0) || target.target > highest_target) return;
    const std::string path = fmt::format("scale.metrics[{}]", into_.scale.metrics.size());
    const Origin origin{object_.spot(&value), object_.spot(value.value.at), value.key + ": "};
    into_.origins[path] = origin;
    into_.origins[fmt::format("{}.{}", path, part)] = origin;
    into_.scale.metrics.push_back(std::move(target));
  }

  void utilization(MetricTarget target, const Node::Entry& value) {
    said_a_metric_ = true;
    const auto percent = integer(&value.value);
    if (!percent || *percent < 1 || *percent > 10000) return;
    target.type = TargetType::utilization;
    target.target = *percent / 100.0;
    add(target, value, target.signal == SignalKind::cpu ? "cpu" : "memory");
  }

  void quantity(MetricTarget target, TargetType type, const Node::Entry& value) {
    const auto amount = parse_kubernetes_quantity(text(&value.value));
    if (!amount) return;
    target.type = type;
    target.target = *amount;
    const bool own = target.signal == SignalKind::cpu || target.signal == SignalKind::memory;
    add(target, value,
        own ? (target.signal == SignalKind::cpu ? "cpu" : "memory") : (type == TargetType::value ? "value" : "average"));
  }

  /// v2: {type: …, averageValue: …}; v2beta1: targetAverageUtilization and its like beside the name.
  void target(const MetricTarget& made, const Node& block) {
    said_a_metric_ = true;
    const Node::Entry* target = block.find("target");
    if (target && target->value.kind == Node::Kind::map) {
      const Node& node = target->value;
      if (const Node::Entry* of = node.find("averageUtilization")) return utilization(made, *of);
      if (const Node::Entry* of = node.find("averageValue")) return quantity(made, TargetType::average, *of);
      if (const Node::Entry* of = node.find("value")) return quantity(made, TargetType::value, *of);
      return;
    }
    if (const Node::Entry* of = block.find("targetAverageUtilization")) return utilization(made, *of);
    if (const Node::Entry* of = block.find("targetAverageValue")) return quantity(made, TargetType::average, *of);
    if (const Node::Entry* of = block.find("targetValue")) return quantity(made, TargetType::value, *of);
  }

  void metric(const Node& item) {
    for (const char* key : {"resource", "containerResource"})
      if (const Node* block = at(item, {key})) {
        const std::string name = text(*block, {"name"});
        if (name != "cpu" && name != "memory") return;
        return target({name == "cpu" ? SignalKind::cpu : SignalKind::memory,
                       {},
                       TargetType::utilization,
                       0,
                       0,
                       text(*block, {"container"})},
                      *block);
      }
    for (const char* key : {"pods", "object", "external"})
      if (const Node* block = at(item, {key})) return figure(*block, std::string_view(key) == "pods");
  }

  void figure(const Node& block, bool per_instance) {
    said_a_metric_ = true;
    std::string name = text(block, {"metric", "name"});
    if (name.empty()) name = text(block, {"metricName"});
    if (name.empty()) return;
    NamedSignal signal;
    signal.name = signal_name(name);
    signal.query = signal.name;
    signal.per_instance = per_instance;
    const std::string list = signal.name;
    into_.signals.emplace(list, std::move(signal));
    target({SignalKind::named, list, TargetType::average, 0, 0, {}}, block);
  }

  const Object& object_;
  Autoscaler& into_;
  bool said_a_metric_ = false;
};

}  // namespace

void autoscaler(const Object& object, Facts& facts) {
  // KEDA's, whose ScaledObject says the same.
  if (is_owned(object.root) || text(object.root, {"metadata", "labels", "app.kubernetes.io/managed-by"}) == "keda-operator")
    return;
  Autoscaler made;
  made.kind = Autoscaler::Kind::hpa;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  made.api_version = object.api_version;
  if (const Node::Entry* version = object.root.find("apiVersion")) made.api_version_at = object.spot(version->value.at);
  made.scale.like = Like::hpa;
  Hpa(object, made).read();
  facts.autoscalers.push_back(std::move(made));
}

}  // namespace plimsoll::import::kubernetes
