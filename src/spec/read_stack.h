#pragma once
// What parse() and parse_located() share.

#include <string_view>

#include "core/diagnostic.h"
#include "core/stack.h"
#include "spec/parse.h"
#include "spec/reader.h"

namespace plimsoll::spec {

/// As parse(); `places` is filled with where each path of the model stands in the text.
Parsed<Stack> read_stack(std::string_view text, const Environment& environment, Places& places);

}  // namespace plimsoll::spec
