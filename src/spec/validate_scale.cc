// What decides a tier's count.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>
#include <utility>

#include "core/quantity.h"
#include "spec/checks.h"

namespace plimsoll::spec {
namespace {

/// A key of a tier that one of the controllers has no notion of.
struct Unknown {
  std::string_view key;  // below the tier
  bool hpa, keda;        // which does not know it
};
constexpr std::array<Unknown, 20> unknown = {{
    {"capacity", true, true},
    {"scale.rules", true, true},
    {"scale.step", true, true},
    {"scale.formula", true, false},
    {"scale.advanced.scalingModifiers", true, false},
    {"scale.fallback", true, false},
    {"scale.profile", true, false},
    {"scale.poll", true, false},
    {"scale.pollingInterval", true, false},
    {"scale.cooldown", true, false},
    {"scale.cooldownPeriod", true, false},
    {"scale.initialCooldownPeriod", true, false},
    {"scale.idle", true, false},
    {"scale.idleReplicaCount", true, false},
    {"scale.behavior.up.tolerance", false, true},
    {"scale.behavior.down.tolerance", false, true},
    {"scale.behavior.scaleUp.tolerance", false, true},
    {"scale.behavior.scaleDown.tolerance", false, true},
    {"scale.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.tolerance", false, true},
    {"scale.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.tolerance", false, true},
}};

class ScaleValidation : Checks {
 public:
  ScaleValidation(const Stack& stack, const Tier& tier, const Places& places, std::vector<Diagnostic>& diagnostics)
      : Checks(stack, places, diagnostics), tier_(tier), path_("tiers." + tier.name), scale_(path_ + ".scale") {}

  void run() {
    policies();
    controller();
    metrics();
    rules();
    counts();
    if (tier_.capacity) capacity(*tier_.capacity);
  }

 private:
  /// Of two spellings the one that was written.
  [[nodiscard]] std::string written(const std::string& one, const std::string& other) const {
    return places_.has(other) ? other : one;
  }

  void policies() {
    const Scale& scale = tier_.scale;
    const std::size_t count = scale.metrics.size() + tier_.consumes.size() + scale.rules.size() + scale.schedule.size() +
                              (scale.formula ? 1 : 0) + (tier_.capacity ? 1 : 0);
    if (count > most_policies)
      complain(places_.key(path_), path_,
               fmt::format("{} policies: metrics, queues, rules, schedules, formula and capacity together", count),
               fmt::format("at most {}", most_policies));
  }

  void controller() {
    const Like like = tier_.scale.like;
    if (like == Like::plimsoll || !sound({path_, scale_, scale_ + ".like"})) return;
    const std::string_view name = like == Like::hpa ? "the HPA" : "KEDA";
    for (const Unknown& key : unknown) {
      const std::string at = path_ + "." + std::string(key.key);
      if ((like == Like::hpa ? key.hpa : key.keda) && places_.has(at))
        complain(places_.key(at), at, fmt::format("{} knows no '{}'", name, key.key.substr(key.key.rfind('.') + 1)),
                 like == Like::hpa && !key.keda   ? "like: plimsoll or like: keda"
                 : like == Like::keda && !key.hpa ? "like: plimsoll or like: hpa; scale.tolerance is for both directions"
                                                  : "like: plimsoll");
    }
  }

  /// What is wrong with the tier's use of a signal, and what would be right; nothing if it can be measured.
  [[nodiscard]] std::pair<std::string, std::string> unmeasurable(SignalKind signal, const std::string& name) const {
    if (!sound({path_, path_ + ".kind", path_ + ".run", path_ + ".run.metrics", path_ + ".instance", path_ + ".instance.memory"}))
      return {};
    const std::string called = name_of(SignalName{signal, name, {}});
    switch (signal) {
      case SignalKind::memory:
        if (!tier_.instance.memory)
          return {"memory is measured against a request, and there is none", "instance: {memory: 512Mi}"};
        return {};
      case SignalKind::requests_per_second:
      case SignalKind::queued_requests:
      case SignalKind::errors:
        if (tier_.kind == TierKind::worker)
          return {fmt::format("a worker has no requests: {} {} counted at the balancer", called,
                              signal == SignalKind::errors ? "are" : "is"),
                  "kind: service"};
        return {};
      case SignalKind::p95:
      case SignalKind::p99:
        if (tier_.run.metrics.empty())
          return {called + " comes from the instances' own metrics, and run has none", "metrics: /metrics in run"};
        return {};
      case SignalKind::named:
        if (const NamedSignal* own = stack_.signal(name); own && own->from == NamedSignal::From::metrics && own->url.empty() &&
                                                          sound({"signals." + name, "signals." + name + ".path"}) &&
                                                          tier_.run.metrics.empty())
          return {called + " comes from the instances' own metrics, and run has none",
                  "metrics: /metrics in run, or a path in the signal"};
        return {};
      case SignalKind::cpu:
      case SignalKind::backlog:
        break;
    }
    return {};
  }

  void metrics() {
    for (std::size_t i = 0; i < tier_.scale.metrics.size(); ++i) {
      const MetricTarget& target = tier_.scale.metrics[i];
      const std::string item = fmt::format("{}.metrics[{}]", scale_, i);
      const bool by_key = target.signal == SignalKind::cpu || target.signal == SignalKind::memory;
      const std::string at = item + (!by_key ? ".signal" : target.signal == SignalKind::memory ? ".memory" : ".cpu");
      if (!sound({item, at}) || broken_below(item)) continue;
      if (target.signal == SignalKind::memory && target.type == TargetType::average) continue;  // of no request
      const auto [message, expected] = unmeasurable(target.signal, target.list);
      if (!message.empty()) complain(places_.key(at), at, message, expected);
      if (target.signal == SignalKind::backlog) backlog_list(target.list, at);
    }
  }

  /// Something in it could not be read, so that the default of its signal may stand there.
  [[nodiscard]] bool broken_below(const std::string& path) const {
    const auto next = places_.broken.lower_bound(path + ".");
    return next != places_.broken.end() && next->starts_with(path + ".");
  }

  void rules() {
    for (std::size_t i = 0; i < tier_.scale.rules.size(); ++i) {
      const ThresholdRule& rule = tier_.scale.rules[i];
      const std::string at = fmt::format("{}.rules[{}].when", scale_, i);
      if (!places_.has(at) || !sound({at})) continue;
      const auto [message, expected] = unmeasurable(rule.signal, rule.list);
      if (!message.empty()) complain(places_.value(at), at, message, expected);
      if (rule.signal == SignalKind::backlog) backlog_list(rule.list, at);
    }
  }

  void backlog_list(const std::string& list, const std::string& at) {
    if (!sound({path_, path_ + ".publishes", path_ + ".consumes"})) return;
    std::vector<std::string_view> lists(tier_.publishes.begin(), tier_.publishes.end());
    for (const QueueTarget& queue : tier_.consumes) lists.push_back(queue.list);
    for (const std::string_view known : lists)
      if (known == list) return;
    complain(places_.value(at), at, fmt::format("'{}' neither publishes nor consumes the list '{}'", tier_.name, list),
             choice(lists, "a list under publishes: or consumes:"), suggestion_for(list, lists));
  }

  /// idle and fallback against the bounds.
  void counts() {
    if (!sound({path_, path_ + ".replicas", scale_ + ".minReplicaCount", scale_ + ".maxReplicaCount", scale_ + ".profile"}))
      return;
    const Bounds& bounds = tier_.replicas;
    const std::string idle = written(scale_ + ".idle", scale_ + ".idleReplicaCount");
    if (tier_.scale.idle && sound({idle}) && *tier_.scale.idle >= bounds.min)
      complain(places_.value(idle), idle,
               fmt::format("{} idle instances are not fewer than the minimum {}", *tier_.scale.idle, bounds.min),
               bounds.min == 0 ? "no idle: the minimum is 0 already" : fmt::format("at most {}", bounds.min - 1));
    const std::string fallback = scale_ + ".fallback.replicas";
    if (tier_.scale.fallback && places_.has(fallback) && sound({scale_ + ".fallback", fallback}) &&
        !bounds.contains(tier_.scale.fallback->replicas))
      complain(places_.value(fallback), fallback,
               fmt::format("a fallback of {} is outside {}..{}", tier_.scale.fallback->replicas, bounds.min, bounds.max),
               fmt::format("{} to {}", bounds.min, bounds.max));
    for (std::size_t i = 0; i < tier_.scale.schedule.size(); ++i) {
      const ScheduleRule& rule = tier_.scale.schedule[i];
      if (tier_.scale.like == Like::keda) continue;  // a cron trigger may ask for more than the maximum there
      const std::string floor = fmt::format("{}.schedule[{}].floor", scale_, i);
      if (rule.kind != ScheduleRule::Kind::floor || rule.replicas <= bounds.max || !places_.has(floor) || !sound({floor}))
        continue;
      complain(places_.value(floor), floor, fmt::format("a floor of {} is above the maximum {}", rule.replicas, bounds.max),
               fmt::format("at most {}, or a higher maximum", bounds.max));
    }
  }

  void capacity(const Capacity& stated) {
    const std::string path = path_ + ".capacity", time = path + ".service_time", arrivals = path + ".arrivals";
    if (!sound({path_, path})) return;
    if (stated.service_p99 && sound({time, time + ".mean", time + ".p99"}) && places_.has(time + ".mean") &&
        *stated.service_p99 < stated.service_mean)
      complain(places_.value(time + ".p99"), time + ".p99",
               fmt::format("p99 {} is below the mean {}", to_text(*stated.service_p99), to_text(stated.service_mean)),
               fmt::format("at least {}", to_text(stated.service_mean)));
    if (!sound({arrivals, path_ + ".kind"})) return;
    std::vector<std::string_view> names;
    add_names(names, stack_.signals);
    if (stated.arrivals.empty() && tier_.kind == TierKind::worker)
      return complain(places_.key(path), path, "a worker's arrivals are counted nowhere: capacity needs 'arrivals'",
                      "arrivals: " + choice(names, "a signal under signals:"));
    if (stated.arrivals.empty() || !sound({"", "signals"})) return;
    const NamedSignal* signal = stack_.signal(stated.arrivals);
    if (!signal)
      return complain(places_.value(arrivals), arrivals, fmt::format("there is no signal '{}'", stated.arrivals),
                      choice(names, "a signal under signals:"), suggestion_for(stated.arrivals, names));
    const std::string own = "signals." + signal->name;
    const bool is_rate = signal->unit == SignalUnit::per_second || signal->unit == SignalUnit::number;
    if (!is_rate && sound({own, own + ".unit"}))
      return complain(places_.value(arrivals), arrivals, fmt::format("'{}' is no number of arrivals a second", signal->name),
                      "a signal with unit: per_second");
    const auto [message, expected] = unmeasurable(SignalKind::named, signal->name);
    if (!message.empty()) complain(places_.value(arrivals), arrivals, message, expected);
  }

  const Tier& tier_;
  const std::string path_, scale_;
};

}  // namespace

void validate_scale(const Stack& stack, const Tier& tier, const Places& places, std::vector<Diagnostic>& diagnostics) {
  ScaleValidation(stack, tier, places, diagnostics).run();
}

}  // namespace plimsoll::spec
