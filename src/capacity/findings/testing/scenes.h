#pragma once
// Rows of the rules' tests: a sound stack, one change, what has to be said of it.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capacity/findings/findings.h"
#include "core/catalog.h"
#include "core/stack.h"

namespace plimsoll::capacity::testing_ {

/// What a change may move: the stack, and what is known beside it.
struct Given {
  Stack stack;
  FindingsContext context;
};

/// A service of 2..4 instances that connects to `main` directly (5 each of 100), a worker of 1..4 on a list in `jobs`, a pooler
/// nobody uses, a cache, an external. Nothing is wrong with it.
Given sound();

/// Small, with a database class of 200 configured connections (1802 by the engine's formula).
const Catalog& catalog();

Tier& api(Given& given);
Tier& worker(Given& given);
Database& main_of(Given& given);
Cache& redis(Given& given);

using Change = void (*)(Given&);

struct Row {
  const char* name;
  const char* rule;
  std::optional<Level> level;  // absent: the rule must be silent
  const char* says;            // part of the message or of the sum
  Change change;
};
void PrintTo(const Row& row, std::ostream* out);
std::string name_of_row(const ::testing::TestParamInfo<Row>& info);

std::vector<Finding> of_rule(const Given& given, std::string_view rule);

/// Makes a fix's change in the model. False for a path it does not know.
[[nodiscard]] bool apply(Given& given, const Fix& fix);

/// The row's expectation, and that its first fix makes the finding go away without a new error of the same rule.
void check(const Row& row);

class Rule : public ::testing::TestWithParam<Row> {};

}  // namespace plimsoll::capacity::testing_
