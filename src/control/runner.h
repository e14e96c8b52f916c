#pragma once
// Ticks a loop until told to stop.

#include <condition_variable>
#include <functional>
#include <mutex>

#include "control/loop.h"

namespace plimsoll {

/// Told by any thread; never by a signal handler directly.
class StopFlag {
 public:
  void stop();
  [[nodiscard]] bool stopped() const;
  /// Sleeps at most so long; true if stopped.
  bool wait(Duration) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopped_ = false;
};

/// The owner's view of what goes on; called on the control thread.
struct Watcher {
  std::function<void(const Tick&)> on_tick;
  std::function<void(const InstanceEvent&)> on_event;
  std::function<void(const Error&)> on_error;   // a tick failed; the loop goes on with the next
  std::function<void(TimePoint)> every_second;  // supervision of the components
};

struct Cadence {
  Duration tick = std::chrono::seconds(1);
  Duration advance = std::chrono::milliseconds(100);
};

/// Runs until `stop`; then lets starting and draining instances settle for at most `settle_within`, or until `now`, so that no
/// action stays open. A tick that comes late is not made up for. Ticks keep to the wall clock of `clock`.
void run(Loop& loop, Clock& clock, const StopFlag& stop, const StopFlag& now, const Watcher& watcher, Cadence cadence,
         Duration settle_within);

}  // namespace plimsoll
