#pragma once
// The stack as its owner describes it: what the spec file says, with defaults filled in. Values only; names refer to
// components by name until decide::compile turns them into ids. Units and defaults of each key: src/spec/descriptors*.cc.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/ids.h"
#include "core/time.h"
#include "core/units.h"

namespace plimsoll {

/// Replicas a tier may have; 0 <= min <= max, max >= 1.
struct Bounds {
  int min = 1;
  int max = 1;
  [[nodiscard]] bool contains(int n) const { return n >= min && n <= max; }
  [[nodiscard]] int clamp(int n) const { return n < min ? min : n > max ? max : n; }
  bool operator==(const Bounds&) const = default;
};

/// What the service owes its users; absent means nothing is promised.
struct Objectives {
  std::optional<Duration> p50, p95, p99;
  std::optional<Ratio> errors;
  std::optional<Duration> age;  // workers: of the oldest job that waits
};

/// How something is bought and built; what that does to a class's price is in the catalog's factors.
enum class Market { on_demand, spot, reserved };
enum class Arch { amd64, arm64 };

/// Of a component, or of one instance of a tier. A price beats the class's; what neither says is unknown, never zero.
struct Bought {
  std::string instance_class;  // a row of the catalog (`class`); empty: none
  std::optional<Money> price;  // of one of it
  Market market = Market::on_demand;
  Arch arch = Arch::amd64;
};

/// What a component should be for so many users (H12, H16): the first row whose `users` is not below the load holds.
struct SizeStep {
  double users = 0;  // this size carries so many; > 0, rising from row to row
  std::string instance_class;
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;
  std::optional<Money> price;
};

enum class BalancerEngine { haproxy, nginx, traefik };
enum class BalancerAlgorithm { roundrobin, leastconn, random, source };

struct HealthCheck {
  std::string path = "/ready";
  Duration every = std::chrono::seconds(1);
  Duration timeout = std::chrono::seconds(1);
};

struct Balancer {
  BalancerEngine engine = BalancerEngine::haproxy;
  std::uint16_t listen = 8080;
  std::string address = "127.0.0.1";
  BalancerAlgorithm algorithm = BalancerAlgorithm::leastconn;
  HealthCheck health;
  Bought bought;                                // price: of the balancer itself
  std::string sticky;                           // the cookie that keeps a client on its instance; empty: none
  std::optional<Rate> client_rate;              // requests per second one client address may make; absent: any
  int client_burst = 0;                         // beyond that rate, at once
  Duration drain = std::chrono::seconds(30);    // longest wait for an instance's sessions to end
  Duration timeout = std::chrono::seconds(30);  // longest wait for an instance's answer
};

enum class TierKind { service, worker };

/// How an orchestrator asks an instance; defaults are Kubernetes' own.
struct Probe {
  Duration after{};                            // the first one, from the start of the container
  Duration every = std::chrono::seconds(10);   // between two
  Duration timeout = std::chrono::seconds(1);  // no answer by then is a failure
  int failures = 3;                            // in a row, until it counts
  bool operator==(const Probe&) const = default;
};

/// How one instance is started. It finds its place through the environment (PORT, INSTANCE, DATABASE_URL, …).
struct Run {
  std::vector<std::string> command;                  // empty: not run by `up`
  std::string image;                                 // of a container; may be empty
  std::map<std::string, std::string> env;            // added to the instance contract's own
  std::string ready = "/ready";                      // must answer 200 before the balancer hears of it
  std::string live;                                  // answers while the instance is worth keeping; empty: not asked
  Probe ready_probe, live_probe;                     // of containers; this machine's balancer has its own health check
  std::string metrics;                               // Prometheus text; empty: none
  Duration ready_within = std::chrono::seconds(30);  // later than that the start has failed
  Duration stop_within = std::chrono::seconds(30);   // SIGTERM to SIGKILL
};

/// What one instance can do, as measured (`load --learn`) or stated: the ground of the capacity policy.
struct Capacity {
  int concurrency = 1;                  // requests (jobs) it works on at once, >= 1
  Duration service_mean{};              // of one request on an idle instance, > 0
  std::optional<Duration> service_p99;  // >= service_mean; absent: exponential service times are assumed
  std::string arrivals;                 // named signal with the tier's arrivals per second; empty: a service's at the balancer
  Ratio utilization_max{0.8};           // of the servers, however good the latency
};

/// One kind of work (T6). Written as a rate, kinds share an instance's strength; written as a number, each has places of its own.
struct WorkKind {
  std::string name;         // "simple", "websockets"
  double per_instance = 0;  // per second, or at once; > 0
  bool shares = false;
};

/// What one instance of the present size was seen to carry (H1): the ground of `plan`, not of live decisions.
struct Baseline {
  std::optional<double> users;  // concurrent
  std::optional<Rate> rate;
  std::optional<Duration> p95;
  std::optional<Ratio> cpu;  // of instance.cpu's limit, at that load
  std::optional<Bytes> memory;
  std::optional<int> connections;
  std::vector<std::string> excludes;  // externals whose time is not in the figures
  std::vector<WorkKind> work;
};

/// Where instances may stand (T14).
struct Placement {
  int spread_hosts = 0;       // 1..100: instances avoid one host, with this weight; 0: no wish
  bool own_hosts = false;     // instances never share a host
  int zone_skew = 0;          // most that two zones may differ by; 0: no wish
  bool zones_strict = false;  // rather pending than skewed
};

/// How many instances an eviction must leave (Kubernetes' PodDisruptionBudget). One of them.
struct Disruption {
  std::optional<int> min_available, max_unavailable;
  std::optional<Ratio> min_available_share, max_unavailable_share;
};

/// Exactly one instance runs the singleton jobs (T4).
struct Lease {
  Duration lease = std::chrono::seconds(15);  // followers wait so long after the last renewal
  Duration renew = std::chrono::seconds(10);  // the leader gives up so long after it
  Duration retry = std::chrono::seconds(2);   // between two tries
};

/// Bounds of what a vertical autoscaler may set (T13).
struct Vertical {
  enum class Mode { off, initial, automatic } mode = Mode::off;
  std::optional<Cores> cpu_min, cpu_max;
  std::optional<Bytes> memory_min, memory_max;
};

/// Where a tier keeps what belongs to a user's session.
enum class SessionState { none, cache, memory };

/// request..limit; a request is what utilization is measured against, a limit is enforced where the machine allows.
template <class T>
struct RequestLimit {
  T request{};
  std::optional<T> limit;
};

struct InstanceResources {
  RequestLimit<Cores> cpu{Cores{1}, std::nullopt};
  std::optional<RequestLimit<Bytes>> memory;
  Duration start = std::chrono::seconds(10);  // from being asked for to serving, as a rule: what sizing and verification wait for
  Money price;  // of one instance an hour; zero: not stated. Filled in from the class if that is given
  Bought bought;
};

/// A component an instance talks to.
struct Use {
  std::string component;                      // a database, a cache or an external
  std::string through;                        // a pooler in front of it; empty: directly
  int connections = 5;                        // an instance's pool; databases and caches
  int overflow = 0;                           // databases: more that it opens under load (V15: 20 + 10)
  std::optional<Ratio> share;                 // of the instance's requests that make the call; absent: all
  std::optional<Ratio> reads;                 // databases: share of the calls that a read replica may answer (H13); absent: none
  std::vector<std::string> session_features;  // databases: what it uses of what transaction pooling breaks; names as in the spec
  double calls = 1;                           // externals: calls in flight an instance makes at most
  Rate rate;                                  // externals: calls a second an instance makes at most; zero: not stated
  Position at;
  [[nodiscard]] int most_connections() const { return connections + overflow; }
};

/// A list a worker tier consumes: wanted replicas = ceil(jobs / per_instance).
struct QueueTarget {
  std::string list;
  double per_instance = 0;  // jobs, > 0
  double activation = 0;    // an idle tier wakes when more jobs than this wait
};

enum class SignalKind {
  cpu,                  // utilization of the request, mean over ready instances; ratio
  memory,               // utilization of the request; ratio
  requests_per_second,  // arrivals at the balancer for the tier, in total
  queued_requests,      // waiting in the balancer for a free instance, in total
  p95,                  // seconds, from the service's own histogram
  p99,                  // seconds
  backlog,              // jobs waiting in one list
  errors,               // share of the tier's requests that failed at the balancer; ratio
  named,                // one of Stack::signals
};

/// What a named signal's number means: how it is written in a threshold and shown.
enum class SignalUnit { number, ratio, seconds, bytes, per_second };

/// A figure of the owner's choosing, under `signals:`.
struct NamedSignal {
  enum class From { metrics, json, prometheus };  // the instances' metrics text, a JSON page of theirs, a Prometheus query
  std::string name;
  From from = From::metrics;
  std::string url;            // prometheus: of the server; else a path on the instance
  std::string query;          // prometheus: PromQL; metrics: series name; json: pointer (RFC 6901)
  bool per_instance = false;  // one number an instance; else one for the tier, instances' numbers added up
  SignalUnit unit = SignalUnit::number;
  Duration max_age = std::chrono::seconds(30);
};

/// How a target reads its signal. (Of a signal with a number per instance, `average` is the mean over instances, as utilization
/// is; of a whole tier's number it is the share of one instance.)
enum class TargetType {
  utilization,  // wanted = ceil(measured instances * value / target)
  average,      // wanted = ceil(value / target)
  value,        // the tier's number itself is to be at the target: wanted = ceil(ready * value / target)
};

struct MetricTarget {
  SignalKind signal = SignalKind::cpu;
  std::string list;  // backlog: the list; named: the signal's name
  TargetType type = TargetType::utilization;
  double target = 0;      // > 0, in the signal's unit; cpu and memory with `average`: cores, bytes
  double activation = 0;  // like: keda: active above this
  std::string container;  // like: hpa, ContainerResource: kept for rendering; an instance is one container here
};

/// A rate policy: at most so much change within a sliding period.
struct RatePolicy {
  enum class Unit { instances, percent } unit = Unit::instances;
  double amount = 0;  // instances > 0, or percent of the replicas at the period's start
  Duration every{};   // > 0
};

/// Which of several policies of a direction counts; Kubernetes' selectPolicy Max, Min, Disabled.
enum class SelectPolicy { most, least, disabled };

/// One direction; without policies no rate limit.
struct BehaviorRules {
  Duration window{};
  std::vector<RatePolicy> policies;
  SelectPolicy select = SelectPolicy::most;
  std::optional<Ratio> tolerance;  // in place of Scale::tolerance
  bool window_given = false;       // like: hpa fills in Kubernetes' own defaults for what was not given
  bool policies_given = false;
};

struct Behavior {
  BehaviorRules up{Duration::zero(), {}};
  BehaviorRules down{std::chrono::seconds(60), {}};
  bool given = false;
};

/// The largest change at once and the time to watch what it did. Out: only where the owner says so, and never against the
/// capacity policy. In: half, unless rate policies for it are given.
struct StepLimit {
  std::optional<Ratio> out, in;  // share of the count; a step of one is always allowed
  Duration observe = std::chrono::seconds(60);
};

enum class Urgency { low, medium, high, critical };

/// "cpu > 70%" held for a while changes the count by a step, at most once per `every`.
struct ThresholdRule {
  SignalKind signal = SignalKind::cpu;
  std::string list;  // backlog: the list; named: the signal's name
  enum class Comparison { above, below } comparison = Comparison::above;
  double threshold = 0;
  Duration held{};               // the comparison must have been true all this time
  Duration every{};              // the least time between two steps of this rule
  int step = 0;                  // +n adds, -n removes; 0: see percent
  double percent = 0;            // in place of step: +p adds, -p removes so many percent of the count, at least one
  std::optional<double> clears;  // hysteresis: once it holds it does so until the signal is past this; absent: the threshold
  Urgency urgency = Urgency::medium;
  bool investigate = false;  // no step: an alert, and no policy may grow the tier while it holds
};

/// A window in time: once (`from`..`until`), or again and again between two cron moments of a time zone.
struct When {
  std::optional<TimePoint> from, until;  // [from, until)
  std::string start, end;                // cron; inside: the next end comes before the next start
  std::string zone = "UTC";              // IANA name
  [[nodiscard]] bool is_cron() const { return !start.empty(); }
};

struct ScheduleRule {
  enum class Kind { floor, exact } kind = Kind::floor;
  When when;
  int replicas = 0;  // exact may stand outside the bounds: 0 in off-hours
  std::string why;   // "Black Friday"; may be empty
};

/// What a policy without data proposes once it has been without for a while.
struct Fallback {
  enum class Behavior { fixed, current, current_if_higher, current_if_lower } behavior = Behavior::fixed;
  Duration after = std::chrono::minutes(3);
  int failures = 3;  // like: keda counts failures instead of time: more than so many in a row
  int replicas = 0;  // >= 0
};

/// An arithmetic expression over signals (decide/keda/formula.h) in place of the single targets of the signals it names.
struct Formula {
  std::string text;
  TargetType type = TargetType::average;
  double target = 0;      // > 0
  double activation = 0;  // active above this
};

/// The word by which a formula knows a list or a signal: what is no letter, digit or _ becomes _ ("queue:jobs" is queue_jobs).
inline std::string formula_word(std::string name) {
  for (char& c : name)
    if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) c = '_';
  return name;
}

/// Whose rules decide the count: plimsoll's pipeline, or one of the controllers in use today, whole.
enum class Like { plimsoll, hpa, keda };

/// The settings those controllers have for all their targets; Kubernetes' flags and KEDA's fields with their defaults.
struct ControllerSettings {
  Duration sync = std::chrono::seconds(15);
  Duration downscale_stabilization = std::chrono::minutes(5);
  Duration cpu_initialization = std::chrono::minutes(5);
  Duration initial_readiness = std::chrono::seconds(30);
  Duration initial_cooldown{};  // like: keda
};

struct Scale {
  Like like = Like::plimsoll;
  Ratio tolerance{0.1};  // a proposal within this share of the target changes nothing
  std::vector<MetricTarget> metrics;
  Behavior behavior;
  StepLimit step;
  std::vector<ThresholdRule> rules;
  std::vector<ScheduleRule> schedule;
  std::optional<Formula> formula;
  std::optional<Fallback> fallback;
  Duration poll{};                              // decisions are this far apart; zero: every tick. like: keda: 30 s if zero
  Duration cooldown = std::chrono::minutes(5);  // from the last sign of work to zero (or idle)
  std::optional<int> idle;                      // the count of a tier without work, below replicas.min; absent: replicas.min
  ControllerSettings controller;
};

/// Metrics, queues, rules, schedules, formula and capacity of one tier together, so that a decision's explanation has room for
/// each. Checked by spec.
inline constexpr std::size_t most_policies = 16;

struct Tier {
  std::string name;
  TierKind kind = TierKind::service;
  Run run;
  InstanceResources instance;
  Bounds replicas;
  int surge = 0;     // instances a rollout may have beyond the count: shared limits keep room for them
  int priority = 0;  // who grows first where a shared limit leaves too little for all: the higher
  std::optional<Capacity> capacity;
  std::vector<Use> uses;
  std::vector<std::string> publishes;
  std::vector<QueueTarget> consumes;
  std::optional<Objectives> objectives;
  Scale scale;
  std::optional<Baseline> baseline;
  std::optional<Placement> placement;
  std::optional<Disruption> disruption;
  std::optional<Lease> leader;
  std::optional<Vertical> vertical;
  SessionState sessions = SessionState::none;
};

/// Connections of a database that no tier may have.
struct ConnectionReserve {
  int superuser = 3;  // Postgres' superuser_reserved_connections
  int monitoring = 0, replication = 0, admin = 0;
  [[nodiscard]] int sum() const { return superuser + monitoring + replication + admin; }
};

/// Disk of a database.
struct Storage {
  std::optional<Bytes> size, max;  // now, and up to where it grows by itself
  std::optional<Bytes> used;
  Ratio act_at{0.7};  // used share at which something is to be done (K14)
};

/// A table kept in ranges of time (H15).
struct Partitions {
  std::string table;
  enum class By { day, week, month } by = By::month;
  std::optional<double> above_rows;    // worth it beyond so many
  int ahead = 1;                       // partitions made before they are needed
  std::optional<int> keep;             // older ones are archived or dropped; absent: never
  std::string schedule = "0 0 1 * *";  // cron
};

struct Database {
  std::string name;
  int read_replicas = 0;
  int max_connections = 100;  // in effect; filled in from the class where it is not given
  bool max_connections_given = false;
  ConnectionReserve reserve;
  std::optional<When> maintenance;              // when it may be restarted; absent: never without being told
  std::map<std::string, std::string> settings;  // postgresql.conf, over plimsoll's own
  Bought bought;
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;                        // filled in from the class where it is not given
  bool multi_az = false;                              // a standby in another zone: shorter outages, twice the price
  Bought replica;                                     // of a read replica; class and price empty: as the primary
  Duration lag_max = std::chrono::milliseconds(100);  // a read replica further behind is not read from
  std::optional<double> replicas_above_users;         // read replicas are worth it from so many on (H13)
  std::optional<double> connections_per_replica;      // one server, primary or read replica, is meant for so many (V12, V19)
  Storage storage;
  std::vector<Partitions> partitions;
  std::vector<std::string> extensions;
  std::vector<SizeStep> steps;  // H12
};

enum class PoolMode { session, transaction, statement };

/// A row of the owner's table: so many replicas want such poolers (K21).
struct PoolerRow {
  std::map<std::string, int> replicas;  // by tier
  int instances = 1;
  int default_pool_size = 20;
  int max_db_connections = 0;
};

struct Pooler {
  std::string name;
  std::string database;  // `for`
  Bounds replicas;       // its instances
  PoolMode mode = PoolMode::transaction;
  int default_pool_size = 20;
  int max_client_conn = 100;
  int max_db_connections = 0;  // 0: no limit of its own
  int min_pool_size = 0;
  int reserve_pool_size = 0;
  Duration server_idle_timeout = std::chrono::seconds(600);
  std::vector<PoolerRow> table;
  Bought bought;
};

enum class CacheUse { cache, queue, session };
enum class CacheArchitecture { standalone, replication, sentinel, cluster };

/// What the owner knows of the data (T11): memory = entry * entries * 1.5.
struct CacheContent {
  std::optional<Bytes> entry;
  std::optional<double> entries;
  std::optional<Duration> ttl;        // of the cached entries
  std::optional<Ratio> hit_rate_min;  // below it more memory is worth it (H16: 30 %)
};

struct Cache {
  std::string name;
  int max_clients = 10000;
  std::optional<Bytes> maxmemory;
  std::string policy = "noeviction";
  std::vector<CacheUse> used_for;
  CacheArchitecture architecture = CacheArchitecture::standalone;
  int shards = 1;                                        // cluster: masters
  int replicas = 0;                                      // copies of each master
  Duration node_timeout = std::chrono::seconds(5);       // cluster
  int sentinels = 3, quorum = 2;                         // sentinel
  Duration down_after = std::chrono::seconds(5);         // sentinel
  Duration failover_timeout = std::chrono::seconds(10);  // sentinel
  std::optional<Bytes> memory;                           // of one node; filled in from the class where it is not given
  std::optional<Rate> ops;                               // operations per second at the peak, as known
  Rate ops_max{100'000};                                 // one node carries so many (K19, T10)
  std::string persistence;                               // "aof", "rdb", "none"; empty: plimsoll's own choice by use
  CacheContent content;
  std::vector<SizeStep> steps;  // H16
  Bought bought;
  /// Nodes in all, sentinels not counted.
  [[nodiscard]] int nodes() const { return (architecture == CacheArchitecture::cluster ? shards : 1) * (1 + replicas); }
  [[nodiscard]] bool holds(CacheUse use) const {
    for (const CacheUse u : used_for)
      if (u == use) return true;
    return false;
  }
};

/// Something outside that a tier calls and nobody here can scale.
struct External {
  std::string name;
  std::optional<int> concurrency;    // calls in flight it allows
  std::optional<Rate> rate;          // calls a second it allows
  std::optional<Duration> p50, p99;  // how long a call takes (H2)
};

/// A vector database (V10).
struct VectorStore {
  std::string name;
  int nodes = 1;
  RequestLimit<Cores> cpu{Cores{1}, std::nullopt};
  std::optional<RequestLimit<Bytes>> memory;
  Bought bought;
  struct Collection {
    std::string name;
    int dimensions = 0;  // > 0
    enum class Distance { cosine, dot, euclid, manhattan } distance = Distance::cosine;
    int shards = 1, replication = 1;  // replication <= nodes
    std::optional<double> points;
  };
  std::vector<Collection> collections;
};

/// What all tiers together may use; absent: no limit.
struct Limits {
  std::optional<Money> cost;   // an hour
  std::optional<Cores> cores;  // of the machine or cluster, for instances' requests
  std::optional<Bytes> memory;
  std::optional<Cores> node_cores;  // of one machine: an instance must fit
  std::optional<Bytes> node_memory;
};

/// The owner's own estimate for a range of users (H7, H21), shown beside what plan computes.
struct Band {
  double from = 0, to = 0;  // users; to infinite: no end
  std::optional<Bounds> instances;
  std::optional<Money> cost_least, cost_most;
  std::vector<std::string> with;  // "balancer", "read replicas"
};

/// Where the load is and where it goes.
struct Growth {
  std::optional<double> users;                 // concurrent, now
  std::optional<Rate> rate;                    // at the peak, now
  std::optional<Bytes> data;                   // now
  double per_month = 1;                        // factor; 1: no growth
  std::optional<double> connections_per_1000;  // database connections per 1000 users (V12)
  std::optional<Bytes> cache_per_1000;         // Redis memory per 1000 users (V12)
  struct Arrival {                             // known onboarding (K24)
    TimePoint at{};
    double users = 0;
    std::string why;
  };
  std::vector<Arrival> onboarding;
  std::vector<WorkKind> work;  // demand now by kind, as in Baseline::work; per_instance is the demand
  std::vector<Band> bands;
};

/// The stack stands in each of them, sized for its share; no control across regions (A15).
struct Region {
  std::string name;
  std::optional<Ratio> share;  // of the load; absent: an equal part
};

struct Stack {
  std::string name;
  Objectives objectives;
  std::optional<Balancer> balancer;
  std::vector<Tier> tiers;
  std::vector<Database> databases;
  std::vector<Pooler> poolers;
  std::vector<Cache> caches;
  std::vector<External> externals;
  std::vector<VectorStore> vector_stores;
  std::vector<NamedSignal> signals;
  Limits limits;
  std::optional<Growth> growth;
  std::optional<Money> budget;  // what plans and checks compare with; limits.cost bounds live decisions
  std::string catalog;          // its name, or a file's; empty: none
  std::vector<Region> regions;

  [[nodiscard]] const Tier* tier(std::string_view wanted) const { return find(tiers, wanted); }
  [[nodiscard]] const Database* database(std::string_view wanted) const { return find(databases, wanted); }
  [[nodiscard]] const Pooler* pooler(std::string_view wanted) const { return find(poolers, wanted); }
  [[nodiscard]] const Cache* cache(std::string_view wanted) const { return find(caches, wanted); }
  [[nodiscard]] const External* external(std::string_view wanted) const { return find(externals, wanted); }
  [[nodiscard]] const VectorStore* vector_store(std::string_view wanted) const { return find(vector_stores, wanted); }
  [[nodiscard]] const NamedSignal* signal(std::string_view wanted) const { return find(signals, wanted); }

 private:
  template <class T>
  static const T* find(const std::vector<T>& all, std::string_view wanted) {
    for (const T& one : all)
      if (one.name == wanted) return &one;
    return nullptr;
  }
};

}  // namespace plimsoll
