#pragma once
// The screen of `plan`, its JSON and its HTML report.

#include <string>

#include "capacity/planning/planning.h"
#include "show/style.h"

namespace plimsoll::show {

/// What the plan itself does not know.
struct PlanView {
  std::string stack;    // its name
  std::string asked;    // "10,000 users", "6 months of × 1.5"; empty: today's load
  std::string catalog;  // where its prices are from, for people; empty: it has none
  std::string diff;     // unified, today's spec → the recommended one; empty: nothing changes
};

/// Figures, what gives way first, cost and levers, bands, months, settings, advice, the diff: what there is of each. Lines are at
/// most `columns` (>= 1) wide (the diff's as they are); reads well from 80 on.
std::string render_plan(const capacity::CapacityPlan&, const PlanView&, Style, int columns);
/// {"schema": "plimsoll/plan/v1", …}, keys end in their unit; docs/json.md lists them.
std::string plan_json(const capacity::CapacityPlan&, const PlanView&);
/// One self-contained file.
std::string plan_html(const capacity::CapacityPlan&, const PlanView&);

}  // namespace plimsoll::show
