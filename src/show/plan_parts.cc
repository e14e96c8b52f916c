#include "show/plan_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/calendar.h"
#include "core/quantity.h"
#include "show/format.h"
#include "show/money.h"

namespace plimsoll::show {

std::string users_text(std::optional<double> users) {
  return users && std::isfinite(*users) ? number_text(std::round(*users)) : absent;
}

std::string load_text(const capacity::Load& load) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (load.users) add(users_text(load.users) + " users");
  if (load.rate) add(rate_text(load.rate->per_second));
  if (load.data) add(for_people(*load.data) + " of data");
  return text.empty() ? "unknown load" : text;
}

std::string month_text(TimePoint at) {
  const CivilTime date = civil(LocalTime(at.time_since_epoch()));
  return fmt::format("{}-{:02}", static_cast<int>(date.date.year()), static_cast<unsigned>(date.date.month()));
}

std::string where_text(const capacity::Binding& binding) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "at " : ", ") + part; };
  if (binding.at_users) add(users_text(binding.at_users) + " users");
  if (binding.at_rate) add(rate_text(binding.at_rate));
  if (!binding.at_month) return text;
  if (*binding.at_month <= 0) return text.empty() ? "now" : text + ": now";
  return text + (text.empty() ? "in " : ", in ") + number_text(binding.at_month) + " months";
}

std::optional<double> per_month(const std::optional<Money>& money) {
  return money ? std::optional(money->per_hour * hours_a_month) : std::nullopt;
}

std::optional<double> cost_of_component(const capacity::Cost& cost, const std::string& component) {
  std::optional<double> sum;
  for (const capacity::CostLine& line : cost.lines) {
    if (line.component != component && !line.component.starts_with(component + " (")) continue;
    if (const std::optional<double> total = per_month(line.total)) sum = sum.value_or(0) + *total;
  }
  return sum;
}

std::vector<capacity::Line> by_component(const std::vector<capacity::Line>& lines) {
  std::map<std::string, std::size_t> first;
  for (const capacity::Line& line : lines) first.emplace(line.component, first.size());
  std::vector<capacity::Line> sorted = lines;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const capacity::Line& a, const capacity::Line& b) {
    return first.at(a.component) < first.at(b.component);
  });
  return sorted;
}

bool is_priced(const capacity::Cost& cost) {
  return std::any_of(cost.lines.begin(), cost.lines.end(), [](const capacity::CostLine& line) { return line.total.has_value(); });
}

std::vector<std::string> tiers_of(const capacity::CapacityPlan& plan) {
  std::vector<std::string> names;
  for (const Tier& tier : plan.recommended.tiers)
    if (std::any_of(plan.months.begin(), plan.months.end(),
                    [&](const auto& month) { return month.instances.contains(tier.name); }))
      names.push_back(tier.name);
  return names;
}

std::string remark_text(const capacity::Month& month) {
  std::string text;
  if (month.event != 1) text = fmt::format("event: {:g} × the load", month.event);
  if (!month.gives_way.empty()) text += (text.empty() ? "" : "; ") + ("gives way: " + month.gives_way);
  return text;
}

}  // namespace plimsoll::show
