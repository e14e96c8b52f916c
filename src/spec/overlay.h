#pragma once
// What one text of a spec says beyond another, as a text of its own: for what another tool's files have no words for.
//
//   const Overlay beyond = overlay(full, partial);
//   lay_over(partial, beyond)->text   // says what full does
//   lay_over(edited, beyond)->text    // the same but for what was edited: there the files' word stands
//
// The words are a part of the spec: the keys that differ, each where it stands in the spec. null takes a key away, lists stand
// whole. Components and kinds of work have an order: where it is another one, all are named, and "{}" says that nothing else of
// one differs. Elsewhere in a spec order means nothing. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/result.h"

namespace plimsoll::spec {

struct Node;  // yaml.h

/// Both texts are YAML maps; either may be empty.
struct Overlay {
  std::string words;
  /// What the files said when the words were found, as far as it is needed to see that they say something else now: the values
  /// that words replace or take away, and every component, with "{}" where no more is needed.
  std::string rendered;
};

/// Both are YAML maps without null values, as write() makes them (asserted). No words if they are the same.
Overlay overlay(std::string_view full, std::string_view partial);

/// A word that was not applied, since the files no longer say what they said when it was found.
struct Left {
  ModelPath path;
  std::string files, word;  // what both say of it, on one line; empty: nothing
  bool is_gone = false;     // the thing itself is no longer in the files: a component, a use, a list
};

struct LaidOver {
  std::string text;  // YAML; comments are lost
  std::vector<Left> left;
};

/// `partial` with the overlay's words in place of its own, each only where `partial` says what `rendered` says (nothing where
/// that says nothing). malformed: one of the texts is no YAML or no map.
Result<LaidOver> lay_over(std::string_view partial, const Overlay&);

/// Without the words at the path; where there are none, those of the component that it is a part of. False: none there either.
bool take_out(Overlay&, std::string_view path);

/// Whether the overlay knows of the component that the path is about or is a part of: "tiers.api.capacity".
bool knows(const Overlay&, std::string_view path);

/// A tree as text, one scalar a line: for an overlay that stands within another file's YAML.
std::string text_of(const Node&);

}  // namespace plimsoll::spec
