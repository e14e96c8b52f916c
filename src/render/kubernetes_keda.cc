// A tier's ScaledObject: what KEDA looks at, and how often.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes_metrics.h"
#include "render/kubernetes_pod.h"
#include "render/kubernetes_scaling.h"
#include "render/names.h"
#include "render/promql.h"

namespace plimsoll::render::kube {
namespace {

std::string address_of(const Scope& scope, Endpoint at) {
  at.host = in_cluster(scope, at.host);
  return to_text(at);
}

/// How often the HPA that KEDA makes asks for figures while there are instances, whatever pollingInterval is.
constexpr Duration hpa_asks = std::chrono::seconds(15);

/// The triggers of one tier, as they are put together.
class Triggers {
 public:
  Triggers(const Scope& scope, const Tier& tier) : scope_(scope), tier_(tier) {}

  Yaml make() {
    for (const QueueTarget& queue : tier_.consumes)
      list({SignalKind::backlog, queue.list, TargetType::average, queue.per_instance, queue.activation, {}},
           fmt::format("consumes.{}", queue.list));
    const std::vector<MetricTarget> targets = targets_of(tier_);
    for (std::size_t i = 0; i < targets.size(); ++i) target(targets[i], fmt::format("scale.metrics[{}]", i));
    if (!tier_.scale.formula)  // KEDA would follow that alone; note_schedule() says so
      for (const ScheduleRule& rule : tier_.scale.schedule) cron(rule);
    return std::move(list_);
  }

  [[nodiscard]] const Cache* cache() const { return cache_; }
  [[nodiscard]] bool external() const { return external_; }  // something beside CPU, memory and cron
  [[nodiscard]] bool averages() const { return averages_; }  // one of these that falls back
  [[nodiscard]] bool only_resources() const { return only_resources_; }

 private:
  void note(std::string_view key, std::string text) { scope_.notes.push_back({path_of(tier_, key), std::move(text)}); }

  void target(const MetricTarget& one, const std::string& key) {
    const Figure figure = figure_of(scope_, tier_, one);
    switch (figure.source) {
      case Source::none:
        note(key, "not a trigger of KEDA: " + figure.why_not);
        break;
      case Source::resource:
        resource(one, figure);
        break;
      case Source::list:
        list(one, key);
        break;
      case Source::pods:
      case Source::external:
        query(one, figure);
        break;
    }
  }

  /// Names are needed by formulas only.
  Yaml& add(std::string_view type, const std::string& name) {
    Yaml& made = list_.add();
    made["type"] = type;
    if (tier_.scale.formula && !name.empty()) made["name"] = formula_word(name);
    return made;
  }

  void metric_type(Yaml& trigger, TargetType type) {
    if (type == TargetType::value)
      trigger["metricType"] = "Value";
    else
      averages_ = true;
    if (tier_.scale.poll > hpa_asks)
      trigger["useCachedMetrics"] = Yaml(true).why("else the HPA has it asked for every 15 s, not every pollingInterval");
  }

  void resource(const MetricTarget& one, const Figure& figure) {
    Yaml& made = add(figure.name, "");
    const bool share = one.type == TargetType::utilization;
    made["metricType"] = share ? "Utilization" : "AverageValue";
    made["metadata"]["value"] = share                           ? std::to_string(std::max(1LL, std::llround(one.target * 100)))
                                : one.signal == SignalKind::cpu ? to_text(Cores{one.target})
                                                                : to_text(Bytes{std::llround(one.target)});
    if (!one.container.empty()) made["metadata"]["containerName"] = tier_.name;
  }

  void list(const MetricTarget& one, const std::string& key) {
    cache_ = promql::queue_cache_of(scope_.stack, tier_);
    if (cache_ == nullptr) {
      note(key, "not a trigger of KEDA: nothing says in which cache the list is");
      return;
    }
    external_ = true;
    only_resources_ = false;
    const auto whole = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(one.target)));
    if (std::abs(static_cast<double>(whole) - one.target) > 1e-9)
      note(key, fmt::format("KEDA takes whole jobs: {} an instance became {}", decimal(one.target), whole));
    const bool sentinel = cache_->architecture == CacheArchitecture::sentinel;
    const bool cluster = cache_->architecture == CacheArchitecture::cluster;
    Yaml& made = add(sentinel ? "redis-sentinel" : cluster ? "redis-cluster" : "redis", one.list);
    metric_type(made, one.type);
    Yaml& metadata = made["metadata"];
    const Options options = within(scope_.stack, scope_.options);
    if (sentinel) {
      metadata["addresses"] = address_of(scope_, {cache_->name + "-sentinel", sentinel_port});
      metadata["sentinelMaster"] = cache_->name;
    } else {
      metadata[cluster ? "addresses" : "address"] = address_of(scope_, endpoints_of(options, cache_->name, redis_port).front());
    }
    metadata["listName"] = one.list;
    metadata["listLength"] = std::to_string(whole);
    // More than 2.5 jobs wait if more than 2 do.
    if (one.activation >= 1)
      metadata["activationListLength"] = std::to_string(static_cast<std::int64_t>(std::floor(one.activation)));
    if (!cluster) metadata["databaseIndex"] = "0";
    made["authenticationRef"]["name"] = tier_.name;
  }

  void query(const MetricTarget& one, const Figure& figure) {
    external_ = true;
    only_resources_ = false;
    note_counter(scope_, one);
    Yaml& made = add("prometheus", one.list.empty() ? figure.name : one.list);
    metric_type(made, one.type);
    Yaml& metadata = made["metadata"];
    metadata["serverAddress"] = server_of(figure);
    metadata["query"] = figure.query;
    metadata["threshold"] = decimal(one.target);
    if (one.activation > 0) metadata["activationThreshold"] = decimal(one.activation);
    metadata["ignoreNullValues"] =
        Yaml("false").flow().why("an empty answer is an error and holds the count; KEDA's own takes it for 0");
  }

  std::string server_of(const Figure& figure) {
    if (!figure.server.empty()) return in_cluster_url(scope_, figure.server);
    const Note where{
        "", fmt::format("KEDA asks the Prometheus at prometheus:{} in namespace {}: a Service of that name must lead there, "
                        "or say where it is (--at prometheus=HOST:PORT)",
                        prometheus_port, scope_.name_space())};
    if (!scope_.options.at.contains("prometheus") && std::ranges::find(scope_.notes, where) == scope_.notes.end())
      scope_.notes.push_back(where);
    return "http://" + address_of(scope_, endpoints_of(scope_.options, "prometheus", prometheus_port).front());
  }

  /// A floor: the highest of all triggers counts. What is exact is noted with the other schedules.
  void cron(const ScheduleRule& rule) {
    if (!rule.when.is_cron() || rule.kind != ScheduleRule::Kind::floor) return;
    only_resources_ = false;
    Yaml& made = add("cron", "");
    if (!rule.why.empty()) made.about(rule.why);
    Yaml& metadata = made["metadata"];
    metadata["timezone"] = rule.when.zone;
    metadata["start"] = rule.when.start;
    metadata["end"] = rule.when.end;
    metadata["desiredReplicas"] = std::to_string(rule.replicas);
  }

  const Scope& scope_;
  const Tier& tier_;
  Yaml list_ = Yaml::list();
  const Cache* cache_ = nullptr;
  bool external_ = false, averages_ = false, only_resources_ = true;
};

std::int64_t poll_of(const Tier& tier) {
  if (tier.scale.poll > Duration::zero()) return seconds_of(tier.scale.poll);
  return tier.scale.like == Like::keda ? 30 : 15;
}

void add_times(const Scope& scope, const Tier& tier, Yaml& spec) {
  const Scale& scale = tier.scale;
  if (scale.poll > Duration::zero() && scale.poll < hpa_asks)
    scope.notes.push_back({path_of(tier, "scale.poll"),
                           fmt::format("{}: so often KEDA looks whether to wake an idle tier; between one instance and the most "
                                       "the HPA it makes decides every 15 s, a flag of kube-controller-manager",
                                       plimsoll::to_text(scale.poll))});
  spec["pollingInterval"] = poll_of(tier);
  if (scale.poll == Duration::zero() && scale.like != Like::keda) spec["pollingInterval"].why("as often as an HPA decides");
  spec["cooldownPeriod"] = seconds_of(scale.cooldown);
  if (tier.replicas.min > 0 && !scale.idle)
    spec["cooldownPeriod"].why(fmt::format("before going to zero; never used with at least {}", tier.replicas.min));
  if (scale.controller.initial_cooldown > Duration::zero())
    spec["initialCooldownPeriod"] = seconds_of(scale.controller.initial_cooldown);
}

void add_bounds(const Scope& scope, const Tier& tier, bool only_resources, Yaml& spec) {
  const auto note = [&](std::string_view key, std::string text) { scope.notes.push_back({path_of(tier, key), std::move(text)}); };
  const bool lifted = only_resources && tier.replicas.min == 0;
  if (lifted) note("replicas", "CPU and memory can't wake a tier from zero: KEDA keeps 1");
  spec["minReplicaCount"] = lifted ? 1 : tier.replicas.min;
  spec["maxReplicaCount"] = tier.replicas.max;
  if (tier.replicas.min == tier.replicas.max)
    spec["maxReplicaCount"].why("as many as at least: a fixed count until one of them moves");
  if (!tier.scale.idle) return;
  spec["idleReplicaCount"] = *tier.scale.idle;
  if (*tier.scale.idle > 0) note("scale.idle", "KEDA is dependable with an idle count of 0 only");
}

void add_fallback(const Scope& scope, const Tier& tier, const Triggers& triggers, Yaml& spec) {
  if (!tier.scale.fallback) return;
  const Fallback& fallback = *tier.scale.fallback;
  const auto none_for = [&](std::string_view what) {
    scope.notes.push_back(
        {path_of(tier, "scale.fallback"), fmt::format("KEDA has none for {}: without figures the count stays", what)});
  };
  if (!triggers.external()) return none_for("CPU, memory and cron");
  const bool averages = tier.scale.formula ? tier.scale.formula->type != TargetType::value : triggers.averages();
  if (!averages) return none_for("targets of type `value`, only for `average`");
  Yaml& made = spec["fallback"];
  if (tier.scale.like == Like::keda) {
    made["failureThreshold"] = fallback.failures;
  } else {
    const auto failures = std::max<std::int64_t>(1, (seconds_of(fallback.after) + poll_of(tier) - 1) / poll_of(tier));
    made["failureThreshold"] = Yaml(failures).why(
        fmt::format("derived: {} without figures, one every {} s", plimsoll::to_text(fallback.after), poll_of(tier)));
  }
  made["replicas"] = fallback.replicas;
  switch (fallback.behavior) {
    case Fallback::Behavior::fixed:
      if (tier.scale.formula) made["behavior"] = "scalingModifiers";
      break;
    case Fallback::Behavior::current:
      made["behavior"] = "currentReplicas";
      break;
    case Fallback::Behavior::current_if_higher:
      made["behavior"] = "currentReplicasIfHigher";
      break;
    case Fallback::Behavior::current_if_lower:
      made["behavior"] = "currentReplicasIfLower";
      break;
  }
}

void add_advanced(const Scope& scope, const Tier& tier, Yaml& spec) {
  if (Yaml behavior = behavior_of(scope, tier); !behavior.empty())
    spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] = std::move(behavior);
  if (!tier.scale.formula) return;
  const Formula& formula = *tier.scale.formula;
  Yaml& made = spec["advanced"]["scalingModifiers"];
  made.about("In place of every trigger below but CPU and memory.");
  made["formula"] = formula.text;
  made["target"] = decimal(formula.target);
  if (formula.activation != 0) made["activationTarget"] = decimal(formula.activation);
  if (formula.type == TargetType::value) made["metricType"] = "Value";
}

std::string about(const Scope& scope, const Tier& tier) {
  const std::string annotate =
      fmt::format("kubectl annotate scaledobject {} -n {} autoscaling.keda.sh/paused-replicas", tier.name, scope.name_space());
  return fmt::format(
      "KEDA must be in the cluster.\nTo pause it at N, which the shell must have been told (N=…), and to let it go on:\n"
      "  {}=\"${{N:?}}\" --overwrite\n  {}-",
      annotate, annotate);
}

Yaml authentication(const Scope& scope, const Tier& tier, const Cache& cache) {
  Yaml made = object(scope, "keda.sh/v1alpha1", "TriggerAuthentication", tier.name, tier.name, role_of(tier));
  const auto add = [&](std::string_view parameter) {
    Yaml& reference = made["spec"]["secretTargetRef"].add();
    reference["parameter"] = parameter;
    reference["name"] = cache.name;
    reference["key"] = "password";
  };
  add("password");
  if (cache.architecture == CacheArchitecture::sentinel) add("sentinelPassword");  // Sentinels ask for the same one
  return made;
}

}  // namespace

Documents keda_of(const Scope& scope, const Tier& tier) {
  Triggers triggers(scope, tier);
  Yaml list = triggers.make();
  if (list.empty()) return {};
  Yaml made = object(scope, "keda.sh/v1alpha1", "ScaledObject", tier.name, tier.name, role_of(tier));
  made.about(about(scope, tier));
  Yaml& spec = made["spec"];
  spec["scaleTargetRef"]["name"] = tier.name;
  add_times(scope, tier, spec);
  add_bounds(scope, tier, triggers.only_resources(), spec);
  add_fallback(scope, tier, triggers, spec);
  add_advanced(scope, tier, spec);
  spec["triggers"] = std::move(list);
  Documents all{std::move(made)};
  if (triggers.cache() != nullptr) all.push_back(authentication(scope, tier, *triggers.cache()));
  return all;
}

}  // namespace plimsoll::render::kube
