#pragma once

#include "core/time.h"
#include "decide/observation.h"
#include "ports/fleet.h"

namespace plimsoll {

/// Where the control loop takes its samples from: in the live loop the collectors' slots. Called by the control thread; never
/// waits.
class Samples {
 public:
  virtual ~Samples() = default;
  /// The instances as of now, for whoever measures them.
  virtual void publish(const Fleet&) = 0;
  /// Sets every tier's samples (sized as its signals): the last measured value, or the gap there is instead.
  virtual void fill(TimePoint now, OwnedObservation& out) = 0;
};

}  // namespace plimsoll
