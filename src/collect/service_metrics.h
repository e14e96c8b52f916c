#pragma once
// Latency as the service itself measures it.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collect/histogram.h"
#include "collect/wanted.h"
#include "core/stack.h"
#include "ports/collector.h"

namespace plimsoll::collect {

/// Signals: p95, p99 of all requests answered by the ready instances of the tier within a sliding window, from the histogram on
/// each one's run.metrics page; seconds. Instances are asked all at once; those that do not answer in time are left out. Gaps:
/// empty without a ready instance, before an instance was read twice, or without a request in the window; unreachable if no
/// instance answered; malformed if none of the answers could be read, or the tier has no run.metrics. An Error if that goes for
/// all instances of all tiers. Gauges of each tier with run.metrics: service.TIER.p50_s, .p95_s, .p99_s, .requests_per_s (all
/// over the window), .silent_instances.
class ServiceMetricsCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    Duration window = std::chrono::seconds(10);
    std::string histogram = "http_request_duration_seconds";  // its buckets are NAME_bucket
  };
  /// `plan` was compiled from `stack`. Both are read here only.
  ServiceMetricsCollector(const Plan& plan, const Stack& stack, Options options);
  ServiceMetricsCollector(const Plan& plan, const Stack& stack) : ServiceMetricsCollector(plan, stack, Options()) {}

  std::string_view name() const override { return "service metrics"; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  struct TierInfo {
    std::string name, target;  // "api", "/metrics"; an empty target: none
  };
  /// A ready instance, as long as it is the same start of it.
  struct Known {
    int pid = 0;
    TimePoint started{};
    HistogramWindow window;
    TimePoint seen{};
  };
  /// Of one tier in one round.
  struct Sum {
    int asked = 0, answered = 0, malformed = 0;
    Histogram histogram;
    double requests_per_s = 0;
    Duration span{};
    bool observed = false;  // some instance was read twice
  };
  std::vector<const Instance*> ready_instances(const Fleet& fleet) const;
  Known& known(const Instance& instance, TimePoint now);
  [[nodiscard]] Reading reading(const Wanted& signal, const Sum& sum, TimePoint now) const;
  void append_gauges(const TierInfo& tier, const Sum& sum, Readings& out) const;

  Options options_;
  std::vector<TierInfo> tiers_;
  std::vector<Wanted> wanted_;
  std::map<std::pair<TierId, std::uint32_t>, Known> known_;
};

}  // namespace plimsoll::collect
