// The spec, key by key: the top of the file. What a reader of the file may write stands in these tables and nowhere else.

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec {
namespace tables {
namespace {

constexpr std::array<Field, 3> latency_fields = {{
    {.key = "p50",
     .kind = Kind::duration,
     .doc = "half of the requests are faster",
     .range = positive,
     .set = value<&Objectives::p50>},
    {.key = "p95",
     .kind = Kind::duration,
     .doc = "95 of 100 requests are faster",
     .range = positive,
     .set = value<&Objectives::p95>},
    {.key = "p99",
     .kind = Kind::duration,
     .doc = "99 of 100 requests are faster",
     .range = positive,
     .set = value<&Objectives::p99>},
}};
constexpr Object latency{.title = "a latency objective", .fields = latency_fields};

constexpr std::array<Field, 3> objectives_fields = {{
    {.key = "latency", .kind = Kind::object, .doc = "how long a request may take", .of = &latency, .set = same_owner},
    {.key = "errors",
     .kind = Kind::ratio,
     .doc = "share of requests that may fail",
     .range = share,
     .set = value<&Objectives::errors>},
    {.key = "age",
     .kind = Kind::duration,
     .doc = "how long a worker's oldest job may have waited",
     .range = positive,
     .set = value<&Objectives::age>},
}};
}  // namespace

constinit const Object objectives{.title = "objectives", .fields = objectives_fields};

namespace {

void profiles(Reader& reader, const Field& field, const Node& node, void*) {
  if (!reader.is_map(field, node)) return;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    Profile one;
    one.name = entry.key;
    reader.key_fits(field, entry);
    reader.object(*field.of, entry.value, &one);
    reader.draft().profiles.push_back(std::move(one));
  }
}

constexpr std::array<Names, 1> versions = {"plimsoll/v1"};
constexpr std::array<Field, 17> stack_fields = {{
    {.key = "apiVersion",
     .kind = Kind::enumeration,
     .doc = "the version of this format",
     .required = true,
     .names = versions,
     .set = fixed},
    {.key = "name",
     .doc = "the stack's name, also of its folder under .plimsoll/",
     .required = true,
     .pattern = &component_name,
     .set = value<&Stack::name>},
    {.key = "objectives",
     .kind = Kind::object,
     .doc = "what the stack owes its users",
     .of = &objectives,
     .set = object<&Stack::objectives>},
    {.key = "balancer",
     .kind = Kind::object,
     .doc = "in front of the service tier",
     .of = &balancer,
     .set = object<&Stack::balancer>},
    {.key = "signals",
     .kind = Kind::map,
     .doc = "figures of your own, for targets, rules and formulas of every tier",
     .example = "{pool_used: {from: json, path: /stats, pointer: /pool/used, unit: ratio}}",
     .element = Kind::object,
     .keys = &signal_name,
     .taken = signal_names,
     .taken_by = "cpu, memory, requests_per_second, queued_requests, p95, p99, backlog and errors are built in",
     .of = &signal,
     .set = named<&Stack::signals, &NamedSignal::name>},
    {.key = "profiles",
     .kind = Kind::map,
     .doc = "figures under one name for scale: {profile: NAME}; beside normal, high-throughput, cost-sensitive and batch, or in "
            "their place",
     .example = "{calm: {poll: 1m, cooldown: 10m}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &profile,
     .set = profiles},
    {.key = "tiers",
     .kind = Kind::map,
     .doc = "what runs in several instances",
     .example = "{api: {kind: service, run: {command: [plimsoll-app, api]}}}",
     .required = true,
     .element = Kind::object,
     .keys = &component_name,
     .of = &tier,
     .not_empty = true,
     .set = named<&Stack::tiers, &Tier::name>},
    {.key = "databases",
     .kind = Kind::map,
     .doc = "databases by name",
     .example = "{main: {}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &database,
     .set = named<&Stack::databases, &Database::name>},
    {.key = "poolers",
     .kind = Kind::map,
     .doc = "connection poolers (PgBouncer) by name",
     .example = "{pooler: {for: main}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &pooler,
     .set = named<&Stack::poolers, &Pooler::name>},
    {.key = "caches",
     .kind = Kind::map,
     .doc = "caches (Redis) by name",
     .example = "{redis: {used_for: [cache]}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &cache,
     .set = named<&Stack::caches, &Cache::name>},
    {.key = "externals",
     .kind = Kind::map,
     .doc = "what the tiers call that nobody here can scale, by name",
     .example = "{llm: {concurrency: 50, rate: 10rps}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &external,
     .set = named<&Stack::externals, &External::name>},
    {.key = "vector_stores",
     .kind = Kind::map,
     .doc = "vector databases (Qdrant) by name",
     .example = "{qdrant: {nodes: 3}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &vector_store,
     .set = named<&Stack::vector_stores, &VectorStore::name>},
    {.key = "limits",
     .kind = Kind::object,
     .doc = "what all tiers together may use",
     .of = &limits,
     .set = object<&Stack::limits>},
    {.key = "growth",
     .kind = Kind::object,
     .doc = "where the load is and where it goes, for plan",
     .of = &growth,
     .set = object<&Stack::growth>},
    {.key = "budget",
     .kind = Kind::money,
     .doc = "what the whole stack may cost; check and plan compare with it, limits.cost bounds the controller",
     .range = positive,
     .set = value<&Stack::budget>},
    {.key = "catalog",
     .doc = "what can be bought and for how much: the name of a catalog that plimsoll brings, or a file",
     .pattern = &catalog_name,
     .set = value<&Stack::catalog>},
    {.key = "regions",
     .kind = Kind::map,
     .doc = "the stack stands in each of them; for plan and cost, nothing is controlled across regions",
     .example = "{us-east-1: {share: 50%}, eu-west-1: {}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &region,
     .set = named<&Stack::regions, &Region::name>},
}};
constexpr Object stack{.title = "a stack", .fields = stack_fields};

}  // namespace
}  // namespace tables

const Object& root_object() { return tables::stack; }

}  // namespace plimsoll::spec
