// Whole passes of the controller.

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/history_input.h"
#include "conform/input.h"
#include "conform/pod_input.h"

namespace plimsoll::conform {
namespace {

/// The slots of a state, with room for what the passes may add.
struct Memory {
  std::vector<hpa::Recommendation> recommendations;
  std::vector<hpa::ScaleEvent> ups, downs;
  hpa::Kept kept;

  void make_room(std::size_t passes) {
    kept.recommendations = static_cast<std::uint32_t>(recommendations.size());
    kept.ups = static_cast<std::uint32_t>(ups.size());
    kept.downs = static_cast<std::uint32_t>(downs.size());
    recommendations.resize(recommendations.size() + passes + 1);
    ups.resize(ups.size() + passes);
    downs.resize(downs.size() + passes);
  }
  hpa::State view() { return {recommendations, ups, downs, {}, &kept}; }
};

hpa::Config common_config(const Json& input) {
  hpa::Config config{.max = int32_field(input, "max_replicas"), .metrics = {}};
  if (const Json* min = field_if(input, "min_replicas")) config.min = as_int32(*min, "min_replicas");
  if (const Json* given = field_if(input, "behavior")) config.behavior = behavior(*given);
  config.scale_up_limit = scale_up_limit_constants(input);
  config.downscale_stabilization =
      as_ms(field(input, "default_downscale_stabilization_ms"), "default_downscale_stabilization_ms");
  return config;
}

hpa::Source source(const std::string& type) {
  if (type == "resource") return hpa::Source::resource;
  if (type == "container_resource") return hpa::Source::container_resource;
  if (type == "pods") return hpa::Source::pods;
  if (type == "object") return hpa::Source::object;
  if (type == "external") return hpa::Source::external;
  return hpa::Source::unknown;
}

hpa::MetricSpec metric_spec(const Json& value) {
  hpa::MetricSpec spec{.source = source(text_field(value, "type")), .type = hpa::Target::none};
  if (const Json* resource = field_if(value, "resource")) spec.cpu = as_text(*resource, "resource") == "cpu";
  const auto target = [&](const char* name, hpa::Target type) {
    if (const Json* given = field_if(value, name)) spec = {spec.source, spec.cpu, type, as_int64(*given, name), {}};
  };
  target("target_value_milli", hpa::Target::value);
  target("target_utilization_percent", hpa::Target::utilization);
  target("target_average_value_milli", hpa::Target::average);
  return spec;
}

/// Owns what a metric's view borrows.
struct Observed {
  std::optional<Samples> samples;
  std::vector<hpa::Milli> requests, values;
};

hpa::MetricSeen observe(const Json& value, const Pods& pods, Observed& owner) {
  hpa::MetricSeen seen;
  const Json* observed = field_if(value, "observed");
  const Json* unavailable = observed ? field_if(*observed, "unavailable") : nullptr;
  seen.samples.unavailable = seen.values.unavailable = !observed || (unavailable && as_bool(*unavailable, "unavailable"));
  if (seen.samples.unavailable) return seen;
  if (const Json* list = field_if(*observed, "metric_values_milli")) {
    owner.values = milli_list(*list, "metric_values_milli");
    seen.values.milli = owner.values;
  }
  const Json* pod_metrics = field_if(*observed, "pod_metrics");
  owner.samples.emplace(pod_metrics ? *pod_metrics : Json::array(), pods);
  seen.samples = owner.samples->view();
  const hpa::Source kind = source(text_field(value, "type"));
  if (kind == hpa::Source::resource || kind == hpa::Source::container_resource) {
    // The containers of a pass say what they request of the processor and of nothing else.
    const std::string name = text_field(value, "resource");
    const auto requests = pods.requests(name, text_if(value, "container"), name == "cpu");
    if (requests)
      owner.requests = *requests;
    else
      seen.requests.error = requests.error();
    seen.requests.of_pods = owner.requests;
  }
  return seen;
}

Json status_json(const hpa::MetricSpec& spec, const hpa::MetricLine& line) {
  if (!line.proposal) return nullptr;
  if (spec.type == hpa::Target::value) return {{"value_milli", line.proposal->value}};
  Json status = {{"average_value_milli", line.proposal->value}};
  if (spec.type == hpa::Target::utilization) status["utilization_percent"] = line.proposal->utilization;
  return status;
}

hpa::Selector selector(const std::string& fault) {
  if (fault == "selector_missing") return hpa::Selector::missing;
  if (fault == "selector_invalid") return hpa::Selector::invalid;
  if (fault == "selector_ambiguous") return hpa::Selector::ambiguous;
  return hpa::Selector::usable;
}

std::string fault_of(const Json& input) {
  const Json* given = field_if(input, "fault");
  if (!given) return "";
  const std::string fault = as_text(*given, "fault");
  if (fault != "get_scale_failed" && fault != "update_scale_failed" && selector(fault) == hpa::Selector::usable)
    throw BadInput("fault: '" + fault + "' is unknown");
  return fault;
}

/// The conditions and the count, which every pass has.
Json outcome_json(const hpa::Outcome& outcome) {
  return {{"replicas", outcome.replicas},
          {"rescaled", outcome.rescale},
          {"error", outcome.error},
          {"able_to_scale", condition_json(outcome.conditions.able_to_scale)},
          {"scaling_active", condition_json(outcome.conditions.scaling_active)},
          {"scaling_limited", condition_json(outcome.conditions.scaling_limited)}};
}

}  // namespace

Json reconcile(const Json& input) {
  hpa::Config config = common_config(input);
  config.tolerance = tolerance(input);
  config.timing = timing(input);
  const Pods pods(input);
  const std::string fault = fault_of(input);
  const Json& specs = as_list(field(input, "metric_specs"), "metric_specs");
  std::deque<Observed> owners(specs.size());
  std::vector<hpa::MetricSeen> metrics;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    config.metrics.push_back(metric_spec(specs[i]));
    metrics.push_back(observe(specs[i], pods, owners[i]));
  }
  Memory memory;
  memory.kept.started = field_if(input, "recommendations") != nullptr;
  memory.recommendations = recommendations(input);
  memory.ups = scale_events(input, "scale_up_events");
  memory.downs = scale_events(input, "scale_down_events");
  memory.make_room(1);
  hpa::State state = memory.view();

  const hpa::Seen seen{int32_field(input, "spec_replicas"), int32_field(input, "status_replicas"), pods.pods(), metrics,
                       selector(fault)};
  std::vector<hpa::MetricLine> lines(specs.size());
  hpa::Outcome outcome = fault == "get_scale_failed" ? hpa::scale_unreadable(seen.spec_replicas)
                                                     : hpa::reconcile(config, state, seen, moment, lines);
  if (outcome.rescale && fault == "update_scale_failed")
    hpa::record_refused(outcome);
  else if (outcome.rescale)
    hpa::record_rescaled(config, state, outcome, moment);

  Json answer = outcome_json(outcome);
  Json& statuses = answer["metric_statuses"] = Json::array();
  if (outcome.metrics_read)
    for (std::size_t i = 0; i < lines.size(); ++i) statuses.push_back(status_json(config.metrics[i], lines[i]));
  answer["recommendations_after"] = to_json(state.recommendations().entries());
  answer["scale_up_events_after"] = to_json(state.ups());
  answer["scale_down_events_after"] = to_json(state.downs());
  return answer;
}

Json reconcile_sequence(const Json& input) {
  const hpa::Config config = common_config(input);
  const Json& ticks = as_list(field(input, "ticks"), "ticks");
  Memory memory;
  memory.make_room(ticks.size());
  hpa::State state = memory.view();
  hpa::Conditions in_force;
  std::int32_t replicas = int32_field(input, "initial_replicas");
  Json answers = Json::array();
  for (const Json& tick : ticks) {
    const TimePoint now = moment + as_ms(field(tick, "at_ms"), "at_ms");
    if (const Json* set = field_if(tick, "external_scale_to")) replicas = as_int32(*set, "external_scale_to");
    hpa::Combiner combiner;
    for (const Json& proposal : as_list(field(tick, "metrics"), "metrics")) {
      if (proposal.is_null())
        combiner.take_failure(hpa::Reason::failed_get_metric);
      else
        combiner.take(as_int32(proposal, "metrics"));
    }
    hpa::Outcome outcome = hpa::reconcile_combined(config, state, replicas, combiner.result(replicas), now);
    if (outcome.rescale) hpa::record_rescaled(config, state, outcome, now);
    replicas = outcome.replicas;
    hpa::merge(in_force, outcome.conditions);
    answers.push_back({replicas, outcome.error, condition_json(in_force.able_to_scale), condition_json(in_force.scaling_active),
                       condition_json(in_force.scaling_limited)});
  }
  return {{"ticks", answers}};
}

}  // namespace plimsoll::conform
