#pragma once
// One judgement for whatever all tiers share: cores, memory, money, calls. Inside capacity/findings only.

#include <functional>
#include <string>

#include "capacity/findings/scene.h"

namespace plimsoll::capacity::rules {

struct SharedLimit {
  std::string name;  // "limits.memory 16 GB", "llm's 50 calls in flight"
  ModelPath path;
  double total = 0;                         // > 0
  std::function<double(const Tier&)> each;  // what one instance takes; 0: nothing
  std::function<std::string(double)> as_text;
};

/// An error if the minima do not fit; a warning for each tier that cannot reach its maximum though all others are at their
/// minimum; a note if only all maxima together do not fit, for then priorities decide.
void judge_shared(const Scene& scene, const SharedLimit& limit, Out out);

}  // namespace plimsoll::capacity::rules
