#pragma once
// What can be bought and for how much: a file users can replace (catalogs/*.yaml). Values only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.h"

namespace plimsoll {

enum class ClassKind { instance, database, cache, service };

/// A row. Within one kind and family the rows stand from the smallest to the largest: "the next class up" is the next row.
struct InstanceClass {
  std::string name;  // "db.r6g.xlarge"
  ClassKind kind = ClassKind::instance;
  std::string family;  // rows of one family are steps of one ladder; "db.r6g". What is derived from the name up to its last dot
                       // unless given
  std::string tier;    // the owner's word: "Medium"; may be empty
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;
  std::optional<int> max_connections;  // databases: configured (K11); absent: by the engine's formula (K15)
  std::optional<Money> price;          // on demand
  std::string network;                 // as the vendor says it: "Up to 10 Gbps"; may be empty
  std::string use;                     // "Standard"; may be empty
};

/// A saving as a share of the price that is left: 0.3 is 70 % less. `least` and `most` where the source gives a range.
struct PriceFactor {
  double least = 1, most = 1;  // 0 < least <= most; plans count with `most`, the careful end
};

struct PriceFactors {
  PriceFactor spot, reserved, arm64, off_hours;
  double multi_az = 2;
};

struct RegionPrice {
  std::string name;
  double factor = 1;  // over the catalog's prices
};

struct Catalog {
  std::string name;
  std::string source;  // where the figures are from and of when, for people
  std::vector<InstanceClass> classes;
  PriceFactors factors;
  std::vector<RegionPrice> regions;

  [[nodiscard]] const InstanceClass* find(std::string_view name_of_class) const {
    for (const InstanceClass& one : classes)
      if (one.name == name_of_class) return &one;
    return nullptr;
  }
};

}  // namespace plimsoll
