#pragma once
// What `check` found, in its three forms: for people, for programs, for code review. Findings are given their places first, since
// those of several models (two specs, a folder of manifests) stand in one list.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/finding.h"
#include "core/origin.h"
#include "core/stack.h"
#include "show/style.h"

namespace plimsoll::show {

/// line 0: the file as a whole, or (file empty, too) nowhere.
struct Place {
  std::string file;
  int line = 0, column = 0, length = 1;
};
/// "k8s/api.yaml:14", "k8s/api.yaml", "(model)".
std::string place_text(const Place&);

struct PlacedFix {
  Place place;
  std::string text;     // the line as it shall stand there: "maxReplicas: 18"
  std::string effect;   // may be empty
  std::string replace;  // what stands at `place` from its column on is replaced by this; empty: not one plain value there
};

struct PlacedFinding {
  std::string rule;
  Level level = Level::warning;
  Place place;
  std::string message;
  std::vector<std::string> sum;
  std::vector<PlacedFix> fixes;
  std::string advice;
  std::vector<std::string> rows;
};

/// Places by the origins, whose files these are. A finding whose path nothing says stands at the nearest thing above it; a fix
/// of a value that nobody wrote down is a line of a spec.
std::vector<PlacedFinding> placed(std::span<const Finding>, const Origins&, std::span<const SourceFile>);

struct CheckReport {
  std::vector<PlacedFinding> findings;
  int files = 0;         // that were understood
  bool no_tier = false;  // files of other tools without a tier: nothing that connects to what they configure
  /// What was checked, in the order of the spec: {"tier", 2}, {"pooler", 1}. Zeros are left out on screen.
  std::vector<std::pair<std::string, int>> model;
  struct Question {
    std::string path, text, line;  // "tiers.api.capacity", "how long does a request of api take?", "capacity: {…}"
  };
  std::vector<Question> questions;
  struct Passed {
    std::string file, why;
  };
  std::vector<Passed> passed;
  struct Mistake {  // of a file that could not be understood as it stands
    Severity severity = Severity::error;
    Place place;
    std::string message;
  };
  std::vector<Mistake> mistakes;     // shown on screen by the caller, with their lines and carets
  std::vector<std::string> remarks;  // whole sentences: "stack.yaml is a spec and was checked as one"
};

/// Adds the components of one more model.
void count_model(CheckReport&, const Stack&);
/// By file, line and column, as compilers do; equal places keep their order.
void sort_findings(CheckReport&);
/// How many findings of a level there are.
int count_of(const CheckReport&, Level);

/// Findings, a line with their number and what was checked, questions, files passed over. Lines are at most `columns` (>= 1)
/// wide; reads well from 60 on.
std::string render_check(const CheckReport&, Style, int columns);
/// {"schema": "plimsoll/check/v1", …}; docs/json.md lists the keys.
std::string check_json(const CheckReport&);
/// SARIF 2.1.0, one run. Paths that are relative stay so.
std::string check_sarif(const CheckReport&, const std::string& version);

}  // namespace plimsoll::show
