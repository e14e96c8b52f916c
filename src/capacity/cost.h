#pragma once
// What a stack costs a month, line by line (H19).

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog.h"
#include "core/stack.h"

namespace plimsoll::capacity {

struct CostLine {
  std::string component;  // "api", "main", "main (read replica)"
  std::string what;       // "t3.medium"; the class, or what is priced
  double count = 0;
  std::optional<Money> each;  // absent: nobody says it; the total then leaves it out and is marked
  std::optional<Money> total;
};

struct Cost {
  std::vector<CostLine> lines;
  Money total;                       // of what is known
  std::vector<std::string> unknown;  // components without a price
  [[nodiscard]] double per_month() const { return total.per_hour * hours_a_month; }
};

/// @param counts  instances by tier (or pooler); one that is not named counts with its minimum
/// With regions the stack stands in each of them: every line is there once a region ("t3.medium in eu-west-1"), at that region's
/// price. Disks, traffic and externals are not in it. The stack must have been filled in (catalog.h).
Cost cost_of(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts);

/// How read replicas are bought: as the primary unless said otherwise.
Bought replica_of(const Database& database);

/// A region's price over the catalog's own; 1 for one the catalog does not have.
double region_factor(const Catalog& catalog, const std::string& region);

/// A way to pay less (K25, H19): what it is worth a month, from the catalog's factors, and why it is or is not possible here.
struct Lever {
  std::string name;                        // "spot for worker-batch"
  double saves_least = 0, saves_most = 0;  // dollars a month
  std::string formula;                     // "3 × $70 × (30 % .. 90 %)"
  std::string caution;                     // may be empty
};
/// Only those that apply. Each stands alone: two on the same instances do not add up.
/// @param counts  what the load needs; a tier's minimum above it is a lever too (`fewer`, A11)
/// With regions: what it saves in all of them.
std::vector<Lever> levers(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts);

}  // namespace plimsoll::capacity
