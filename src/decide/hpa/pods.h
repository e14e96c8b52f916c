#pragma once
// Pods and their samples as arrays side by side, and the classes into which the controller sorts the pods of a metric.

#include <cstdint>
#include <span>

#include "core/time.h"
#include "decide/hpa/milli.h"

namespace plimsoll::hpa {

enum class Phase : std::uint8_t { pending, running, succeeded, failed, unknown };

/// The Ready condition.
enum class Ready : std::uint8_t { absent, yes, no, unknown };

/// A pod that the selector matched. Ages are counted back from the moment of the decision and may be any duration.
struct Pod {
  Duration started_age{};  // since its start; only where has_start
  Duration ready_age{};    // since the last change of the Ready condition; only where there is one
  Phase phase = Phase::running;
  Ready ready = Ready::yes;
  bool has_start = true;
  bool deleting = false;  // a deletion time is set
};

/// One pod's measurement, over `window`, which ended `age` ago.
struct Sample {
  Milli value = 0;
  Duration age{};
  Duration window{};
  bool present = false;
};

/// A metric over pods. `of_pods` is as long as the array of pods, index by index. Strangers are samples of pods that the
/// selector does not match: they belong to no class, yet count where values are averaged.
struct PodSamples {
  std::span<const Sample> of_pods;
  std::span<const Milli> of_strangers;
  bool unavailable = false;  // asking for the metric failed
};

/// What the controller knows of processors that warm up.
struct Timing {
  Duration cpu_initialization = std::chrono::minutes(5);        // from its start on a pod counts as initializing
  Duration initial_readiness_delay = std::chrono::seconds(30);  // unready within this of the start: never was ready
};

enum class PodClass : std::uint8_t {
  ready,    // counts with its sample
  unready,  // its sample does not count; taken as idle where the rest would grow
  missing,  // no sample: taken as idle where the rest would grow, as full where it would shrink
  ignored,  // deleted or finished: as if it were not there
};

/// @param cpu   of the processor, the only resource for which readiness and warm-up matter
inline PodClass classify(const Pod& pod, const Sample& sample, bool cpu, const Timing& timing) {
  if (pod.deleting || pod.phase == Phase::failed || pod.phase == Phase::succeeded) return PodClass::ignored;
  if (pod.phase == Phase::pending) return PodClass::unready;
  if (!sample.present) return PodClass::missing;
  if (!cpu) return PodClass::ready;
  if (pod.ready == Ready::absent || !pod.has_start) return PodClass::unready;
  bool unready = pod.ready == Ready::no;
  if (pod.started_age < timing.cpu_initialization)
    // The sample must lie a whole window after the last change, or it shows the start and not the load.
    unready = unready || pod.ready_age < sample.age + sample.window;
  else
    unready = unready && pod.started_age - timing.initial_readiness_delay < pod.ready_age;
  return unready ? PodClass::unready : PodClass::ready;
}

/// How many of each class; the sum is the number of pods.
struct PodCounts {
  std::int32_t ready = 0;
  std::int32_t unready = 0;
  std::int32_t missing = 0;
  std::int32_t ignored = 0;
  bool operator==(const PodCounts&) const = default;
};

/// Pods that run and are ready, as an object's or external metric counts them: deleted ones too, and without any warm-up.
std::int32_t count_ready(std::span<const Pod>);

}  // namespace plimsoll::hpa
