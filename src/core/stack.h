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
};

enum class BalancerEngine { haproxy };
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
  Duration drain = std::chrono::seconds(30);    // longest wait for an instance's sessions to end
  Duration timeout = std::chrono::seconds(30);  // longest wait for an instance's answer
};

enum class TierKind { service, worker };

/// How one instance is started. It finds its place through the environment (PORT, INSTANCE, DATABASE_URL, …).
struct Run {
  std::vector<std::string> command;
  std::map<std::string, std::string> env;            // added to the instance contract's own
  std::string ready = "/ready";                      // must answer 200 before the balancer hears of it
  std::string metrics;                               // Prometheus text; empty: none
  Duration ready_within = std::chrono::seconds(30);  // later than that the start has failed
  Duration stop_within = std::chrono::seconds(30);   // SIGTERM to SIGKILL
};

/// What one instance can do, as measured (`load --learn`) or stated: the ground of the capacity policy.
struct Capacity {
  int concurrency = 1;            // requests (jobs) it works on at once, >= 1
  Duration service_mean{};        // of one request on an idle instance, > 0
  std::optional<Duration> service_p99;  // >= service_mean; absent: exponential service times are assumed
  std::string arrivals;           // named signal with the tier's arrivals per second; empty: a service's at the balancer
  Ratio utilization_max{0.8};     // of the servers, however good the latency
};

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
  Money price;                                // of one instance an hour; zero: not stated
};

/// A component an instance talks to.
struct Use {
  std::string component;  // a database, a cache or an external
  std::string through;    // a pooler in front of it; empty: directly
  int connections = 5;    // an instance's pool; databases and caches
  double calls = 1;       // externals: calls in flight an instance makes at most
  Rate rate;              // externals: calls a second an instance makes at most; zero: not stated
  Position at;
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
  std::string url;      // prometheus: of the server; else a path on the instance
  std::string query;    // prometheus: PromQL; metrics: series name; json: pointer (RFC 6901)
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
  double target = 0;  // > 0, in the signal's unit; cpu and memory with `average`: cores, bytes
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
  Duration held{};   // the comparison must have been true all this time
  Duration every{};  // the least time between two steps of this rule
  int step = 0;      // +n adds, -n removes; 0: see percent
  double percent = 0;  // in place of step: +p adds, -p removes so many percent of the count, at least one
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
  Duration poll{};                                    // decisions are this far apart; zero: every tick. like: keda: 30 s if zero
  Duration cooldown = std::chrono::minutes(5);        // from the last sign of work to zero (or idle)
  std::optional<int> idle;                            // the count of a tier without work, below replicas.min; absent: replicas.min
  ControllerSettings controller;
};

/// Metrics, queues, rules, schedules, formula and capacity of one tier together, so that a decision's explanation has room for each. Checked by spec.
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
};

/// Connections of a database that no tier may have.
struct ConnectionReserve {
  int superuser = 3;  // Postgres' superuser_reserved_connections
  int monitoring = 0, replication = 0, admin = 0;
  [[nodiscard]] int sum() const { return superuser + monitoring + replication + admin; }
};

struct Database {
  std::string name;
  int read_replicas = 0;
  int max_connections = 100;
  ConnectionReserve reserve;
  std::optional<When> maintenance;  // when it may be restarted; absent: never without being told
  std::map<std::string, std::string> settings;  // postgresql.conf, over plimsoll's own
};

enum class PoolMode { session, transaction, statement };

struct Pooler {
  std::string name;
  std::string database;  // `for`
  Bounds replicas;   // its instances
  PoolMode mode = PoolMode::transaction;
  int default_pool_size = 20;
  int max_client_conn = 100;
  int max_db_connections = 0;  // 0: no limit of its own
};

enum class CacheUse { cache, queue, session };

struct Cache {
  std::string name;
  int max_clients = 10000;
  std::optional<Bytes> maxmemory;
  std::string policy = "noeviction";
  std::vector<CacheUse> used_for;
  [[nodiscard]] bool holds(CacheUse use) const {
    for (const CacheUse u : used_for)
      if (u == use) return true;
    return false;
  }
};

/// Something outside that a tier calls and nobody here can scale.
struct External {
  std::string name;
  std::optional<int> concurrency;  // calls in flight it allows
  std::optional<Rate> rate;        // calls a second it allows
};

/// What all tiers together may use; absent: no limit.
struct Limits {
  std::optional<Money> cost;     // an hour
  std::optional<Cores> cores;    // of the machine or cluster, for instances' requests
  std::optional<Bytes> memory;
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
  std::vector<NamedSignal> signals;
  Limits limits;

  [[nodiscard]] const Tier* tier(std::string_view wanted) const { return find(tiers, wanted); }
  [[nodiscard]] const Database* database(std::string_view wanted) const { return find(databases, wanted); }
  [[nodiscard]] const Pooler* pooler(std::string_view wanted) const { return find(poolers, wanted); }
  [[nodiscard]] const Cache* cache(std::string_view wanted) const { return find(caches, wanted); }
  [[nodiscard]] const External* external(std::string_view wanted) const { return find(externals, wanted); }
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
