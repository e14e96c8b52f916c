#pragma once
// What was seen of a stack at one moment. Views: whoever made the observation owns the arrays.

#include <cstdint>
#include <span>
#include <vector>

#include "core/time.h"
#include "decide/order.h"
#include "decide/sample.h"

namespace plimsoll {

enum class Phase : std::uint8_t {
  starting,  // its process runs, or is about to; it serves nobody yet
  ready,     // serves (a service: in the balancer; a worker: its /ready is 200)
  draining,  // gets nothing new, finishes what it has
};

struct InstanceSeen {
  std::uint32_t number = 0;  // unique within its tier as long as it lives: api-3 is 3
  Phase phase = Phase::starting;
  TimePoint started{};
  TimePoint ready_since{};  // meaningless unless it is or was ready
};

/// Why instances that were asked for are not there.
enum class Pending : std::uint8_t {
  none,
  backing_off,  // starts failed; the next try waits
  refused,      // the driver can't: no port, no slot, no such program
};

struct TierSeen {
  int asked = -1;    // what the driver was last told; -1: nothing yet
  int reported = 0;  // instances that count towards `asked`: starting or ready
  std::span<const InstanceSeen> instances;
  std::span<const Sample> samples;      // one per TierPlan::signals, in their order
  std::span<const InstanceSample> own;  // row r, instance i at [r * instances.size() + i]; rows: SignalPlan::own
  bool unsettled = false;               // instances are starting or draining on our word
  bool rollout = false;                 // instances are being replaced by others of a new version
  Pending pending = Pending::none;
};

struct Observation {
  std::span<const TierSeen> tiers;  // one per Plan::tiers, in their order
  std::span<const Order> orders;    // those in force
  /// One per Plan::components: how much of what it has is in use, 1: all; or empty, where nobody measures components.
  std::span<const Sample> components;
};

/// An observation that owns what it shows: for snapshots, the journal and tests.
struct OwnedObservation {
  struct Tier {
    TierSeen seen;  // its spans are set by view()
    std::vector<InstanceSeen> instances;
    std::vector<Sample> samples;
    std::vector<InstanceSample> own;
  };
  std::vector<Tier> tiers;
  std::vector<Order> orders;
  std::vector<Sample> components;

  /// Valid until this object is changed, moved or destroyed.
  Observation view() {
    views_.clear();
    for (Tier& tier : tiers) {
      tier.seen.instances = tier.instances;
      tier.seen.samples = tier.samples;
      tier.seen.own = tier.own;
      views_.push_back(tier.seen);
    }
    return Observation{views_, orders, components};
  }

 private:
  std::vector<TierSeen> views_;
};

}  // namespace plimsoll
