#pragma once
// What a text is, by its name and content.

#include <string>
#include <string_view>

#include "import/import.h"

namespace plimsoll::import {

/// Of files that are no YAML: pgbouncer, redis, nginx, postgres; unknown for all others.
FileKind kind_of_text(std::string_view name, std::string_view text);

/// Somebody meant it as a manifest or a Compose file, broken or not.
bool looks_like_manifest(std::string_view text);

}  // namespace plimsoll::import
