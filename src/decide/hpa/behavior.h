#pragma once
// How fast a count may move: the `behavior` of an autoscaler. Values as the API has them: int32 seconds, counts and percent.

#include <cstdint>
#include <optional>
#include <vector>

namespace plimsoll::hpa {

struct Policy {
  enum class Type : std::uint8_t { pods, percent } type = Type::pods;
  std::int32_t value = 0;           // pods, or percent of the count at the period's start
  std::int32_t period_seconds = 0;  // Kubernetes allows 1..1800
  bool operator==(const Policy&) const = default;
};

/// Which of several policies counts: the one that allows most, the one that allows least, or no change at all.
enum class Select : std::uint8_t { max, min, disabled };

/// The rules of one direction.
struct Rules {
  std::optional<std::int32_t> window_seconds;  // absent: none for scaling up, the controller's own for scaling down
  Select select = Select::max;
  std::vector<Policy> policies;
  bool operator==(const Rules&) const = default;
};

struct Behavior {
  Rules up;
  Rules down;
};

}  // namespace plimsoll::hpa
