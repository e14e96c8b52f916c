#pragma once
// Changes to the text of a spec that keep everything else of it, and how they look.

#include <span>
#include <string>
#include <string_view>

#include "core/diagnostic.h"
#include "core/result.h"

namespace plimsoll::spec {

/// One value to set. `value` is YAML as it shall stand there, on one line: "12..40", "{cpu: 2}".
struct Edit {
  ModelPath path;
  std::string value;
};

/// The text with the values at those paths replaced, one edit after the other, or, where the key is not there, added under the
/// nearest key above it; comments, order and spelling of all the rest stay. A section that goes for a value on one line takes the
/// comments within it along. Of two keys that fit a path (lists may have dots in their names) the longer is meant.
/// What comes out was read again and is what went in but for the edits. Fails, naming path and line: the text or a value is no
/// YAML (malformed); the path runs through an anchor, an alias or a value that has no keys (refused) or names an item of a list
/// that is not there (not_found). Pure; any text, any path.
Result<std::string> patch(std::string_view text, std::span<const Edit> edits);

/// What `diff -u` shows: hunks with three lines around them, "\ No newline at end of file". Empty if the two are the same. `name`
/// stands in both lines of the head. Texts with thousands of differing lines may get a longer diff than the shortest.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace plimsoll::spec
