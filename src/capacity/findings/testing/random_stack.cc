#include "capacity/findings/testing/random_stack.h"

#include <chrono>
#include <string>
#include <utility>

namespace plimsoll::capacity::testing_ {
namespace {

using namespace std::chrono_literals;

int number(int least, int most) { return *rc::gen::inRange(least, most + 1); }
bool chance() { return *rc::gen::arbitrary<bool>(); }
template <class T>
T one_of(std::initializer_list<T> all) {
  return *rc::gen::elementOf(std::vector<T>(all));
}
template <class T>
std::optional<T> maybe(T value) {
  return chance() ? std::optional<T>(std::move(value)) : std::nullopt;
}

double amount() { return one_of({0.0, 0.001, 0.35, 0.5, 1.0, 3.0, 50.0, 1e5, 1e12}); }
Duration time() { return one_of<Duration>({0s, 500ms, 1s, 10s, 15s, 29s, 300s, 240h}); }
Bytes bytes() { return Bytes{one_of<std::int64_t>({0, 1, 1 << 20, 700LL << 20, 1LL << 30, 33LL << 30, 1LL << 50})}; }
Cores cores() { return Cores{one_of({0.05, 0.25, 0.36, 0.5, 1.0, 4.0, 64.0})}; }
int size() { return one_of({0, 1, 5, 20, 40, 100, 400, 10'000}); }
Bounds bounds() {
  const int least = number(0, 6);
  return {least, least + number(least == 0 ? 1 : 0, 30)};
}
Money money() { return Money{amount() / 100}; }
Bought bought() {
  return {.instance_class = one_of<std::string>({"", "db.large", "m.large", "unknown"}), .price = maybe(money())};
}
When when(TimePoint now) {
  if (chance()) return {.start = one_of<std::string>({"0 3 * * *", "nonsense"}), .end = "0 5 * * 0"};
  return {.from = maybe(now + time()), .until = maybe(now + time() + 1h)};
}

RatePolicy policy() { return {chance() ? RatePolicy::Unit::instances : RatePolicy::Unit::percent, amount() + 1, time() + 1s}; }
BehaviorRules behavior_rules() {
  BehaviorRules rules{.window = time(), .tolerance = maybe(Ratio{one_of({0.0, 0.1, 0.5})}), .window_given = chance()};
  for (int i = number(0, 2); i > 0; --i) rules.policies.push_back(policy());
  return rules;
}

Scale scale(TimePoint now) {
  Scale made;
  made.like = one_of({Like::plimsoll, Like::hpa, Like::keda});
  for (int i = number(0, 3); i > 0; --i)
    made.metrics.push_back({.signal = static_cast<SignalKind>(number(0, 8)),
                            .list = one_of<std::string>({"orders", "db_latency", "missing"}),
                            .type = static_cast<TargetType>(number(0, 2)),
                            .target = amount()});
  made.behavior = {behavior_rules(), behavior_rules(), chance()};
  for (int i = number(0, 3); i > 0; --i)
    made.rules.push_back({.signal = chance() ? SignalKind::cpu : SignalKind::p95,
                          .comparison = chance() ? ThresholdRule::Comparison::above : ThresholdRule::Comparison::below,
                          .threshold = one_of({0.1, 0.3, 0.5, 0.7, 0.9}),
                          .step = number(-2, 2),
                          .percent = one_of({0.0, 50.0, -50.0})});
  for (int i = number(0, 2); i > 0; --i)
    made.schedule.push_back({.kind = chance() ? ScheduleRule::Kind::floor : ScheduleRule::Kind::exact,
                             .when = when(now),
                             .replicas = number(0, 40),
                             .why = chance() ? "sale" : ""});
  return made;
}

Use use(const std::string& component) {
  Use made;
  made.component = component;
  made.through = one_of<std::string>({"", "", "p0", "p1", "missing"});
  made.connections = one_of({0, 1, 5, 20, 10'000});
  made.overflow = one_of({0, 0, 10});
  made.reads = maybe(Ratio{0.5});
  if (chance()) made.session_features = {one_of<std::string>({"listen", "prepared_statements", "set", "else"})};
  made.calls = amount();
  made.rate = Rate{amount()};
  return made;
}

Disruption disruption() {
  Disruption made;
  switch (number(0, 3)) {
    case 0:
      made.min_available = number(0, 6);
      break;
    case 1:
      made.max_unavailable = number(0, 2);
      break;
    case 2:
      made.min_available_share = Ratio{one_of({0.0, 0.5, 0.9, 1.0})};
      break;
    default:
      made.max_unavailable_share = Ratio{one_of({0.0, 0.25, 1.0})};
  }
  return made;
}

Tier tier(const std::string& name, TimePoint now) {
  Tier made;
  made.name = name;
  made.kind = chance() ? TierKind::service : TierKind::worker;
  made.run.stop_within = time();
  made.instance.cpu = {cores(), maybe(cores())};
  made.instance.memory = maybe(RequestLimit<Bytes>{bytes(), maybe(bytes())});
  made.instance.start = time();
  made.instance.price = money();
  made.replicas = bounds();
  made.surge = number(0, 5);
  made.capacity = maybe(Capacity{.concurrency = number(1, 60), .service_mean = 1s, .service_p99 = maybe(time())});
  for (const char* component : {"d0", "d1", "c0", "x0", "missing"})
    if (chance()) made.uses.push_back(use(component));
  for (int i = number(0, 2); i > 0; --i)
    made.consumes.push_back({.list = "orders" + std::to_string(i), .per_instance = amount()});
  made.scale = scale(now);
  made.baseline = maybe(Baseline{.users = maybe(amount())});
  made.disruption = maybe(disruption());
  made.leader = maybe(Lease{time(), time(), time()});
  made.vertical = maybe(Vertical{.mode = static_cast<Vertical::Mode>(number(0, 2)), .cpu_max = maybe(Cores{4})});
  made.sessions = static_cast<SessionState>(number(0, 2));
  return made;
}

Database database(const std::string& name, TimePoint now) {
  Database made;
  made.name = name;
  made.read_replicas = number(0, 1);
  made.max_connections = size();
  made.max_connections_given = chance();
  made.reserve = {number(0, 20), number(0, 5), 0, number(0, 500)};
  made.maintenance = maybe(when(now));
  made.bought = bought();
  made.storage = {
      .size = maybe(bytes()), .max = maybe(bytes()), .used = maybe(bytes()), .act_at = Ratio{one_of({0.0, 0.7, 1.0})}};
  return made;
}

Pooler pooler(const std::string& name) {
  Pooler made;
  made.name = name;
  made.database = one_of<std::string>({"d0", "d1", "missing"});
  made.replicas = bounds();
  made.mode = static_cast<PoolMode>(number(0, 2));
  made.default_pool_size = size();
  made.max_client_conn = size();
  made.max_db_connections = size();
  made.reserve_pool_size = one_of({0, 0, 5, 60});
  for (int i = number(0, 2); i > 0; --i)
    made.table.push_back({{{"t0", number(0, 30)}, {"missing", 3}}, number(0, 5), size(), size()});
  return made;
}

Cache cache(const std::string& name) {
  Cache made;
  made.name = name;
  made.max_clients = size();
  made.maxmemory = maybe(bytes());
  made.policy = one_of<std::string>({"noeviction", "allkeys-lru", "volatile-ttl", "odd"});
  for (const CacheUse what : {CacheUse::cache, CacheUse::queue, CacheUse::session})
    if (chance()) made.used_for.push_back(what);
  made.architecture = static_cast<CacheArchitecture>(number(0, 3));
  made.shards = number(0, 4);
  made.replicas = number(0, 2);
  made.sentinels = number(1, 6);
  made.quorum = number(0, 7);
  made.memory = maybe(bytes());
  made.ops = maybe(Rate{amount()});
  made.ops_max = Rate{amount()};
  made.persistence = one_of<std::string>({"", "aof", "none"});
  made.content.ttl = maybe(time());
  made.bought = bought();
  return made;
}

Given any() {
  Given given;
  given.context.now = TimePoint{} + 24h * 365 * 56;
  Stack& stack = given.stack;
  stack.name = "any";
  if (chance()) {
    stack.balancer.emplace();
    stack.balancer->drain = time();
    stack.balancer->sticky = chance() ? "cookie" : "";
  }
  for (int i = number(0, 3); i > 0; --i) stack.tiers.push_back(tier("t" + std::to_string(i - 1), given.context.now));
  for (const char* name : {"d0", "d1"})
    if (chance()) stack.databases.push_back(database(name, given.context.now));
  for (const char* name : {"p0", "p1"})
    if (chance()) stack.poolers.push_back(pooler(name));
  if (chance()) stack.caches.push_back(cache("c0"));
  if (chance())
    stack.externals.push_back({.name = "x0", .concurrency = maybe(size()), .rate = maybe(Rate{amount()}), .p99 = maybe(time())});
  if (chance()) stack.signals.push_back({.name = "db_latency", .unit = SignalUnit::seconds});
  stack.limits = {maybe(money()), maybe(cores()), maybe(bytes()), maybe(cores()), maybe(bytes())};
  if (chance()) {
    stack.growth.emplace();
    stack.growth->users = maybe(amount());
    stack.growth->rate = maybe(Rate{amount()});
  }
  stack.budget = maybe(money());
  if (chance()) stack.regions = {{"a", {}}, {"b", Ratio{0.2}}};
  if (chance()) given.context.catalog = &catalog();
  given.context.imported = *rc::gen::weightedElement<bool>({{4, false}, {1, true}});
  return given;
}

}  // namespace

rc::Gen<Given> random_given() { return rc::gen::exec(any); }

}  // namespace plimsoll::capacity::testing_
