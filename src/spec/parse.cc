#include "spec/parse.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "spec/checks.h"
#include "spec/descriptor.h"
#include "spec/read_stack.h"
#include "spec/reader.h"
#include "spec/validate.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

auto order(const Diagnostic& d) { return std::tie(d.at.line, d.at.column, d.message); }

}  // namespace

void tidy(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return order(a) < order(b); });
  const auto end = std::unique(diagnostics.begin(), diagnostics.end(),
                               [](const Diagnostic& a, const Diagnostic& b) { return order(a) == order(b); });
  diagnostics.erase(end, diagnostics.end());
}

Parsed<Stack> read_stack(std::string_view text, const Environment& environment, Places& places) {
  Parsed<Node> tree = parse_yaml(text);
  Parsed<Stack> parsed{std::nullopt, std::move(tree.diagnostics)};
  if (!tree.value) return parsed;

  const Node& root = *tree.value;
  if (root.kind != Node::Kind::map) {
    const std::string message = root.is_null() ? "the file is empty" : "this is no stack";
    parsed.diagnostics.push_back(
        {Severity::error, {1, 1, 1}, {}, message, "keys such as apiVersion, name and tiers, see stacks/quickstart.yaml", {}});
    return parsed;
  }

  Stack stack;
  // A dropped entry (a duplicate, a merge key) may have held what others refer to.
  if (!parsed.diagnostics.empty()) places.broken.emplace();
  Reader(environment, stack, places, parsed.diagnostics).object(root_object(), root, &stack);
  validate(stack, places, parsed.diagnostics);
  tidy(parsed.diagnostics);
  const bool wrong = std::any_of(parsed.diagnostics.begin(), parsed.diagnostics.end(),
                                 [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (!wrong) parsed.value = std::move(stack);
  return parsed;
}

Parsed<Stack> parse(std::string_view text, const Environment& environment) {
  Places places;
  return read_stack(text, environment, places);
}

}  // namespace plimsoll::spec
