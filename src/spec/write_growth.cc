// Stack → spec text: growth.

#include <cmath>
#include <utility>

#include "spec/section.h"

namespace plimsoll::spec {
namespace {

YamlTree write_band(const Band& band, Section section) {
  section.always("from", band.from);
  if (std::isfinite(band.to)) section.always("to", band.to);
  section.put("replicas", band.instances);
  section.put("cost_least", band.cost_least);
  section.put("cost_most", band.cost_most);
  section.put("with", band.with);
  return section.take();
}

YamlTree write_arrival(const Growth::Arrival& arrival, Section section) {
  section.always("at", arrival.at);
  section.always("users", arrival.users);
  section.put("why", arrival.why);
  return section.take();
}

}  // namespace

YamlTree write_growth(const Growth& growth, Section section) {
  section.put("users", growth.users);
  section.put("rate", growth.rate);
  section.put("data", growth.data);
  section.put("per_month", growth.per_month, Growth{}.per_month);
  section.put("connections_per_1000", growth.connections_per_1000);
  section.put("cache_per_1000", growth.cache_per_1000);
  YamlTree arrivals = YamlTree::list();
  for (const Growth::Arrival& one : growth.onboarding) arrivals.items.push_back(write_arrival(one, section.under("onboarding")));
  section.put("onboarding", std::move(arrivals));
  section.put("work", write_work(growth.work));
  YamlTree bands = YamlTree::list();
  for (const Band& one : growth.bands) bands.items.push_back(write_band(one, section.under("bands")));
  section.put("bands", std::move(bands));
  return section.take();
}

}  // namespace plimsoll::spec
