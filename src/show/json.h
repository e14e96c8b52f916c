#pragma once
// What programs read: {"schema": "plimsoll/<verb>/v1", …}. Keys end in their unit where they have one. What is absent is null,
// and "absent" says why, by JSON pointer: {"/latency/p95_s": "no request was answered"}. ASCII-safe UTF-8; text that is not
// UTF-8 gets U+FFFD in its place.

#include <string>
#include <vector>

#include "show/components.h"
#include "show/summary.h"

namespace plimsoll::show {

/// report.json of `demo`, indented, with a line break at the end. Histories stand as they are, one value per `period_s`.
std::string demo_report_json(const Summary&);

/// `up --json`: what runs where, as component_table shows it.
std::string up_json(const std::string& stack, const std::vector<ComponentRow>&);

}  // namespace plimsoll::show
