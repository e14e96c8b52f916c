#pragma once
// A stack made ready for deciding: names turned into indices, defaults into numbers. The only place that allocates or sees a
// name.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capacity/budget.h"
#include "capacity/grant.h"
#include "capacity/sizing.h"
#include "core/cron.h"
#include "core/ids.h"
#include "core/stack.h"
#include "core/time.h"
#include "core/time_zone.h"
#include "decide/hpa/reconcile.h"
#include "decide/keda/activation.h"
#include "decide/keda/formula.h"
#include "decide/keda/hpa_spec.h"

namespace plimsoll {

/// A signal a tier's policies read; its samples come in this order in TierSeen::samples.
struct SignalPlan {
  SignalKind kind = SignalKind::cpu;
  std::string list;    // backlog: the list's name; named: the signal's
  Duration max_age{};  // an older sample is stale
  SignalUnit unit = SignalUnit::number;
  bool per_instance = false;  // a mean over instances; else one number for the tier
  int own = -1;               // the row of TierSeen::own where each instance's own number is wanted; -1: not wanted
};

/// The order is that of stored explanations' names; a tier's policies stand in it too.
enum class PolicyKind { target, queue, rule, schedule, formula, capacity };

/// One policy of a tier. `index` points into the TierPlan array of its kind.
struct PolicyPlan {
  PolicyKind kind = PolicyKind::target;
  std::uint32_t index = 0;
  std::uint32_t signal = none;  // into TierPlan::signals
  std::string name;             // for people: "cpu", "backlog decisions", "rule cpu > 70%"
  static constexpr std::uint32_t none = 0xffffffff;
};

struct TargetPlan {
  TargetType type = TargetType::utilization;
  double target = 0;    // > 0, in the signal's unit
  bool strict = false;  // no tolerance: what waits in a line is work, not noise
  double activation = 0;
};

struct QueuePlan {
  double per_instance = 0;  // jobs, > 0
  double activation = 0;
};

struct SchedulePlan {
  ScheduleRule::Kind kind = ScheduleRule::Kind::floor;
  int replicas = 0;
  std::optional<TimePoint> from, until;  // once
  CronWindow window;                     // otherwise
  bool cron = false;
  std::uint32_t zone = 0;  // into Plan::zones
};

struct FormulaPlan {
  keda::Program program;
  std::vector<std::uint32_t> signals;  // its variables, into TierPlan::signals
  TargetType type = TargetType::average;
  double target = 0;
  double activation = 0;
};

struct CapacityPlan {
  capacity::InstanceCapacity instance;
  capacity::Objective objective;
  capacity::SizingTable table;  // up to bounds.max
};

/// One instance of a tier takes so much of a shared limit.
struct NeedPlan {
  LimitId limit;
  double per_instance = 0;
};

/// `like: hpa` and `like: keda`: the controller whose rules decide.
struct LikePlan {
  hpa::Config hpa;
  std::vector<std::uint32_t> policies;  // of each of hpa.metrics; PolicyPlan::none: the formula's
  std::vector<hpa::Milli> requests;     // of each of hpa.metrics: what an instance requests; 0: not of a resource
  std::optional<keda::ScaledObject> keda;
  std::vector<std::uint32_t> triggers;  // the policy of each of keda's triggers
  keda::HpaSpec keda_hpa;               // its external metrics come first in hpa.metrics
  Duration sync{};
};

struct TierPlan {
  TierId id;
  std::string name;
  TierKind kind = TierKind::service;
  Bounds bounds;
  int idle = 0;                                 // the count without work, <= bounds.min
  bool can_idle = false;                        // idle < bounds.min, or bounds.min is 0
  double tolerance_up = 0, tolerance_down = 0;  // shares of the target
  std::vector<SignalPlan> signals;
  std::uint32_t own_signals = 0;     // rows of TierSeen::own
  std::vector<PolicyPlan> policies;  // PolicyId is an index into it
  std::uint32_t first_policy = 0;    // of this tier in StackState::clocks
  std::vector<TargetPlan> targets;
  std::vector<QueuePlan> queues;
  std::vector<ThresholdRule> rules;
  std::vector<SchedulePlan> schedules;
  std::optional<FormulaPlan> formula;
  std::optional<CapacityPlan> capacity;
  std::optional<Fallback> fallback;
  Behavior behavior;
  StepLimit step;
  Duration period{};  // between two evaluations; zero: every tick
  Duration cooldown{};
  Duration start{};  // an instance takes so long to serve
  int surge = 0;
  int priority = 0;
  std::uint32_t rank = 0;  // by name: settles ties over a shared limit, whatever the order in the file
  double price_per_hour = 0;
  Like like = Like::plimsoll;
  std::uint32_t like_index = 0;           // into Plan::likes, unless like is plimsoll
  std::uint32_t load = PolicyPlan::none;  // of signals: arrivals per second, for judging what a growth did
  std::vector<ComponentId> calls;         // what it depends on, nearest first: pooler, database, cache, external
};

enum class ComponentKind { database, pooler, cache, external };

/// A component that tiers call.
struct ComponentPlan {
  ComponentKind kind = ComponentKind::database;
  std::string name;
  std::optional<CronWindow> maintenance;
  std::uint32_t zone = 0;
  std::optional<TimePoint> maintenance_from, maintenance_until;  // once, without a cron window
};

enum class LimitKind {
  database_connections,
  pooler_clients,
  cache_clients,
  external_concurrency,
  external_rate,
  cores,
  memory,
  cost
};

/// Something all tiers draw on. What is left for them: total - reserve, less what the poolers in front of a database may open.
struct LimitPlan {
  LimitKind kind = LimitKind::cores;
  std::string name;  // "main's connections", "pooler's clients"
  std::optional<ComponentId> component;
  double total = 0;  // a pooler's clients: of one instance of it
  double reserve = 0;
};

struct PoolerPlan {
  ComponentId component, database;
  capacity::PoolerFleet fleet;  // instances: what the spec says to begin with
  int most = 1;                 // instances there may be
  LimitId clients;
  std::optional<LimitId> servers;  // of the database
};

/// What a driver can change besides the tiers' counts.
struct Abilities {
  bool adds_poolers = false;
  bool resizes_pools = false;
};

struct Plan {
  std::string stack;
  std::vector<TierPlan> tiers;  // TierId is an index into it, as in Stack::tiers
  std::vector<LikePlan> likes;
  std::vector<TimeZone> zones;
  std::vector<ComponentPlan> components;
  std::vector<LimitPlan> limits;
  std::vector<PoolerPlan> poolers;
  std::vector<std::vector<NeedPlan>> needs;  // one per tier
  capacity::GrantShape grants;
  Abilities abilities;
  std::uint32_t policies = 0;  // of all tiers
};

/// Time zones by IANA name; "UTC" need not be among them. (zones/load.h reads them from the system.)
using TimeZones = std::map<std::string, TimeZone, std::less<>>;

/// What in the stack the engine can't work with, as spec can't see it: formulas, cron expressions, zones not given.
/// Each is "tiers.worker.scale.formula: …". Empty: compile() will do.
std::vector<std::string> problems(const Stack&, const TimeZones& zones = {});

/// The stack must have passed spec's checks and problems(); a contradiction left in it is an assertion.
Plan compile(const Stack&, const TimeZones& zones = {}, Abilities abilities = {});

/// Tells plans apart whose states are not each other's: by the tiers' names, kinds of controller and policies. Equal on every
/// machine.
std::uint64_t shape(const Plan&);

/// The index of a signal in `signals`, or signals.size() if the tier has none such.
std::size_t signal_index(const TierPlan&, SignalKind, std::string_view list = {});

/// The names of the time zones a stack's schedules and maintenance windows use, each once.
std::vector<std::string> zones_of(const Stack&);

}  // namespace plimsoll
