#include "collect/slot.h"

#include "core/assert.h"

namespace plimsoll::collect {
namespace {

Reading* find(std::vector<Reading>& readings, const Reading& like) {
  for (Reading& reading : readings)
    if (reading.tier == like.tier && reading.signal == like.signal) return &reading;
  return nullptr;
}

}  // namespace

void Slot::begin(Steady deadline) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  deadline_ = deadline;
}

void Slot::keep_times(Readings& fresh) const {
  for (const Reading& before : shown_.readings) {
    Reading* const now = find(fresh.readings, before);
    if (now != nullptr && now->sample.gap != Gap::none && now->sample.measured == TimePoint{})
      now->sample.measured = before.sample.measured;
  }
}

void Slot::end(TimePoint begun, Duration took, const Result<void>& outcome, Readings& fresh) {
  const std::lock_guard lock(mutex_);
  running_ = false;
  ++health_.rounds;
  health_.took = took;
  if (outcome) {
    keep_times(fresh);
    health_.last_ok = begun;
  } else {
    for (const Reading& before : shown_.readings)
      if (find(fresh.readings, before) == nullptr) fresh.readings.push_back(before);
    const Gap gap = outcome.error().code == Errc::malformed ? Gap::malformed : Gap::unreachable;
    for (Reading& reading : fresh.readings) reading.sample.gap = gap;
    keep_times(fresh);
    fresh.gauges.clear();
    ++health_.failures;
    health_.last_failed = begun;
    health_.last_error = outcome.error().message;
  }
  std::swap(shown_, fresh);
}

void Slot::copy_to(Steady now, std::vector<OwnedObservation::Tier>& tiers) const {
  const std::lock_guard lock(mutex_);
  const bool is_late = late(now);
  for (const Reading& reading : shown_.readings) {
    PLIMSOLL_ASSERT(reading.tier.index < tiers.size() && reading.signal < tiers[reading.tier.index].samples.size());
    Sample& sample = tiers[reading.tier.index].samples[reading.signal];
    const Gap gap = is_late ? Gap::unreachable : reading.sample.gap;
    if (sample.gap == Gap::none || (sample.gap != Gap::empty && gap != Gap::none)) continue;
    sample = reading.sample;
    sample.gap = gap;
  }
}

void Slot::append_gauges(std::vector<Gauge>& out) const {
  const std::lock_guard lock(mutex_);
  out.insert(out.end(), shown_.gauges.begin(), shown_.gauges.end());
}

CollectorHealth Slot::health(Steady now) const {
  const std::lock_guard lock(mutex_);
  CollectorHealth health = health_;
  health.late = late(now);
  return health;
}

}  // namespace plimsoll::collect
