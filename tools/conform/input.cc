#include "conform/input.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace plimsoll::conform {
namespace {

[[noreturn]] void bad(const std::string& what, const std::string& why) { throw BadInput(what + ": " + why); }

hpa::Policy policy(const Json& value) {
  as_list(value, "policies");
  if (value.size() != 3) bad("policies", "a policy is [type, value, period_seconds]");
  const std::string type = as_text(value[0], "policy type");
  if (type != "Pods" && type != "Percent") bad("policy type", "'" + type + "' is neither Pods nor Percent");
  return {type == "Pods" ? hpa::Policy::Type::pods : hpa::Policy::Type::percent, as_int32(value[1], "policy value"),
          as_int32(value[2], "policy period")};
}

hpa::Select select(const std::string& text) {
  if (text == "Max") return hpa::Select::max;
  if (text == "Min") return hpa::Select::min;
  if (text == "Disabled") return hpa::Select::disabled;
  bad("select_policy", "'" + text + "' is not Max, Min or Disabled");
}

double number_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_number()) bad(name, "a number is needed");
  return value.get<double>();
}

}  // namespace

const Json& field(const Json& object, const char* name) {
  if (!object.is_object()) bad(name, "looked for in what is no object");
  const auto found = object.find(name);
  if (found == object.end()) bad(name, "missing");
  return *found;
}

const Json* field_if(const Json& object, const char* name) {
  if (!object.is_object()) bad(name, "looked for in what is no object");
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::int64_t as_int64(const Json& value, const char* what) {
  if (!value.is_number_integer()) bad(what, "a whole number is needed");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    bad(what, "beyond 64 bits");
  return value.get<std::int64_t>();
}

std::int32_t as_int32(const Json& value, const char* what) {
  const std::int64_t wide = as_int64(value, what);
  if (wide < hpa::least_replicas || wide > hpa::most_replicas) bad(what, "beyond 32 bits");
  return static_cast<std::int32_t>(wide);
}

bool as_bool(const Json& value, const char* what) {
  if (!value.is_boolean()) bad(what, "true or false is needed");
  return value.get<bool>();
}

std::string as_text(const Json& value, const char* what) {
  if (!value.is_string()) bad(what, "a text is needed");
  return value.get<std::string>();
}

const Json& as_list(const Json& value, const char* what) {
  if (!value.is_array()) bad(what, "a list is needed");
  return value;
}

Duration as_ms(const Json& value, const char* what) {
  constexpr std::int64_t most = 1'000'000'000'000;  // thirty years: keeps every sum of ages within nanoseconds
  const std::int64_t ms = as_int64(value, what);
  if (ms < -most || ms > most) bad(what, "too long a time");
  return std::chrono::milliseconds(ms);
}

std::int64_t int64_field(const Json& object, const char* name) { return as_int64(field(object, name), name); }
std::int32_t int32_field(const Json& object, const char* name) { return as_int32(field(object, name), name); }
std::string text_field(const Json& object, const char* name) { return as_text(field(object, name), name); }

std::string text_if(const Json& object, const char* name) {
  const Json* value = field_if(object, name);
  return value ? as_text(*value, name) : "";
}

std::vector<hpa::Milli> milli_list(const Json& value, const char* what) {
  std::vector<hpa::Milli> list;
  for (const Json& one : as_list(value, what)) list.push_back(as_int64(one, what));
  return list;
}

hpa::Tolerance tolerance(const Json& input) {
  const Json& both = field(input, "tolerance");
  return {number_field(both, "scale_down"), number_field(both, "scale_up")};
}

hpa::Timing timing(const Json& input) {
  return {as_ms(field(input, "cpu_initialization_period_ms"), "cpu_initialization_period_ms"),
          as_ms(field(input, "initial_readiness_delay_ms"), "initial_readiness_delay_ms")};
}

hpa::ScaleUpLimit scale_up_limit_constants(const Json& input) {
  return {number_field(input, "scale_up_limit_factor"), number_field(input, "scale_up_limit_minimum")};
}

hpa::GivenRules given_rules(const Json& value) {
  hpa::GivenRules given;
  if (value.is_null()) return given;
  if (const Json* window = field_if(value, "stabilization_window_seconds"))
    given.window_seconds = as_int32(*window, "stabilization_window_seconds");
  if (const Json* chosen = field_if(value, "select_policy")) given.select = select(as_text(*chosen, "select_policy"));
  if (const Json* policies = field_if(value, "policies")) {
    given.policies.emplace();
    for (const Json& one : as_list(*policies, "policies")) given.policies->push_back(policy(one));
  }
  return given;
}

hpa::Rules rules(const Json& value) {
  hpa::GivenRules given = given_rules(value);
  return {given.window_seconds, given.select.value_or(hpa::Select::max),
          std::move(given.policies).value_or(std::vector<hpa::Policy>{})};
}

hpa::Behavior behavior(const Json& value) {
  hpa::Behavior both;
  if (const Json* up = field_if(value, "scale_up")) both.up = rules(*up);
  if (const Json* down = field_if(value, "scale_down")) both.down = rules(*down);
  return both;
}

Json condition_json(hpa::Condition condition) {
  return condition.status == hpa::Status::unset ? Json(nullptr) : Json(to_text(condition));
}

}  // namespace plimsoll::conform
