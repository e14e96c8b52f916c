#pragma once
// Named signals that instances tell of themselves, on a page of each.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/named.h"
#include "collect/window.h"
#include "ports/collector.h"

namespace plimsoll::collect {

/// What is looked for on a page: a series' name, a pointer.
struct PageQuery {
  std::string text;
  SignalUnit unit = SignalUnit::number;
};
/// One figure for each query, in their order; any bytes may be the page. Pure.
using PageReader = std::vector<Figure> (*)(std::string_view page, std::span<const PageQuery> queries);

/// Signals: of the ready instances of the tier, the sum of their figures, or, where they are per instance, their mean, and each
/// one's own where it is asked for. A counter stands for its rate over a sliding window: instances read once are left out.
/// Instances are asked all at once, each page once. Gaps: empty without a ready instance, or if none has a figure; unreachable or
/// malformed if instances did not answer, or answered something else: any of them for a sum, which would be too low, all of them
/// for a mean, which is that of the others. An Error if that goes for all pages of all instances.
class PagesCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    Duration window = std::chrono::seconds(10);
  };
  /// @param wanted  source.url is the page's path, source.query what is looked for; without a path the tier's run.metrics
  /// `plan` was compiled from `stack`. Both are read here only.
  PagesCollector(std::string name, const Stack& stack, std::vector<NamedWanted> wanted, PageReader reader, Options options);
  PagesCollector(std::string name, const Stack& stack, std::vector<NamedWanted> wanted, PageReader reader)
      : PagesCollector(std::move(name), stack, std::move(wanted), reader, Options()) {}

  std::string_view name() const override { return name_; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  /// A page of a tier's instances, and what is on it.
  struct Page {
    TierId tier;
    std::string target;
    std::vector<std::size_t> signals;  // into wanted_
    std::vector<PageQuery> queries;    // one for each
  };
  /// A counter of a ready instance, as long as it is the same start of it.
  struct Known {
    int pid = 0;
    TimePoint started{};
    CounterWindow window;
    TimePoint seen{};
  };
  /// Of one signal in one round.
  struct Sum {
    int asked = 0, silent = 0, malformed = 0, measured = 0;
    double total = 0;
    Duration span{};
  };
  void take(const Page& page, const Instance& instance, const std::vector<Figure>& figures, TimePoint now, std::vector<Sum>& sums,
            Readings& out);
  CounterWindow& known(std::size_t signal, const Instance& instance, TimePoint now);
  [[nodiscard]] static Reading reading(const NamedWanted& wanted, const Sum& sum, TimePoint now);

  std::string name_;
  std::vector<NamedWanted> wanted_;
  PageReader reader_;
  Options options_;
  std::vector<Page> pages_;
  std::map<std::pair<std::size_t, std::uint32_t>, Known> known_;  // by signal and the instance's number
};

}  // namespace plimsoll::collect
