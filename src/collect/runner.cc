#include "collect/runner.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/assert.h"

namespace plimsoll::collect {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration longest_deadline = std::chrono::seconds(1);

struct Source {
  explicit Source(std::unique_ptr<Collector> owned)
      : collector(std::move(owned)), slot(std::string(collector->name())), period(collector->period()) {
    PLIMSOLL_ASSERT(period > Duration::zero());
  }
  std::unique_ptr<Collector> collector;
  Slot slot;
  Duration period;
  Readings back;                // of the thread that runs it
  SteadyClock::time_point due;  // the pool's mutex guards this and `busy`
  bool busy = false;
};

/// Exceptions of libraries end here.
Result<void> ask(Collector& collector, const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) {
  try {
    return collector.collect(fleet, now, deadline, out);
  } catch (const std::exception& thrown) {
    return fail(Errc::failed, std::string(collector.name()) + ": " + thrown.what());
  }
}

}  // namespace

struct Collectors::Pool {
  const Plan& plan;
  Clock& clock;
  std::vector<std::unique_ptr<Source>> sources;
  std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<const Fleet> fleet;  // null until the first publish
  bool stopping = false;
  std::vector<std::thread> threads;

  Pool(const Plan& of, Clock& with) : plan(of), clock(with) {}

  /// The source that is due first and not under way.
  Source* next() {
    Source* first = nullptr;
    for (const auto& source : sources)
      if (!source->busy && (first == nullptr || source->due < first->due)) first = source.get();
    return first;
  }

  void round(Source& source, const Fleet& seen) {
    const Duration deadline = std::min(source.period, longest_deadline);
    const auto begun = SteadyClock::now();
    const TimePoint now = clock.now();
    source.slot.begin(begun + deadline);
    source.back.clear();
    const Result<void> outcome = ask(*source.collector, seen, now, deadline, source.back);
    source.slot.end(now, SteadyClock::now() - begun, outcome, source.back);
  }

  void work() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      Source* const source = fleet ? next() : nullptr;
      if (source == nullptr) {
        changed.wait(lock);
      } else if (const auto now = SteadyClock::now(); now < source->due) {
        changed.wait_until(lock, source->due);
      } else {
        source->busy = true;
        source->due += source->period;
        if (source->due <= now) source->due = now + source->period;
        const std::shared_ptr<const Fleet> seen = fleet;
        lock.unlock();
        round(*source, *seen);
        lock.lock();
        source->busy = false;
      }
    }
  }
};

Collectors::Collectors(const Plan& plan, Clock& clock, std::vector<std::unique_ptr<Collector>> collectors, int threads)
    : pool_(std::make_unique<Pool>(plan, clock)) {
  PLIMSOLL_ASSERT(threads >= 1);
  for (auto& collector : collectors) pool_->sources.push_back(std::make_unique<Source>(std::move(collector)));
  for (int i = 0; i < threads; ++i) pool_->threads.emplace_back([pool = pool_.get()] { pool->work(); });
}

Collectors::~Collectors() {
  {
    const std::lock_guard lock(pool_->mutex);
    pool_->stopping = true;
  }
  pool_->changed.notify_all();
  for (std::thread& thread : pool_->threads) thread.join();
}

void Collectors::publish(const Fleet& fleet) {
  auto copy = std::make_shared<const Fleet>(fleet);
  bool first = false;
  {
    const std::lock_guard lock(pool_->mutex);
    first = pool_->fleet == nullptr;
    pool_->fleet.swap(copy);
    if (first)
      for (const auto& source : pool_->sources) source->due = SteadyClock::now();
  }
  if (first) pool_->changed.notify_all();
}

void Collectors::fill(TimePoint, OwnedObservation& out) {
  const auto& plans = pool_->plan.tiers;
  out.tiers.resize(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    out.tiers[i].samples.assign(plans[i].signals.size(), Sample{});
    out.tiers[i].own.assign(plans[i].own_signals * out.tiers[i].instances.size(), InstanceSample{});
  }
  out.components.assign(pool_->plan.components.size(), Sample{});
  const auto now = SteadyClock::now();
  for (const auto& source : pool_->sources) {
    source->slot.copy_to(now, out.tiers);
    source->slot.copy_own_to(now, pool_->plan, out.tiers);
    source->slot.copy_to(now, out.components);
  }
}

std::vector<Gauge> Collectors::gauges() const {
  std::vector<Gauge> all;
  for (const auto& source : pool_->sources) source->slot.append_gauges(all);
  return all;
}

std::vector<CollectorHealth> Collectors::health() const {
  const auto now = SteadyClock::now();
  std::vector<CollectorHealth> all;
  for (const auto& source : pool_->sources) all.push_back(source->slot.health(now));
  return all;
}

}  // namespace plimsoll::collect
