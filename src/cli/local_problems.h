#pragma once
// What of a stack this machine can't run. A spec says more than `up` and `demo` carry out: what they would ignore silently and
// the owner would miss is refused with its place instead. What changes nothing that runs (prices, classes, placement, figures of
// plans) is no problem.

#include <vector>

#include "core/diagnostic.h"
#include "core/origin.h"
#include "core/stack.h"

namespace plimsoll::cli {

/// Errors with their places, in the order of the text; empty: the stack can run here. A key that stands in the file with the
/// value that is carried out anyway is no problem.
std::vector<Diagnostic> local_problems(const Stack&, const Origins&);

}  // namespace plimsoll::cli
