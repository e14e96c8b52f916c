// The spec, key by key: the balancer.

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

void listen(Reader& reader, const Field& field, const Node& node, void* owner) {
  Balancer& target = *static_cast<Balancer*>(owner);
  reader.read_address(field, node, target.address, target.listen);
}

constexpr std::array<Field, 3> health_fields = {{
    {.key = "path",
     .fallback = "/ready",
     .doc = "asked of every instance; 200 means it may have requests",
     .pattern = &url_path,
     .set = value<&HealthCheck::path>},
    {.key = "every",
     .kind = Kind::duration,
     .fallback = "1s",
     .doc = "time between two checks",
     .range = positive,
     .set = value<&HealthCheck::every>},
    {.key = "timeout",
     .kind = Kind::duration,
     .fallback = "1s",
     .doc = "longest wait for the answer of a check",
     .range = positive,
     .set = value<&HealthCheck::timeout>},
}};
constexpr Object health{.title = "a health check", .fields = health_fields};

constexpr std::array<Names, 3> balancer_engines = {"haproxy", "nginx", "traefik"};
constexpr std::array<Names, 4> algorithms = {"roundrobin", "leastconn", "random", "source"};
constexpr std::array<Field, 9> own_fields = {{
    {.key = "engine",
     .kind = Kind::enumeration,
     .fallback = "haproxy",
     .doc = "the program that balances",
     .names = balancer_engines,
     .set = value<&Balancer::engine>},
    {.key = "listen",
     .kind = Kind::address,
     .fallback = "127.0.0.1:8080",
     .doc = "where clients connect; a port alone is on loopback",
     .set = listen},
    {.key = "algorithm",
     .kind = Kind::enumeration,
     .fallback = "leastconn",
     .doc = "how an instance is chosen for a request",
     .names = algorithms,
     .set = value<&Balancer::algorithm>},
    {.key = "health",
     .kind = Kind::object,
     .doc = "how the balancer finds out which instances are well",
     .of = &health,
     .set = object<&Balancer::health>},
    {.key = "drain",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "longest wait for an instance's requests to end before it is stopped",
     .set = value<&Balancer::drain>},
    {.key = "timeout",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "longest wait for an instance's answer",
     .range = positive,
     .set = value<&Balancer::timeout>},
    {.key = "sticky",
     .doc = "the cookie that keeps a client on its instance; without it each request goes where it is best",
     .pattern = &cookie_name,
     .set = value<&Balancer::sticky>},
    {.key = "client_rate",
     .kind = Kind::rate,
     .doc = "requests one client address may make; without it any number",
     .range = positive,
     .set = value<&Balancer::client_rate>},
    {.key = "client_burst",
     .kind = Kind::integer,
     .unit = "requests",
     .fallback = "0",
     .doc = "beyond client_rate, at once",
     .range = {.least = 0, .most = 1000000},
     .with = "client_rate",
     .set = value<&Balancer::client_burst>},
}};
constexpr auto balancer_fields = join(own_fields, bought_fields<&Balancer::bought>());

}  // namespace

constinit const Object balancer{.title = "a balancer", .fields = balancer_fields};

}  // namespace plimsoll::spec::tables
