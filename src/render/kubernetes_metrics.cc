#include "render/kubernetes_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "render/promql.h"

namespace plimsoll::render::kube {
namespace {

/// Four scrapes of 30 s: one that fails leaves a rate.
constexpr std::string_view rate_window = "[2m]";

/// A label matcher's value: the names of stacks and tiers need no escaping, an Options' namespace neither.
std::string of_tier(const Scope& scope, const Tier& tier) {
  return fmt::format("{{namespace=\"{}\",job=\"{}\"}}", scope.name_space(), tier.name);
}

Figure none(std::string why_not) {
  Figure made;
  made.why_not = std::move(why_not);
  return made;
}

Figure of_series(const Scope& scope, const Tier& tier, Source source, std::string name, std::string series, std::string before,
                 std::string after) {
  Figure made;
  made.source = source;
  made.name = std::move(name);
  made.by_job = source == Source::external;
  made.query = before + series + of_tier(scope, tier) + after;
  made.series = std::move(series);
  made.before = std::move(before);
  made.after = std::move(after);
  return made;
}

/// A share of one instance is the mean over pods; the tier's number itself is one number.
Source source_of(const MetricTarget& target) { return target.type == TargetType::value ? Source::external : Source::pods; }

Figure named(const Scope& scope, const Tier& tier, const MetricTarget& target) {
  const NamedSignal* signal = scope.stack.signal(target.list);
  if (signal == nullptr) return none("there is no such signal");
  if (signal->from == NamedSignal::From::json)
    return none("it stands on a JSON page, which Prometheus does not read: put the figure on the metrics page");
  if (signal->from == NamedSignal::From::prometheus) {
    Figure made;
    made.source = Source::external;
    made.name = signal->name;
    // One number for each instance: their sum, which is divided by their count.
    made.query = signal->per_instance ? fmt::format("sum(\n{}\n)", signal->query) : signal->query;
    made.server = signal->url;
    return made;
  }
  if (signal->url.empty() && tier.run.metrics.empty()) return none("nothing is scraped: run.metrics is not stated");
  const bool rate = signal->unit == SignalUnit::per_second;  // the series counts, its growth is meant
  return of_series(scope, tier, source_of(target), signal->name, signal->query, rate ? "sum(rate(" : "sum(",
                   rate ? fmt::format("{}))", rate_window) : ")");
}

Figure percentile(const Scope& scope, const Tier& tier, std::string_view q, std::string name) {
  return of_series(scope, tier, Source::external, std::move(name), "http_request_duration_seconds_bucket",
                   fmt::format("histogram_quantile({}, sum by (le) (rate(", q), fmt::format("{})))", rate_window));
}

}  // namespace

std::vector<MetricTarget> targets_of(const Tier& tier) {
  if (tier.scale.like == Like::hpa && tier.scale.metrics.empty() && tier.consumes.empty())
    return {{SignalKind::cpu, {}, TargetType::utilization, 0.8, 0, {}}};
  return tier.scale.metrics;
}

Figure figure_of(const Scope& scope, const Tier& tier, const MetricTarget& target) {
  Figure made;
  switch (target.signal) {
    case SignalKind::cpu:
    case SignalKind::memory:
      made.source = Source::resource;
      made.name = target.signal == SignalKind::cpu ? "cpu" : "memory";
      return made;
    case SignalKind::backlog:
      if (promql::queue_cache_of(scope.stack, tier) == nullptr) return none("nothing says in which cache the list is");
      made.source = Source::list;
      made.name = target.list;
      return made;
    case SignalKind::queued_requests:
      return none("requests wait in the balancer plimsoll runs, not in a cluster's Ingress");
    case SignalKind::errors:
      return none("failed requests are counted at the balancer plimsoll runs; a cluster's Ingress counts them its own way");
    case SignalKind::named:
      return named(scope, tier, target);
    case SignalKind::requests_per_second:
    case SignalKind::p95:
    case SignalKind::p99:
      break;
  }
  if (tier.run.metrics.empty()) return none("nothing is scraped: run.metrics is not stated");
  if (target.signal == SignalKind::p95) return percentile(scope, tier, "0.95", "http_request_p95_seconds");
  if (target.signal == SignalKind::p99) return percentile(scope, tier, "0.99", "http_request_p99_seconds");
  // The count of the same histogram, the one series that a metrics page is sure to have.
  return of_series(scope, tier, source_of(target), "requests_per_second", "http_request_duration_seconds_count", "sum(rate(",
                   fmt::format("{}))", rate_window));
}

void note_counter(const Scope& scope, const MetricTarget& target) {
  const NamedSignal* signal = target.signal == SignalKind::named ? scope.stack.signal(target.list) : nullptr;
  if (signal == nullptr || signal->from != NamedSignal::From::metrics) return;
  if (!signal->query.ends_with("_total") || signal->unit == SignalUnit::per_second) return;
  const Note note{
      fmt::format("signals.{}", signal->name),
      fmt::format("{} is read as it stands; plimsoll itself takes a series of such a name for a counter and follows its rate: "
                  "`unit: per_second` says the same to both",
                  signal->query)};
  if (std::ranges::find(scope.notes, note) == scope.notes.end()) scope.notes.push_back(note);
}

std::vector<std::string> metrics_pages_of(const Scope& scope, const Tier& tier) {
  std::vector<std::string> pages;
  const auto add = [&](const std::string& page) {
    if (!page.empty() && std::ranges::find(pages, page) == pages.end()) pages.push_back(page);
  };
  add(tier.run.metrics);
  const auto add_signal = [&](SignalKind kind, const std::string& name) {
    const NamedSignal* signal = kind == SignalKind::named ? scope.stack.signal(name) : nullptr;
    if (signal != nullptr && signal->from == NamedSignal::From::metrics) add(signal->url);
  };
  for (const MetricTarget& target : tier.scale.metrics) add_signal(target.signal, target.list);
  for (const ThresholdRule& rule : tier.scale.rules) add_signal(rule.signal, rule.list);
  return pages;
}

std::string quantity(double value) {
  const auto milli = std::max<std::int64_t>(1, std::llround(value * 1000));
  return milli % 1000 == 0 ? fmt::format("{}", milli / 1000) : fmt::format("{}m", milli);
}

std::string decimal(double value) { return fmt::format("{}", value); }

}  // namespace plimsoll::render::kube
