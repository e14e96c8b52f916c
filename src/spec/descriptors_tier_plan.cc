// The spec, key by key: of a tier what its controller need not know but plans and checks do.

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Field, 8> baseline_fields = {{
    {.key = "users",
     .kind = Kind::number,
     .unit = "users",
     .doc = "at once, that one instance carried",
     .range = positive,
     .set = value<&Baseline::users>},
    {.key = "rate", .kind = Kind::rate, .doc = "requests it answered", .range = positive, .set = value<&Baseline::rate>},
    {.key = "p95",
     .kind = Kind::duration,
     .doc = "95 of 100 answers were faster",
     .range = positive,
     .set = value<&Baseline::p95>},
    {.key = "cpu",
     .kind = Kind::ratio,
     .doc = "used of the instance's limit, or of its request where there is none",
     .range = share,
     .set = value<&Baseline::cpu>},
    {.key = "memory", .kind = Kind::bytes, .doc = "used", .range = positive, .set = value<&Baseline::memory>},
    {.key = "connections",
     .kind = Kind::integer,
     .unit = "connections",
     .doc = "open to the database",
     .range = {.least = 0, .most = 100000},
     .set = value<&Baseline::connections>},
    {.key = "excludes",
     .kind = Kind::list,
     .doc = "externals the tier uses whose time is not in these figures",
     .example = "[llm]",
     .pattern = &component_name,
     .element = Kind::string,
     .set = value<&Baseline::excludes>},
    {.key = "work",
     .kind = Kind::map,
     .doc =
         "what one instance can do of each kind; a rate with its unit shares its strength, a bare number has places of its own",
     .example = "{simple: 500rps, complex: 100rps, websockets: 50}",
     .range = positive,
     .element = Kind::rate,
     .keys = &kind_name,
     .set = work_kinds<&Baseline::work>},
}};

constexpr std::array<Field, 4> placement_fields = {{
    {.key = "spread_hosts",
     .kind = Kind::integer,
     .fallback = "0",
     .doc = "1 to 100: instances avoid one host, with this weight; 0: no wish",
     .range = {.least = 0, .most = 100},
     .set = value<&Placement::spread_hosts>},
    {.key = "own_hosts",
     .kind = Kind::enumeration,
     .fallback = "false",
     .doc = "instances never share a host",
     .names = booleans,
     .set = flag<&Placement::own_hosts>},
    {.key = "zone_skew",
     .kind = Kind::integer,
     .unit = "instances",
     .fallback = "0",
     .doc = "most that two zones may differ by; 0: no wish",
     .range = {.least = 0, .most = 1000},
     .set = value<&Placement::zone_skew>},
    {.key = "zones_strict",
     .kind = Kind::enumeration,
     .fallback = "false",
     .doc = "rather not started than skewed",
     .names = booleans,
     .set = flag<&Placement::zones_strict>},
}};

/// N instances or P% of them; 0 and 0% mean something here.
template <auto Count, auto Share>
void count_or_share(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!node.text.ends_with('%')) return value<Count>(reader, field, node, owner);
  Field as_share = field;
  as_share.kind = Kind::ratio;
  as_share.range = share;
  value<Share>(reader, as_share, node, owner);
}

constexpr std::array<Names, 2> disruption_choice = {"min_available", "max_unavailable"};
constexpr std::array<Field, 2> disruption_fields = {{
    {.key = "min_available",
     .kind = Kind::change,
     .doc = "so many stay when machines are emptied",
     .range = {.least = 0, .most = 10000},
     .set = count_or_share<&Disruption::min_available, &Disruption::min_available_share>},
    {.key = "max_unavailable",
     .kind = Kind::change,
     .doc = "so many may be gone when machines are emptied",
     .range = {.least = 0, .most = 10000},
     .set = count_or_share<&Disruption::max_unavailable, &Disruption::max_unavailable_share>},
}};

constexpr std::array<Field, 3> leader_fields = {{
    {.key = "lease",
     .kind = Kind::duration,
     .fallback = "15s",
     .doc = "followers wait so long after the last renewal",
     .range = positive,
     .set = value<&Lease::lease>},
    {.key = "renew",
     .kind = Kind::duration,
     .fallback = "10s",
     .doc = "the leader gives up so long after it",
     .range = positive,
     .set = value<&Lease::renew>},
    {.key = "retry",
     .kind = Kind::duration,
     .fallback = "2s",
     .doc = "between two tries",
     .range = positive,
     .set = value<&Lease::retry>},
}};

/// least..most; one value alone is the least, and 0 as the least is none.
template <class T, std::optional<T> Vertical::*Least, std::optional<T> Vertical::*Most>
void ends(Reader& reader, const Field& field, const Node& node, void* owner) {
  RequestLimit<T> both;
  reader.read(field, node, both);
  if (reader.places().is_broken(reader.path())) return;
  if (both.request > T{}) member<Least>(owner) = both.request;
  member<Most>(owner) = both.limit;
}

constexpr std::array<Names, 3> vertical_modes = {"off", "initial", "auto"};
constexpr std::array<Field, 3> vertical_fields = {{
    {.key = "mode",
     .kind = Kind::enumeration,
     .fallback = "off",
     .doc = "off: only recommended; initial: set when an instance starts; auto: at any time",
     .names = vertical_modes,
     .set = value<&Vertical::mode>},
    {.key = "cpu",
     .kind = Kind::cores_range,
     .doc = "least..most that may be set; 0 as the least: any",
     .range = {.least = 0, .most = 1024},
     .set = ends<Cores, &Vertical::cpu_min, &Vertical::cpu_max>},
    {.key = "memory",
     .kind = Kind::bytes_range,
     .doc = "least..most that may be set; 0 as the least: any",
     .range = {.least = 0, .most = 0x1p50},
     .set = ends<Bytes, &Vertical::memory_min, &Vertical::memory_max>},
}};

}  // namespace

constinit const Object baseline{.title = "a baseline", .fields = baseline_fields};
constinit const Object placement{.title = "a placement", .fields = placement_fields};
constinit const Object disruption{.title = "a disruption", .fields = disruption_fields, .exactly_one = disruption_choice};
constinit const Object leader{.title = "a leader", .fields = leader_fields};
constinit const Object vertical{.title = "vertical bounds", .fields = vertical_fields};

}  // namespace plimsoll::spec::tables
