// The spec, key by key: what plans are made from, growth, the owner's bands and regions.

#include <limits>

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Field, 3> arrival_fields = {{
    {.key = "at", .kind = Kind::time, .doc = "when they come", .required = true, .set = value<&Growth::Arrival::at>},
    {.key = "users",
     .kind = Kind::number,
     .unit = "users",
     .doc = "how many more there are from then on",
     .required = true,
     .range = positive,
     .set = value<&Growth::Arrival::users>},
    {.key = "why", .doc = "for people: customer X", .pattern = &one_line, .set = value<&Growth::Arrival::why>},
}};
constexpr Object arrival{.title = "an onboarding", .fields = arrival_fields};

constexpr std::array<Field, 6> band_fields = {{
    {.key = "from",
     .kind = Kind::number,
     .unit = "users",
     .fallback = "0",
     .doc = "the band begins here",
     .range = {.most = 1e12},
     .set = value<&Band::from>},
    {.key = "to",
     .kind = Kind::number,
     .unit = "users",
     .doc = "and ends below this; without it never",
     .range = {.least = 0, .most = 1e12, .above = true},
     .set = value<&Band::to>},
    {.key = "replicas",
     .kind = Kind::bounds,
     .unit = "instances",
     .doc = "of all service tiers together",
     .range = {.least = 0, .most = 10000},
     .set = value<&Band::instances>},
    {.key = "cost_least",
     .kind = Kind::money,
     .doc = "the lower end of what its owner expects to pay",
     .set = value<&Band::cost_least>},
    {.key = "cost_most", .kind = Kind::money, .doc = "the upper end", .set = value<&Band::cost_most>},
    {.key = "with",
     .kind = Kind::list,
     .doc = "what there has to be, in its owner's words",
     .example = "[balancer, read replicas]",
     .pattern = &one_line,
     .element = Kind::string,
     .set = value<&Band::with>},
}};

void finish_band(Reader&, const Node& node, void* owner) {
  if (!node.find("to")) static_cast<Band*>(owner)->to = std::numeric_limits<double>::infinity();
}
constexpr Object band{.title = "a band", .fields = band_fields, .finish = finish_band};

constexpr std::array<Field, 9> growth_fields = {{
    {.key = "users",
     .kind = Kind::number,
     .unit = "users",
     .doc = "at once, now",
     .range = positive,
     .set = value<&Growth::users>},
    {.key = "rate", .kind = Kind::rate, .doc = "requests at the peak, now", .range = positive, .set = value<&Growth::rate>},
    {.key = "data",
     .kind = Kind::bytes,
     .doc = "what the databases hold, now",
     .range = {.most = 0x1p60},
     .set = value<&Growth::data>},
    {.key = "per_month",
     .kind = Kind::number,
     .fallback = "1",
     .doc = "factor from month to month; 1.5 is half as much again",
     .range = {.least = 0, .most = 1000, .above = true},
     .set = value<&Growth::per_month>},
    {.key = "connections_per_1000",
     .kind = Kind::number,
     .unit = "connections",
     .doc = "to the database, for 1000 users",
     .range = positive,
     .set = value<&Growth::connections_per_1000>},
    {.key = "cache_per_1000",
     .kind = Kind::bytes,
     .doc = "memory of the cache, for 1000 users",
     .range = positive,
     .set = value<&Growth::cache_per_1000>},
    {.key = "onboarding",
     .kind = Kind::list,
     .doc = "users who are known to come",
     .example = "[{at: 2026-12-01T00:00Z, users: 500, why: customer X}]",
     .element = Kind::object,
     .of = &arrival,
     .set = objects<&Growth::onboarding>},
    {.key = "work",
     .kind = Kind::map,
     .doc = "demand by kind of work, now: per second where written with a rate's unit, else at once",
     .example = "{simple: 400rps, websockets: 60}",
     .range = positive,
     .element = Kind::rate,
     .keys = &kind_name,
     .set = work_kinds<&Growth::work>},
    {.key = "bands",
     .kind = Kind::list,
     .doc = "the owner's own estimates by users, shown beside what plan computes",
     .example = "[{to: 100, replicas: 1}, {from: 100, replicas: 2..3, with: [balancer]}]",
     .element = Kind::object,
     .of = &band,
     .set = objects<&Growth::bands>},
}};

constexpr std::array<Field, 1> region_fields = {{
    {.key = "share",
     .kind = Kind::ratio,
     .doc = "of the load; without it an equal part of what the others leave",
     .range = {.least = 0, .most = 1, .above = true},
     .set = value<&Region::share>},
}};

}  // namespace

constinit const Object growth{.title = "growth", .fields = growth_fields};
constinit const Object region{.title = "a region", .fields = region_fields};

}  // namespace plimsoll::spec::tables
