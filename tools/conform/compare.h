#pragma once

#include <nlohmann/json_fwd.hpp>

namespace plimsoll::conform {

/// Integers exactly, `float` as the double it names, `float_hex` bit by bit; objects by the very same keys.
bool matches(const nlohmann::json& expected, const nlohmann::json& got);

}  // namespace plimsoll::conform
