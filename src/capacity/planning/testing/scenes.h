#pragma once
// Stacks for the tests of this folder: the repository's own files, and small ones built by hand.

#include <string>
#include <string_view>

#include "capacity/planning/planning.h"

namespace plimsoll::capacity::testing {

struct Scene {
  std::string text;  // of the spec
  Stack stack;       // filled in
  Catalog catalog;
};
/// stacks/NAME.yaml with the catalog it names; asserts that both parse.
Scene scene(const std::string& name);

/// The spec's text with the plan's changes made, parsed and filled in.
Stack applied(const Scene& scene, const std::vector<Change>& changes);
/// Everything of a stack, as text: two are equal if their texts are.
std::string text_of(const Stack& stack);

TimePoint day(std::string_view text);  // "2026-11-01T00:00Z"
Money monthly(double dollars);

const Line* find(const std::vector<Line>& lines, std::string_view component, std::string_view what);
const Change* find(const std::vector<Change>& changes, std::string_view path);
const Advice* find(const std::vector<Advice>& advice, std::string_view topic, std::string_view part = "");

}  // namespace plimsoll::capacity::testing
