#include "control/wall_clock.h"

#include <algorithm>

namespace plimsoll {
namespace {

std::int64_t steady_ns() { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }
std::int64_t system_ns() { return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

WallClock::WallClock() : offset_(system_ns() - steady_ns()) {}

TimePoint WallClock::now() {
  const std::int64_t elapsed = steady_ns();
  const std::int64_t ahead = system_ns() - elapsed;
  std::int64_t offset = offset_.load();
  while (ahead > offset && !offset_.compare_exchange_weak(offset, ahead)) {
  }
  return TimePoint(Duration(elapsed + std::max(offset, ahead)));
}

}  // namespace plimsoll
