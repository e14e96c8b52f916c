#pragma once
// Diagnostics as people read them:
//
//   stacks/bad.yaml:14:5: error: unknown key 'replcas'
//     14 |     replcas: 3..20
//        |     ^^^^^^^
//        expected one of kind, run, instance, replicas; did you mean 'replicas'?

#include <span>
#include <string>
#include <string_view>

#include "core/diagnostic.h"

namespace plimsoll::spec {

/// Pure; ends with a line break unless there is nothing to say. `text` is what the positions refer to, `file_name` is shown as
/// it is. The caret stands under its character whatever tabs and wide characters precede it; a long line is shown around
/// its caret; control characters are not passed on to the terminal. `colour`: ANSI escapes. After 50 diagnostics the rest
/// is counted.
std::string render(std::span<const Diagnostic> diagnostics, std::string_view file_name, std::string_view text, bool colour);

}  // namespace plimsoll::spec
