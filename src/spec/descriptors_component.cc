// The spec, key by key: databases, poolers, caches, externals and limits.

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr Range connections{.least = 0, .most = 10000};
constexpr std::array<Field, 4> reserve_fields = {{
    {.key = "superuser",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "3",
     .doc = "Postgres' superuser_reserved_connections",
     .range = connections,
     .set = value<&ConnectionReserve::superuser>},
    {.key = "monitoring",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "for exporters and the collectors of plimsoll",
     .range = connections,
     .set = value<&ConnectionReserve::monitoring>},
    {.key = "replication",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "for read replicas and backups",
     .range = connections,
     .set = value<&ConnectionReserve::replication>},
    {.key = "admin",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "for people",
     .range = connections,
     .set = value<&ConnectionReserve::admin>},
}};
constexpr Object reserve{.title = "a reserve", .fields = reserve_fields};

constexpr std::array<Names, 1> database_engines = {"postgres"};
constexpr std::array<Names, 5> managed_settings = {"port", "listen_addresses", "data_directory", "unix_socket_directories",
                                                   "max_connections"};
constexpr std::array<Field, 6> database_fields = {{
    {.key = "engine",
     .kind = Kind::enumeration,
     .fallback = "postgres",
     .doc = "the database's program",
     .names = database_engines,
     .set = fixed},
    {.key = "read_replicas",
     .kind = Kind::integer,
     .unit = "copies",
     .fallback = "0",
     .doc = "streaming copies that answer reads",
     .range = {.least = 0, .most = 8},
     .set = value<&Database::read_replicas>},
    {.key = "max_connections",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "100",
     .doc = "the server's own limit",
     .range = {.least = 10, .most = 10000},
     .set = value<&Database::max_connections>},
    {.key = "reserve",
     .kind = Kind::object,
     .doc = "connections no tier may have",
     .of = &reserve,
     .set = object<&Database::reserve>},
    {.key = "maintenance",
     .kind = Kind::object,
     .doc = "when it may be restarted; without it never unless told to",
     .of = &window,
     .set = object<&Database::maintenance>},
    {.key = "settings",
     .kind = Kind::map,
     .doc = "postgresql.conf",
     .example = "{work_mem: 4MB}",
     .environment = true,
     .pattern = &one_line,
     .element = Kind::string,
     .keys = &setting_name,
     .taken = managed_settings,
     .taken_by = "plimsoll sets port, listen_addresses, data_directory and unix_socket_directories; max_connections is a key of "
                 "the database",
     .set = value<&Database::settings>},
}};
}  // namespace

constinit const Object database{.title = "a database", .fields = database_fields};

namespace {

constexpr std::array<Names, 3> pool_modes = {"session", "transaction", "statement"};
constexpr std::array<Field, 6> pooler_fields = {{
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
}};
}  // namespace

constinit const Object pooler{.title = "a pooler", .fields = pooler_fields};

namespace {

constexpr std::array<Names, 1> cache_engines = {"redis"};
constexpr std::array<Names, 3> cache_uses = {"cache", "queue", "session"};
constexpr std::array<Names, 8> eviction = {"noeviction",   "allkeys-lru",  "allkeys-lfu",     "allkeys-random",
                                           "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"};

void eviction_policy(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) static_cast<Cache*>(owner)->policy = field.names[*index];
}

constexpr std::array<Field, 5> cache_fields = {{
    {.key = "engine",
     .kind = Kind::enumeration,
     .fallback = "redis",
     .doc = "the cache's program",
     .names = cache_engines,
     .set = fixed},
    {.key = "max_clients",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "10000",
     .doc = "clients that may be connected at once",
     .range = {.least = 1, .most = 1000000},
     .set = value<&Cache::max_clients>},
    {.key = "maxmemory",
     .kind = Kind::bytes,
     .doc = "memory for data; without it as much as the machine has",
     .range = {.least = 1 << 20, .most = 0x1p50},
     .set = value<&Cache::maxmemory>},
    {.key = "policy",
     .kind = Kind::enumeration,
     .fallback = "noeviction",
     .doc = "what goes when the memory is full",
     .names = eviction,
     .set = eviction_policy},
    {.key = "used_for",
     .kind = Kind::list,
     .doc = "what the tiers keep in it; lists of jobs live in the one used for queue",
     .required = true,
     .names = cache_uses,
     .element = Kind::enumeration,
     .not_empty = true,
     .set = names<&Cache::used_for>},
}};
}  // namespace

constinit const Object cache{.title = "a cache", .fields = cache_fields};

namespace {

constexpr std::array<Field, 2> external_fields = {{
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

constexpr std::array<Field, 3> limits_fields = {{
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
}};

}  // namespace

constinit const Object external{.title = "an external", .fields = external_fields};
constinit const Object limits{.title = "limits", .fields = limits_fields};

}  // namespace plimsoll::spec::tables
