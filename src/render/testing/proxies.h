#pragma once
// For the tests of the balancers' files: the smallest stack that has one.

#include "core/stack.h"
#include "render/testing/notes.h"

namespace plimsoll::render {

/// A balancer in front of one service tier, "api".
inline Stack balanced_stack(BalancerEngine engine, int most_replicas) {
  Stack made;
  made.name = "shop";
  made.balancer = Balancer{.engine = engine};
  Tier api;
  api.name = "api";
  api.replicas = {1, most_replicas};
  made.tiers = {api};
  return made;
}

}  // namespace plimsoll::render
