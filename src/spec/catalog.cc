#include "spec/catalog.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "spec/checks.h"
#include "spec/reader.h"
#include "spec/tables.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {
constexpr std::string_view expected = "keys such as apiVersion, kind, name and instances, see catalogs/";
}

Parsed<Catalog> parse_catalog(std::string_view text) {
  Parsed<Node> tree = parse_yaml(text);
  Parsed<Catalog> parsed{std::nullopt, std::move(tree.diagnostics)};
  if (!tree.value) {
    // What should have stood in an empty file is for its reader to say.
    for (Diagnostic& d : parsed.diagnostics)
      if (d.message == "the file is empty") d.expected = expected;
    return parsed;
  }

  const Node& root = *tree.value;
  if (root.kind != Node::Kind::map) {
    const std::string message = root.is_null() ? "the file is empty" : "this is no catalog";
    parsed.diagnostics.push_back({Severity::error, {1, 1, 1}, {}, message, std::string(expected), {}});
    return parsed;
  }

  const Environment nothing = [](std::string_view) { return std::nullopt; };
  Stack none;
  Places places;
  Catalog catalog;
  Reader(nothing, none, places, parsed.diagnostics).object(tables::catalog, root, &catalog);
  tidy(parsed.diagnostics);
  const bool wrong = std::any_of(parsed.diagnostics.begin(), parsed.diagnostics.end(),
                                 [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (!wrong) parsed.value = std::move(catalog);
  return parsed;
}

}  // namespace plimsoll::spec
