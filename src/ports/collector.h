#pragma once
// Where samples come from. Each collector fills a slot of its own; the control thread only ever copies slots.

#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "decide/sample.h"
#include "ports/fleet.h"

namespace plimsoll {

/// One sample for one signal of one tier: SignalPlan index `signal` of `tier`.
struct Reading {
  TierId tier;
  std::uint32_t signal = 0;
  Sample sample;
};

/// What one instance has for itself of a signal whose SignalPlan asks for that (`own`).
struct InstanceReading {
  TierId tier;
  std::uint32_t signal = 0;
  std::uint32_t number = 0;  // of the instance
  InstanceSample sample;
};

/// How much of what it has a component uses: 1 is all.
struct ComponentReading {
  ComponentId component;
  Sample sample;
};

/// A figure for people and reports that no policy reads: "haproxy.api.sessions" = 12.
struct Gauge {
  std::string name;
  double value = 0;
};

struct Readings {
  std::vector<Reading> readings;
  std::vector<Gauge> gauges;
  std::vector<InstanceReading> own;
  std::vector<ComponentReading> components;
  void clear() {
    readings.clear();
    gauges.clear();
    own.clear();
    components.clear();
  }
};

/// One source. Called on a pool thread, never by two at once; must return by the deadline it is given. It reports what it could
/// not measure as readings with a gap; an Error means the whole source is lost and turns all its readings into gaps.
class Collector {
 public:
  virtual ~Collector() = default;
  virtual std::string_view name() const = 0;  // "haproxy", "processes"
  virtual Duration period() const = 0;        // how often it is asked
  /// `fleet`: the instances as of now. `out` is empty at the call.
  virtual Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) = 0;
};

}  // namespace plimsoll
