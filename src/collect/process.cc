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
  own_.resize(tiers_.size());
  for (const Wanted& signal : wanted_) own_[signal.tier.index] = own_[signal.tier.index] || signal.own;
}

Result<void> ProcessCollector::collect(const Fleet& fleet, TimePoint now, Duration, Readings& out) {
  std::vector<Sum> sums(tiers_.size());
  for (const Instance& instance : fleet.instances) {
    const std::size_t tier = instance.tier.index;
    if (instance.pid <= 0 || instance.phase == Phase::draining || (instance.phase == Phase::starting && !own_.at(tier))) continue;
    const auto figures = measure(instance, now);
    if (instance.phase == Phase::ready) add(figures, sums.at(tier));
    if (figures && own_.at(tier)) append_own(instance, *figures, now, out);
  }
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

std::optional<ProcessCollector::Figures> ProcessCollector::measure(const Instance& instance, TimePoint now) {
  auto entry = known_.find({instance.tier, instance.number});
  if (entry != known_.end() && (entry->second.who.pid != instance.pid || entry->second.ready_since != instance.ready_since)) {
    known_.erase(entry);
    entry = known_.end();
  }
  if (entry == known_.end()) {
    const auto stat = proc::read_stat(instance.pid);
    if (!stat || stat->ended()) return std::nullopt;
    const Known fresh{{instance.pid, stat->start_ticks}, instance.ready_since, CounterWindow(options_.window), {}};
    entry = known_.emplace(std::pair(instance.tier, instance.number), fresh).first;
  }
  Known& known = entry->second;
  const auto usage = proc::usage(known.who);
  if (!usage) return std::nullopt;  // forgotten by collect(), for it was not seen
  known.seen = now;
  known.cpu.add(now, seconds(usage->cpu));
  return Figures{static_cast<double>(usage->resident.count), known.cpu.rate()};
}

void ProcessCollector::add(const std::optional<Figures>& figures, Sum& sum) {
  ++sum.ready;
  if (!figures) return;
  ++sum.readable;
  sum.resident += figures->resident;
  if (!figures->cores) return;
  ++sum.with_rate;
  sum.cores += figures->cores->per_second;
  sum.span = std::max(sum.span, figures->cores->span);
}

void ProcessCollector::append_own(const Instance& instance, const Figures& figures, TimePoint now, Readings& out) const {
  const TierInfo& tier = tiers_[instance.tier.index];
  for (const Wanted& signal : wanted_) {
    if (signal.tier != instance.tier || !signal.own) continue;
    if (signal.kind == SignalKind::memory && tier.memory_request > 0)
      out.own.push_back(signal.of_instance(instance.number, figures.resident / tier.memory_request, now));
    if (signal.kind == SignalKind::cpu && tier.cpu_request > 0 && figures.cores)
      out.own.push_back(signal.of_instance(instance.number, figures.cores->per_second / tier.cpu_request, now));
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
