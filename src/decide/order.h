#pragma once
// What a person told the controller to do, in force until it expires or is withdrawn.

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.h"
#include "core/time.h"

namespace plimsoll {

enum class OrderKind : std::uint8_t {
  hold,         // exactly `value` replicas, also outside the tier's bounds
  pause,        // leave the count as it is, or only don't let it grow, or shrink: `direction`
  floor,        // at least `value` replicas
  maintenance,  // somebody works on the tier: leave the count as it is
};

enum class Direction : std::uint8_t { both, up, down };

struct Order {
  std::int64_t id = 0;  // the store's
  OrderKind kind = OrderKind::hold;
  TierId tier;
  int value = 0;    // replicas; hold and floor
  Direction direction = Direction::both;  // pause
  std::string who;  // the user who gave it
  std::string why;  // may be empty
  TimePoint given{};
  std::optional<TimePoint> until;  // absent: until withdrawn
};

}  // namespace plimsoll
