#pragma once
// What postgresql.conf's values mean.

#include <optional>
#include <string_view>

#include "core/units.h"

namespace plimsoll::import {

/// A size as Postgres reads it: "2GB", "512 MB", "64kB" (powers of 1024, the case matters); a bare number counts in the
/// setting's own unit: blocks of 8 kB (shared_buffers, effective_cache_size, wal_buffers, temp_buffers), MB (…_wal_size), else
/// kB. Nothing for -1 (chosen by Postgres) and for what it refuses.
std::optional<Bytes> postgres_bytes(std::string_view setting, std::string_view value);

}  // namespace plimsoll::import
