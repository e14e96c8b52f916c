#pragma once
// One measured value, or the reason why there is none. A missing value is never a zero.

#include <cstdint>

#include "core/time.h"

namespace plimsoll {

enum class Gap : std::uint8_t {
  none,         // there is a value
  stale,        // the last one is older than the signal's max_age
  empty,        // the source answered but had nothing to say (no ready instance, no request yet)
  unreachable,  // the source did not answer in time
  malformed,    // its answer made no sense
};

struct Sample {
  double value = 0;      // in the signal's unit; meaningless unless gap == none
  TimePoint measured{};  // when the source measured it; end of the window
  Duration window{};     // what it is an average over; zero: a momentary value
  Gap gap = Gap::empty;
  std::uint32_t instances = 0;  // a mean over so many instances; 0: of all that are ready, or no mean
};

/// What one instance measured of a signal that each has for itself; for the controllers that look at every instance.
struct InstanceSample {
  TimePoint measured{};  // the epoch: there is no sample
  double value = 0;
  [[nodiscard]] bool present() const { return measured != TimePoint{}; }
};

}  // namespace plimsoll
