#pragma once
// Where each part of a stack was written down: in a spec, or in the files of other tools it was imported from.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"

namespace plimsoll {

/// A text as it was read; `name` is shown as it is.
struct SourceFile {
  std::string name;
  std::string text;
};

/// A place in one of several files.
struct Spot {
  std::uint32_t file = 0;  // index into the files that were read
  Position at;
};

struct Origin {
  Spot key;    // the key, or the section, that says it
  Spot value;  // its value; the same as key where there is none of its own
  /// How a new value is written there: "maxReplicas: " or "max_db_connections = ". Empty: not by one line.
  std::string prefix;
};

/// By path of the model ("tiers.api.replicas.max", "poolers.pooler.max_db_connections").
class Origins {
 public:
  void add(ModelPath path, Origin origin) { at_.insert_or_assign(std::move(path), std::move(origin)); }
  /// Of exactly this path; null if nothing says it.
  [[nodiscard]] const Origin* exact(std::string_view path) const {
    const auto found = at_.find(path);
    return found == at_.end() ? nullptr : &found->second;
  }
  /// Of the path or of the nearest one above it; null if there is none.
  [[nodiscard]] const Origin* nearest(std::string_view path) const {
    while (true) {
      if (const Origin* one = exact(path)) return one;
      const std::size_t dot = path.find_last_of(".[");
      if (dot == std::string_view::npos) return nullptr;
      path = path.substr(0, dot);
    }
  }
  [[nodiscard]] const std::map<ModelPath, Origin, std::less<>>& all() const { return at_; }

 private:
  std::map<ModelPath, Origin, std::less<>> at_;
};

}  // namespace plimsoll
