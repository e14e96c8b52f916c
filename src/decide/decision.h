#pragma once

#include <cstdint>
#include <vector>

#include "capacity/grant.h"
#include "core/ids.h"
#include "core/inline_vector.h"
#include "core/time.h"
#include "decide/hpa/reconcile.h"
#include "decide/keda/trigger.h"

namespace plimsoll {

/// What settled a tier's count in the end: the last step that changed or kept it against a policy's wish. The order is that of
/// stored decisions: new ones go to the end.
enum class Reason : std::uint8_t {
  steady,           // the policies want what is there
  policy,           // the winning policy's wish went through
  no_data,          // nothing could be measured; the count stands
  gap_blocks_down,  // a policy without data may want more: no scale-in
  window_up,        // the wish has not stood long enough to grow
  window_down,      // a higher wish is still within the down window
  rate_up,          // the up policies allow no more within their period
  rate_down,        // the down policies allow no more within their period
  bound_max,
  bound_min,
  order_hold,
  order_pause,
  order_floor,
  order_maintenance,
  investigate,    // a rule says: find out first; no growth while it holds
  between_polls,  // the tier decides once per poll or sync period; its count stands in between
  inactive,       // no sign of work: idle, and not woken by less than the activation
  cooldown,       // no sign of work, but not for long enough to go to idle
  step_out,       // one step at a time, and time to watch it
  step_in,
  flapping,        // the count went up and down again and again: no scale-in until it is calm
  rollout,         // no scale-in while instances are being replaced
  unsettled,       // no scale-in while earlier changes are under way
  schedule_floor,  // a schedule demands at least so many now
  schedule_exact,
  limit,       // a limit shared with other tiers leaves no room
  bottleneck,  // what this tier calls is saturated: more callers would only wait there
  frozen,      // the last growth did not help: no more of it for a while
  contended,   // somebody else keeps changing the count: hands off, within the bounds
};

/// Replicas of one tier, step by step: the policies want `wanted`; behaviour and bounds leave a wish, of which shared limits
/// leave `granted`; `asked` is what the driver is told.
struct TierDecision {
  int before = 0;  // asked until now
  int wanted = 0;
  int granted = 0;
  int asked = 0;
  Reason reason = Reason::steady;
  [[nodiscard]] bool changes() const { return asked != before; }
};

/// A change elsewhere that would let a tier grow past a shared limit.
struct Enabling {
  enum class Kind : std::uint8_t {
    add_pooler,             // from .. to instances of the pooler
    raise_pool,             // default_pool_size of the pooler
    raise_clients,          // max_client_conn of the pooler
    raise_max_connections,  // of the database: needs a restart
    use_pooler,             // tiers connect directly: put a pooler between
    raise_limit,            // the owner's own limit: cores, memory, cost, an external's quota, a cache's clients
  };
  Kind kind = Kind::raise_limit;
  LimitId limit;
  ComponentId component;  // meaningless for raise_limit without one
  double from = 0, to = 0;
  bool managed = false;  // Abilities says the driver can carry it out: part of the decision. Else: a proposal
  bool waits = false;    // it needs a restart, and the component's maintenance window is not open
};

/// Room that couple() works in, kept so that a tick allocates nothing. It says nothing by itself.
struct CoupleRoom {
  std::vector<capacity::GrantTier> asks;
  std::vector<capacity::Granted> granted;
  std::vector<double> capacities, used;
  std::vector<std::uint8_t> noted;  // one per limit: its enabling change has been looked for
  capacity::GrantScratch scratch;
};

/// The same for tiers that are like HPA or KEDA: their instances and samples as those controllers know them.
struct LikeRoom {
  std::vector<hpa::Pod> pods;
  std::vector<hpa::Sample> samples;  // metric by metric
  std::vector<hpa::Milli> requests;  // metric by metric
  std::vector<hpa::Milli> values;    // one per metric
  std::vector<hpa::MetricSeen> seen;
  std::vector<hpa::MetricLine> lines;
  std::vector<keda::Reading> readings;
};

/// The same for orders, by tier.
struct OrderRoom {
  std::vector<std::uint32_t> begin, next, sorted;
};

struct Decision {
  std::vector<TierDecision> tiers;  // one per Plan::tiers
  InlineVector<Enabling, 8> enabling;
  double cost_before = 0, cost_after = 0;  // dollars an hour, of all tiers with a price
  CoupleRoom room;
  LikeRoom like;
  OrderRoom orders;
};

}  // namespace plimsoll
