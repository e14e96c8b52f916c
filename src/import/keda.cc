// KEDA's ScaledObject: lists become queues, Prometheus' queries signals, cron floors; what plimsoll has no word for is a signal
// whose source is asked for.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/cron.h"
#include "core/quantity.h"
#include "import/kubernetes.h"
#include "import/url.h"
#include "spec/pattern.h"

namespace plimsoll::import::kubernetes {
namespace {

constexpr double highest_target = 1e12;

class Keda {
 public:
  Keda(const Object& object, Autoscaler& into) : object_(object), into_(into) {}

  void read() {
    annotations();
    const Node* spec = at(object_.root, {"spec"});
    if (!spec) return;
    into_.target_kind = text(*spec, {"scaleTargetRef", "kind"});
    if (into_.target_kind.empty()) into_.target_kind = "Deployment";
    into_.target = text(*spec, {"scaleTargetRef", "name"});
    into_.min = found_integer(object_.file, spec->find("minReplicaCount"));
    into_.max = found_integer(object_.file, spec->find("maxReplicaCount"));
    times(*spec);
    fallback(*spec);
    if (const Node* triggers = at(*spec, {"triggers"}))
      for (const Node& item : triggers->items) trigger(item, index_++);
    advanced(*spec);
  }

 private:
  void note(const std::string& path, const Node::Entry& entry) {
    into_.origins[path] = {object_.spot(&entry), object_.spot(entry.value.at), entry.key + ": "};
  }

  void infer(const std::string& path, const Position& where, std::string text) {
    into_.inferences.push_back({path, object_.spot(where), std::move(text)});
  }

  void annotations() {
    const Node* notes = at(object_.root, {"metadata", "annotations"});
    if (!notes) return;
    if (const Node::Entry* count = notes->find("autoscaling.keda.sh/paused-replicas")) into_.paused_at = integer(&count->value);
    if (const Node::Entry* paused = notes->find("autoscaling.keda.sh/paused"); paused && text(&paused->value) != "false")
      infer("scale", paused->at, "KEDA is paused for it (autoscaling.keda.sh/paused)");
    if (into_.paused_at)
      infer("scale", object_.at.at,
            fmt::format("KEDA is paused for it at {} (autoscaling.keda.sh/paused-replicas)", *into_.paused_at));
    if (const Node::Entry* over = notes->find("scaledobject.keda.sh/transfer-hpa-ownership");
        over && text(&over->value) == "true")
      into_.takes_over = text(object_.root, {"spec", "advanced", "horizontalPodAutoscalerConfig", "name"});
    const auto disables = [&](const char* key, BehaviorRules& rules) {
      const Node::Entry* entry = notes->find(key);
      if (!entry || text(&entry->value) != "true") return;
      into_.scale.behavior.given = true;
      rules.select = SelectPolicy::disabled;
    };
    disables("autoscaling.keda.sh/paused-scale-in", into_.scale.behavior.down);
    disables("autoscaling.keda.sh/paused-scale-out", into_.scale.behavior.up);
  }

  void times(const Node& spec) {
    const auto read = [&](const char* key, const char* path, Duration& into) {
      const Node::Entry* entry = spec.find(key);
      const auto time = whole_seconds(entry ? &entry->value : nullptr);
      if (!time) return;
      into = *time;
      note(path, *entry);
    };
    read("pollingInterval", "scale.poll", into_.scale.poll);
    read("cooldownPeriod", "scale.cooldown", into_.scale.cooldown);
    read("initialCooldownPeriod", "scale.controller.initial_cooldown", into_.scale.controller.initial_cooldown);
    if (const Node::Entry* idle = spec.find("idleReplicaCount"))
      if (const auto count = integer(&idle->value); count && *count >= 0) {
        into_.scale.idle = count;
        note("scale.idle", *idle);
      }
  }

  void fallback(const Node& spec) {
    const Node* node = at(spec, {"fallback"});
    const Node::Entry* replicas = node ? node->find("replicas") : nullptr;
    const auto count = integer(replicas ? &replicas->value : nullptr);
    if (!count || *count < 0) return;
    Fallback made;
    made.replicas = *count;
    made.failures = std::clamp(integer(at(*node, {"failureThreshold"})).value_or(3), 0, 10000);
    const std::string word = text(*node, {"behavior"});
    using Behavior = Fallback::Behavior;
    if (word == "currentReplicas") made.behavior = Behavior::current;
    if (word == "currentReplicasIfHigher") made.behavior = Behavior::current_if_higher;
    if (word == "currentReplicasIfLower") made.behavior = Behavior::current_if_lower;
    into_.scale.fallback = made;
    note("scale.fallback.replicas", *replicas);
  }

  void trigger(const Node& item, std::size_t index) {
    const std::string type = text(item, {"type"});
    const Node* metadata = at(item, {"metadata"});
    if (!metadata || metadata->kind != Node::Kind::map) return;
    if (type == "redis" || type == "redis-cluster" || type == "redis-sentinel") return list(item, *metadata, index);
    if (type == "cron") return cron(*metadata);
    if (type == "prometheus") return query(item, *metadata, index);
    if (type == "cpu" || type == "memory") return resource(item, *metadata, type == "cpu" ? SignalKind::cpu : SignalKind::memory);
    unknown(item, *metadata, type, index);
  }

  /// A trigger's number; 0 if it has none that can be used.
  static double figure(const Node::Entry* entry) {
    const auto value = number(entry ? &entry->value : nullptr);
    return value && *value > 0 && *value <= highest_target ? *value : 0;
  }

  void list(const Node& item, const Node& metadata, std::size_t index) {
    const std::string name = text(metadata, {"listName"});
    const Node::Entry* length = metadata.find("listLength");
    if (!spec::list_name.matches(name)) return unknown(item, metadata, "redis", index);
    const double target = length ? figure(length) : 5;  // KEDA's default
    if (target == 0) return;
    const bool again =
        std::any_of(into_.queues.begin(), into_.queues.end(), [&](const QueueTarget& one) { return one.list == name; });
    if (again) return;
    const std::string path = "consumes." + name;
    into_.origins[path] = {object_.spot(item.at), object_.spot(item.at), ""};
    if (length) note(path + ".per_instance", *length);
    const auto activation = number(at(metadata, {"activationListLength"}));
    into_.queues.push_back({name, target, activation.value_or(0) > 0 ? *activation : 0});
    into_.queue_addresses.push_back(address(metadata));
    if (const auto of = integer(at(metadata, {"databaseIndex"})); of && *of != 0)
      infer(path, item.at, fmt::format("the list {} is in Redis' database {}; plimsoll looks in 0", name, *of));
    if (const std::string called = text(item, {"name"}); !called.empty()) words_.emplace_back(called, formula_word(name));
  }

  /// "host:port"; empty where it comes from the environment or a Secret.
  static std::string address(const Node& metadata) {
    for (const char* key : {"address", "addresses"})
      if (std::string whole = text(metadata, {key}); !whole.empty()) return whole;
    for (const char* key : {"host", "hosts"})
      if (const std::string host = text(metadata, {key}); !host.empty()) {
        std::string port = text(metadata, {"port"});
        if (port.empty()) port = text(metadata, {"ports"});
        return host + ":" + (port.empty() ? "6379" : port);
      }
    for (const char* key : {"addressFromEnv", "hostFromEnv"})
      if (const std::string variable = text(metadata, {key}); !variable.empty()) return "$" + variable;
    return {};
  }

  void cron(const Node& metadata) {
    ScheduleRule rule;
    rule.kind = ScheduleRule::Kind::floor;
    rule.when.start = text(metadata, {"start"});
    rule.when.end = text(metadata, {"end"});
    rule.when.zone = text(metadata, {"timezone"});
    const Node::Entry* replicas = metadata.find("desiredReplicas");
    const auto count = integer(replicas ? &replicas->value : nullptr);
    if (!count || *count < 0 || *count > 10000 || !spec::zone_name.matches(rule.when.zone)) return;
    if (!parse_cron(rule.when.start).ok() || !parse_cron(rule.when.end).ok()) return;
    rule.replicas = *count;
    note(fmt::format("scale.schedule[{}]", into_.scale.schedule.size()), *replicas);
    note(fmt::format("scale.schedule[{}].floor", into_.scale.schedule.size()), *replicas);
    into_.scale.schedule.push_back(std::move(rule));
  }

  void named(const Node& item, NamedSignal signal, TargetType type, const Node::Entry* value, double target, double activation) {
    const std::string path = fmt::format("scale.metrics[{}]", into_.scale.metrics.size());
    if (value) {
      note(path, *value);
      note(path + (type == TargetType::value ? ".value" : ".average"), *value);
    }
    if (const std::string called = text(item, {"name"}); !called.empty()) words_.emplace_back(called, signal.name);
    into_.scale.metrics.push_back({SignalKind::named, signal.name, type, target, activation, {}});
    into_.signals.emplace(signal.name, std::move(signal));
  }

  static TargetType type_of(const Node& item) {
    return text(item, {"metricType"}) == "Value" ? TargetType::value : TargetType::average;
  }

  void query(const Node& item, const Node& metadata, std::size_t index) {
    NamedSignal signal;
    signal.name = signal_name(fmt::format("{}_prometheus_{}", into_.target, index));
    signal.from = NamedSignal::From::prometheus;
    // What stands behind a "?" or before an "@" is most often a token.
    signal.url = without_credentials(text(metadata, {"serverAddress"}));
    signal.url.resize(std::min(signal.url.find_first_of("?#"), signal.url.size()));
    signal.query = text(metadata, {"query"});
    const Node::Entry* threshold = metadata.find("threshold");
    if (figure(threshold) == 0) return;
    if (!spec::http_url.matches(signal.url) || !spec::expression.matches(signal.query))
      return unknown(item, metadata, "prometheus", index);
    named(item, signal, type_of(item), threshold, figure(threshold),
          std::max(0.0, number(at(metadata, {"activationThreshold"})).value_or(0)));
  }

  void resource(const Node& item, const Node& metadata, SignalKind signal) {
    const Node::Entry* value = metadata.find("value");
    if (!value) return;
    std::string type = text(item, {"metricType"});
    if (type.empty()) type = text(metadata, {"type"});
    MetricTarget made{signal, {}, TargetType::utilization, 0, 0, text(metadata, {"containerName"})};
    if (type == "AverageValue") {
      made.type = TargetType::average;
      made.target = parse_kubernetes_quantity(text(&value->value)).value_or(0);
    } else {
      made.target = figure(value) / 100;
    }
    if (!(made.target > 0)) return;
    for (const MetricTarget& known : into_.scale.metrics)
      if (known.signal == signal) return;
    const std::string path = fmt::format("scale.metrics[{}]", into_.scale.metrics.size());
    note(path, *value);
    note(path + (signal == SignalKind::cpu ? ".cpu" : ".memory"), *value);
    into_.scale.metrics.push_back(std::move(made));
  }

  /// Whatever its figure is: a signal of the trigger's name, whose source the owner is asked for.
  void unknown(const Node& item, const Node& metadata, const std::string& type, std::size_t index) {
    // The keys under which KEDA's triggers have their targets.
    constexpr std::array keys = {
        "threshold",         "value",           "lagThreshold",        "queueLength",    "targetValue",       "targetQueryValue",
        "messageCount",      "lagCount",        "pendingEntriesCount", "streamLength",   "targetMetricValue", "listLength",
        "targetQueueLength", "targetQueueSize", "subscriptionSize",    "metricThreshold"};
    const Node::Entry* value = nullptr;
    for (const char* key : keys)
      if (const Node::Entry* one = metadata.find(key); !value && one && figure(one) > 0) value = one;
    into_.unknown.push_back(type.empty() ? "unnamed" : type);
    if (!value) {
      infer("scale", item.at,
            fmt::format("its trigger of type {} has no figure plimsoll knows and is left out", into_.unknown.back()));
      return;
    }
    NamedSignal signal;
    signal.name = signal_name(fmt::format("{}_{}_{}", into_.target, into_.unknown.back(), index));
    signal.query = signal.name;
    into_.asked.push_back({signal.name, into_.unknown.back()});
    named(item, signal, type_of(item), value, figure(value), 0);
  }

  void advanced(const Node& spec) {
    if (const Node* rules = at(spec, {"advanced", "horizontalPodAutoscalerConfig", "behavior"})) behavior(object_, *rules, into_);
    const Node* modifiers = at(spec, {"advanced", "scalingModifiers"});
    const Node::Entry* formula = modifiers ? modifiers->find("formula") : nullptr;
    if (!formula || text(&formula->value).empty() || figure(modifiers->find("target")) == 0) return;
    Formula made;
    made.text = renamed(text(&formula->value));
    if (!spec::expression.matches(made.text)) return;
    made.type = text(*modifiers, {"metricType"}) == "Value" ? TargetType::value : TargetType::average;
    made.target = figure(modifiers->find("target"));
    made.activation = std::max(0.0, number(at(*modifiers, {"activationTarget"})).value_or(0));
    note("scale.formula", *formula);
    into_.scale.formula = std::move(made);
  }

  /// The triggers' names are the lists' and signals' here.
  [[nodiscard]] std::string renamed(std::string_view formula) const {
    std::string out;
    while (!formula.empty()) {
      std::size_t length = 0;
      while (length < formula.size() &&
             (std::isalnum(static_cast<unsigned char>(formula[length])) != 0 || formula[length] == '_'))
        ++length;
      const std::string_view word = formula.substr(0, std::max<std::size_t>(length, 1));
      const auto known = std::find_if(words_.begin(), words_.end(), [&](const auto& pair) { return pair.first == word; });
      out += known == words_.end() ? std::string(word) : known->second;
      formula.remove_prefix(word.size());
    }
    return out;
  }

  const Object& object_;
  Autoscaler& into_;
  std::size_t index_ = 0;
  std::vector<std::pair<std::string, std::string>> words_;  // names of triggers → of lists and signals
};

}  // namespace

void scaled_object(const Object& object, Facts& facts) {
  Autoscaler made;
  made.kind = Autoscaler::Kind::keda;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  made.api_version = object.api_version;
  made.scale.like = Like::keda;
  Keda(object, made).read();
  facts.autoscalers.push_back(std::move(made));
}

}  // namespace plimsoll::import::kubernetes
