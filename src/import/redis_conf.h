#pragma once
// What redis.conf's values mean.

#include <optional>
#include <string_view>

#include "core/units.h"

namespace plimsoll::import {

/// "1gb" is 2^30 bytes and "1g" 10^9, in any case; a bare number is bytes. Nothing for what Redis refuses.
std::optional<Bytes> redis_bytes(std::string_view value);

}  // namespace plimsoll::import
