#pragma once
// Facts → the stack: which workloads are tiers, poolers, databases, caches or the balancer, and who uses whom.

#include "import/facts.h"
#include "import/import.h"

namespace plimsoll::import {

/// Fills stack, origins, questions and inferences.
void assemble(const Facts& facts, const Options& options, Imported& out);  // assemble.cc, connections.cc, questions.cc
/// What the model does not hold: two autoscalers on one target, replicas in the manifest beside one, missing requests, probes,
/// preStop. Adds to out.findings.
void lint(const Facts& facts, Imported& out);  // lint*.cc

}  // namespace plimsoll::import
