// scale.behavior and scale.step as an HPA's behavior.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes_metrics.h"
#include "render/kubernetes_scaling.h"
#include "render/names.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::int64_t longest_window = 3600, longest_period = 1800;  // seconds; an API server refuses more

struct Direction {
  const Scope& scope;
  const Tier& tier;
  const BehaviorRules& rules;
  std::string_view key;  // "up", "down"

  void note(std::string_view what, std::string text) const {
    scope.notes.push_back({path_of(tier, fmt::format("scale.behavior.{}{}", key, what)), std::move(text)});
  }
};

std::int64_t within(const Direction& of, Duration time, std::int64_t most, std::string_view what) {
  const std::int64_t exact = seconds_of(time);
  if (exact > most) of.note(what, fmt::format("Kubernetes takes {} s at most: {} s became that", most, exact));
  return std::clamp<std::int64_t>(exact, what == ".window" ? 0 : 1, most);
}

Yaml policy(std::string_view type, std::int64_t value, std::int64_t period) {
  Yaml made;
  made["type"] = type;
  made["value"] = value;
  made["periodSeconds"] = period;
  return made;
}

void add_policies(const Direction& of, Yaml& block) {
  for (const RatePolicy& one : of.rules.policies) {
    const bool pods = one.unit == RatePolicy::Unit::instances;
    const auto value = std::max<std::int64_t>(1, std::llround(one.amount));
    if (std::abs(static_cast<double>(value) - one.amount) > 1e-9)
      of.note(".policies", fmt::format("Kubernetes takes whole numbers: {} % became {} %", decimal(one.amount), value));
    block["policies"].add(policy(pods ? "Pods" : "Percent", value, within(of, one.every, longest_period, ".policies")));
  }
  if (of.rules.select == SelectPolicy::least) block["selectPolicy"] = "Min";
  if (of.rules.select == SelectPolicy::disabled) block["selectPolicy"] = "Disabled";
}

/// scale.step as a rate, where no policies say another. Of what it is without, plimsoll takes away half of the instances at once,
/// and Kubernetes all of them.
void add_step(const Direction& of, const std::optional<Ratio>& share, Yaml& block) {
  const StepLimit& step = of.tier.scale.step;
  const auto percent = std::clamp<std::int64_t>(std::llround(share.value_or(Ratio{0.5}).value * 100), 1, 100);
  const std::int64_t exact = seconds_of(step.observe);
  if (exact > longest_period)
    of.scope.notes.push_back({path_of(of.tier, "scale.step.observe"),
                              fmt::format("Kubernetes takes {} s at most: {} s became that", longest_period, exact)});
  Yaml made = policy("Percent", percent, std::clamp<std::int64_t>(exact, 1, longest_period));
  made["value"].why(
      share ? fmt::format("scale.step.{}", of.key == "up" ? "out" : "in")
            : fmt::format("plimsoll's own: at most half in {}; Kubernetes' own is all of them", plimsoll::to_text(step.observe)));
  block["policies"].add(std::move(made));
}

bool has_no_rate(const BehaviorRules& rules) { return rules.policies.empty() && rules.select != SelectPolicy::disabled; }

void add_tolerance(const Direction& of, Yaml& block) {
  const bool own = of.rules.tolerance.has_value();
  const double share = own ? of.rules.tolerance->value : of.tier.scale.tolerance.value;
  if (!own && (of.tier.scale.like != Like::plimsoll || std::abs(share - 0.1) < 1e-9)) return;
  if (!of.scope.at_least(33)) {
    const ModelPath path = path_of(of.tier, own ? fmt::format("scale.behavior.{}.tolerance", of.key) : "scale.tolerance");
    const Note note{path,
                    fmt::format("{}: an HPA has a tolerance of its own from Kubernetes 1.33 on; here it is the cluster's, 10 %",
                                to_text(Ratio{share}))};
    if (std::ranges::find(of.scope.notes, note) == of.scope.notes.end()) of.scope.notes.push_back(note);
    return;
  }
  block["tolerance"] = Yaml(share == 0 ? std::string("0") : quantity(share))
                           .why("before 1.35 behind the feature gate HPAConfigurableTolerance; without it 10 %");
}

}  // namespace

Yaml behavior_of(const Scope& scope, const Tier& tier) {
  const Scale& scale = tier.scale;
  const bool own = scale.like == Like::plimsoll;
  Yaml made;
  if (!own && !scale.behavior.given) return made;
  const Direction up{scope, tier, scale.behavior.up, "up"};
  const Direction down{scope, tier, scale.behavior.down, "down"};
  Yaml rising;
  if (up.rules.window_given || (own && up.rules.window > Duration::zero()))
    rising["stabilizationWindowSeconds"] = within(up, up.rules.window, longest_window, ".window");
  add_policies(up, rising);
  if (own && has_no_rate(up.rules) && scale.step.out) add_step(up, scale.step.out, rising);
  add_tolerance(up, rising);
  Yaml falling;
  if (down.rules.window_given || own) {
    falling["stabilizationWindowSeconds"] = within(down, down.rules.window, longest_window, ".window");
    if (!down.rules.window_given) falling["stabilizationWindowSeconds"].why("plimsoll's own; Kubernetes' own is 300");
  }
  add_policies(down, falling);
  if (own && has_no_rate(down.rules)) add_step(down, scale.step.in, falling);
  add_tolerance(down, falling);
  if (!rising.empty()) made["scaleUp"] = std::move(rising);
  if (!falling.empty()) made["scaleDown"] = std::move(falling);
  return made;
}

}  // namespace plimsoll::render::kube
