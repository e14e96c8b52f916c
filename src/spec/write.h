#pragma once
// A stack → the text of a spec. Changes to a text that keep everything else of it: spec/patch.h.

#include <span>
#include <string>
#include <utility>

#include "core/diagnostic.h"
#include "core/stack.h"
#include "spec/parse.h"
#include "spec/patch.h"

namespace plimsoll::spec {

struct WriteOptions {
  bool defaults = false;  // every key that has a value, as `plimsoll spec --resolved` shows it; else only what differs
  std::span<const std::string> comments = {};  // lines put on top, without "# "
  /// Lines put as comments under the section of a path: questions of an import. (path, line)
  std::span<const std::pair<ModelPath, std::string>> notes = {};
};

/// parse(write(stack)) gives the stack again, value for value (a property test holds it to that), if it is read with
/// keep_references(). In run.env and database settings "${NAME}" is written as it stands there: a reference. So a stack that is
/// to be written must never have been read with a real environment, whose values, secrets among them, would be written out. With
/// `defaults`, sections that are not there stay away, and so do keys that mean nothing there (calls to a database); what is read
/// again differs only in the flags that say whether a value was given.
std::string write(const Stack& stack, const WriteOptions& options);

/// For reading a spec that is to be written again: each "${NAME}" stays "${NAME}", and nothing is looked up.
Environment keep_references();

}  // namespace plimsoll::spec
