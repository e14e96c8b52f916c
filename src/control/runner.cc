#include "control/runner.h"

#include <algorithm>

namespace plimsoll {

void StopFlag::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

bool StopFlag::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

bool StopFlag::wait(Duration time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return stopped_; });
}

namespace {

void tell_events(Loop& loop, const Watcher& watcher) {
  for (const InstanceEvent& event : loop.advance())
    if (watcher.on_event) watcher.on_event(event);
}

void tick_once(Loop& loop, const Watcher& watcher) {
  const Result<Tick> tick = loop.tick();
  if (!tick && watcher.on_error) watcher.on_error(tick.error());
  if (tick && watcher.on_tick) watcher.on_tick(*tick);
}

}  // namespace

void run(Loop& loop, Clock& clock, const StopFlag& stop, const StopFlag& now, const Watcher& watcher, Cadence cadence,
         Duration settle_within) {
  TimePoint next_tick = clock.now();
  while (!stop.stopped()) {
    tell_events(loop, watcher);
    if (const TimePoint at = clock.now(); at >= next_tick) {
      if (watcher.every_second) watcher.every_second(at);
      tick_once(loop, watcher);
      next_tick = std::max(next_tick + cadence.tick, clock.now());
    }
    stop.wait(std::min(cadence.advance, std::max(next_tick - clock.now(), Duration::zero())));
  }
  const TimePoint deadline = clock.now() + settle_within;
  while (loop.unsettled() && clock.now() < deadline && !now.wait(cadence.advance)) tell_events(loop, watcher);
  tell_events(loop, watcher);
}

}  // namespace plimsoll
