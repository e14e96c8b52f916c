#pragma once
// The spec together with where each part of it stands.

#include <string_view>

#include "core/diagnostic.h"
#include "core/origin.h"
#include "core/stack.h"
#include "spec/parse.h"

namespace plimsoll::spec {

struct Located {
  Stack stack;
  Origins origins;  // file 0; what was left to its default has none
};

/// As parse(), and keeps the places.
Parsed<Located> parse_located(std::string_view text, const Environment& environment);

}  // namespace plimsoll::spec
