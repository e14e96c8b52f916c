#include "collect/series.h"

#include <algorithm>
#include <optional>

#include "collect/metrics_text.h"

namespace plimsoll::collect {
namespace {

constexpr std::string_view type_comment = "# TYPE ";

/// "# TYPE jobs_done counter" on a line of its own.
bool declared_counter(std::string_view page, std::string_view name) {
  for (std::size_t at = page.find(type_comment); at != std::string_view::npos; at = page.find(type_comment, at + 1)) {
    if (at != 0 && page[at - 1] != '\n') continue;
    std::string_view line = page.substr(at + type_comment.size());
    line = line.substr(0, line.find('\n'));
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    const std::size_t word = line.find_first_not_of(" \t");
    if (word != std::string_view::npos && word > 0) return line.substr(word).starts_with("counter");
  }
  return false;
}

}  // namespace

std::vector<Figure> read_series(std::string_view page, std::span<const PageQuery> queries) {
  std::vector<std::optional<double>> sums(queries.size());
  MetricsText text(page);
  MetricLine line;
  while (text.next(line))
    for (std::size_t i = 0; i < queries.size(); ++i)
      if (line.name == queries[i].text) sums[i] = sums[i].value_or(0) + line.value;
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::string_view name = queries[i].text;
    if (text.error() != nullptr)
      figures.push_back({0, Gap::malformed});
    else if (!sums[i])
      figures.push_back({0, Gap::empty});
    else
      figures.push_back(figure(*sums[i], name.ends_with("_total") || declared_counter(page, name)));
  }
  return figures;
}

std::unique_ptr<Collector> series_collector(const Plan& plan, const Stack& stack) {
  std::vector<NamedWanted> all = wanted_from(plan, stack, NamedSignal::From::metrics);
  if (all.empty()) return nullptr;
  return std::make_unique<PagesCollector>("metrics", stack, std::move(all), read_series);
}

}  // namespace plimsoll::collect
