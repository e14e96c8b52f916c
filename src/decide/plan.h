#pragma once
// A stack made ready for deciding: names turned into indices, defaults into numbers. The only place that allocates or sees a
// name.

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/stack.h"
#include "core/time.h"

namespace plimsoll {

/// A signal a tier's policies read; its samples come in this order in TierSeen::samples.
struct SignalPlan {
  SignalKind kind = SignalKind::cpu;
  std::string list;    // backlog: the list's name
  Duration max_age{};  // an older sample is stale
};

enum class PolicyKind { target, queue, rule };

/// One policy of a tier. `index` points into the TierPlan array of its kind.
struct PolicyPlan {
  PolicyKind kind = PolicyKind::target;
  std::uint32_t index = 0;
  std::uint32_t signal = 0;  // into TierPlan::signals
  std::string name;          // for people: "cpu", "backlog decisions", "rule cpu > 70%"
};

struct TargetPlan {
  TargetType type = TargetType::utilization;
  double target = 0;  // > 0
};

struct QueuePlan {
  double per_instance = 0;  // jobs, > 0
};

struct TierPlan {
  TierId id;
  std::string name;
  TierKind kind = TierKind::service;
  Bounds bounds;
  double tolerance = 0;  // share of the target
  std::vector<SignalPlan> signals;
  std::vector<PolicyPlan> policies;  // PolicyId is an index into it
  std::vector<TargetPlan> targets;
  std::vector<QueuePlan> queues;
  std::vector<ThresholdRule> rules;
  std::uint32_t first_rule = 0;  // of this tier in StackState::rules
  Behavior behavior;
};

struct Plan {
  std::string stack;
  std::vector<TierPlan> tiers;  // TierId is an index into it, as in Stack::tiers
};

/// The stack must have passed spec's checks; a contradiction left in it is an assertion.
Plan compile(const Stack&);

/// Tells plans apart whose states are not each other's: by the tiers' names, their rules. Equal on every machine.
std::uint64_t shape(const Plan&);

/// The index of a signal in `signals`, or signals.size() if the tier has none such.
std::size_t signal_index(const TierPlan&, SignalKind, std::string_view list = {});

}  // namespace plimsoll
