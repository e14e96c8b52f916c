#pragma once

#include "core/time.h"

namespace plimsoll {

/// Wall-clock time that never falls.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;
};

}  // namespace plimsoll
