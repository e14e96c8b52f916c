#include "collect/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "wire/http_client.h"

namespace plimsoll::collect {
namespace {

struct Ask {
  const Instance* instance;
  std::size_t page;
};

std::optional<Error> trouble(const Result<wire::HttpResponse>& answer, const Instance& instance, const std::string& target) {
  if (!answer) return Error{answer.error().code, without_query(answer.error().message, target)};
  if (answer->status == 200) return std::nullopt;
  return Error{Errc::malformed, fmt::format("{}: {} answers {}", instance.name, without_query(target, target), answer->status)};
}

}  // namespace

PagesCollector::PagesCollector(std::string name, const Stack& stack, std::vector<NamedWanted> wanted, PageReader reader,
                               Options options)
    : name_(std::move(name)), wanted_(std::move(wanted)), reader_(reader), options_(options) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const NamedSignal& source = wanted_[i].source;
    const TierId tier = wanted_[i].signal.tier;
    const std::string& target = source.url.empty() ? stack.tiers.at(tier.index).run.metrics : source.url;
    auto page = std::ranges::find_if(pages_, [&](const Page& one) { return one.tier == tier && one.target == target; });
    if (page == pages_.end()) page = pages_.insert(pages_.end(), {tier, target, {}, {}});
    page->signals.push_back(i);
    page->queries.push_back({source.query, source.unit});
  }
}

Result<void> PagesCollector::collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) {
  std::vector<Ask> asks;
  std::vector<wire::HttpGet> requests;
  std::vector<Sum> sums(wanted_.size());
  for (const Instance& instance : fleet.instances)
    for (std::size_t page = 0; page < pages_.size(); ++page) {
      if (instance.phase != Phase::ready || instance.port == 0 || pages_[page].tier != instance.tier) continue;
      for (const std::size_t signal : pages_[page].signals) ++sums[signal].asked;
      if (pages_[page].target.empty()) continue;  // judged below: no answer that could be read
      asks.push_back({&instance, page});
      requests.push_back({instance.address, instance.port, pages_[page].target});
    }
  // A little less than there is, for what comes after the answers.
  const auto answers = wire::get_all(requests, deadline - deadline / 10);

  std::optional<Error> first_error;
  bool any = false;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const Page& page = pages_[asks[i].page];
    if (auto error = trouble(answers[i], *asks[i].instance, page.target)) {
      for (const std::size_t signal : page.signals)
        ++(error->code == Errc::malformed ? sums[signal].malformed : sums[signal].silent);
      if (!first_error) first_error = std::move(error);
      continue;
    }
    any = true;
    take(page, *asks[i].instance, reader_(answers[i]->body, page.queries), now, sums, out);
  }
  std::erase_if(known_, [now](const auto& entry) { return entry.second.seen != now; });
  for (const Page& page : pages_)
    if (page.target.empty())
      for (const std::size_t signal : page.signals) sums[signal].malformed = sums[signal].asked;

  for (std::size_t i = 0; i < wanted_.size(); ++i) out.readings.push_back(reading(wanted_[i], sums[i], now));
  if (first_error && !any) return fail(std::move(*first_error));
  return {};
}

void PagesCollector::take(const Page& page, const Instance& instance, const std::vector<Figure>& figures, TimePoint now,
                          std::vector<Sum>& sums, Readings& out) {
  for (std::size_t i = 0; i < page.signals.size(); ++i) {
    const std::size_t signal = page.signals[i];
    Sum& sum = sums[signal];
    if (figures[i].gap == Gap::malformed) ++sum.malformed;
    if (figures[i].gap != Gap::none) continue;
    double value = figures[i].value;
    if (figures[i].total) {
      CounterWindow& window = known(signal, instance, now);
      window.add(now, value);
      const auto rate = window.rate();
      if (!rate) continue;
      value = rate->per_second;
      sum.span = std::max(sum.span, rate->span);
    }
    ++sum.measured;
    sum.total += value;
    if (wanted_[signal].signal.own) out.own.push_back(wanted_[signal].signal.of_instance(instance.number, value, now));
  }
}

CounterWindow& PagesCollector::known(std::size_t signal, const Instance& instance, TimePoint now) {
  const std::pair key(signal, instance.number);
  auto entry = known_.find(key);
  if (entry != known_.end() && (entry->second.pid != instance.pid || entry->second.started != instance.started)) {
    known_.erase(entry);
    entry = known_.end();
  }
  if (entry == known_.end())
    entry = known_.emplace(key, Known{instance.pid, instance.started, CounterWindow(options_.window), {}}).first;
  entry->second.seen = now;
  return entry->second.window;
}

Reading PagesCollector::reading(const NamedWanted& wanted, const Sum& sum, TimePoint now) {
  const Wanted& signal = wanted.signal;
  const bool mean = wanted.source.per_instance;
  if (!mean || sum.measured == 0) {
    if (sum.malformed > 0) return signal.gap(Gap::malformed);
    if (sum.silent > 0) return signal.gap(Gap::unreachable);
  }
  if (sum.measured == 0) return signal.gap(Gap::empty);
  Reading reading = signal.value(mean ? sum.total / sum.measured : sum.total, now, sum.span);
  if (mean) reading.sample.instances = static_cast<std::uint32_t>(sum.measured);
  return reading;
}

}  // namespace plimsoll::collect
