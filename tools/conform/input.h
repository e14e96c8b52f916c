#pragma once
// Reading the fields of a case: exact, by name, with an error that says which field is wrong.

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/time.h"
#include "decide/hpa/reconcile.h"

namespace plimsoll::conform {

using Json = nlohmann::json;

/// The input of a case makes no sense; what() says where and why.
struct BadInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The moment of the decision, from which all ages are counted back.
inline constexpr TimePoint moment{std::chrono::hours(24 * 365 * 50)};

const Json& field(const Json& object, const char* name);
/// Absent and null are the same.
const Json* field_if(const Json& object, const char* name);

std::int64_t as_int64(const Json& value, const char* what);
std::int32_t as_int32(const Json& value, const char* what);
bool as_bool(const Json& value, const char* what);
std::string as_text(const Json& value, const char* what);
const Json& as_list(const Json& value, const char* what);
/// Milliseconds.
Duration as_ms(const Json& value, const char* what);

std::int64_t int64_field(const Json& object, const char* name);
std::int32_t int32_field(const Json& object, const char* name);
std::string text_field(const Json& object, const char* name);
/// Empty if it is absent or null.
std::string text_if(const Json& object, const char* name);

std::vector<hpa::Milli> milli_list(const Json& value, const char* what);

hpa::Tolerance tolerance(const Json& input);
hpa::Timing timing(const Json& input);
hpa::ScaleUpLimit scale_up_limit_constants(const Json& input);
/// A direction that is left out plays no part and has no rules.
hpa::Behavior behavior(const Json& value);
hpa::Rules rules(const Json& value);
hpa::GivenRules given_rules(const Json& value);

/// "True/ScaleUpLimit", or null if unset.
Json condition_json(hpa::Condition condition);

}  // namespace plimsoll::conform
