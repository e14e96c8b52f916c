#include "decide/hpa/defaults.h"

namespace plimsoll::hpa {
namespace {

Rules lay_over(Rules rules, const GivenRules& given) {
  if (given.window_seconds) rules.window_seconds = given.window_seconds;
  if (given.select) rules.select = *given.select;
  if (given.policies) rules.policies = *given.policies;
  return rules;
}

}  // namespace

Rules default_up_rules(const GivenRules& given) {
  return lay_over({0, Select::max, {{Policy::Type::pods, 4, 15}, {Policy::Type::percent, 100, 15}}}, given);
}

Rules default_down_rules(const GivenRules& given) {
  return lay_over({std::nullopt, Select::max, {{Policy::Type::percent, 100, 15}}}, given);
}

Tolerance resolve_tolerance(double controllers, std::optional<double> down, std::optional<double> up) {
  return {down.value_or(controllers), up.value_or(controllers)};
}

}  // namespace plimsoll::hpa
