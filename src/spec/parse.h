#pragma once
// The spec: YAML text → core::Stack, or everything that is wrong with it, each with its place.
//
//   const Parsed<Stack> parsed = spec::parse(text, environment);
//   if (!parsed.ok()) fmt::print(stderr, "{}", spec::render(parsed.diagnostics, file, text, colour));   // render_diagnostic.h

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostic.h"
#include "core/stack.h"

namespace plimsoll::spec {

/// The value of an environment variable, nothing if it is not set. Called only for names written as "${NAME}" in
/// tiers.*.run.env and databases.*.settings; what it gives never appears in a diagnostic.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Pure. No value if there is any error. Diagnostics stand in the order of the text, and one mistake makes one of them:
/// what cannot be judged because of another mistake is not judged. Text that is no YAML has one error, the first.
/// Bounded in time and memory for any text (spec/yaml.h, Limits).
Parsed<Stack> parse(std::string_view text, const Environment& environment);

}  // namespace plimsoll::spec
