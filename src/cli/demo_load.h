#pragma once
// The load of the demo: decisions with idempotency keys, and some reading, on the stack's entrance.

#include <string>

#include "core/result.h"
#include "load/engine.h"

namespace plimsoll::cli {

/// Two minutes: climbs to several times what one instance of the quickstart carries, stays, falls.
inline constexpr const char* demo_stages = "8s=30,30s:240,32s=240,20s:30,20s=30";

struct DemoLoad {
  load::Plan plan;
  load::RequestMix mix;  // for the ids of requests, and which of them were decisions
  load::Schedule schedule;
  static constexpr std::size_t decide = 0, history = 1;  // of the mix

  /// Errors: malformed stages. `run` tells this run's keys from another's.
  static Result<DemoLoad> make(const std::string& host, std::uint16_t port, const std::string& stages, const std::string& run);
};

}  // namespace plimsoll::cli
