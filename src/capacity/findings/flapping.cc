// flapping: counts that a small swing of the load moves there and back.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

using std::chrono::seconds;

/// Of a signal that is load / n. With a ratio control n grows to n + 1 above n·t·(1 + up) and comes back at or below
/// min(n·t, (n + 1)·t·(1 - down)); between the two nothing changes. In targets of one instance.
struct Band {
  double up = 0, back = 0;
  [[nodiscard]] double width() const { return up - back; }
};

Band band(int n, double tolerance_up, double tolerance_down) {
  return {n * (1 + tolerance_up), std::min<double>(n, (n + 1) * (1 - tolerance_down))};
}

bool is_proportional(const MetricTarget& target) {
  if (target.signal == SignalKind::cpu) return target.type == TargetType::utilization || target.type == TargetType::average;
  return target.signal == SignalKind::requests_per_second && target.type == TargetType::average;
}

std::string as_text(const MetricTarget& target, double of_targets) {
  if (target.signal == SignalKind::cpu && target.type == TargetType::utilization) return percent(of_targets * target.target);
  return number(of_targets * target.target);
}

void judge_band(const Scene& scene, const Tier& tier, std::size_t index, Out out) {
  const MetricTarget& target = tier.scale.metrics[index];
  const Behavior& behavior = tier.scale.behavior;
  const double up = behavior.up.tolerance.value_or(tier.scale.tolerance).value;
  const double down = behavior.down.tolerance.value_or(tier.scale.tolerance).value;
  const int n = std::max(tier.replicas.min, 1);
  const Band at = band(n, up, down);
  if (!(at.width() < 1) || !(target.target > 0)) return;  // a whole instance's work between the two is a quiet band
  int until = n;
  while (until + 1 < std::min(tier.replicas.max, 1000) && band(until + 1, up, down).width() < 1) ++until;
  Finding finding;
  finding.path = tier_path(tier, "scale.behavior.down.window");
  const std::string what = name_of(target.signal, target.list);
  const Duration window = behavior.down.window;
  finding.message = fmt::format(
      "{}: from {} to {} instances above {} of {} in all and back at {}: a swing of {} moves it there and back {}", tier.name, n,
      n + 1, as_text(target, at.up), what, as_text(target, at.back), percent(at.up > 0 ? at.width() / at.up : 0),
      window > Duration::zero() ? fmt::format("within {}", waited(window)) : std::string("at once"));
  finding.sum = {fmt::format("up: {} × {} × (1 + {}); back: min({} × {}, {} × {} × (1 - {}))", n, as_text(target, 1), number(up),
                             n, as_text(target, 1), n + 1, as_text(target, 1), number(down)),
                 fmt::format("the band is below one instance's target up to {} instances", until)};
  finding.fixes.push_back({finding.path, scene.time(seconds(300)), "window: " + scene.time(seconds(300)),
                           "the highest need of five minutes counts, which is Kubernetes' own default"});
  out.push_back(std::move(finding));
}

/// What an adding rule makes of n, and a removing one.
int added(const ThresholdRule& rule, int n) {
  if (rule.step != 0) return std::max(rule.step, 0);
  return rule.percent > 0 ? std::max(1, static_cast<int>(std::min(std::ceil(n * rule.percent / 100), 1e6))) : 0;
}
bool removes(const ThresholdRule& rule) { return rule.step < 0 || (rule.step == 0 && rule.percent < 0); }

/// One rule's step takes the signal past the other's threshold: after it the second one holds at once.
void judge_rules(const Tier& tier, std::size_t grow, std::size_t shrink, Out out) {
  const ThresholdRule& more = tier.scale.rules[grow];
  const ThresholdRule& fewer = tier.scale.rules[shrink];
  const int n = std::max(tier.replicas.min, 1);
  const int to = static_cast<int>(std::min<long long>(static_cast<long long>(n) + added(more, n), tier.replicas.max));
  if (to <= n) return;
  const double after = more.threshold * n / to;
  if (after >= fewer.threshold) return;
  Finding finding;
  finding.path = fmt::format("tiers.{}.scale.rules[{}].when", tier.name, shrink);
  finding.message = fmt::format("{}: cpu {} on {} instances is {} on {}, below {}: what one rule adds the other removes",
                                tier.name, percent(more.threshold), n, percent(after), to, percent(fewer.threshold));
  finding.sum = {fmt::format("{} × {} / {} = {}", percent(more.threshold), n, to, percent(after))};
  const double sound = std::floor(after * 100 * 0.9);
  if (sound >= 1) {
    const std::string when = fmt::format("cpu < {:.0f}%", sound);
    finding.fixes.push_back({finding.path, when, "when: " + when, "a tenth below what is left after a growth"});
  }
  out.push_back(std::move(finding));
}

bool steps_on_cpu(const ThresholdRule& rule, ThresholdRule::Comparison comparison) {
  return rule.signal == SignalKind::cpu && rule.comparison == comparison && !rule.investigate && rule.threshold > 0;
}

}  // namespace

void flapping(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (tier.replicas.max <= std::max(tier.replicas.min, 1)) continue;
    const BehaviorRules& down = tier.scale.behavior.down;
    // plimsoll damps a count that turns around by itself. Kubernetes' own window is five minutes: a short one was chosen.
    if (is_borrowed(tier) && tier.kind == TierKind::service && down.window_given && down.window < seconds(60) &&
        down.select != SelectPolicy::disabled)
      for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i)
        if (is_proportional(tier.scale.metrics[i])) {
          judge_band(scene, tier, i, out);
          break;  // one window, one finding
        }
    const auto& rules = tier.scale.rules;
    for (std::size_t grow = 0; grow < rules.size(); ++grow)
      for (std::size_t shrink = 0; shrink < rules.size(); ++shrink)
        if (steps_on_cpu(rules[grow], ThresholdRule::Comparison::above) && added(rules[grow], 1) > 0 &&
            steps_on_cpu(rules[shrink], ThresholdRule::Comparison::below) && removes(rules[shrink]))
          judge_rules(tier, grow, shrink, out);
  }
}

}  // namespace plimsoll::capacity::rules
