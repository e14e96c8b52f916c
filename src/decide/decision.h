#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"

namespace plimsoll {

/// What settled a tier's count in the end: the last step that changed or kept it against a policy's wish.
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
};

/// Replicas of one tier, step by step: the policies want `wanted`; behaviour, bounds and limits leave `granted`; `asked` is what
/// the driver is told.
struct TierDecision {
  int before = 0;  // asked until now
  int wanted = 0;
  int granted = 0;
  int asked = 0;
  Reason reason = Reason::steady;
  [[nodiscard]] bool changes() const { return asked != before; }
};

struct Decision {
  std::vector<TierDecision> tiers;  // one per Plan::tiers
};

}  // namespace plimsoll
