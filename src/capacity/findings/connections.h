#pragma once
// Who takes how many connections of one database: straight, or as clients of its poolers. Inside capacity/findings only.

#include <optional>
#include <string>
#include <vector>

#include "capacity/budget.h"
#include "capacity/findings/scene.h"

namespace plimsoll::capacity::rules {

/// One tier's use of a database. `most` and `surge` are copies, so that a what-if is a changed copy.
struct Taker {
  const Tier* tier = nullptr;
  const Use* use = nullptr;
  int most = 0;       // replicas.max
  int surge = 0;      // 0 where nobody wrote it down
  bool known = true;  // its pool; an unknown one counts nothing

  [[nodiscard]] double per_instance() const { return known ? use->most_connections() : 0; }
  [[nodiscard]] double connections(bool rollout) const { return used_by({per_instance(), most, rollout ? surge : 0}); }
  /// "20 × 5", "(20 + 5) × 5", "10 × (20 + 10)".
  [[nodiscard]] std::string product(bool rollout) const;
};

/// A fleet of equal poolers and the tiers behind it.
struct Through {
  const Pooler* pooler = nullptr;
  PoolerFleet fleet;  // with all the instances there may be
  bool known = true;  // its sizes
  std::vector<Taker> clients;

  [[nodiscard]] double clients_most(bool rollout) const;
  /// What the fleet has been allowed to open, whatever its clients ask for.
  [[nodiscard]] double allowed() const { return known ? most_servers_of(fleet) : 0; }
  /// A client has at most one server connection at a time.
  [[nodiscard]] double servers(bool rollout) const;
  [[nodiscard]] bool clients_known() const;
};

/// All that one database's connections go to.
struct Draw {
  const Database* database = nullptr;
  int max_connections = 0;
  int reserve = 0;
  std::vector<Taker> direct;
  std::vector<Through> poolers;

  [[nodiscard]] double room() const { return Limit{static_cast<double>(max_connections), static_cast<double>(reserve)}.room(); }
  [[nodiscard]] double straight(bool rollout) const;
  /// What can be open at once.
  [[nodiscard]] double reach(bool rollout) const;
  /// The same with every pooler at what it is allowed.
  [[nodiscard]] double allowed(bool rollout) const;
};

/// Sizes out of range (a model that was not read from a file may have them) count as the nearest possible.
PoolerFleet fleet_of(const Pooler& pooler, int instances);

Through through(const Scene& scene, const Pooler& pooler);
/// Absent where max_connections is not known.
std::optional<Draw> draw_on(const Scene& scene, const Database& database);

}  // namespace plimsoll::capacity::rules
