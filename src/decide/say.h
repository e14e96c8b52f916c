#pragma once
// Explanations in words: the cold path, for people.

#include <string>
#include <vector>

#include "decide/explanation.h"
#include "decide/plan.h"

namespace plimsoll {

/// One sentence: "api 2→3: cpu 91%, target 70%; 3 should bring it to 61%".
std::string sentence(const Plan&, const Explanation&);

/// A line of account(), in columns; only the first two are never empty.
struct AccountLine {
  std::string label;  // "policy", "window", "limit", "cost"
  std::string text;   // "cpu 91%, target 70%"
  std::string when;   // "4.00 s old", "for 20 s more"
  std::string count;  // "→ 14", "14 → 11"
  std::string note;   // "wins", "within tolerance"
};

/// The same decision line by line: every policy with its value, age, target and proposal; every step that had a say; limits;
/// what came of the last growth; cost. For `plimsoll explain`.
std::vector<AccountLine> account(const Plan&, const Explanation&, TimePoint now);

/// Whether every tier, policy, limit and component that a stored explanation names is one of the plan; the others here take
/// that for granted.
bool can_say(const Plan&, const Explanation&);

/// What came of the last growth: "growing did not help: p95 was 800 ms, is 790 ms, target 500 ms"; empty for Verdict::none.
std::string verdict_text(const TierPlan&, const VerifyLine&);

/// A change elsewhere that would make room: "another instance of pooler (1→2) would admit 500 clients more".
std::string sentence(const Plan&, const Enabling&);

/// A signal's value as people read it: "91%", "118/s", "0.25 s", "41 jobs".
std::string signal_text(const SignalPlan&, double value);
std::string signal_text(SignalKind, double value);

const char* to_text(Gap);
const char* to_text(Reason);
const char* to_text(Phase);
const char* to_text(Note);
const char* to_text(Step);
const char* to_text(Pending);
const char* to_text(Enabling::Kind);
const char* to_text(VerifyLine::Verdict);

/// A step of the explanation in words; empty if it says nothing by itself.
std::string step_text(const Plan&, const Explanation&, const StepLine&);
/// A policy's line in words: "cpu 91%, target 70%".
std::string policy_text(const TierPlan&, const PolicyLine&);

}  // namespace plimsoll
