#pragma once
// The shape of the spec as data: which keys there are, what each takes, its unit, its default and what it means. One table
// drives the parser and everything that tells people about the spec; all of it can be walked from root_object().

#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "spec/pattern.h"

namespace plimsoll::spec {

struct Node;
struct Object;
struct Field;
class Reader;

/// What a value looks like. Forms of quantities: core/quantity.h.
enum class Kind {
  string,
  integer,
  number,
  duration,
  bytes,
  cores,
  ratio,        // 70% or 0.7; a bare number above 1 is refused, since 70 is never 7000 %
  rate,         // 100, 50rps, 3000/min
  bounds,       // N or N..M
  cores_range,  // request..limit, or one value for the request alone
  bytes_range,
  enumeration,    // one of `names`
  address,        // PORT or IPv4:PORT
  money,          // $30/month
  time,           // 2026-11-27T08:30Z
  cron,           // five fields, core/cron.h
  change,         // N or P%
  cpu_target,     // 70% of the request, or 500m
  memory_target,  // 80% of the request, or 600Mi
  kubernetes,     // a Kubernetes quantity: 100, 500m, 64Mi
  signal,         // a built-in signal or one of `signals:`; spec/condition.h
  quantity,       // in the unit of the signal beside it
  condition,      // spec/condition.h
  list,           // of `element`
  map,            // of `element` by names that match `keys`
  object,         // `of`
};

/// In the kind's base unit (seconds, bytes, cores, 1 for a ratio); both ends of a range must lie within.
struct Range {
  double least = 0;
  double most = std::numeric_limits<double>::infinity();
  bool above = false;  // `least` itself is too little
};

/// Puts the value of a field into the model. `owner` is the struct the field's Object describes.
using Setter = void (*)(Reader&, const Field&, const Node&, void* owner);

/// Another object that may stand where a field's own does.
struct Variant {
  std::string_view name;  // for people: what it is the shape of
  const Object* of = nullptr;
};

struct Field {
  std::string_view key;
  Kind kind = Kind::string;
  std::string_view unit = {};      // of a bare number, for people: "connections", "jobs"
  std::string_view fallback = {};  // the default as it would be written; empty: none
  std::string_view doc = {};       // one line
  std::string_view example = {};   // lists and maps: one as it would be written
  bool required = false;
  bool environment = false;                      // "${NAME}" is replaced from the environment (also in the elements of a map)
  Range range = {};                              // quantities
  std::span<const std::string_view> names = {};  // enumeration, also as the element of a list
  const Pattern* pattern = nullptr;              // string, also as the element of a list or map
  Kind element = Kind::string;                   // list and map
  const Pattern* keys = nullptr;                 // map
  std::span<const std::string_view> taken = {};  // map: keys that may not be used, since plimsoll sets them itself
  std::string_view taken_by = {};                // map: who sets those
  const Object* of = nullptr;                    // object, also as the element of a list or map
  std::span<const Variant> variants = {};        // the setter chooses among `of` and these
  bool not_empty = false;                        // list and map
  std::string_view with = {};                    // a key of the same object that must stand beside this one
  std::string_view instead_of = {};              // a key of the same object that says the same: not both
  bool borrowed = false;                         // another tool's spelling: taken, but not proposed where a key is unknown
  Setter set = nullptr;
};

struct Object {
  std::string_view title;  // "a tier"
  std::span<const Field> fields;
  std::span<const std::string_view> exactly_one = {};   // of these keys one must be given, and only one
  std::span<const std::string_view> at_least_one = {};  // of these keys one must be given
  /// After all setters: what one key cannot know of another of the same object. May be null.
  void (*finish)(Reader&, const Node&, void* owner) = nullptr;

  [[nodiscard]] const Field* field(std::string_view key) const;
};

/// The whole spec; its setters fill a plimsoll::Stack. Static, immutable, any thread.
const Object& root_object();

/// What the field takes, for people: "a duration such as 30s or 5m, more than 0". The words after "expected" in a diagnostic.
std::string expectation(const Field& field);
/// The same for one item of a list or one value of a map.
std::string item_expectation(const Field& field);

/// Calls visit(path, field) for every field, parents first, in the order of the table: "tiers.*.scale.rules[].when".
template <class Visit>
void walk(const Object& object, const std::string& prefix, const Visit& visit) {
  for (const Field& field : object.fields) {
    const std::string path = prefix + std::string(field.key);
    visit(path, field);
    const std::string below = path + (field.kind == Kind::map ? ".*." : field.kind == Kind::list ? "[]." : ".");
    if (field.of) walk(*field.of, below, visit);
    for (const Variant& variant : field.variants) walk(*variant.of, below, visit);
  }
}

}  // namespace plimsoll::spec
