#include "collect/service_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/assert.h"
#include "wire/http_client.h"

namespace plimsoll::collect {
namespace {

Result<Histogram> histogram_of(const Result<wire::HttpResponse>& answer, const Instance& instance, const std::string& name) {
  if (!answer) return fail(answer.error());
  if (answer->status != 200)
    return fail(Errc::malformed, fmt::format("{}: its metrics page answers {}", instance.name, answer->status));
  auto histogram = read_histogram(answer->body, name);
  if (!histogram) return fail(Errc::malformed, fmt::format("{}: its metrics page, {}", instance.name, histogram.error().message));
  return histogram;
}

}  // namespace

ServiceMetricsCollector::ServiceMetricsCollector(const Plan& plan, const Stack& stack, Options options)
    : options_(std::move(options)), wanted_(wanted(plan, {SignalKind::p95, SignalKind::p99})) {
  PLIMSOLL_ASSERT(plan.tiers.size() == stack.tiers.size());
  for (const Tier& tier : stack.tiers) tiers_.push_back({tier.name, tier.run.metrics});
}

std::vector<const Instance*> ServiceMetricsCollector::ready_instances(const Fleet& fleet) const {
  std::vector<const Instance*> ready;
  for (const Instance& instance : fleet.instances)
    if (instance.phase == Phase::ready && instance.port != 0 && !tiers_.at(instance.tier.index).target.empty())
      ready.push_back(&instance);
  return ready;
}

ServiceMetricsCollector::Known& ServiceMetricsCollector::known(const Instance& instance, TimePoint now) {
  const std::pair key(instance.tier, instance.number);
  auto entry = known_.find(key);
  if (entry != known_.end() && (entry->second.pid != instance.pid || entry->second.started != instance.started)) {
    known_.erase(entry);
    entry = known_.end();
  }
  if (entry == known_.end())
    entry = known_.emplace(key, Known{instance.pid, instance.started, HistogramWindow(options_.window)}).first;
  entry->second.seen = now;
  return entry->second;
}

Result<void> ServiceMetricsCollector::collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) {
  const std::vector<const Instance*> ready = ready_instances(fleet);
  std::vector<wire::HttpGet> requests;
  requests.reserve(ready.size());
  for (const Instance* instance : ready)
    requests.push_back({instance->address, instance->port, tiers_[instance->tier.index].target});
  // A little less than there is, for what comes after the answers.
  const auto answers = wire::get_all(requests, deadline - deadline / 10);

  std::vector<Sum> sums(tiers_.size());
  std::optional<Error> first_error;
  bool any = false;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    Sum& sum = sums[ready[i]->tier.index];
    Known& instance = known(*ready[i], now);
    ++sum.asked;
    auto histogram = histogram_of(answers[i], *ready[i], options_.histogram);
    if (!histogram) {
      if (histogram.error().code == Errc::malformed) ++sum.malformed;
      if (!first_error) first_error = std::move(histogram.error());
      continue;
    }
    any = true;
    ++sum.answered;
    instance.window.add(now, std::move(*histogram));
    if (const auto observed = instance.window.observed()) {
      sum.observed = true;
      sum.histogram.merge(observed->histogram);
      sum.requests_per_s += observed->histogram.total() / seconds(observed->span);
      sum.span = std::max(sum.span, observed->span);
    }
  }
  std::erase_if(known_, [now](const auto& entry) { return entry.second.seen != now; });

  for (const Wanted& signal : wanted_) out.readings.push_back(reading(signal, sums[signal.tier.index], now));
  for (std::size_t i = 0; i < tiers_.size(); ++i) append_gauges(tiers_[i], sums[i], out);
  if (first_error && !any) return fail(std::move(*first_error));
  return {};
}

Reading ServiceMetricsCollector::reading(const Wanted& signal, const Sum& sum, TimePoint now) const {
  if (tiers_[signal.tier.index].target.empty()) return signal.gap(Gap::malformed);
  if (sum.asked > 0 && sum.answered == 0) return signal.gap(sum.malformed > 0 ? Gap::malformed : Gap::unreachable);
  const auto value = quantile(sum.histogram, signal.kind == SignalKind::p95 ? 0.95 : 0.99);
  return value ? signal.value(*value, now, sum.span) : signal.gap(Gap::empty);
}

void ServiceMetricsCollector::append_gauges(const TierInfo& tier, const Sum& sum, Readings& out) const {
  if (tier.target.empty()) return;
  const std::string prefix = "service." + tier.name;
  out.gauges.push_back({prefix + ".silent_instances", static_cast<double>(sum.asked - sum.answered)});
  if (sum.observed) out.gauges.push_back({prefix + ".requests_per_s", sum.requests_per_s});
  for (const auto& [what, q] : {std::pair{".p50_s", 0.5}, {".p95_s", 0.95}, {".p99_s", 0.99}})
    if (const auto value = quantile(sum.histogram, q)) out.gauges.push_back({prefix + what, *value});
}

}  // namespace plimsoll::collect
