#pragma once
// What one collector last said: written by a pool thread, read by the control thread.

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.h"
#include "decide/observation.h"
#include "decide/plan.h"
#include "ports/collector.h"

namespace plimsoll::collect {

/// How a source does, for people.
struct CollectorHealth {
  std::string name;
  TimePoint last_ok{};      // start of the last round that went well; zero: none yet
  TimePoint last_failed{};  // zero: never
  std::string last_error;   // one line; of the last round that failed
  Duration took{};          // the last finished round
  bool late = false;        // a round is under way and past its deadline
  std::uint64_t rounds = 0, failures = 0;
};

/// Thread-safe; every call is short.
class Slot {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  explicit Slot(std::string name) { health_.name = std::move(name); }

  /// A round starts; from `deadline` on its signals are unreachable until it ends.
  void begin(Steady deadline);
  /// It ends. `fresh` is taken, and something of any content left in its place.
  ///
  /// A round that failed turns every signal and component it named, and every one it had a word on before, into a gap, and leaves
  /// no gauges and nothing of single instances. A gap keeps the time of the last value, unless it has one of its own.
  void end(TimePoint begun, Duration took, const Result<void>& outcome, Readings& fresh);

  /// Into samples that are there for every signal (asserted): a value goes before a gap, and a gap with a reason before `empty`.
  void copy_to(Steady now, std::vector<OwnedObservation::Tier>& tiers) const;
  /// The same for components.
  void copy_to(Steady now, std::vector<Sample>& components) const;
  /// What instances measured for themselves, into rows that are there (asserted) by the tiers' `instances`. What an instance of
  /// the same number measured before this one was started is not its own.
  void copy_own_to(Steady now, const Plan& plan, std::vector<OwnedObservation::Tier>& tiers) const;
  void append_gauges(std::vector<Gauge>& out) const;
  [[nodiscard]] CollectorHealth health(Steady now) const;

 private:
  [[nodiscard]] bool late(Steady now) const { return running_ && now > deadline_; }

  mutable std::mutex mutex_;
  Readings shown_;
  CollectorHealth health_;
  bool running_ = false;
  Steady deadline_{};
};

}  // namespace plimsoll::collect
