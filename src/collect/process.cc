#include "collect/process.h"

#include <algorithm>

#include "core/assert.h"
#include "proc/stat.h"

namespace plimsoll::collect {

ProcessCollector::ProcessCollector(const Plan& plan, const Stack& stack, Options options)
    : options_(options), wanted_(wanted(plan, {SignalKind::cpu, SignalKind::memory})) {
  PLIMSOLL_ASSERT(plan.tiers.size() == stack.tiers.size());
  for (const Tier& tier : stack.tiers) {
    const auto& memory = tier.instance.memory;
    tiers_.push_back({tier.name, tier.instance.cpu.request.count, memory ? static_cast<double>(memory->request.count) : 0});
  }
}

Result<void> ProcessCollector::collect(const Fleet& fleet, TimePoint now, Duration, Readings& out) {
  std::vector<Sum> sums(tiers_.size());
  for (const Instance& instance : fleet.instances)
    if (instance.phase == Phase::ready && instance.pid > 0) measure(instance, now, sums.at(instance.tier.index));
  std::erase_if(known_, [now](const auto& entry) { return entry.second.seen != now; });

  for (const Wanted& signal : wanted_) out.readings.push_back(reading(signal, sums[signal.tier.index], now));
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const Sum& sum = sums[i];
    const std::string prefix = "processes." + tiers_[i].name;
    if (sum.readable > 0) out.gauges.push_back({prefix + ".resident_bytes", sum.resident});
    if (sum.with_rate == 0) continue;
    out.gauges.push_back({prefix + ".cpu_cores", sum.cores});
    out.gauges.push_back({prefix + ".cpu_ratio", sum.cores / sum.with_rate / tiers_[i].cpu_request});
  }
  return {};
}

void ProcessCollector::measure(const Instance& instance, TimePoint now, Sum& sum) {
  ++sum.ready;
  auto entry = known_.find({instance.tier, instance.number});
  if (entry != known_.end() && (entry->second.who.pid != instance.pid || entry->second.ready_since != instance.ready_since)) {
    known_.erase(entry);
    entry = known_.end();
  }
  if (entry == known_.end()) {
    const auto stat = proc::read_stat(instance.pid);
    if (!stat || stat->ended()) return;
    const Known fresh{{instance.pid, stat->start_ticks}, instance.ready_since, CounterWindow(options_.window), {}};
    entry = known_.emplace(std::pair(instance.tier, instance.number), fresh).first;
  }
  Known& known = entry->second;
  const auto usage = proc::usage(known.who);
  if (!usage) return;  // forgotten below, for it was not seen
  known.seen = now;
  known.cpu.add(now, seconds(usage->cpu));
  ++sum.readable;
  sum.resident += static_cast<double>(usage->resident.count);
  if (const auto rate = known.cpu.rate()) {
    ++sum.with_rate;
    sum.cores += rate->per_second;
    sum.span = std::max(sum.span, rate->span);
  }
}

Reading ProcessCollector::reading(const Wanted& signal, const Sum& sum, TimePoint now) const {
  const TierInfo& tier = tiers_[signal.tier.index];
  if (sum.ready > 0 && sum.readable == 0) return signal.gap(Gap::unreachable);
  if (signal.kind == SignalKind::cpu) {
    if (sum.with_rate == 0 || tier.cpu_request <= 0) return signal.gap(Gap::empty);
    Reading cpu = signal.value(sum.cores / sum.with_rate / tier.cpu_request, now, sum.span);
    cpu.sample.instances = static_cast<std::uint32_t>(sum.with_rate);
    return cpu;
  }
  if (sum.readable == 0 || tier.memory_request <= 0) return signal.gap(Gap::empty);
  Reading memory = signal.value(sum.resident / sum.readable / tier.memory_request, now);
  memory.sample.instances = static_cast<std::uint32_t>(sum.readable);
  return memory;
}

}  // namespace plimsoll::collect
