#include "conform/pod_input.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "conform/input.h"

namespace plimsoll::conform {
namespace {

hpa::Phase phase(const std::string& text) {
  if (text == "Pending") return hpa::Phase::pending;
  if (text == "Running") return hpa::Phase::running;
  if (text == "Succeeded") return hpa::Phase::succeeded;
  if (text == "Failed") return hpa::Phase::failed;
  return hpa::Phase::unknown;  // also a phase that isn't set yet
}

hpa::Ready readiness(const std::string& text) {
  if (text == "True") return hpa::Ready::yes;
  if (text == "False") return hpa::Ready::no;
  if (text == "Unknown") return hpa::Ready::unknown;
  throw BadInput("ready: '" + text + "' is not True, False or Unknown");
}

/// The second entry of a container; absent and null are the same.
std::optional<hpa::Milli> request(const Json& entry) {
  if (entry.size() < 2 || entry[1].is_null()) return std::nullopt;
  return as_int64(entry[1], "request_milli");
}

std::string_view name_in(const Json& entry) { return entry.at(0).get_ref<const std::string&>(); }

}  // namespace

Pods::Pods(const Json& input) {
  for (const Json& value : as_list(field(input, "pods"), "pods")) {
    names_.push_back(text_field(value, "name"));
    places_[names_.back()] = pods_.size();
    pods_.push_back(read_pod(value));
    specs_.push_back(read_spec(value));
  }
}

hpa::Pod Pods::read_pod(const Json& value) {
  constexpr Duration long_ago = std::chrono::milliseconds(864'000'000);
  hpa::Pod pod{.started_age = long_ago, .ready_age = long_ago};
  if (const Json* given = field_if(value, "phase")) pod.phase = phase(as_text(*given, "phase"));
  if (const Json* given = field_if(value, "deleting")) pod.deleting = as_bool(*given, "deleting");
  if (value.contains("ready")) {
    const Json& ready = value.at("ready");
    pod.ready = ready.is_null() ? hpa::Ready::absent : readiness(as_text(ready.at(0), "ready"));
    if (!ready.is_null()) pod.ready_age = as_ms(ready.at(1), "ready");
  }
  if (value.contains("started_age_ms")) {
    const Json& age = value.at("started_age_ms");
    pod.has_start = !age.is_null();
    if (pod.has_start) pod.started_age = as_ms(age, "started_age_ms");
  }
  return pod;
}

Pods::Spec Pods::read_spec(const Json& value) {
  Spec spec;
  if (const Json* list = field_if(value, "containers"))
    for (const Json& one : as_list(*list, "containers")) spec.containers.push_back({name_in(one), request(one)});
  if (const Json* list = field_if(value, "init_containers"))
    for (const Json& one : as_list(*list, "init_containers"))
      spec.init_containers.push_back({name_in(one), request(one), one.size() > 2 && as_bool(one[2], "restartable")});
  if (const Json* level = field_if(value, "pod_level_requests_milli"))
    for (const auto& [resource, amount] : level->items())
      if (!amount.is_null()) spec.pod_level[resource] = as_int64(amount, "pod_level_requests_milli");
  return spec;
}

std::size_t Pods::place(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? size() : found->second;
}

hpa::Measured<std::vector<hpa::Milli>> Pods::requests(const std::string& resource, const std::string& container,
                                                      bool containers_request_it) const {
  std::vector<hpa::Milli> all;
  for (const Spec& spec : specs_) {
    std::vector<hpa::Container> containers = spec.containers;
    std::vector<hpa::InitContainer> init_containers = spec.init_containers;
    if (!containers_request_it) {
      for (hpa::Container& c : containers) c.request.reset();
      for (hpa::InitContainer& c : init_containers) c.request.reset();
    }
    hpa::PodSpec pod{containers, init_containers, false, std::nullopt};
    for (const auto& [name, amount] : spec.pod_level)
      if (hpa::supports_pod_level(name)) {
        pod.has_pod_level_requests = true;
        if (name == resource) pod.pod_level_request = amount;
      }
    const auto one = hpa::pod_request(pod, container);
    if (!one) return hpa::fail(one.error());
    all.push_back(*one);
  }
  return all;
}

Samples::Samples(const Json& pod_metrics, const Pods& pods) : of_pods_(pods.size()) {
  std::map<std::string, hpa::Milli> strangers;
  for (const Json& entry : as_list(pod_metrics, "pod_metrics")) {
    hpa::Sample sample{.window = std::chrono::seconds(60), .present = true};
    const std::string name = as_text(entry.at(0), "pod_metrics");
    sample.value = as_int64(entry.at(1), "pod_metrics");
    if (entry.size() > 2) sample.age = as_ms(entry.at(2), "pod_metrics");
    if (entry.size() > 3) sample.window = as_ms(entry.at(3), "pod_metrics");
    if (const std::size_t place = pods.place(name); place < pods.size())
      of_pods_[place] = sample;
    else
      strangers[name] = sample.value;
  }
  for (const auto& [name, value] : strangers) of_strangers_.push_back(value);
}

}  // namespace plimsoll::conform
