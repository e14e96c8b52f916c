#pragma once
// What `plimsoll plan` was asked, from the texts of its options.

#include <string>
#include <vector>

#include "capacity/planning/planning.h"
#include "core/result.h"
#include "core/stack.h"
#include "core/time.h"

namespace plimsoll::cli {

/// Texts as they stand on the command line; empty: not given.
struct PlanTexts {
  std::string users;                // "10000", "10,000", "10k", "1.5M"
  std::string rate;                 // "50rps", "3000/min"
  std::string growth;               // a month: "1.5", "1.5/month", "50%" (half as much again), "50%/month"
  std::string months;               // "6"; without it 12 where there is growth on the command line
  std::vector<std::string> events;  // "3x@2026-11-27", "2.5x@2026-11-27T08:30Z"
  std::vector<std::string> work;    // "simple=400rps", "websockets=60"
};

/// The error names the option, what it said and what was expected. `today` is Ask::now; an event must lie after it and no more
/// than 120 months ahead; the months of the plan reach at least to the last event.
Result<capacity::Ask> ask_of(const PlanTexts&, const Stack&, TimePoint today);

/// In words: "10,000 users, 6 months of × 1.5, 3 × on 2026-11-27"; empty: today's load.
std::string asked_text(const capacity::Ask&, const Stack&);

}  // namespace plimsoll::cli
