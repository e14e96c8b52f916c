#pragma once
// Runs files of conformance vectors: for each case, computes what it asks for and holds the answer against the expected one.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace plimsoll::conform {

struct Failure {
  std::string id;
  std::string function;
  std::string name;  // may be empty
  std::string expected;
  std::string got;  // the answer as JSON, or in words why there is none
};

struct Report {
  int passed = 0;
  std::vector<Failure> failures;
};

/// Runs the cases of one file's text. A case that can't be run, by an unknown function or an input that makes no sense, has
/// failed; an error is a text that is no file of vectors: no JSON, another format, no cases.
Result<Report> run_hpa(std::string_view text);

}  // namespace plimsoll::conform
