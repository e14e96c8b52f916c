#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/budget.h"
#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

constexpr int most_poolers = 100;  // a spec takes no more

PoolerFleet fleet_of(const Pooler& pooler) {
  PoolerFleet fleet;
  fleet.instances = std::max(1, pooler.replicas.max);
  fleet.default_pool_size = std::max(1, pooler.default_pool_size);
  fleet.reserve_pool_size = pooler.reserve_pool_size;
  fleet.max_db_connections = pooler.max_db_connections;
  fleet.max_client_conn = std::max(1, pooler.max_client_conn);
  return fleet;
}

std::string words(const PoolerFleet& fleet) {
  if (fleet.max_db_connections == 0) return fmt::format("{} × {}", fleet.instances, fleet.default_pool_size);
  return fmt::format("{} × {} / {}", fleet.instances, fleet.default_pool_size, fleet.max_db_connections);
}

double clients_of_tiers(const Stack& stack, const Pooler& pooler, const std::map<std::string, int>& counts) {
  double clients = 0;
  for (const Tier& tier : stack.tiers)
    for (const Use& use : tier.uses)
      if (use.through == pooler.name) clients += static_cast<double>(counts.at(tier.name)) * use.most_connections();
  return clients;
}

/// The owner's row for so many replicas: the first that covers every tier.
const PoolerRow* row_for(const Pooler& pooler, const std::map<std::string, int>& counts) {
  for (const PoolerRow& row : pooler.table) {
    const bool covers = std::all_of(row.replicas.begin(), row.replicas.end(), [&](const auto& one) {
      const auto count = counts.find(one.first);
      return count == counts.end() || count->second <= one.second;
    });
    if (covers) return &row;
  }
  return nullptr;
}

PoolerFleet fleet_of(const PoolerRow& row, const PoolerFleet& like) {
  PoolerFleet fleet = like;
  fleet.instances = row.instances;
  fleet.default_pool_size = std::max(1, row.default_pool_size);
  fleet.max_db_connections = row.max_db_connections;
  return fleet;
}

bool holds(const PoolerFleet& fleet, double clients, double room) {
  return most_servers_of(fleet) <= room && clients <= clients_of(fleet);
}

/// K21: each row of the owner's table beside the same arithmetic.
void say_rows(Draft& draft, const Pooler& pooler, double room) {
  for (const PoolerRow& row : pooler.table) {
    std::vector<std::string> names;
    for (const auto& [tier, count] : row.replicas) names.push_back(fmt::format("{} {}", count, tier));
    std::map<std::string, int> counts;
    for (const Tier& tier : draft.after.tiers) {
      const auto found = row.replicas.find(tier.name);
      counts[tier.name] = found == row.replicas.end() ? tier.replicas.max : found->second;
    }
    const PoolerFleet own = fleet_of(row, fleet_of(pooler));
    const double clients = clients_of_tiers(draft.after, pooler, counts);
    const PoolerAdvice advice = smallest_change(own, {clients, 0, room, 1000});
    std::string note;
    if (most_servers_of(own) > room)
      note = fmt::format("the table's {} × {} = {} do not fit into {}", own.instances,
                         number(most_servers_of(own) / own.instances), number(most_servers_of(own)), number(room));
    else if (advice.changes())
      note = "the table's poolers admit fewer clients than come";
    draft.line(pooler.name, fmt::format("for {}", fmt::join(names, ", ")), words(own), words(advice.to),
               fmt::format("{} clients of {}; {} servers of {}", number(clients), number(clients_of(advice.to)),
                           number(most_servers_of(advice.to)), number(room)),
               std::move(note));
    draft.lines.back().changed = false;
  }
}

void apply(Draft& draft, Pooler& pooler, const PoolerFleet& to, const std::string& why) {
  const ModelPath path = "poolers." + pooler.name;
  if (to.instances != std::max(1, pooler.replicas.max)) {
    pooler.replicas.max = to.instances;
    pooler.replicas.min = std::min(pooler.replicas.min, to.instances);
    draft.change(path + ".replicas", fmt::format("{}..{}", pooler.replicas.min, pooler.replicas.max), why);
  }
  if (to.default_pool_size != pooler.default_pool_size) {
    pooler.default_pool_size = to.default_pool_size;
    draft.change(path + ".default_pool_size", std::to_string(to.default_pool_size), why);
  }
  if (to.max_db_connections != pooler.max_db_connections) {
    pooler.max_db_connections = to.max_db_connections;
    draft.change(path + ".max_db_connections", std::to_string(to.max_db_connections), why);
  }
}

/// The owner's row where the present sizes are too small and it is enough; else the smallest change.
void size_one(Draft& draft, Pooler& pooler, double clients, double room) {
  const PoolerFleet now = fleet_of(pooler);
  const PoolerAdvice advice = smallest_change(now, {clients, 0, room, 1000});
  std::map<std::string, int> replicas;  // without a rollout's surge: tables speak of replicas
  for (const Tier& tier : draft.after.tiers) replicas[tier.name] = tier.replicas.max;
  const PoolerRow* row = row_for(pooler, replicas);
  PoolerFleet to = advice.to;
  std::string note;
  if (row != nullptr) {
    const PoolerFleet own = fleet_of(*row, now);
    const bool same = own.instances == to.instances && own.default_pool_size == to.default_pool_size &&
                      own.max_db_connections == to.max_db_connections;
    if (advice.changes() && holds(own, clients, room)) {
      to = own;
      if (!same) note = fmt::format("the owner's row; computed: {}", words(advice.to));
    } else if (!same) {
      note = fmt::format("the owner's table has {}", words(own));
      if (!holds(own, clients, room))
        note += fmt::format(": {} servers do not fit into {}", number(most_servers_of(own)), number(room));
    }
  }
  if (advice.binds == PoolerBinds::server_side) note = "the database has no room for it";
  if (to.instances > most_poolers) {
    draft.unknown.push_back(fmt::format("{}: {} poolers are more than a spec may have ({}): raise max_client_conn", pooler.name,
                                        number(to.instances), most_poolers));
    note = fmt::format("{} would be needed", number(to.instances));
    to.instances = std::max(now.instances, most_poolers);
  }
  const std::string formula = fmt::format("ceil({} clients / {}); {} servers of {} left", number(clients),
                                          number(now.max_client_conn), number(most_servers_of(to)), number(room));
  apply(draft, pooler, to, fmt::format("{} clients, {} servers", number(clients), number(most_servers_of(to))));
  draft.line(pooler.name, "poolers × pool / most", words(now), words(fleet_of(pooler)), formula, note);
  say_rows(draft, pooler, room);
}

}  // namespace

void size_poolers(Draft& draft, Database& database) {
  const std::map<std::string, int> most = most_counts(draft.after);
  for (Pooler& pooler : draft.after.poolers) {
    if (pooler.database != database.name) continue;
    double clients = clients_of_tiers(draft.after, pooler, most);
    if (clients <= 0) continue;
    const Wiring wiring = wiring_of(draft.after, database, most);
    if (wiring.direct == 0)
      clients =
          std::max(clients, connections_by_users(draft.before, database, draft.then).value_or(0) * clients / wiring.through);
    const double others = wiring.servers() - most_servers_of(fleet_of(pooler));
    size_one(draft, pooler, clients, std::max(0.0, wiring.room - others));
  }
}

}  // namespace plimsoll::capacity::planning
