#pragma once
// The reference of the spec for people.

#include <string>

namespace plimsoll::spec {

/// Every key there is, as Markdown: a section for each object of the table (descriptor.h), a row for each key. This is
/// docs/spec.md, byte for byte; a test compares them, so the documentation can't promise what the parser doesn't take.
std::string reference_markdown();

}  // namespace plimsoll::spec
