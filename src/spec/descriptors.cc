// The spec, key by key. What a reader of the file may write stands here and nowhere else.

#include <array>
#include <type_traits>

#include "spec/descriptor.h"
#include "spec/reader.h"

namespace plimsoll::spec {
namespace {

// --- setters: one template per shape ---------------------------------------------------------------------------------

template <class T>
struct MemberOf;
template <class Owner, class Value>
struct MemberOf<Value Owner::*> {
  using owner = Owner;
  using value = Value;
};
template <auto Member>
using OwnerOf = typename MemberOf<decltype(Member)>::owner;
template <auto Member>
using ValueOf = typename MemberOf<decltype(Member)>::value;

template <auto Member>
auto& member(void* owner) {
  return static_cast<OwnerOf<Member>*>(owner)->*Member;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A scalar, a list of texts or a map of texts.
template <auto Member>
void value(Reader& reader, const Field& field, const Node& node, void* owner) {
  auto& target = member<Member>(owner);
  if constexpr (IsOptional<ValueOf<Member>>::value) {
    reader.read(field, node, target.emplace());
  } else if constexpr (std::is_enum_v<ValueOf<Member>>) {
    if (const auto index = reader.read_name(field, node)) target = static_cast<ValueOf<Member>>(*index);
  } else {
    reader.read(field, node, target);
  }
}

/// Only one value exists so far; it is checked and needs no place in the model.
void fixed(Reader& reader, const Field& field, const Node& node, void*) { reader.read_name(field, node); }

template <auto Member>
void object(Reader& reader, const Field& field, const Node& node, void* owner) {
  auto& target = member<Member>(owner);
  if constexpr (IsOptional<ValueOf<Member>>::value)
    reader.object(*field.of, node, &target.emplace());
  else
    reader.object(*field.of, node, &target);
}

/// Keys one level down in the file that belong to the same struct of the model.
void same_owner(Reader& reader, const Field& field, const Node& node, void* owner) { reader.object(*field.of, node, owner); }

template <auto Member>
void names(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  for (const Node& item : node.items)
    if (const auto index = reader.read_name(field, item))
      member<Member>(owner).push_back(static_cast<typename ValueOf<Member>::value_type>(*index));
}

template <auto Member>
void objects(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  std::size_t index = 0;
  for (const Node& item : node.items) {
    const Reader::Within within(reader, "[" + std::to_string(index++) + "]", item.at, item);
    typename ValueOf<Member>::value_type one;
    reader.object(*field.of, item, &one);
    member<Member>(owner).push_back(std::move(one));
  }
}

/// name: {…} pairs; the name goes into the member Name. Kept even if something in it is wrong, so that references to it hold.
template <auto Member, auto Name>
void named(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    OwnerOf<Name> one;
    one.*Name = entry.key;
    if constexpr (requires { one.at; }) one.at = entry.at;
    reader.key_fits(field, entry);
    reader.object(*field.of, entry.value, &one);
    member<Member>(owner).push_back(std::move(one));
  }
}

// --- setters of keys that are not members one to one -----------------------------------------------------------------

void listen(Reader& reader, const Field& field, const Node& node, void* owner) {
  Balancer& balancer = *static_cast<Balancer*>(owner);
  reader.read_address(field, node, balancer.address, balancer.listen);
}

template <SignalKind Signal>
void utilization(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  target.signal = Signal;
  target.type = TargetType::utilization;
  reader.read(field, node, target.target);
}

constexpr std::array<std::string_view, 2> average_signals = {"requests_per_second", "queued_requests"};

void average_signal(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  target.type = TargetType::average;
  if (const auto index = reader.read_name(field, node))
    target.signal = *index == 0 ? SignalKind::requests_per_second : SignalKind::queued_requests;
}

/// Requests per second are a rate, queued requests a number.
void average(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  Field of_signal = field;
  if (target.signal == SignalKind::queued_requests) of_signal.kind = Kind::number;
  reader.read(of_signal, node, target.target);
}

template <RatePolicy::Unit Unit>
void policy_amount(Reader& reader, const Field& field, const Node& node, void* owner) {
  RatePolicy& policy = *static_cast<RatePolicy*>(owner);
  policy.unit = Unit;
  reader.read(field, node, policy.amount);
}

void policy_instances(Reader& reader, const Field& field, const Node& node, void* owner) {
  int amount = 0;
  reader.read(field, node, amount);
  *static_cast<RatePolicy*>(owner) = {RatePolicy::Unit::instances, static_cast<double>(amount),
                                      static_cast<RatePolicy*>(owner)->every};
}

void rule_when(Reader& reader, const Field& field, const Node& node, void* owner) {
  Condition condition;
  reader.read(field, node, condition);
  ThresholdRule& rule = *static_cast<ThresholdRule*>(owner);
  rule.signal = condition.signal;
  rule.list = condition.list;
  rule.comparison = condition.comparison;
  rule.threshold = condition.threshold;
}

template <int Sign>
void rule_step(Reader& reader, const Field& field, const Node& node, void* owner) {
  int step = 0;
  reader.read(field, node, step);
  static_cast<ThresholdRule*>(owner)->step = Sign * step;
}

// --- the tables ------------------------------------------------------------------------------------------------------

using Names = std::string_view;
constexpr Range positive{.least = 0, .above = true};
constexpr Range share{.least = 0, .most = 1};

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

constexpr std::array<Field, 2> objectives_fields = {{
    {.key = "latency", .kind = Kind::object, .doc = "how long a request may take", .of = &latency, .set = same_owner},
    {.key = "errors",
     .kind = Kind::ratio,
     .doc = "share of requests that may fail",
     .range = share,
     .set = value<&Objectives::errors>},
}};
constexpr Object objectives{.title = "objectives", .fields = objectives_fields};

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

constexpr std::array<Names, 1> balancer_engines = {"haproxy"};
constexpr std::array<Names, 4> algorithms = {"roundrobin", "leastconn", "random", "source"};
constexpr std::array<Field, 6> balancer_fields = {{
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
}};
constexpr Object balancer{.title = "a balancer", .fields = balancer_fields};

constexpr std::array<Names, 6> contract_variables = {"PORT",      "INSTANCE", "DATABASE_URL", "DATABASE_READ_URL",
                                                     "REDIS_URL", "QUEUES"};
constexpr std::array<Field, 6> run_fields = {{
    {.key = "command",
     .kind = Kind::list,
     .doc = "program and arguments; started as they stand, no shell between",
     .example = "[plimsoll-app, api]",
     .required = true,
     .element = Kind::string,
     .not_empty = true,
     .set = value<&Run::command>},
    {.key = "env",
     .kind = Kind::map,
     .doc = "environment of the instance, beside what plimsoll sets; the place for secrets: \"${NAME}\"",
     .environment = true,
     .element = Kind::string,
     .keys = &variable_name,
     .taken = contract_variables,
     .taken_by = "plimsoll sets PORT, INSTANCE, DATABASE_URL, DATABASE_READ_URL, REDIS_URL and QUEUES",
     .set = value<&Run::env>},
    {.key = "ready",
     .fallback = "/ready",
     .doc = "path that answers 200 once the instance can work",
     .pattern = &url_path,
     .set = value<&Run::ready>},
    {.key = "metrics",
     .doc = "path of the instance's Prometheus text; p95 and p99 come from there",
     .pattern = &url_path,
     .set = value<&Run::metrics>},
    {.key = "ready_within",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an instance not ready by then has failed to start",
     .range = positive,
     .set = value<&Run::ready_within>},
    {.key = "stop_within",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an instance still there so long after SIGTERM is killed",
     .range = positive,
     .set = value<&Run::stop_within>},
}};
constexpr Object run{.title = "run", .fields = run_fields};

constexpr std::array<Field, 2> instance_fields = {{
    {.key = "cpu",
     .kind = Kind::cores_range,
     .fallback = "1",
     .doc = "CPU of one instance; utilization is measured against the request",
     .range = {.least = 0.01, .most = 1024},
     .set = value<&InstanceResources::cpu>},
    {.key = "memory",
     .kind = Kind::bytes_range,
     .doc = "memory of one instance; past the limit it is killed",
     .range = {.least = 1 << 20, .most = 0x1p50},
     .set = value<&InstanceResources::memory>},
}};
constexpr Object instance{.title = "an instance's resources", .fields = instance_fields};

constexpr std::array<Field, 2> use_fields = {{
    {.key = "through",
     .doc = "a pooler in front of the database; without it instances connect directly",
     .pattern = &component_name,
     .set = value<&Use::through>},
    {.key = "connections",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "5",
     .doc = "largest pool one instance opens to a database",
     .range = {.least = 1, .most = 10000},
     .set = value<&Use::connections>},
}};
constexpr Object use{.title = "the use of a component", .fields = use_fields};

constexpr std::array<Field, 1> queue_fields = {{
    {.key = "per_instance",
     .kind = Kind::number,
     .unit = "jobs",
     .doc = "waiting jobs one instance is given; wanted = jobs / per_instance",
     .required = true,
     .range = positive,
     .set = value<&QueueTarget::per_instance>},
}};
constexpr Object queue{.title = "a queue", .fields = queue_fields};

constexpr std::array<Names, 3> metric_choice = {"cpu", "memory", "signal"};
constexpr std::array<Field, 4> metric_fields = {{
    {.key = "cpu",
     .kind = Kind::ratio,
     .doc = "mean CPU of the ready instances, of their request",
     .range = {.least = 0, .most = 100, .above = true},
     .set = utilization<SignalKind::cpu>},
    {.key = "memory",
     .kind = Kind::ratio,
     .doc = "mean memory of the ready instances, of their request",
     .range = {.least = 0, .most = 100, .above = true},
     .set = utilization<SignalKind::memory>},
    {.key = "signal",
     .kind = Kind::enumeration,
     .doc = "a figure of the whole tier, shared out evenly",
     .names = average_signals,
     .with = "average",
     .set = average_signal},
    {.key = "average",
     .kind = Kind::rate,
     .doc = "what one instance should have of the signal",
     .range = positive,
     .with = "signal",
     .set = average},
}};
constexpr Object metric{.title = "a target", .fields = metric_fields, .exactly_one = metric_choice};

constexpr std::array<Names, 2> policy_choice = {"instances", "percent"};
constexpr std::array<Field, 3> policy_fields = {{
    {.key = "instances",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "largest change within the period",
     .range = {.least = 1, .most = 10000},
     .set = policy_instances},
    {.key = "percent",
     .kind = Kind::number,
     .unit = "percent",
     .doc = "largest change within the period, of the replicas at its start",
     .range = {.least = 0, .most = 10000, .above = true},
     .set = policy_amount<RatePolicy::Unit::percent>},
    {.key = "every",
     .kind = Kind::duration,
     .doc = "length of the sliding period",
     .required = true,
     .range = positive,
     .set = value<&RatePolicy::every>},
}};
constexpr Object policy{.title = "a rate policy", .fields = policy_fields, .exactly_one = policy_choice};

constexpr Names policies_doc =
    "how fast the count may change; of several the one that allows most counts; none: as fast as wanted";
constexpr std::array<Field, 2> up_fields = {{
    {.key = "window",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "the lowest proposal of this time is followed",
     .set = value<&BehaviorRules::window>},
    {.key = "policies",
     .kind = Kind::list,
     .doc = policies_doc,
     .example = "[{instances: 2, every: 30s}]",
     .element = Kind::object,
     .of = &policy,
     .set = objects<&BehaviorRules::policies>},
}};
constexpr std::array<Field, 2> down_fields = {{
    {.key = "window",
     .kind = Kind::duration,
     .fallback = "1m",
     .doc = "the highest proposal of this time is followed",
     .set = value<&BehaviorRules::window>},
    {.key = "policies",
     .kind = Kind::list,
     .doc = policies_doc,
     .example = "[{instances: 2, every: 30s}]",
     .element = Kind::object,
     .of = &policy,
     .set = objects<&BehaviorRules::policies>},
}};
constexpr Object up{.title = "the behavior upwards", .fields = up_fields};
constexpr Object down{.title = "the behavior downwards", .fields = down_fields};
constexpr std::array<Field, 2> behavior_fields = {{
    {.key = "up", .kind = Kind::object, .doc = "adding instances", .of = &up, .set = object<&Behavior::up>},
    {.key = "down", .kind = Kind::object, .doc = "removing instances", .of = &down, .set = object<&Behavior::down>},
}};
constexpr Object behavior{.title = "a behavior", .fields = behavior_fields};

constexpr std::array<Names, 2> rule_choice = {"add", "remove"};
constexpr std::array<Field, 5> rule_fields = {{
    {.key = "when", .kind = Kind::condition, .doc = "SIGNAL > QUANTITY or SIGNAL < QUANTITY", .required = true, .set = rule_when},
    {.key = "for",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "the condition must have held all this time",
     .set = value<&ThresholdRule::held>},
    {.key = "every",
     .kind = Kind::duration,
     .doc = "least time between two steps of this rule",
     .required = true,
     .range = positive,
     .set = value<&ThresholdRule::every>},
    {.key = "add",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "instances to add",
     .range = {.least = 1, .most = 10000},
     .set = rule_step<1>},
    {.key = "remove",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "instances to remove",
     .range = {.least = 1, .most = 10000},
     .set = rule_step<-1>},
}};
constexpr Object rule{.title = "a rule", .fields = rule_fields, .exactly_one = rule_choice};

constexpr std::array<Field, 4> scale_fields = {{
    {.key = "tolerance",
     .kind = Kind::ratio,
     .fallback = "10%",
     .doc = "a target missed by less than this share changes nothing",
     .range = share,
     .set = value<&Scale::tolerance>},
    {.key = "metrics",
     .kind = Kind::list,
     .doc = "targets; the one that wants most instances wins",
     .example = "[{cpu: 70%}]",
     .element = Kind::object,
     .of = &metric,
     .set = objects<&Scale::metrics>},
    {.key = "behavior",
     .kind = Kind::object,
     .doc = "how fast and how calmly the count follows",
     .of = &behavior,
     .set = object<&Scale::behavior>},
    {.key = "rules",
     .kind = Kind::list,
     .doc = "steps taken while a condition holds",
     .example = "[{when: cpu > 70%, every: 60s, add: 1}]",
     .element = Kind::object,
     .of = &rule,
     .set = objects<&Scale::rules>},
}};
constexpr Object scale{.title = "scale", .fields = scale_fields};

constexpr std::array<Names, 2> tier_kinds = {"service", "worker"};
constexpr std::array<Field, 9> tier_fields = {{
    {.key = "kind",
     .kind = Kind::enumeration,
     .doc = "service: has requests from the balancer; worker: takes jobs from lists",
     .required = true,
     .names = tier_kinds,
     .set = value<&Tier::kind>},
    {.key = "run",
     .kind = Kind::object,
     .doc = "how one instance is started and asked for its health",
     .required = true,
     .of = &run,
     .set = object<&Tier::run>},
    {.key = "instance",
     .kind = Kind::object,
     .doc = "resources of one instance",
     .of = &instance,
     .set = object<&Tier::instance>},
    {.key = "replicas",
     .kind = Kind::bounds,
     .unit = "instances",
     .fallback = "1",
     .doc = "how many instances there may be",
     .range = {.least = 0, .most = 10000},
     .set = value<&Tier::replicas>},
    {.key = "uses",
     .kind = Kind::map,
     .doc = "databases and caches the instances talk to",
     .example = "{main: {connections: 5}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &use,
     .set = named<&Tier::uses, &Use::component>},
    {.key = "publishes",
     .kind = Kind::list,
     .doc = "lists the instances push jobs to",
     .example = "[jobs]",
     .pattern = &list_name,
     .element = Kind::string,
     .set = value<&Tier::publishes>},
    {.key = "consumes",
     .kind = Kind::map,
     .doc = "lists a worker takes jobs from",
     .example = "{jobs: {per_instance: 20}}",
     .element = Kind::object,
     .keys = &list_name,
     .of = &queue,
     .set = named<&Tier::consumes, &QueueTarget::list>},
    {.key = "objectives",
     .kind = Kind::object,
     .doc = "this tier's own objectives in place of the stack's",
     .of = &objectives,
     .set = object<&Tier::objectives>},
    {.key = "scale",
     .kind = Kind::object,
     .doc = "what decides the count between the bounds",
     .of = &scale,
     .set = object<&Tier::scale>},
}};
constexpr Object tier{.title = "a tier", .fields = tier_fields};

constexpr std::array<Names, 1> database_engines = {"postgres"};
constexpr std::array<Names, 5> managed_settings = {"port", "listen_addresses", "data_directory", "unix_socket_directories",
                                                   "max_connections"};
constexpr std::array<Field, 4> database_fields = {{
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
constexpr Object database{.title = "a database", .fields = database_fields};

constexpr std::array<Names, 3> pool_modes = {"session", "transaction", "statement"};
constexpr std::array<Field, 5> pooler_fields = {{
    {.key = "for",
     .doc = "the database behind it",
     .required = true,
     .pattern = &component_name,
     .set = value<&Pooler::database>},
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
constexpr Object pooler{.title = "a pooler", .fields = pooler_fields};

constexpr std::array<Names, 1> cache_engines = {"redis"};
constexpr std::array<Names, 3> cache_uses = {"cache", "queue", "session"};
constexpr std::array<Names, 8> eviction = {"noeviction",   "allkeys-lru",  "allkeys-lfu",     "allkeys-random",
                                           "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"};

void eviction_policy(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) static_cast<Cache*>(owner)->policy = field.names[*index];
}

constexpr std::array<Field, 4> cache_fields = {{
    {.key = "engine",
     .kind = Kind::enumeration,
     .fallback = "redis",
     .doc = "the cache's program",
     .names = cache_engines,
     .set = fixed},
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
constexpr Object cache{.title = "a cache", .fields = cache_fields};

constexpr std::array<Names, 1> versions = {"plimsoll/v1"};
constexpr std::array<Field, 8> stack_fields = {{
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
}};
constexpr Object stack{.title = "a stack", .fields = stack_fields};

}  // namespace

const Object& root_object() { return stack; }

}  // namespace plimsoll::spec
