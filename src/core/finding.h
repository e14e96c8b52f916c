#pragma once
// What `check` says of a stack: one finding, with the sum that shows it and the line that mends it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/origin.h"

namespace plimsoll {

enum class Level { note, warning, error };

/// A change of one value that makes the finding go away.
struct Fix {
  ModelPath path;      // what to change; its Origin says where and how that is written
  std::string value;   // the new value as the file that has the path's Origin writes it: "18"
  std::string spec;    // the same as a line of a spec, where the Origin is not exact: "replicas: 3..18"
  std::string effect;  // "all 18 can connect"; may be empty
};

struct Finding {
  std::string_view rule;  // its name, static storage: "connection-budget" (docs/check.md, and docs/import.md for those of files)
  Level level = Level::warning;
  ModelPath path;                 // what is blamed; the place is looked up in Origins
  std::optional<Spot> spot;       // in its place, for what the model does not hold
  std::string message;            // one line, what is wrong, with its figures
  std::vector<std::string> sum;   // the arithmetic and what follows from it, a line each; may be empty
  std::vector<Fix> fixes;         // alternatives, the best first; may be empty
  std::string advice;             // what to do where no one line mends it; may be empty
  std::vector<std::string> rows;  // the requirement or literature it comes from: "K20"; for docs, not shown
};

}  // namespace plimsoll
