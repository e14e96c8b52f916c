#pragma once
// What is wrong with an input and where. Parsers return a value if there is one, and every diagnostic.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plimsoll {

enum class Severity { error, warning };

/// 1-based; column counts characters (code points), as editors show them. `length` characters are underlined, >= 1.
struct Position {
  int line = 1;
  int column = 1;
  int length = 1;
};

/// Where in the model: "tiers.api.replicas". Empty for the whole file.
using ModelPath = std::string;

struct Diagnostic {
  Severity severity = Severity::error;
  Position at;
  ModelPath path;
  std::string message;   // what is wrong: "unknown key 'replcas'"
  std::string expected;  // what would be right: "a range such as 3..20"; may be empty
  std::string nearest;   // the nearest valid name; may be empty
};

template <class T>
struct Parsed {
  std::optional<T> value;  // absent if an error made it meaningless
  std::vector<Diagnostic> diagnostics;

  [[nodiscard]] bool ok() const {
    if (!value) return false;
    for (const Diagnostic& d : diagnostics)
      if (d.severity == Severity::error) return false;
    return true;
  }
};

}  // namespace plimsoll
