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
  /// Sets every tier's samples (sized as its signals) and the components': the last measured value, or the gap there is instead.
  /// Sets what each instance measured for itself, where the tier's policies ask for it: out.tiers[].instances must be there.
  virtual void fill(TimePoint now, OwnedObservation& out) = 0;
};

}  // namespace plimsoll
