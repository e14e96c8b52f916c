#pragma once
// A spec that is looked at, not run: secrets stay the references they are written as.

#include <optional>
#include <string>
#include <vector>

#include "cli/stack_source.h"
#include "core/diagnostic.h"
#include "spec/located.h"

namespace plimsoll::cli {

/// Parses, and judges what the engine needs beyond what spec checks (time zones, formulas): all that `up` would refuse, too.
/// "${NAME}" stays as it is written.
Parsed<spec::Located> parse_spec(const std::string& text);

struct SpecFile {
  StackText source;
  spec::Located located;
};

/// Finds and parses; prints every diagnostic to stderr. Nothing if there is an error: exit with exit_bad_input.
std::optional<SpecFile> open_spec(const StackChoice&);

/// What to do with a Compose file or a manifest where a spec is wanted; nothing for anything else.
std::optional<Error> other_tools_file(const StackText&);

/// Prints diagnostics with their lines and carets to stderr.
void print_diagnostics(const std::vector<Diagnostic>&, const std::string& file, const std::string& text);

}  // namespace plimsoll::cli
