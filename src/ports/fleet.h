#pragma once
// The instances of a stack as the driver knows them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"
#include "decide/observation.h"

namespace plimsoll {

struct Instance {
  TierId tier;
  std::uint32_t number = 0;  // api-3 is 3; the lowest free one is taken
  std::string name;          // "api-3"
  Phase phase = Phase::starting;
  int pid = 0;          // 0: no process yet, or not on this machine
  std::string address;  // "127.0.0.1"
  std::uint16_t port = 0;
  TimePoint started{};
  TimePoint ready_since{};
};

struct TierFleet {
  int asked = -1;
  Pending pending = Pending::none;
  std::string pending_text;  // why, for people: "api-3 exited with 1 after 0.2 s; see log/api-3.log"
};

struct Fleet {
  std::vector<TierFleet> tiers;     // one per tier of the plan
  std::vector<Instance> instances;  // of all tiers, by tier and number
};

}  // namespace plimsoll
