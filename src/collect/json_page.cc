#include "collect/json_page.h"

#include <nlohmann/json.hpp>

namespace plimsoll::collect {
namespace {

using nlohmann::json;

Figure at(const json& page, const PageQuery& query) {
  try {
    const json& value = page.at(json::json_pointer(query.text));
    if (value.is_null()) return {0, Gap::empty};
    if (!value.is_number()) return {0, Gap::malformed};
    const bool percent = query.unit == SignalUnit::ratio && query.text.ends_with("_percent");
    return figure(value.get<double>() / (percent ? 100 : 1));
  } catch (const json::exception&) {
    return {0, Gap::malformed};
  }
}

}  // namespace

std::vector<Figure> read_json(std::string_view page, std::span<const PageQuery> queries) {
  const json parsed = json::parse(page, nullptr, false);
  std::vector<Figure> figures;
  for (const PageQuery& query : queries) figures.push_back(parsed.is_discarded() ? Figure{0, Gap::malformed} : at(parsed, query));
  return figures;
}

std::unique_ptr<Collector> json_collector(const Plan& plan, const Stack& stack) {
  std::vector<NamedWanted> all = wanted_from(plan, stack, NamedSignal::From::json);
  if (all.empty()) return nullptr;
  return std::make_unique<PagesCollector>("json pages", stack, std::move(all), read_json);
}

}  // namespace plimsoll::collect
