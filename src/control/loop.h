#pragma once
// The live loop of one stack: observe, decide, journal, act, settle.

#include <span>
#include <string>
#include <vector>

#include "control/news.h"
#include "core/result.h"
#include "decide/decide.h"
#include "ports/clock.h"
#include "ports/driver.h"
#include "ports/samples.h"
#include "ports/store.h"

namespace plimsoll {

/// What one tick saw and did; views into the loop, valid until its next tick.
struct Tick {
  TimePoint at{};
  const Decision* decision = nullptr;
  std::span<const Explanation> why;
  const OwnedObservation* seen = nullptr;
  std::vector<std::string> sentences;  // one per tier whose count changes, and per refusal
  std::vector<std::string> notes;      // beside the counts: what would make room, a growth that did not help, a contested count
};

/// Borrows all five; they outlive it. One thread ticks it.
class Loop {
 public:
  /// `version`: of the program, kept beside every decision, so that a later one can say that it might have decided otherwise.
  Loop(const Plan& plan, Clock& clock, Samples& samples, Driver& driver, Store& store, std::string version);

  /// Takes up the state the last controller left. A state of another shape (the stack's tiers changed) is left aside: counts are
  /// then taken from what runs. An Error: the store can't be read.
  Result<void> restore();

  /// One round. On an Error of the store nothing was changed by it: what can't be journalled is not done. If only the
  /// state after it can't be saved, the tick says so in its sentences, and the next one saves it.
  Result<Tick> tick();

  /// Lets the driver's open work move on; returns what happened.
  std::vector<InstanceEvent> advance();

  /// True while instances start or drain.
  [[nodiscard]] bool unsettled() const;

  static constexpr Duration keyframe_every = std::chrono::minutes(5);

 private:
  Result<void> observe(TimePoint now);
  Result<void> take_orders(TimePoint now);
  Result<void> journal(TickRecord& record, const News::Told& told);
  [[nodiscard]] std::string pending() const;
  void save(const TickRecord& record, Tick& report);
  void show();

  const Plan& plan_;
  Clock& clock_;
  Samples& samples_;
  Driver& driver_;
  Store& store_;
  std::string version_;
  StackState state_;
  OwnedObservation seen_;
  Decision decision_;
  std::vector<Explanation> why_;
  std::vector<Explanation> evaluated_;  // of each tier the last that was not between two polls
  std::vector<Explanation> shown_;      // what is stored
  News news_;
  TimePoint last_keyframe_{};
};

}  // namespace plimsoll
