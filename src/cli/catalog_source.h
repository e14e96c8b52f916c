#pragma once
// Which catalog a stack's classes and prices are from, and reading it.

#include <optional>
#include <string>

#include "core/catalog.h"
#include "core/stack.h"

namespace plimsoll::cli {

/// `option` is what --catalog said; empty: what the stack names; neither: an empty catalog.
///
/// A text with '/' or ending in .yaml or .yml is a file's path (of the stack's: from the spec's folder on). Else it is a name,
/// and NAME.yaml is looked for in catalogs/ beside the spec and in the folders above it, in the folders of $PLIMSOLL_CATALOGS (by
/// colons), in share/plimsoll/catalogs of the installation, and in the source's catalogs/. Nothing, and on stderr what is wrong
/// or where was looked, if there is none or it has errors.
std::optional<Catalog> find_catalog(const Stack&, const std::string& option, const std::string& spec_file);

/// What people see of it: "AWS list prices us-east-1, January 2026"; its name if it says no more; empty for an empty catalog.
std::string source_text(const Catalog&);

}  // namespace plimsoll::cli
