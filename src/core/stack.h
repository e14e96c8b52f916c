#pragma once
// The stack as its owner describes it: what the spec file says, with defaults filled in. Values only; names refer to
// components by name until decide::compile turns them into ids. Units and defaults of each key: src/spec/descriptors.cc.

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

/// request..limit; a request is what utilization is measured against, a limit is enforced where the machine allows.
template <class T>
struct RequestLimit {
  T request{};
  std::optional<T> limit;
};

struct InstanceResources {
  RequestLimit<Cores> cpu{Cores{1}, std::nullopt};
  std::optional<RequestLimit<Bytes>> memory;
};

/// A component an instance talks to.
struct Use {
  std::string component;  // a database or a cache
  std::string through;    // a pooler in front of it; empty: directly
  int connections = 5;    // an instance's pool; databases only
  Position at;
};

/// A list a worker tier consumes: wanted replicas = ceil(jobs / per_instance).
struct QueueTarget {
  std::string list;
  double per_instance = 0;  // jobs, > 0
};

enum class SignalKind {
  cpu,                  // utilization of the request, mean over ready instances; ratio
  memory,               // utilization of the request; ratio
  requests_per_second,  // arrivals at the balancer for the tier, in total
  queued_requests,      // waiting in the balancer for a free instance, in total
  p95,                  // seconds, from the service's own histogram
  p99,                  // seconds
  backlog,              // jobs waiting in one list
};

/// How a target reads its signal.
enum class TargetType {
  utilization,  // the value is per instance: wanted = ceil(measured instances * value / target)
  average,      // the value is the tier's total: wanted = ceil(value / target)
};

struct MetricTarget {
  SignalKind signal = SignalKind::cpu;
  std::string list;  // backlog only
  TargetType type = TargetType::utilization;
  double target = 0;  // > 0, in the signal's unit
};

/// A rate policy: at most so much change within a sliding period.
struct RatePolicy {
  enum class Unit { instances, percent } unit = Unit::instances;
  double amount = 0;  // instances > 0, or percent of the replicas at the period's start
  Duration every{};   // > 0
};

/// One direction. Of several policies the one that allows most counts (as in Kubernetes' selectPolicy: Max); none: no rate limit.
struct BehaviorRules {
  Duration window{};
  std::vector<RatePolicy> policies;
};

struct Behavior {
  BehaviorRules up{Duration::zero(), {}};
  BehaviorRules down{std::chrono::seconds(60), {}};
};

/// "cpu > 70%" held for a while changes the count by a step, at most once per `every`.
struct ThresholdRule {
  SignalKind signal = SignalKind::cpu;
  std::string list;
  enum class Comparison { above, below } comparison = Comparison::above;
  double threshold = 0;
  Duration held{};   // the comparison must have been true all this time
  Duration every{};  // the least time between two steps of this rule
  int step = 0;      // +n adds, -n removes; != 0
};

struct Scale {
  Ratio tolerance{0.1};  // a proposal within this share of the target changes nothing
  std::vector<MetricTarget> metrics;
  Behavior behavior;
  std::vector<ThresholdRule> rules;
};

/// Metrics, queues and rules of one tier together, so that a decision's explanation has room for each. Checked by spec.
inline constexpr std::size_t most_policies = 16;

struct Tier {
  std::string name;
  TierKind kind = TierKind::service;
  Run run;
  InstanceResources instance;
  Bounds replicas;
  std::vector<Use> uses;
  std::vector<std::string> publishes;
  std::vector<QueueTarget> consumes;
  std::optional<Objectives> objectives;
  Scale scale;
};

struct Database {
  std::string name;
  int read_replicas = 0;
  int max_connections = 100;
  std::map<std::string, std::string> settings;  // postgresql.conf, over plimsoll's own
};

enum class PoolMode { session, transaction, statement };

struct Pooler {
  std::string name;
  std::string database;  // `for`
  PoolMode mode = PoolMode::transaction;
  int default_pool_size = 20;
  int max_client_conn = 100;
  int max_db_connections = 0;  // 0: no limit of its own
};

enum class CacheUse { cache, queue, session };

struct Cache {
  std::string name;
  std::optional<Bytes> maxmemory;
  std::string policy = "noeviction";
  std::vector<CacheUse> used_for;
  [[nodiscard]] bool holds(CacheUse use) const {
    for (const CacheUse u : used_for)
      if (u == use) return true;
    return false;
  }
};

struct Stack {
  std::string name;
  Objectives objectives;
  std::optional<Balancer> balancer;
  std::vector<Tier> tiers;
  std::vector<Database> databases;
  std::vector<Pooler> poolers;
  std::vector<Cache> caches;

  [[nodiscard]] const Tier* tier(std::string_view wanted) const { return find(tiers, wanted); }
  [[nodiscard]] const Database* database(std::string_view wanted) const { return find(databases, wanted); }
  [[nodiscard]] const Pooler* pooler(std::string_view wanted) const { return find(poolers, wanted); }
  [[nodiscard]] const Cache* cache(std::string_view wanted) const { return find(caches, wanted); }

 private:
  template <class T>
  static const T* find(const std::vector<T>& all, std::string_view wanted) {
    for (const T& one : all)
      if (one.name == wanted) return &one;
    return nullptr;
  }
};

}  // namespace plimsoll
