#pragma once
// The load generator's figures for people and for programs.

#include <string>

#include "load/summary.h"

namespace plimsoll::cli {

/// Rewrites one line on a terminal; nothing elsewhere.
void show_load_progress(const load::Snapshot&);
/// Ends with a line break.
std::string load_text(const load::Summary&);
/// {"schema": "plimsoll/load/v1", …}
std::string load_json(const load::Summary&);
/// "502: 3, reset: 1"; empty if nothing failed.
std::string failures_text(const load::Summary&);

}  // namespace plimsoll::cli
