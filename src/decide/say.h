#pragma once
// Explanations in words: the cold path, for people.

#include <string>

#include "decide/explanation.h"
#include "decide/plan.h"

namespace plimsoll {

/// One sentence: "api 2→3: cpu 91% over target 70%; 3 bring it to 61%".
std::string sentence(const Plan&, const Explanation&);

/// A signal's value as people read it: "91%", "118/s", "0.25 s", "41 jobs".
std::string signal_text(SignalKind, double value);

const char* to_text(Gap);
const char* to_text(Reason);
const char* to_text(Phase);

}  // namespace plimsoll
