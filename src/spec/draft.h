#pragma once
// What the file says before it has its place in the model: profiles, and of the tier being read what its other keys decide on.

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/stack.h"

namespace plimsoll::spec {

/// Figures under one name (`scale: {profile: NAME}`); each fills what the tier itself leaves out.
struct Profile {
  std::string name;
  std::optional<double> per_instance;  // of each of its lists
  std::optional<Duration> poll, cooldown;
  std::optional<int> max;  // replicas
};

/// One of KEDA's triggers.
struct Trigger {
  enum class Type { redis, cron, prometheus, cpu, memory };
  std::optional<Type> type;
  std::string name;  // for formulas; may be empty
  std::optional<TargetType> metric_type;
  std::string list;           // redis
  double target = 0;          // listLength, threshold or value
  std::string quantity;       // cpu, memory: value as it stands
  double activation = 0;      // redis, prometheus
  std::string server, query;  // prometheus
  std::string container;      // cpu, memory
  When when;                  // cron
  int replicas = 0;           // cron
  ModelPath path;             // "tiers.w.scale.triggers[0]"
};

struct Draft {
  std::vector<Profile> profiles;

  // of one tier
  std::string profile;
  std::optional<int> min_replicas, max_replicas;  // minReplicaCount, maxReplicaCount
  std::vector<Trigger> triggers;

  void next_tier() {
    profile.clear();
    min_replicas.reset();
    max_replicas.reset();
    triggers.clear();
  }
};

}  // namespace plimsoll::spec
