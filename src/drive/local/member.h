#pragma once
// One instance as the local driver knows it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "ports/fleet.h"
#include "proc/process.h"

namespace plimsoll::local {

enum class Stage {
  starting,     // its process runs, its /ready is asked
  ready,        // serves; a service: has a slot of the balancer
  draining,     // the balancer sends it nothing new and waits for its answers
  terminating,  // was sent SIGTERM
  killing,      // was sent SIGKILL
};

struct Member {
  Instance seen;  // as the fleet shows it, but for its phase
  Stage stage = Stage::starting;
  TimePoint since{};  // in this stage; starting: counts from adoption for an adopted one
  proc::Process process;
  std::int64_t action = 0;      // open in the journal; 0: none
  std::uint64_t log_start = 0;  // size of its log when it was started
  bool in_balancer = false;     // its slot is not free
  bool up = true;               // ready: the balancer's own check passes
  bool gone = false;            // its process has ended, and that was dealt with
  bool asked_to_stop = false;   // its stop action is open; otherwise it is stopped because its start failed

  // starting
  TimePoint next_probe{};
  std::string unready;  // what was wrong at the last probe: "/ready answered 503"

  // ready: the event is held back until its first request was seen, or for a second
  bool announced = true;
  bool took_traffic = true;  // the balancer gave it a request, or it needs none
  std::int64_t total_when_put = 0;

  // draining
  int quiet = 0;  // looks in a row at which it had no request
  bool drained_in_time = true;

  /// Its ready event is still to come, or its first request: looked for as long as somebody may watch for it.
  [[nodiscard]] bool awaits_traffic(TimePoint now) const {
    return !announced || (!took_traffic && stage == Stage::ready && now - since < std::chrono::minutes(1));
  }
  [[nodiscard]] bool counts() const { return stage == Stage::starting || stage == Stage::ready; }
  [[nodiscard]] Phase phase() const {
    return stage == Stage::starting ? Phase::starting : stage == Stage::ready ? Phase::ready : Phase::draining;
  }
};

}  // namespace plimsoll::local
