#pragma once
// Catalog files: YAML text → core::Catalog, by a descriptor table like the spec's.

#include <string_view>

#include "core/catalog.h"
#include "core/diagnostic.h"

namespace plimsoll::spec {

/// Pure, bounded in time and memory as spec::parse; diagnostics are as good as those of a spec, and their places are in `text`.
/// Classes stand in the order of the file, kind by kind (instances, databases, caches, services), but within a family from the
/// smallest to the largest.
Parsed<Catalog> parse_catalog(std::string_view text);

}  // namespace plimsoll::spec
