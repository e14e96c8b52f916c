#pragma once
// Asks every source in time and never lets one hold up another, or the control loop.

#include <memory>
#include <vector>

#include "collect/slot.h"
#include "decide/plan.h"
#include "ports/clock.h"
#include "ports/collector.h"
#include "ports/samples.h"

namespace plimsoll::collect {

/// Owns the collectors and a small pool of threads; each collector is asked once per its period, with min(period, 1 s) to answer,
/// from the first publish() on. A round that was missed is not made up for.
///
/// A collector that hangs costs a thread and turns its signals into gaps; with as many threads as collectors it can't hold up any
/// other. Of several that fill one signal, one with a value goes first.
///
/// Calls from any thread; none waits for a source.
class Collectors final : public Samples {
 public:
  /// Borrows the plan and the clock, whose now() must be safe to call from any thread. `threads` >= 1 (asserted).
  Collectors(const Plan& plan, Clock& clock, std::vector<std::unique_ptr<Collector>> collectors, int threads = 4);
  /// Waits for rounds under way, so as long as the slowest collector's deadline.
  ~Collectors() override;
  Collectors(const Collectors&) = delete;
  Collectors& operator=(const Collectors&) = delete;

  void publish(const Fleet& fleet) override;
  /// Sizes out.tiers, their samples and `own` (by the instances they have) and out.components by the plan; touches nothing else.
  /// A signal or component nobody has spoken of is Gap::empty. Samples older than their max_age are left to decide() to judge.
  void fill(TimePoint now, OwnedObservation& out) override;

  /// Of all sources, in their order.
  [[nodiscard]] std::vector<Gauge> gauges() const;
  [[nodiscard]] std::vector<CollectorHealth> health() const;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace plimsoll::collect
