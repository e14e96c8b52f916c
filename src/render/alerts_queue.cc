// The lists a worker tier consumes, as redis_exporter counts them.

#include <fmt/format.h>

#include <chrono>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/promql.h"

namespace plimsoll::render::alerting {
namespace {

using namespace std::chrono_literals;

struct Level {
  std::string_view suffix;
  Severity severity;
  double above;
  Duration held;
  std::string_view action;
  std::string why;
  std::string only = "";  // as long as this holds, too
};

void add(const Tier& tier, const Cache& cache, const QueueTarget& queue, const Level& level, Group& group) {
  group.alerts.push_back(
      {.name = fmt::format("{}{}", pascal(queue.list), level.suffix),
       .severity = level.severity,
       .held = level.held,
       .expr = fmt::format("{} > {}", promql::backlog(cache.name, queue.list), promql::number(level.above)) + level.only,
       .signal = "queue",
       .summary = fmt::format("{{{{ $value }}}} jobs wait in {} for {}: above {} for {}.", queue.list, tier.name,
                              promql::number(level.above), to_text(level.held)),
       .action = std::string(level.action),
       .why = level.why,
       .labels = {{"list", queue.list}}});
}

void growing(const Tier& tier, const Cache& cache, const QueueTarget& queue, Group& group) {
  Level level{"BacklogGrowing",
              Severity::info,
              queue.per_instance,
              30min,
              "Lower per_instance (KEDA's listLength), so that more workers start earlier.",
              ""};
  if (tier.run.metrics.empty()) {
    level.why = "derived: per_instance; as long as it does not grow, the workers that run are enough";
    level.only = fmt::format(" and {} > 0", promql::backlog_growth(cache.name, queue.list));
    add(tier, cache, queue, level, group);
    return;
  }
  level.why = "derived: per_instance for each worker that runs, which is what the autoscaler aims at";
  add(tier, cache, queue, level, group);
  Alert& alert = group.alerts.back();
  alert.expr = fmt::format("{} > {} * {}", promql::backlog(cache.name, queue.list), promql::number(queue.per_instance),
                           promql::instances(tier.name));
  alert.summary = fmt::format("{{{{ $value }}}} jobs wait in {} for {}: above {} for each instance that runs, for {}.",
                              queue.list, tier.name, promql::number(queue.per_instance), to_text(level.held));
}

}  // namespace

/// Growing: more than those that run are meant for, for long: the autoscaler does not keep up, or looks too late. Up to
/// per_instance for each of them is what it aims at. Of workers without a metrics page nobody knows how many run; there more than
/// one is meant for, and the list grows on. High: more than
/// all replicas are meant for. Critical: five times that.
void queue_alerts(const Scope& scope, const Tier& tier, Group& group) {
  const Objectives owed = promql::objectives_of(scope.stack, tier);
  if (tier.kind == TierKind::worker && owed.age)
    scope.notes.push_back({tier.objectives ? fmt::format("tiers.{}.objectives.age", tier.name) : "objectives.age",
                           fmt::format("no alert: nothing tells Prometheus how old {}'s oldest job is", tier.name)});
  if (tier.consumes.empty()) return;
  const Cache* cache = promql::queue_cache_of(scope.stack, tier);
  if (cache == nullptr) {
    scope.notes.push_back({fmt::format("tiers.{}.consumes", tier.name), "no alert: no cache of the stack is used_for queue"});
    return;
  }
  for (const QueueTarget& queue : tier.consumes) {
    if (has_own_rule(tier, SignalKind::backlog, queue.list)) continue;
    const double all = queue.per_instance * tier.replicas.max;
    if (tier.replicas.max > 1) growing(tier, *cache, queue, group);
    add(tier, *cache, queue,
        {"BacklogHigh", Severity::warning, all, 5min, "Raise replicas.max, or see why a job takes longer than it did.",
         fmt::format("derived: {} replicas × {}", tier.replicas.max, promql::number(queue.per_instance))},
        group);
    add(tier, *cache, queue,
        {"BacklogCritical", Severity::critical, all * 5, 1min, "See whether workers work at all; then raise replicas.max.",
         fmt::format("derived: 5 × {} replicas × {}", tier.replicas.max, promql::number(queue.per_instance))},
        group);
  }
}

}  // namespace plimsoll::render::alerting
