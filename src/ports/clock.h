#pragma once

#include "core/time.h"

namespace plimsoll {

/// Wall-clock time that never falls: a step of the system clock shows as a jump forward or as standing still.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;
};

}  // namespace plimsoll
