// What the stack costs, against what it may cost; and what a low target costs.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "capacity/cost.h"
#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

constexpr double low_target = 0.4;     // below it more than half of what is paid for is spare
constexpr double common_target = 0.7;  // what is left above it carries a spike until instances have started

const Catalog& catalog_of(const Scene& scene) {
  static const Catalog none;
  return scene.context.catalog ? *scene.context.catalog : none;
}

double a_month(const Money& money) { return money.per_hour * hours_a_month; }

std::map<std::string, int> counts_at(const Stack& stack, bool most) {
  std::map<std::string, int> counts;
  for (const Tier& tier : stack.tiers) counts[tier.name] = most ? tier.replicas.max : tier.replicas.min;
  return counts;
}

/// The lines that cost most, then the rest.
std::string lines_said(const Cost& cost) {
  std::vector<const CostLine*> lines;
  for (const CostLine& line : cost.lines)
    if (line.total && line.total->per_hour > 0) lines.push_back(&line);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const CostLine* a, const CostLine* b) { return a->total->per_hour > b->total->per_hour; });
  std::string text;
  double rest = 0;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (i < 4)
      text += fmt::format("{}{} {} × {}", i == 0 ? "" : " + ", lines[i]->component, number(lines[i]->count),
                          dollars(a_month(*lines[i]->each)));
    else
      rest += a_month(*lines[i]->total);
  if (rest > 0) text += fmt::format(" + others {}", dollars(rest));
  return text;
}

/// The largest maximum of the tier whose growth costs most.
std::optional<Fix> affordable(const Scene& scene, double budget) {
  const Tier* dearest = nullptr;
  double most = 0;
  for (const Tier& tier : scene.stack.tiers) {
    const double grows = tier.instance.price.per_hour * (tier.replicas.max - tier.replicas.min);
    if (grows > most) {
      most = grows;
      dearest = &tier;
    }
  }
  if (!dearest) return std::nullopt;
  auto counts = counts_at(scene.stack, true);
  const auto to = largest(least_of(*dearest), dearest->replicas.max - 1, [&](int n) {
    counts[dearest->name] = n;
    return cost_of(scene.stack, catalog_of(scene), counts).total.per_hour <= budget;
  });
  if (!to) return std::nullopt;
  counts[dearest->name] = *to;
  const Cost cost = cost_of(scene.stack, catalog_of(scene), counts);
  return most_replicas(*dearest, *to, fmt::format("{} a month at most", dollars(a_month(cost.total))));
}

}  // namespace

void cost_over_budget(const Scene& scene, Out out) {
  const auto& budget = scene.stack.budget;
  if (!budget || !(budget->per_hour > 0)) return;
  const Cost least = cost_of(scene.stack, catalog_of(scene), counts_at(scene.stack, false));
  const Cost most = cost_of(scene.stack, catalog_of(scene), counts_at(scene.stack, true));
  if (!std::isfinite(most.total.per_hour) || most.total.per_hour <= budget->per_hour * (1 + 1e-9)) return;
  const bool always = least.total.per_hour > budget->per_hour * (1 + 1e-9);
  const Cost& cost = always ? least : most;
  Finding finding;
  finding.level = always ? Level::error : Level::warning;
  finding.path = "budget";
  finding.message = fmt::format("{} costs {} a month, the budget is {}", always ? "even the minimum" : "the maximum",
                                dollars(cost.per_month()), dollars(a_month(*budget)));
  finding.sum = {fmt::format("{} = {}", lines_said(cost), dollars(cost.per_month()))};
  if (!always) finding.sum.push_back(fmt::format("the minimum costs {}", dollars(least.per_month())));
  if (!cost.unknown.empty()) finding.sum.push_back(fmt::format("without a price, not counted: {}", listed(cost.unknown)));
  if (auto fix = always ? std::nullopt : affordable(scene, budget->per_hour)) finding.fixes.push_back(std::move(*fix));
  const double whole = std::ceil(cost.per_month());
  const std::string value = fmt::format("${:.0f}/month", whole);
  finding.fixes.push_back({"budget", value, "budget: " + value, always ? "what the minimum costs" : "what the maximum costs"});
  out.push_back(std::move(finding));
}

void target_too_low(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers)
    for (std::size_t i = 0; i < tier.scale.metrics.size(); ++i) {
      const MetricTarget& target = tier.scale.metrics[i];
      if (target.signal != SignalKind::cpu || target.type != TargetType::utilization || !(target.target > 0) ||
          target.target >= low_target)
        continue;
      const double spare = 1 - target.target / common_target;
      Finding finding;
      finding.path = metric_path(tier, i);
      finding.message = fmt::format("{}: a cpu target of {} keeps {} of its instances spare beyond what {} would", tier.name,
                                    percent(target.target), percent(spare), percent(common_target));
      const double price = a_month(tier.instance.price);
      if (price > 0) {
        const auto costs = [&](int n) { return dollars(price * n * spare); };
        finding.message += fmt::format(": up to {} a month", costs(tier.replicas.max));
        finding.sum = {fmt::format("{} × {} × (1 - {} / {}) = {} at the maximum, {} at the minimum", tier.replicas.max,
                                   dollars(price), percent(target.target), percent(common_target), costs(tier.replicas.max),
                                   costs(tier.replicas.min))};
      } else {
        finding.sum = {fmt::format("1 - {} / {} = {}", percent(target.target), percent(common_target), percent(spare))};
      }
      const std::string value = scene.utilization(common_target);
      finding.fixes.push_back(
          {finding.path, value, "cpu: 70%", "if a start takes a minute or less; slower starts want more spare"});
      out.push_back(std::move(finding));
    }
}

}  // namespace plimsoll::capacity::rules
