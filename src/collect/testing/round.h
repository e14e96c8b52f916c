#pragma once
// What the live tests of this folder share.

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decide/plan.h"
#include "ports/collector.h"

namespace plimsoll::collect {

using namespace std::chrono_literals;

constexpr TierId api{0};

/// A plan and the stack it belongs to: one tier "api" that reads these signals.
struct OneTier {
  Plan plan;
  Stack stack;

  explicit OneTier(std::vector<SignalPlan> signals) {
    stack.tiers.resize(1);
    stack.tiers[0].name = "api";
    plan.tiers.resize(1);
    plan.tiers[0].name = "api";
    plan.tiers[0].signals = std::move(signals);
  }
};

inline Instance ready_instance(std::uint32_t number, int pid, std::uint16_t port = 0) {
  Instance instance;
  instance.tier = api;
  instance.number = number;
  instance.name = "api-" + std::to_string(number);
  instance.phase = Phase::ready;
  instance.pid = pid;
  instance.address = "127.0.0.1";
  instance.port = port;
  return instance;
}

/// One round, with times as the test states them. The sample of signal i is samples[i].
struct Round {
  Result<void> outcome;
  std::vector<Sample> samples;
  std::vector<Gauge> gauges;
  std::vector<InstanceReading> own;
  std::vector<ComponentReading> components;

  Round(Collector& collector, const std::vector<Instance>& instances, Duration now, Duration deadline = 10s) {
    Fleet fleet;
    fleet.tiers.resize(1);
    fleet.instances = instances;
    Readings out;
    outcome = collector.collect(fleet, TimePoint(now), deadline, out);
    gauges = std::move(out.gauges);
    own = std::move(out.own);
    components = std::move(out.components);
    for (const Reading& reading : out.readings) {
      if (samples.size() <= reading.signal) samples.resize(reading.signal + 1);
      samples[reading.signal] = reading.sample;
    }
  }
  /// What an instance said of a signal for itself, if it did.
  [[nodiscard]] std::optional<double> of(std::uint32_t number, std::uint32_t signal) const {
    for (const InstanceReading& one : own)
      if (one.number == number && one.signal == signal) return one.sample.value;
    return std::nullopt;
  }
  [[nodiscard]] double gauge(std::string_view name) const {
    for (const Gauge& one : gauges)
      if (one.name == name) return one.value;
    ADD_FAILURE() << "no gauge " << name;
    return -1;
  }
  [[nodiscard]] bool has_gauge(std::string_view name) const {
    for (const Gauge& one : gauges)
      if (one.name == name) return true;
    return false;
  }
};

}  // namespace plimsoll::collect
