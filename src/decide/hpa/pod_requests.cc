#include "decide/hpa/pod_requests.h"

namespace plimsoll::hpa {
namespace {

// Sums are compared before they are cut to 64 bits, so they are kept wide.
__extension__ using Wide = __int128;
using Total = std::optional<Wide>;  // absent: nobody requested anything

void add(Total& total, const Total& more) {
  if (more) total = total.value_or(0) + *more;
}

void raise(Total& total, const Total& other) {
  if (other && (!total || *other > *total)) total = other;
}

Total wide(std::optional<Milli> request) { return request ? Total(*request) : Total(); }

/// Containers and sidecars together, or the hungriest moment of the start if that needs more.
Total effective_request(const PodSpec& pod) {
  Total running;
  for (const Container& c : pod.containers) add(running, wide(c.request));
  Total sidecars, starting;
  for (const InitContainer& c : pod.init_containers) {
    Total at_once = wide(c.request);
    if (c.restartable) {
      add(running, at_once);
      add(sidecars, at_once);
      at_once = sidecars;
    } else {
      add(at_once, sidecars);
    }
    raise(starting, at_once);
  }
  raise(running, starting);
  return running;
}

Measured<Milli> pod_level_request(const PodSpec& pod) {
  if (pod.pod_level_request) return *pod.pod_level_request;
  if (const Total total = effective_request(pod)) return static_cast<Milli>(static_cast<std::uint64_t>(*total));
  return fail(MetricError::missing_pod_level_request);
}

/// Adds up what runs beside each other; stops at the container that is asked for.
class ContainerSum {
 public:
  explicit ContainerSum(std::string_view wanted) : wanted_(wanted) {}

  /// False if the sum is done, for better or worse.
  bool take(std::string_view name, std::optional<Milli> request) {
    if (wanted_.empty() || wanted_ == name) {
      if (!request) {
        failed_ = true;
        return false;
      }
      sum_ = wrap_add(sum_, *request);
    }
    found_ = wanted_ == name;
    return !found_;
  }
  [[nodiscard]] Measured<Milli> result() const {
    if (failed_) return fail(MetricError::missing_request);
    if (!wanted_.empty() && !found_) return fail(MetricError::container_not_found);
    return sum_;
  }

 private:
  std::string_view wanted_;
  Milli sum_ = 0;
  bool found_ = false;
  bool failed_ = false;
};

}  // namespace

bool supports_pod_level(std::string_view resource) {
  return resource == "cpu" || resource == "memory" || resource.starts_with("hugepages-");
}

Measured<Milli> pod_request(const PodSpec& pod, std::string_view container) {
  if (pod.has_pod_level_requests && container.empty()) return pod_level_request(pod);
  ContainerSum sum(container);
  for (const Container& c : pod.containers)
    if (!sum.take(c.name, c.request)) return sum.result();
  for (const InitContainer& c : pod.init_containers)
    if (c.restartable && !sum.take(c.name, c.request)) return sum.result();
  return sum.result();
}

}  // namespace plimsoll::hpa
