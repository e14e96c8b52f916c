#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "ports/clock.h"

namespace plimsoll {

/// The system's time, made monotonic: a step forward is followed, a step back is not (time then goes on at its pace until the
/// system's has caught up). Any thread.
class WallClock final : public Clock {
 public:
  WallClock();
  TimePoint now() override;

 private:
  std::atomic<std::int64_t> offset_;  // nanoseconds from the steady clock to what now() says; only ever grows
};

}  // namespace plimsoll
