#include "conform/runner.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/compare.h"

namespace plimsoll::conform {
namespace {

struct Known {
  std::string_view name;
  Json (*run)(const Json& input);
};

constexpr std::array functions{
    Known{"quantity", quantity},
    Known{"group_pods", group_pods},
    Known{"pod_requests", pod_requests},
    Known{"resource_utilization", resource_utilization},
    Known{"resource_average_value", resource_average_value},
    Known{"pods_average_value", pods_average_value},
    Known{"object_value", object_value},
    Known{"object_average_value", object_average_value},
    Known{"external_value", external_value},
    Known{"external_average_value", external_average_value},
    Known{"combine_metrics", combine_metrics},
    Known{"stabilize_with_behavior", stabilize_with_behavior},
    Known{"rate_limit_with_behavior", rate_limit_with_behavior},
    Known{"normalize_with_behavior", normalize_with_behavior},
    Known{"scale_up_limit", scale_up_limit},
    Known{"scale_down_limit", scale_down_limit},
    Known{"replicas_changed_in_period", replicas_changed_in_period},
    Known{"store_scale_event", store_scale_event},
    Known{"behavior_defaults", behavior_defaults},
    Known{"stabilize_without_behavior", stabilize_without_behavior},
    Known{"limit_without_behavior", limit_without_behavior},
    Known{"normalize_without_behavior", normalize_without_behavior},
    Known{"reconcile", reconcile},
    Known{"reconcile_sequence", reconcile_sequence},
};

/// Text that may not be valid UTF-8 is shown with marks rather than refused.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The defaults of the function overlaid with the case's own input, field by field at the top level.
Json input_of(const Json& file, const std::string& function, const Json& one) {
  Json input = Json::object();
  if (file.contains("defaults") && file["defaults"].contains(function)) input = file["defaults"][function];
  for (const auto& [key, value] : one.at("input").items()) input[key] = value;
  return input;
}

/// Rows with a fault come from tests that say nothing about metrics and histories: what they do not name is not compared.
void drop_unnamed(const Json& expected, Json& got) {
  for (const char* key : {"metric_statuses", "recommendations_after", "scale_up_events_after", "scale_down_events_after"})
    if (!expected.contains(key)) got.erase(key);
}

/// Why the case failed; empty if it passed.
std::string run_case(const Json& file, const std::string& function, const Json& one) try {
  const Json& expected = one.at("expected");
  for (const Known& known : functions) {
    if (known.name != function) continue;
    const Json input = input_of(file, function, one);
    Json got = known.run(input);
    if (input.contains("fault") && !input["fault"].is_null()) drop_unnamed(expected, got);
    return matches(expected, got) ? "" : dump(got);
  }
  return fmt::format("unknown function '{}'", function);
} catch (const std::exception& e) {
  return fmt::format("not run: {}", e.what());
}

Result<Json> parse(std::string_view text) try { return Json::parse(text); } catch (const Json::exception& e) {
  return fail(Errc::malformed, fmt::format("no JSON: {}", e.what()));
}

}  // namespace

Result<Report> run_hpa(std::string_view text) {
  const Result<Json> parsed = parse(text);
  if (!parsed) return fail(parsed.error());
  const Json& file = *parsed;
  if (!file.is_object() || !file.contains("cases") || !file["cases"].is_array())
    return fail(Errc::malformed, "no file of vectors: the list 'cases' is missing");
  if (!file.contains("format") || file["format"] != 1) return fail(Errc::malformed, "format 1 is needed");
  Report report;
  for (const Json& one : file["cases"]) {
    if (!one.is_object() || !one.contains("input") || !one["input"].is_object() || !one.contains("expected"))
      return fail(Errc::malformed,
                  fmt::format("case {}: 'input' and 'expected' are needed", report.passed + report.failures.size()));
    std::string function = text_in(one, "function");
    if (function.empty()) function = text_in(file, "function");
    const std::string got = run_case(file, function, one);
    if (got.empty())
      ++report.passed;
    else
      report.failures.push_back({text_in(one, "id"), function, text_in(one, "name"), dump(one["expected"]), got});
  }
  return report;
}

}  // namespace plimsoll::conform
