#pragma once
// Pods and samples of a case: names become places in arrays.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "decide/hpa/calculator.h"
#include "decide/hpa/pod_requests.h"

namespace plimsoll::conform {

/// The list `pods` of a case. Containers borrow their names from the JSON.
class Pods {
 public:
  explicit Pods(const nlohmann::json& input);

  [[nodiscard]] std::span<const hpa::Pod> pods() const { return pods_; }
  [[nodiscard]] const std::string& name(std::size_t i) const { return names_[i]; }
  [[nodiscard]] std::size_t size() const { return pods_.size(); }
  /// The place of a pod, or size() if there is none of that name.
  [[nodiscard]] std::size_t place(const std::string& name) const;

  /// One request a pod, of `container` or, if empty, of the whole pod; the first error in the order of the pods.
  /// @param containers_request_it  false: the containers' requests are of another resource
  [[nodiscard]] hpa::Measured<std::vector<hpa::Milli>> requests(const std::string& resource, const std::string& container,
                                                                bool containers_request_it = true) const;

 private:
  struct Spec {
    std::vector<hpa::Container> containers;
    std::vector<hpa::InitContainer> init_containers;
    std::map<std::string, hpa::Milli> pod_level;
  };
  static hpa::Pod read_pod(const nlohmann::json& value);
  static Spec read_spec(const nlohmann::json& value);

  std::vector<std::string> names_;
  std::map<std::string, std::size_t> places_;
  std::vector<hpa::Pod> pods_;
  std::vector<Spec> specs_;
};

/// A list `pod_metrics`, sorted into the pods it belongs to and strangers. Of two entries of one name the later counts.
class Samples {
 public:
  Samples(const nlohmann::json& pod_metrics, const Pods& pods);
  [[nodiscard]] hpa::PodSamples view() const { return {of_pods_, of_strangers_, false}; }

 private:
  std::vector<hpa::Sample> of_pods_;
  std::vector<hpa::Milli> of_strangers_;
};

}  // namespace plimsoll::conform
