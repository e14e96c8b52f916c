#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace plimsoll::local {

/// What Postgres keeps of a password (RFC 5803), so that `create role … password` carries no password that a log could show.
/// @param salt  at least 16 random bytes
std::string scram_verifier(std::string_view password, std::string_view salt, int iterations = 4096);

/// With a salt of the system's.
Result<std::string> scram_verifier(std::string_view password);

}  // namespace plimsoll::local
