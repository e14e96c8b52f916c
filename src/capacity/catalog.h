#pragma once
// A stack together with what its parts can be bought as: sizes, connections and prices that follow from a class.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog.h"
#include "core/diagnostic.h"
#include "core/stack.h"

namespace plimsoll::capacity {

/// Fills in what the stack leaves to the class: instance price, memory and cores of databases and caches, max_connections.
/// What was given stays. Warnings (in the order of the model): a class the catalog does not have, with the nearest name.
std::vector<Diagnostic> fill_in(Stack& stack, const Catalog& catalog);

/// Price of one, with the market's, architecture's and availability's factor. Absent: nobody says it. A stated price is what is
/// paid: no factor changes it. A class that is arm64 by its name (db.r6g.large) is priced as such already.
std::optional<Money> price_of(const Bought& bought, const Catalog& catalog, bool multi_az = false);

/// Whether a class's name says arm64, as Graviton families do: a 'g' after the generation (t4g, r6g, c7gn), or a1.
bool is_arm_class(std::string_view name);

/// The next row of the same family in the catalog, null at the end of the ladder or for an unknown class.
const InstanceClass* next_up(const Catalog& catalog, std::string_view class_name);
/// The smallest row of the family that has so much of each; null if none has.
struct Need {
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;
  std::optional<int> max_connections;
};
const InstanceClass* smallest_for(const Catalog& catalog, std::string_view family, ClassKind kind, const Need& need);

/// max_connections of a database: what its class says (configured), and what the engine derives from its memory (K15).
struct ConnectionFigures {
  std::optional<int> given;       // in the spec
  std::optional<int> configured;  // in the class's row (K11)
  std::optional<int> formula;     // LEAST(bytes / 9531392, 5000)
  int effective = 100;
};
ConnectionFigures connection_figures(const Database& database, const Catalog& catalog);

}  // namespace plimsoll::capacity
