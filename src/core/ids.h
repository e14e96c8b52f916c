#pragma once
// Names become indices once, when a stack is compiled; from then on only these travel.

#include <compare>
#include <cstdint>

namespace plimsoll {

template <class Tag>
struct Id {
  std::uint32_t index = 0;
  auto operator<=>(const Id&) const = default;
};

using TierId = Id<struct TierTag>;      // index into Stack::tiers
using ComponentId = Id<struct ComponentTag>;  // index into Plan::components
using LimitId = Id<struct LimitTag>;          // index into Plan::limits
using PolicyId = Id<struct PolicyTag>;  // index into the policies of one tier

}  // namespace plimsoll
