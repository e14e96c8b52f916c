#pragma once

#include <cstdint>

#include "core/ids.h"

namespace plimsoll {

/// What became of a tier's asked count at the driver.
struct Outcome {
  enum class Kind : std::uint8_t {
    accepted,  // the driver works towards `to`
    refused,   // it will not: the count stays `from`
  };
  TierId tier;
  Kind kind = Kind::accepted;
  int from = 0;  // TierDecision::before
  int to = 0;
};

}  // namespace plimsoll
