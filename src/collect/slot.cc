#include "collect/slot.h"

#include <algorithm>

#include "core/assert.h"

namespace plimsoll::collect {
namespace {

bool same(const Reading& a, const Reading& b) { return a.tier == b.tier && a.signal == b.signal; }
bool same(const ComponentReading& a, const ComponentReading& b) { return a.component == b.component; }

template <class T>
T* find(std::vector<T>& readings, const T& like) {
  for (T& reading : readings)
    if (same(reading, like)) return &reading;
  return nullptr;
}

template <class T>
void keep_times(const std::vector<T>& shown, std::vector<T>& fresh) {
  for (const T& before : shown) {
    T* const now = find(fresh, before);
    if (now != nullptr && now->sample.gap != Gap::none && now->sample.measured == TimePoint{})
      now->sample.measured = before.sample.measured;
  }
}

template <class T>
void turn_into_gaps(const std::vector<T>& shown, std::vector<T>& fresh, Gap gap) {
  for (const T& before : shown)
    if (find(fresh, before) == nullptr) fresh.push_back(before);
  for (T& reading : fresh) reading.sample.gap = gap;
}

void merge(const Sample& from, bool is_late, Sample& into) {
  const Gap gap = is_late ? Gap::unreachable : from.gap;
  if (into.gap == Gap::none || (into.gap != Gap::empty && gap != Gap::none)) return;
  into = from;
  into.gap = gap;
}

}  // namespace

void Slot::begin(Steady deadline) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  deadline_ = deadline;
}

void Slot::end(TimePoint begun, Duration took, const Result<void>& outcome, Readings& fresh) {
  const std::lock_guard lock(mutex_);
  running_ = false;
  ++health_.rounds;
  health_.took = took;
  if (outcome) {
    health_.last_ok = begun;
  } else {
    const Gap gap = outcome.error().code == Errc::malformed ? Gap::malformed : Gap::unreachable;
    turn_into_gaps(shown_.readings, fresh.readings, gap);
    turn_into_gaps(shown_.components, fresh.components, gap);
    fresh.gauges.clear();
    fresh.own.clear();
    ++health_.failures;
    health_.last_failed = begun;
    health_.last_error = outcome.error().message;
  }
  keep_times(shown_.readings, fresh.readings);
  keep_times(shown_.components, fresh.components);
  std::swap(shown_, fresh);
}

void Slot::copy_to(Steady now, std::vector<OwnedObservation::Tier>& tiers) const {
  const std::lock_guard lock(mutex_);
  const bool is_late = late(now);
  for (const Reading& reading : shown_.readings) {
    PLIMSOLL_ASSERT(reading.tier.index < tiers.size() && reading.signal < tiers[reading.tier.index].samples.size());
    merge(reading.sample, is_late, tiers[reading.tier.index].samples[reading.signal]);
  }
}

void Slot::copy_to(Steady now, std::vector<Sample>& components) const {
  const std::lock_guard lock(mutex_);
  const bool is_late = late(now);
  for (const ComponentReading& reading : shown_.components) {
    PLIMSOLL_ASSERT(reading.component.index < components.size());
    merge(reading.sample, is_late, components[reading.component.index]);
  }
}

void Slot::copy_own_to(Steady now, const Plan& plan, std::vector<OwnedObservation::Tier>& tiers) const {
  const std::lock_guard lock(mutex_);
  if (late(now)) return;
  std::size_t next = 0;  // readings come in the order of the instances, as a rule
  for (const InstanceReading& reading : shown_.own) {
    PLIMSOLL_ASSERT(reading.tier.index < tiers.size() && reading.signal < plan.tiers[reading.tier.index].signals.size());
    const int row = plan.tiers[reading.tier.index].signals[reading.signal].own;
    if (row < 0) continue;
    OwnedObservation::Tier& tier = tiers[reading.tier.index];
    if (next >= tier.instances.size() || tier.instances[next].number != reading.number)
      next = static_cast<std::size_t>(std::ranges::find(tier.instances, reading.number, &InstanceSeen::number) -
                                      tier.instances.begin());
    if (next == tier.instances.size()) continue;
    const std::size_t instance = next++;
    if (reading.sample.measured < tier.instances[instance].started) continue;
    const std::size_t at = static_cast<std::size_t>(row) * tier.instances.size() + instance;
    PLIMSOLL_ASSERT(at < tier.own.size());
    if (!tier.own[at].present()) tier.own[at] = reading.sample;
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
