#include "capacity/planning/planning.h"

#include <algorithm>
#include <cmath>

#include "capacity/catalog.h"
#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity {
namespace planning {

std::string whole_users(double users) { return number(std::ceil(users - 1e-9)); }

void Draft::line(std::string component, std::string what, std::string today, std::string then_text, std::string formula,
                 std::string note) {
  Line one{
      std::move(component), std::move(what), std::move(today), std::move(then_text), std::move(formula), std::move(note), false};
  one.changed = one.today != one.then;
  lines.push_back(std::move(one));
}

void Draft::change(ModelPath path, std::string value, std::string why) {
  const auto same = std::find_if(changes.begin(), changes.end(), [&](const Change& one) { return one.path == path; });
  if (same != changes.end())
    *same = {std::move(path), std::move(value), std::move(why)};
  else
    changes.push_back({std::move(path), std::move(value), std::move(why)});
}

void size_all(Draft& draft) {
  draft.after = draft.before;
  size_tiers(draft);
  size_databases(draft);
  size_caches(draft);
  size_vector_stores(draft);
  size_externals(draft);
  fill_in(draft.after, draft.catalog);
}

}  // namespace planning

namespace {

using namespace planning;

/// What the load needs, for the levers: a minimum above it is paid for nothing.
std::map<std::string, int> needs(const Stack& stack, const Demand& demand) {
  std::map<std::string, int> needs;
  for (const Tier& tier : stack.tiers)
    if (const TierNeed need = need_of(stack, tier, demand); need.instances) needs[tier.name] = *need.instances;
  return needs;
}

std::map<std::string, int> held(const Stack& stack, std::map<std::string, int> counts) {
  for (const Tier& tier : stack.tiers)
    if (int& count = counts[tier.name]; count > tier.replicas.max) count = std::max(tier.replicas.max, tier.replicas.min);
  return counts;
}

std::optional<double> per_user(const Cost& cost, const std::optional<double>& users) {
  if (!users || *users <= 0 || cost.lines.empty() || cost.total.per_hour <= 0) return std::nullopt;
  return cost.per_month() / *users;
}

/// One instance needs nobody to share out its requests.
void add_balancer_lever(CapacityPlan& plan, const Catalog& catalog) {
  if (!plan.recommended.balancer || !plan.recommended.regions.empty()) return;
  for (const Tier& tier : plan.recommended.tiers) {
    if (tier.kind != TierKind::service) continue;
    for (const CostLine& line : plan.cost_then.lines)
      if (line.component == tier.name && line.count > 1) return;
  }
  const std::optional<Money> price = price_of(plan.recommended.balancer->bought, catalog);
  if (!price || price->per_hour <= 0) return;
  const double month = price->per_hour * hours_a_month;
  plan.levers.push_back({"no balancer", month, month, "1 × " + dollars(month),
                         "with one instance; a second one, for failures too, needs it again"});
}

}  // namespace

CapacityPlan plan_for(const Stack& stack, const Catalog& catalog, const Ask& ask) {
  const Course course = course_of(stack, ask);
  Draft draft{stack, catalog, course.now, course.peak};
  size_all(draft);

  CapacityPlan plan;
  plan.today = course.today;
  plan.then = course.then;
  plan.cost_today = cost_of(stack, catalog, held(stack, draft.counts_now));
  plan.cost_then = cost_of(draft.after, catalog, draft.counts_then);
  plan.cost_per_user_today = per_user(plan.cost_today, plan.today.users);
  plan.cost_per_user_then = per_user(plan.cost_then, plan.then.users);
  plan.binding = binding_of(stack, catalog, course);
  plan.months = months_of(stack, catalog, course);
  plan.bands = bands_of(stack, catalog);
  plan.advice = advice_of(draft, ask, course, plan.cost_then);
  plan.recommended = std::move(draft.after);
  plan.levers = levers(plan.recommended, catalog, needs(plan.recommended, course.peak));
  plan.known = !needs(stack, course.peak).empty();
  plan.lines = std::move(draft.lines);
  plan.changes = std::move(draft.changes);
  plan.database_settings = std::move(draft.settings);
  plan.unknown = course.unknown;
  plan.unknown.insert(plan.unknown.end(), draft.unknown.begin(), draft.unknown.end());
  for (const std::string& component : plan.cost_then.unknown)
    plan.unknown.push_back("the price of " + component + ": its price or its class");
  add_balancer_lever(plan, catalog);
  return plan;
}

}  // namespace plimsoll::capacity
