#pragma once
// A unified diff on a screen.

#include <string>
#include <string_view>

#include "show/style.h"

namespace plimsoll::show {

/// The same text with colours by line: what comes accented, what goes and the headers dim. Lines are not cut, for a diff that
/// lost its ends could not be applied; control characters are shown as spaces.
std::string render_diff(std::string_view unified, Style);

}  // namespace plimsoll::show
