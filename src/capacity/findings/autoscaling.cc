// Timings and tolerances of the controllers in use today.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

using std::chrono::seconds;

/// What Kubernetes fills in by itself, and what a manifest read back from it therefore says, is nobody's mistake.
bool is_default(const BehaviorRules& rules, bool up) {
  const auto has = [&](RatePolicy::Unit unit, double amount) {
    return std::any_of(rules.policies.begin(), rules.policies.end(), [&](const RatePolicy& policy) {
      return policy.unit == unit && policy.amount == amount && policy.every == seconds(15);
    });
  };
  const bool all = has(RatePolicy::Unit::percent, 100);
  return up ? all && rules.policies.size() == 2 && has(RatePolicy::Unit::instances, 4) : all && rules.policies.size() == 1;
}

std::string said(const RatePolicy& policy) {
  const char* unit = policy.unit == RatePolicy::Unit::percent ? " %" : policy.amount == 1 ? " instance" : " instances";
  return fmt::format("{}{} every {}", number(policy.amount), unit, waited(policy.every));
}

void judge_policies(const Scene& scene, const Tier& tier, const BehaviorRules& rules, Out out) {
  const bool up = &rules == &tier.scale.behavior.up;
  if (rules.select == SelectPolicy::disabled || is_default(rules, up)) return;
  const char* direction = up ? "up" : "down";
  const Duration sync = tier.scale.controller.sync;
  for (std::size_t i = 0; i < rules.policies.size(); ++i) {
    const RatePolicy& policy = rules.policies[i];
    if (policy.every > sync) continue;
    Finding finding;
    finding.level = Level::note;
    finding.path = fmt::format("tiers.{}.scale.behavior.{}.policies[{}].every", tier.name, direction, i);
    if (policy.every < sync) {
      finding.message = fmt::format("{}: {} ({}) is shorter than the sync period of {}: each sync may take a whole step",
                                    tier.name, said(policy), direction, waited(sync));
      finding.sum = {fmt::format("it acts like: every {}", waited(sync))};
    } else {
      finding.message =
          fmt::format("{}: {} ({}) is exactly the sync period: whether a step counts twice is a matter of milliseconds",
                      tier.name, said(policy), direction);
      finding.sum = {"a change counts while it is younger than the period"};
    }
    const std::string every = scene.time(2 * sync);
    finding.fixes.push_back({finding.path, every, "every: " + every, "two syncs: every second one may step"});
    out.push_back(std::move(finding));
  }
}

void judge_window(const Scene& scene, const Tier& tier, const BehaviorRules& rules, bool up, Out out) {
  const Duration start = tier.instance.start;
  // A window of zero is a choice: do not wait. plimsoll's own engine counts instances that are on their way.
  if (!rules.window_given || rules.window >= start || rules.select == SelectPolicy::disabled) return;
  if (up && (rules.window <= Duration::zero() || !is_borrowed(tier))) return;
  Finding finding;
  finding.level = up ? Level::note : Level::warning;
  finding.path = fmt::format("tiers.{}.scale.behavior.{}.window", tier.name, up ? "up" : "down");
  if (up)
    finding.message =
        fmt::format("{}: the up window of {} ends before an instance has started ({}): growth is decided again without it",
                    tier.name, waited(rules.window), waited(start));
  else
    finding.message =
        fmt::format("{}: a dip of {} removes an instance, and it takes {} to start one: it is missing longer than it was idle",
                    tier.name, waited(rules.window), waited(start));
  const std::string window = scene.time(start);
  finding.fixes.push_back({finding.path, window, "window: " + window, "as long as a start takes"});
  out.push_back(std::move(finding));
}

/// Work that a list's target leaves waiting, and why.
void judge_stranded(const Tier& tier, const ModelPath& path, const std::string& list, double per_instance, Out out) {
  const double tolerance = tier.scale.behavior.up.tolerance.value_or(tier.scale.tolerance).value;
  const int n = tier.replicas.max - 1;  // the largest count that could still grow
  // Only where jobs are few and long does one that waits matter: with hundreds an instance, a tenth more is a tenth longer.
  const bool takes_each = tier.capacity ? per_instance <= tier.capacity->concurrency : per_instance <= 10;
  if (n < 1 || !takes_each || !(per_instance > 0) || !(tolerance > 0)) return;
  const double stranded = std::floor(per_instance * n * tolerance * (1 + 1e-12));
  if (stranded < per_instance || stranded < 1) return;
  Finding finding;
  finding.level = Level::note;
  finding.path = path;
  finding.message = fmt::format("{}: at {} instances up to {} jobs of {} wait without another instance: {} of {} × {}", tier.name,
                                n, count(stranded), list, percent(tolerance), n, number(per_instance));
  finding.sum = {fmt::format("growth begins above {} jobs: {} × {} × (1 + {})", count(per_instance * n * (1 + tolerance)), n,
                             number(per_instance), number(tolerance)),
                 fmt::format("that is {} whole {} of work", count(std::floor(stranded / per_instance)),
                             stranded / per_instance >= 2 ? "instances" : "instance")};
  finding.advice =
      "a tolerance of its own for growth (behavior.up.tolerance, Kubernetes 1.33 and later), or a target a tenth lower";
  out.push_back(std::move(finding));
}

bool controls(const Vertical& vertical, SignalKind signal) {
  const bool cpu = vertical.cpu_min || vertical.cpu_max, memory = vertical.memory_min || vertical.memory_max;
  if (!cpu && !memory) return true;  // without bounds it sets both
  return signal == SignalKind::cpu ? cpu : memory;
}

}  // namespace

void policy_period(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (!is_borrowed(tier) || !tier.scale.behavior.given) continue;
    judge_policies(scene, tier, tier.scale.behavior.up, out);
    judge_policies(scene, tier, tier.scale.behavior.down, out);
  }
}

void window_under_start(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (tier.replicas.min == tier.replicas.max || !scene.written(tier_path(tier, "instance.start"))) continue;
    judge_window(scene, tier, tier.scale.behavior.up, true, out);
    judge_window(scene, tier, tier.scale.behavior.down, false, out);
  }
}

void tolerance_strands_work(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (!is_borrowed(tier)) continue;  // plimsoll has no tolerance on what waits in a line
    for (const QueueTarget& queue : tier.consumes)
      judge_stranded(tier, fmt::format("tiers.{}.consumes.{}.per_instance", tier.name, queue.list), queue.list,
                     queue.per_instance, out);
    for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i) {
      const MetricTarget& target = tier.scale.metrics[i];
      if (target.signal == SignalKind::backlog && target.type == TargetType::average)
        judge_stranded(tier, metric_path(tier, i), target.list, target.target, out);
    }
  }
}

void vertical_and_cpu_target(const Scene& scene, Out out) {
  if (scene.context.imported) return;  // the manifests' own lint says it, with both objects' lines
  for (const Tier& tier : scene.stack.tiers) {
    if (!tier.vertical || tier.vertical->mode != Vertical::Mode::automatic) continue;
    for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i) {
      const MetricTarget& target = tier.scale.metrics[i];
      const bool resource = target.signal == SignalKind::cpu || target.signal == SignalKind::memory;
      if (!resource || target.type != TargetType::utilization || !controls(*tier.vertical, target.signal)) continue;
      const std::string what = name_of(target.signal, target.list);
      Finding finding;
      finding.path = tier_path(tier, "vertical.mode");
      finding.message = fmt::format(
          "{}: a vertical autoscaler sets the {} request that the target {} is measured against: they move each other", tier.name,
          what, percent(target.target));
      finding.sum = {fmt::format("request up, utilization down, fewer instances, more {} each, request up again", what)};
      finding.fixes.push_back({finding.path, "off", "mode: off", "its recommendations are still there to read"});
      finding.advice = fmt::format("an average target in place of the utilization, or vertical bounds without {}", what);
      out.push_back(std::move(finding));
      break;
    }
  }
}

}  // namespace plimsoll::capacity::rules
