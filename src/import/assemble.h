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

/// Files that `plimsoll render` made bring along what they have no words for: the stack becomes the one they were made of, with
/// what was changed in them since. A result that is no valid spec is left, and that is said.
void lay_over_carried(const Facts& facts, Imported& out);  // carried.cc
/// Manifests that `plimsoll render` made are among them: they are the whole stack, and what else it made of it (a Compose file,
/// nginx.conf) is the same once more.
bool has_rendered_manifests(const Facts& facts);

}  // namespace plimsoll::import
