#pragma once
// What one key cannot know: names that must be unique, references that must exist, figures that must fit each other.

#include <vector>

#include "core/diagnostic.h"
#include "core/stack.h"
#include "spec/reader.h"

namespace plimsoll::spec {

/// Adds to `diagnostics`. Judges only what was read whole: a reference into a broken section is not complained of.
void validate(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics);

}  // namespace plimsoll::spec
