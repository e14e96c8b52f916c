#pragma once
// CPU and memory of instances that are processes of this machine.

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "collect/wanted.h"
#include "collect/window.h"
#include "core/stack.h"
#include "ports/collector.h"
#include "proc/process.h"

namespace plimsoll::collect {

/// Signals of each tier that reads them:
///   cpu      CPU time over a sliding window against instance.cpu's request, mean over the ready instances read twice since they
///            became ready (so starting up does not count); ratio, may be above 1
///   memory   resident memory now against instance.memory's request, mean over the ready instances; ratio
/// Where a tier's policies ask for each instance's own number, those are the same two figures of it, of starting instances too.
/// Gaps: empty without a ready instance that can say; unreachable if the processes of all of them are gone.
/// Gauges: processes.TIER.cpu_cores and .resident_bytes, sums over its ready instances; .cpu_ratio.
/// What an instance's own child processes use is not counted.
class ProcessCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    Duration window = std::chrono::seconds(3);
  };
  /// `plan` was compiled from `stack`. Both are read here only.
  ProcessCollector(const Plan& plan, const Stack& stack, Options options);
  ProcessCollector(const Plan& plan, const Stack& stack) : ProcessCollector(plan, stack, Options()) {}

  std::string_view name() const override { return "processes"; }
  Duration period() const override { return options_.period; }
  /// Never an Error: what can't be read is one instance's affair.
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  struct TierInfo {
    std::string name;
    double cpu_request = 0;     // cores
    double memory_request = 0;  // bytes; 0: none
  };
  /// A ready instance, as long as it is the same process.
  struct Known {
    proc::Identity who;
    TimePoint ready_since{};
    CounterWindow cpu;
    TimePoint seen{};
  };
  struct Sum {
    int ready = 0, readable = 0, with_rate = 0;
    double cores = 0, resident = 0;
    Duration span{};
  };
  struct Figures {
    double resident = 0;                       // bytes
    std::optional<CounterWindow::Rate> cores;  // absent before the second reading
  };
  /// Absent if its process is gone.
  std::optional<Figures> measure(const Instance& instance, TimePoint now);
  static void add(const std::optional<Figures>& figures, Sum& sum);
  void append_own(const Instance& instance, const Figures& figures, TimePoint now, Readings& out) const;
  [[nodiscard]] Reading reading(const Wanted& signal, const Sum& sum, TimePoint now) const;

  Options options_;
  std::vector<TierInfo> tiers_;
  std::vector<Wanted> wanted_;
  std::vector<bool> own_;  // by TierId: some signal of it is wanted of each instance
  std::map<std::pair<TierId, std::uint32_t>, Known> known_;
};

}  // namespace plimsoll::collect
