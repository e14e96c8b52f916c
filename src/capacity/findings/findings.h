#pragma once
// Is a stack sound? Rules over the model alone: the same for a spec and for what was imported from other files.

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/catalog.h"
#include "core/finding.h"
#include "core/stack.h"
#include "core/time.h"

namespace plimsoll::capacity {

struct FindingsContext {
  const Catalog* catalog = nullptr;  // null: nothing that needs prices or classes is said
  TimePoint now{};                   // schedules that have passed are not judged
  bool imported = false;             // defaults of the model prove nothing: only what the files say does
  /// Whether a value was written down (path of the model: "tiers.api.uses.main.connections"). Empty: all were.
  std::function<bool(std::string_view path)> given;
};

/// Every rule, in the order of docs/check.md; within a rule in the order of the stack. A rule says nothing where what it needs
/// is unknown: a finding that is wrong costs more trust than one that is missing.
std::vector<Finding> findings(const Stack& stack, const FindingsContext& context);

/// What there is to find, in the order of docs/check.md; for lists of rules (SARIF) and for the documentation's own test.
struct RuleInfo {
  std::string_view name;     // Finding::rule
  Level worst;               // it may say less
  std::string_view summary;  // one line, without a full stop
  std::string_view rows;     // requirements it comes from, "K20 K21"; may be empty
};
std::span<const RuleInfo> finding_rules();

}  // namespace plimsoll::capacity
