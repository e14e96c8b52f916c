#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "core/result.h"
#include "load/plan.h"
#include "load/summary.h"
#include "load/worker.h"

namespace plimsoll::load {

/// Sends what a plan says and measures it. One run per object:
///
///   Engine engine(plan);
///   if (auto started = engine.start(); !started) return fail(started.error());
///   while (engine.running()) draw(engine.snapshot());   // pulled as often as one likes; the load does not notice
///   engine.wait();
///   const Summary summary = engine.result();
///
/// snapshot(), running() and stop() may be called from any thread after start(); the rest belongs to one thread.
/// The engine's threads block all signals, so the program's own handling of Ctrl-C is not disturbed.
class Engine {
 public:
  /// The plan's ranges are asserted: who fills it from outside checks first, with words of its own.
  explicit Engine(Plan plan);
  /// Cancels what is in flight and joins.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Resolves the host and starts sending. Errors: not_found (no such host), exhausted (descriptors, threads); nothing runs then.
  /// A server that is not there is no error: it is counted.
  Result<void> start();

  [[nodiscard]] bool running() const;
  [[nodiscard]] Snapshot snapshot() const;

  /// No new requests; those in flight have Plan::drain to be answered. Returns at once; wait() for the end.
  void stop();

  /// Until the schedule is over or stopped, and every request is accounted for: at most timeout after the last was due.
  void wait();

  /// After wait().
  [[nodiscard]] Summary result() const;
  /// After wait(), with Plan::remember_accepted: whether request `id` got a 2xx, for every id of the schedule.
  [[nodiscard]] std::vector<bool> accepted() const;

 private:
  [[nodiscard]] Summary collect() const;
  Result<void> resolve();

  Plan plan_;
  Address address_;
  CaptureNames captures_;
  SecondSeries series_;
  std::uint64_t ids_ = 0;
  std::unique_ptr<AcceptedBits> accepted_;
  std::atomic<Stop> stop_{Stop::none};
  std::atomic<int> live_{0};
  std::chrono::steady_clock::time_point start_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace plimsoll::load
