#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "decide/decision.h"
#include "decide/outcome.h"
#include "ports/fleet.h"

namespace plimsoll {

/// Something that happened to an instance, for the people who watch.
struct InstanceEvent {
  enum class Kind { started, ready, start_failed, died, draining, stopped, killed };
  TimePoint at{};
  Kind kind = Kind::started;
  TierId tier;
  std::string instance;
  std::string text;  // one line, complete: "api-3 ready after 0.8 s, added to haproxy"
};

/// Makes what runs equal to what was asked for. Level-triggered: asked counts are told again and again, instances that died are
/// replaced. All calls come from the control thread and return soon (tens of milliseconds): starting, waiting for readiness and
/// draining go on between them.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Takes the asked counts; says per tier whose count changed what became of it.
  virtual std::vector<Outcome> carry_out(const Decision&, TimePoint now) = 0;

  /// Moves open work on: exits, readiness, balancer, drains. Called every ~100 ms. Returns what happened since the last call.
  virtual std::vector<InstanceEvent> advance(TimePoint now) = 0;

  virtual const Fleet& fleet() const = 0;
};

}  // namespace plimsoll
