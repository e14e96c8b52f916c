// A catalog file, key by key.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/catalog.h"
#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr Range megabyte_up{.least = 1 << 20, .most = 0x1p50};

constexpr Field cpu{.key = "cpu",
                    .kind = Kind::cores,
                    .doc = "cores of it",
                    .range = {.least = 0.01, .most = 4096},
                    .set = value<&InstanceClass::cpu>};
constexpr Field memory{
    .key = "memory", .kind = Kind::bytes, .doc = "memory of it", .range = megabyte_up, .set = value<&InstanceClass::memory>};
constexpr Field price{
    .key = "price", .kind = Kind::money, .doc = "on demand; a month has 730 hours", .set = value<&InstanceClass::price>};
constexpr Field family{
    .key = "family",
    .doc =
        "rows of one family are steps of a ladder, by memory and cores; the name up to its last dot if it says "
        "nothing",
    .pattern = &class_name,
    .set = value<&InstanceClass::family>};
constexpr Field level{
    .key = "tier", .doc = "the owner's word for it: Medium", .pattern = &one_line, .set = value<&InstanceClass::tier>};
constexpr Field network{
    .key = "network", .doc = "as the vendor says it: Up to 10 Gbps", .pattern = &one_line, .set = value<&InstanceClass::network>};
constexpr Field use{
    .key = "use", .doc = "what it is good for, for people", .pattern = &one_line, .set = value<&InstanceClass::use>};

constexpr std::array<Field, 7> machine_fields = {{level, cpu, memory, price, family, network, use}};
constexpr Object machine{.title = "a class", .fields = machine_fields};

constexpr std::array<Field, 1> database_only = {{
    {.key = "max_connections",
     .kind = Kind::integer,
     .unit = "connections",
     .doc = "as configured; without it by the engine's formula",
     .range = {.least = 10, .most = 100000},
     .set = value<&InstanceClass::max_connections>},
}};
constexpr auto database_fields = join(machine_fields, database_only);
constexpr Object database_class{.title = "a class of databases", .fields = database_fields};

constexpr std::array<Field, 4> service_fields = {{level, price, family, use}};
constexpr Object service{.title = "a service", .fields = service_fields};

/// The name up to its last dot; without a dot a row is a family of its own.
std::string family_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

template <ClassKind Is>
void classes(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  Catalog& catalog = *static_cast<Catalog*>(owner);
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    InstanceClass one;
    one.name = entry.key;
    one.kind = Is;
    if (!reader.key_fits(field, entry)) continue;
    reader.object(*field.of, entry.value, &one);
    if (one.family.empty()) one.family = family_of(one.name);
    catalog.classes.push_back(std::move(one));
  }
}

constexpr Range factor_range{.least = 0, .most = 10, .above = true};

/// One share, or least..most.
template <PriceFactor PriceFactors::*Which>
void factor(Reader& reader, const Field& field, const Node& node, void* owner) {
  constexpr std::string_view expected = "the share of the price that is left, such as 30%, or a range of it such as 40%..60%";
  const std::size_t dots = node.kind == Node::Kind::scalar ? node.text.find("..") : std::string::npos;
  PriceFactor& target = static_cast<PriceFactors*>(owner)->*Which;
  if (dots == std::string::npos) {
    reader.read(field, node, target.least);
    target.most = target.least;
    return;
  }
  const auto part = [&](std::size_t from, std::size_t length) -> std::optional<double> {
    const std::string text = node.text.substr(from, length);
    const std::optional<Ratio> share = parse_ratio(text);
    if (share && share->value > 0 && share->value <= field.range.most && (text.ends_with('%') || share->value <= 1))
      return share->value;
    reader.complain(node.part(from, text.size()), fmt::format("{} is not a share", quote(text)), std::string(expected));
    return std::nullopt;
  };
  const auto least = part(0, dots);
  if (!least) return;
  const auto most = part(dots + 2, node.text.size() - dots - 2);
  if (!most) return;
  if (*least > *most)
    return reader.complain(node.at, fmt::format("{} is above {}", to_text(Ratio{*least}), to_text(Ratio{*most})),
                           fmt::format("{}..{}", to_text(Ratio{*most}), to_text(Ratio{*least})));
  target = {*least, *most};
}

constexpr std::array<Field, 5> factor_fields = {{
    {.key = "spot",
     .kind = Kind::ratio,
     .fallback = "100%",
     .doc =
         "what is left of the price of capacity that may be taken away; one share or least..most, of which plans count the most",
     .range = factor_range,
     .set = factor<&PriceFactors::spot>},
    {.key = "reserved",
     .kind = Kind::ratio,
     .fallback = "100%",
     .doc = "what is left if it is reserved; one share or least..most",
     .range = factor_range,
     .set = factor<&PriceFactors::reserved>},
    {.key = "arm64",
     .kind = Kind::ratio,
     .fallback = "100%",
     .doc = "what is left if it is built for arm64; one share or least..most",
     .range = factor_range,
     .set = factor<&PriceFactors::arm64>},
    {.key = "off_hours",
     .kind = Kind::ratio,
     .fallback = "100%",
     .doc = "what is left if it is switched off at night and on weekends; one share or least..most",
     .range = factor_range,
     .set = factor<&PriceFactors::off_hours>},
    {.key = "multi_az",
     .kind = Kind::number,
     .fallback = "2",
     .doc = "of a database with a standby in another zone",
     .range = {.least = 1, .most = 10},
     .set = value<&PriceFactors::multi_az>},
}};
constexpr Object factors{.title = "price factors", .fields = factor_fields};

void region_prices(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  Field one = field;
  one.kind = Kind::number;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    RegionPrice region;
    region.name = entry.key;
    if (!reader.key_fits(field, entry)) continue;
    reader.read(one, entry.value, region.factor);
    static_cast<Catalog*>(owner)->regions.push_back(std::move(region));
  }
}

constexpr std::array<Names, 1> versions = {"plimsoll/v1"};
constexpr std::array<Names, 1> kinds = {"catalog"};
constexpr std::array<Field, 10> catalog_fields = {{
    {.key = "apiVersion",
     .kind = Kind::enumeration,
     .doc = "the version of this format",
     .required = true,
     .names = versions,
     .set = fixed},
    {.key = "kind", .kind = Kind::enumeration, .doc = "that this is no stack", .required = true, .names = kinds, .set = fixed},
    {.key = "name", .doc = "the catalog's name", .required = true, .pattern = &component_name, .set = value<&Catalog::name>},
    {.key = "source", .doc = "where the figures are from and of when", .pattern = &one_line, .set = value<&Catalog::source>},
    {.key = "instances",
     .kind = Kind::map,
     .doc = "classes of machines that tiers, poolers, balancers and vector stores run on",
     .example = "{t3.medium: {cpu: 2, memory: 4GB, price: $30.37/month}}",
     .element = Kind::object,
     .keys = &class_name,
     .of = &machine,
     .set = classes<ClassKind::instance>},
    {.key = "databases",
     .kind = Kind::map,
     .doc = "classes of databases",
     .example = "{db.r6g.large: {cpu: 2, memory: 16GB, max_connections: 200}}",
     .element = Kind::object,
     .keys = &class_name,
     .of = &database_class,
     .set = classes<ClassKind::database>},
    {.key = "caches",
     .kind = Kind::map,
     .doc = "classes of caches",
     .example = "{cache.r6g.large: {memory: 13GB}}",
     .element = Kind::object,
     .keys = &class_name,
     .of = &machine,
     .set = classes<ClassKind::cache>},
    {.key = "services",
     .kind = Kind::map,
     .doc = "what is bought as it is",
     .example = "{alb: {price: $20/month}}",
     .element = Kind::object,
     .keys = &class_name,
     .of = &service,
     .set = classes<ClassKind::service>},
    {.key = "factors",
     .kind = Kind::object,
     .doc = "what ways to buy and build do to a price",
     .of = &factors,
     .set = object<&Catalog::factors>},
    {.key = "regions",
     .kind = Kind::map,
     .doc = "factor over the catalog's prices by region",
     .example = "{us-east-1: 1, eu-west-1: 1.1}",
     .range = {.least = 0, .most = 100, .above = true},
     .element = Kind::number,
     .keys = &component_name,
     .set = region_prices},
}};

/// A stack names a class without its kind.
void names_are_unique(Reader& reader, const Catalog& catalog) {
  constexpr std::array<std::string_view, 4> sections = {"instances", "databases", "caches", "services"};
  std::map<std::string_view, ClassKind> taken;
  for (const InstanceClass& row : catalog.classes) {
    const auto [first, is_new] = taken.emplace(row.name, row.kind);
    if (!is_new)
      reader.complain(reader.places().key(fmt::format("{}.{}", sections[static_cast<std::size_t>(row.kind)], row.name)),
                      fmt::format("the name '{}' is taken in '{}'", row.name, sections[static_cast<std::size_t>(first->second)]),
                      "a name of its own for every class");
  }
}

/// The rows of a family are a ladder, however they were written down: "the next size up" is the next row. A family whose sizes
/// are not all stated keeps the order of the file.
void sort_ladders(Catalog& catalog) {
  std::map<std::pair<ClassKind, std::string>, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < catalog.classes.size(); ++i)
    families[{catalog.classes[i].kind, catalog.classes[i].family}].push_back(i);
  for (const auto& [ladder, places] : families) {
    std::vector<InstanceClass> rows;
    for (const std::size_t i : places) rows.push_back(catalog.classes[i]);
    if (std::ranges::any_of(rows, [](const InstanceClass& row) { return !row.memory; })) continue;
    std::ranges::stable_sort(rows, {},
                             [](const InstanceClass& row) { return std::pair(*row.memory, row.cpu.value_or(Cores{})); });
    for (std::size_t i = 0; i < places.size(); ++i) catalog.classes[places[i]] = std::move(rows[i]);
  }
}

void finish_catalog(Reader& reader, const Node&, void* owner) {
  Catalog& catalog = *static_cast<Catalog*>(owner);
  names_are_unique(reader, catalog);
  sort_ladders(catalog);
}

}  // namespace

constinit const Object catalog{.title = "a catalog", .fields = catalog_fields, .finish = finish_catalog};

}  // namespace plimsoll::spec::tables
