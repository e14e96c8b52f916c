// The replica count from one metric, and from several.

#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/input.h"
#include "conform/pod_input.h"

namespace plimsoll::conform {
namespace {

Json failure(hpa::MetricError error) { return {{"error", to_text(error)}}; }

Json usage_answer(const hpa::Measured<hpa::Proposal>& proposal) {
  if (!proposal) return failure(proposal.error());
  return {{"replicas", proposal->replicas}, {"usage_milli", proposal->value}};
}

bool unavailable(const Json& input) {
  const Json* given = field_if(input, "metrics_unavailable");
  return given && as_bool(*given, "metrics_unavailable");
}

bool cpu(const Json& input) { return text_if(input, "resource") == "cpu"; }

/// `pod_metrics` of a case, or that they could not be asked for.
struct CaseSamples {
  CaseSamples(const Json& input, const Pods& pods)
      : refused(unavailable(input)), samples(refused ? Json::array() : field(input, "pod_metrics"), pods) {}
  [[nodiscard]] hpa::PodSamples view() const {
    hpa::PodSamples seen = samples.view();
    seen.unavailable = refused;
    return seen;
  }
  bool refused;
  Samples samples;
};

/// `metric_values_milli` of a case, or that they could not be asked for.
struct CaseValues {
  explicit CaseValues(const Json& input)
      : refused(unavailable(input)),
        list(refused ? std::vector<hpa::Milli>{} : milli_list(field(input, "metric_values_milli"), "metric_values_milli")) {}
  [[nodiscard]] hpa::Values view() const { return {list, refused}; }
  bool refused;
  std::vector<hpa::Milli> list;
};

Json average_over_pods(const Json& input, bool is_cpu) {
  const Pods pods(input);
  const CaseSamples samples(input, pods);
  return usage_answer(hpa::pods_average(int32_field(input, "current_replicas"), int64_field(input, "target_milli"), is_cpu,
                                        tolerance(input), timing(input), pods.pods(), samples.view()));
}

}  // namespace

Json resource_utilization(const Json& input) {
  const Pods pods(input);
  const CaseSamples samples(input, pods);
  const auto requests = pods.requests(text_if(input, "resource"), text_if(input, "container"));
  const hpa::Requests seen = requests ? hpa::Requests{*requests, {}} : hpa::Requests{{}, requests.error()};
  const auto proposal = hpa::utilization(int32_field(input, "current_replicas"), int32_field(input, "target_utilization_percent"),
                                         cpu(input), tolerance(input), timing(input), pods.pods(), seen, samples.view());
  if (!proposal) return failure(proposal.error());
  return {
      {"replicas", proposal->replicas}, {"utilization_percent", proposal->utilization}, {"average_value_milli", proposal->value}};
}

Json resource_average_value(const Json& input) { return average_over_pods(input, cpu(input)); }
Json pods_average_value(const Json& input) { return average_over_pods(input, false); }

Json object_value(const Json& input) {
  const Pods pods(input);
  const CaseValues values(input);
  return usage_answer(hpa::object_value(int32_field(input, "current_replicas"), int64_field(input, "target_milli"),
                                        tolerance(input), pods.pods(), values.view()));
}

Json external_value(const Json& input) {
  const Pods pods(input);
  const CaseValues values(input);
  return usage_answer(hpa::external_value(int32_field(input, "current_replicas"), int64_field(input, "target_milli"),
                                          tolerance(input), pods.pods(), values.view()));
}

Json object_average_value(const Json& input) {
  const CaseValues values(input);
  return usage_answer(hpa::object_average(int32_field(input, "current_replicas"), int64_field(input, "target_milli"),
                                          tolerance(input), values.view()));
}

Json external_average_value(const Json& input) {
  const CaseValues values(input);
  return usage_answer(hpa::external_average(int32_field(input, "current_replicas"), int64_field(input, "target_milli"),
                                            tolerance(input), values.view()));
}

Json combine_metrics(const Json& input) {
  hpa::Combiner combiner;
  for (const Json& proposal : as_list(field(input, "metrics"), "metrics")) {
    if (proposal.is_null())
      combiner.take_failure(hpa::Reason::failed_get_metric);
    else
      combiner.take(as_int32(proposal, "metrics"));
  }
  const hpa::Combined combined = combiner.result(int32_field(input, "current_replicas"));
  Json answer = {{"scaling_active", condition_json(combined.scaling_active)}};
  if (!combined.usable()) {
    answer["error"] = to_text(hpa::MetricError::invalid_metrics);
    return answer;
  }
  answer["replicas"] = combined.replicas;
  answer["metric_index"] = combined.winner < 0 ? Json(nullptr) : Json(combined.winner);
  answer["partial_error"] = combined.error;
  return answer;
}

}  // namespace plimsoll::conform
