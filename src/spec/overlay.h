#pragma once
// What one text of a spec says beyond another, as a text of its own: for what another tool's files have no words for.
//
//   const std::string beyond = spec::overlay(full, partial);
//   spec::lay_over(partial, beyond)   // says what full does
//
// An overlay is a part of the spec: the keys that differ, each where it stands in the spec. null takes a key away, lists stand
// whole. Components and kinds of work have an order: where it is another one, all are named, and "{}" says that nothing else of
// one differs. Elsewhere in a spec order means nothing. Pure.

#include <string>
#include <string_view>

#include "core/result.h"

namespace plimsoll::spec {

struct Node;  // yaml.h

/// Both are YAML maps without null values, as write() makes them (asserted). Empty if they are the same.
std::string overlay(std::string_view full, std::string_view partial);

/// `partial` with the overlay's words in place of its own, as YAML; where the overlay has no word `partial` stands. malformed:
/// one of the two is no YAML or no map. Comments are lost.
Result<std::string> lay_over(std::string_view partial, std::string_view overlay);

/// A tree as text, one scalar a line: for an overlay that stands within another file's YAML.
std::string text_of(const Node&);

}  // namespace plimsoll::spec
