#pragma once
// What the sources of named signals (Stack::signals) share.

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "collect/wanted.h"
#include "core/stack.h"

namespace plimsoll::collect {

/// A named signal that a tier's policies read.
struct NamedWanted {
  Wanted signal;
  NamedSignal source;
};

/// All of one kind of source. `plan` was compiled from `stack`.
std::vector<NamedWanted> wanted_from(const Plan& plan, const Stack& stack, NamedSignal::From from);

/// A figure as a source's answer has it, or why there is none.
struct Figure {
  double value = 0;
  Gap gap = Gap::none;
  bool total = false;  // of a counter: its rate is meant
};
/// NaN is how a division by zero is written: there was nothing to divide. An infinite number is no measurement.
inline Figure figure(double value, bool total = false) {
  return {value, std::isnan(value) ? Gap::empty : std::isinf(value) ? Gap::malformed : Gap::none, total};
}

/// An Error's message without the query of the request's target, which may hold a token.
std::string without_query(std::string message, std::string_view target);

}  // namespace plimsoll::collect
