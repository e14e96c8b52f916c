// The spec, key by key: poolers, vector stores, externals and limits.

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Names, 3> pool_modes = {"session", "transaction", "statement"};

constexpr std::array<Field, 4> row_fields = {{
    {.key = "replicas",
     .kind = Kind::map,
     .unit = "instances",
     .doc = "up to so many instances of each tier",
     .example = "{api: 3, worker: 2}",
     .required = true,
     .range = {.least = 0, .most = 10000},
     .element = Kind::integer,
     .keys = &component_name,
     .not_empty = true,
     .set = counts<&PoolerRow::replicas>},
    {.key = "instances",
     .kind = Kind::integer,
     .unit = "instances",
     .fallback = "1",
     .doc = "of the pooler",
     .range = {.least = 1, .most = 100},
     .set = value<&PoolerRow::instances>},
    {.key = "default_pool_size",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "20",
     .doc = "of each instance of the pooler",
     .range = {.least = 1, .most = 10000},
     .set = value<&PoolerRow::default_pool_size>},
    {.key = "max_db_connections",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "of each instance of the pooler; 0: no limit of its own",
     .range = {.least = 0, .most = 10000},
     .set = value<&PoolerRow::max_db_connections>},
}};
constexpr Object row{.title = "a row of the pooler's table", .fields = row_fields};

constexpr std::array<Field, 10> own_fields = {{
    {.key = "for",
     .doc = "the database behind it",
     .required = true,
     .pattern = &component_name,
     .set = value<&Pooler::database>},
    {.key = "replicas",
     .kind = Kind::bounds,
     .unit = "instances",
     .fallback = "1",
     .doc = "how many instances of it there may be; more are added where the tiers' connections need them",
     .range = {.least = 1, .most = 100},
     .set = value<&Pooler::replicas>},
    {.key = "mode",
     .kind = Kind::enumeration,
     .fallback = "transaction",
     .doc = "how long a client keeps a server connection",
     .names = pool_modes,
     .set = value<&Pooler::mode>},
    {.key = "default_pool_size",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "20",
     .doc = "connections to the database per user and database",
     .range = {.least = 1, .most = 10000},
     .set = value<&Pooler::default_pool_size>},
    {.key = "max_client_conn",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "100",
     .doc = "clients that may be connected at once",
     .range = {.least = 1, .most = 100000},
     .set = value<&Pooler::max_client_conn>},
    {.key = "max_db_connections",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "connections to the database in all; 0: no limit of its own",
     .range = {.least = 0, .most = 10000},
     .set = value<&Pooler::max_db_connections>},
    {.key = "min_pool_size",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "kept open although nobody needs them",
     .range = {.least = 0, .most = 10000},
     .set = value<&Pooler::min_pool_size>},
    {.key = "reserve_pool_size",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "beyond default_pool_size, for clients that have waited long",
     .range = {.least = 0, .most = 10000},
     .set = value<&Pooler::reserve_pool_size>},
    {.key = "server_idle_timeout",
     .kind = Kind::duration,
     .fallback = "10m",
     .doc = "a connection to the database that nobody has used for so long is closed; 0: never",
     .set = value<&Pooler::server_idle_timeout>},
    {.key = "table",
     .kind = Kind::list,
     .doc = "its owner's table: so many instances of the tiers want such poolers",
     .example = "[{replicas: {api: 3, worker: 2}, instances: 1, default_pool_size: 25}]",
     .element = Kind::object,
     .of = &row,
     .set = objects<&Pooler::table>},
}};
constexpr auto pooler_fields = join(own_fields, bought_fields<&Pooler::bought>());
}  // namespace

constinit const Object pooler{.title = "a pooler", .fields = pooler_fields};

namespace {

constexpr std::array<Field, 2> call_fields = {{
    {.key = "p50",
     .kind = Kind::duration,
     .doc = "half of the calls are faster",
     .range = positive,
     .set = value<&External::p50>},
    {.key = "p99", .kind = Kind::duration, .doc = "99 of 100 calls are faster", .range = positive, .set = value<&External::p99>},
}};
constexpr Object call_latency{.title = "a latency", .fields = call_fields};

constexpr std::array<Field, 3> external_fields = {{
    {.key = "latency",
     .kind = Kind::object,
     .doc = "how long a call takes",
     .example = "{p50: 6s, p99: 20s}",
     .of = &call_latency,
     .set = same_owner},
    {.key = "concurrency",
     .kind = Kind::integer,
     .unit = "calls",
     .doc = "calls in flight it allows; without it any number",
     .range = {.least = 1, .most = 1000000},
     .set = value<&External::concurrency>},
    {.key = "rate",
     .kind = Kind::rate,
     .doc = "calls a second it allows; without it any number",
     .range = positive,
     .set = value<&External::rate>},
}};

constexpr std::array<Field, 2> node_fields = {{
    {.key = "cores",
     .kind = Kind::cores,
     .doc = "that one machine has for instances",
     .range = positive,
     .set = value<&plimsoll::Limits::node_cores>},
    {.key = "memory",
     .kind = Kind::bytes,
     .doc = "that one machine has for instances",
     .range = positive,
     .set = value<&plimsoll::Limits::node_memory>},
}};
constexpr Object node_limits{.title = "a machine", .fields = node_fields};

constexpr std::array<Field, 4> limits_fields = {{
    {.key = "cost",
     .kind = Kind::money,
     .doc = "of all instances whose instance.price is known",
     .range = positive,
     .set = value<&plimsoll::Limits::cost>},
    {.key = "cores",
     .kind = Kind::cores,
     .doc = "sum of the instances' CPU requests",
     .range = positive,
     .set = value<&plimsoll::Limits::cores>},
    {.key = "memory",
     .kind = Kind::bytes,
     .doc = "sum of the instances' memory requests",
     .range = positive,
     .set = value<&plimsoll::Limits::memory>},
    {.key = "node",
     .kind = Kind::object,
     .doc = "one machine of them: an instance must fit on it",
     .example = "{cores: 4, memory: 16GB}",
     .of = &node_limits,
     .set = same_owner},
}};

}  // namespace

constinit const Object external{.title = "an external", .fields = external_fields};
constinit const Object limits{.title = "limits", .fields = limits_fields};

}  // namespace plimsoll::spec::tables
