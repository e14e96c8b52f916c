#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/assert.h"
#include "decide/plan_parts.h"

namespace plimsoll {
namespace {

void check_when(const When& when, const std::string& path, const TimeZones& zones, std::vector<std::string>& found) {
  if (!when.is_cron()) return;
  for (const auto& [key, text] : {std::pair("start", &when.start), std::pair("end", &when.end)}) {
    const Parsed<Cron> cron = parse_cron(*text);
    if (cron.value) continue;
    for (const Diagnostic& one : cron.diagnostics)
      found.push_back(fmt::format("{}.{}: \"{}\": {}{}", path, key, *text, one.message,
                                  one.expected.empty() ? "" : fmt::format("; expected {}", one.expected)));
  }
  if (when.zone != "UTC" && !zones.contains(when.zone))
    found.push_back(fmt::format("{}.zone: there is no time zone '{}'", path, when.zone));
}

void check_formula(const Tier& tier, const std::string& path, std::vector<std::string>& found) {
  if (!tier.scale.formula) return;
  const std::vector<compiling::FormulaName> known = compiling::formula_names(tier);
  std::vector<std::string_view> names;
  for (const compiling::FormulaName& one : known) names.push_back(one.name);
  const auto program = keda::compile(tier.scale.formula->text, names);
  if (program.value) return;
  constexpr std::size_t quoted = 60;  // a formula is long; its column says where to look
  const std::string text = tier.scale.formula->text.substr(0, quoted);
  const std::string known_names =
      names.empty() ? "nothing: the tier has no list or metric" : fmt::format("{}", fmt::join(names, ", "));
  for (const Diagnostic& one : program.diagnostics)
    found.push_back(fmt::format("{}.formula: column {} of \"{}\": {}{}; it may name {}", path, one.at.column, text, one.message,
                                one.nearest.empty() ? "" : fmt::format("; did you mean '{}'?", one.nearest), known_names));
}

template <class Visit>
void each_when(const Stack& stack, const Visit& visit) {
  for (const Tier& tier : stack.tiers)
    for (std::size_t i = 0; i < tier.scale.schedule.size(); ++i)
      visit(tier.scale.schedule[i].when, fmt::format("tiers.{}.scale.schedule[{}]", tier.name, i));
  for (const Database& database : stack.databases)
    if (database.maintenance) visit(*database.maintenance, fmt::format("databases.{}.maintenance", database.name));
}

}  // namespace

std::vector<std::string> problems(const Stack& stack, const TimeZones& zones) {
  std::vector<std::string> found;
  each_when(stack, [&](const When& when, const std::string& path) { check_when(when, path, zones, found); });
  for (const Tier& tier : stack.tiers) check_formula(tier, fmt::format("tiers.{}.scale", tier.name), found);
  return found;
}

std::vector<std::string> zones_of(const Stack& stack) {
  std::vector<std::string> names;
  each_when(stack, [&](const When& when, const std::string&) {
    if (when.is_cron() && when.zone != "UTC" && std::ranges::find(names, when.zone) == names.end()) names.push_back(when.zone);
  });
  return names;
}

std::uint32_t compiling::zone_index(Plan& plan, std::string_view name, const TimeZones& zones) {
  const auto known = std::ranges::find(plan.zones, name, &TimeZone::name);
  if (known != plan.zones.end()) return static_cast<std::uint32_t>(known - plan.zones.begin());
  const auto given = zones.find(name);
  PLIMSOLL_ASSERT(given != zones.end());
  plan.zones.push_back(given->second);
  plan.zones.back().name = name;
  return static_cast<std::uint32_t>(plan.zones.size() - 1);
}

}  // namespace plimsoll
