#pragma once
// Sums over shared limits: who takes how much of what there is, and the change that would make room. One arithmetic for server
// connections, clients of a pooler or of Redis, outside concurrency and rate, cores, memory, money per hour. All are pure and
// cost O(consumers); amounts are >= 0 and finite (asserted).

#include <span>

#include "core/units.h"

namespace plimsoll::capacity {

/// What there is in all, and what is kept back (monitoring, replication, administration, superusers).
struct Limit {
  double total = 0;
  double reserve = 0;
  [[nodiscard]] double room() const { return total > reserve ? total - reserve : 0; }
};

/// Instances that take the same of a limit. During a rollout `surge` more exist than the count says (Kubernetes' maxSurge).
struct Consumer {
  double per_instance = 0;
  int instances = 0;
  int surge = 0;
};

double used_by(const Consumer& consumer);
double used_by(std::span<const Consumer> consumers);

struct Balance {
  double used = 0;
  double room = 0;  // of the limit, after its reserve
  double left = 0;  // room - used; negative: what is missing
  [[nodiscard]] bool fits() const { return left >= 0; }
};

/// K20: 10 * 5 + 10 * 3 connections against 100 less reserves of 5 + 5 + 10 leave 0. T8: 3 * 15 + 2 * 15 = 75.
/// V15: 10 * (20 + 10) = 300 of 200 miss 100.
Balance balance(const Limit& limit, std::span<const Consumer> consumers);

/// Instances that fit beside what others use; 0 if none, a billion where per_instance is 0.
int fits(double total, double reserve, double used_by_others, double per_instance);

/// Largest connection pool one instance should open: 2 * cores + 5 (4 -> 13, 8 -> 21, 16 -> 37), smallest: cores (H11).
/// Meant for short queries; a pool of long ones is sized by concurrency instead.
/// @param cores  of the instance, >= 1 (asserted)
int pool_max(int cores);
int pool_min(int cores);

/// max_connections that managed Postgres derives from an instance's memory: LEAST(bytes / 9531392, 5000) (K15); at least 0.
int max_connections(Bytes memory);

/// Worker processes of an application server: 2 * cores + 1 (4 -> 9; V7).
int workers_for(int cores);

/// Months have 730 hours in prices (365 * 24 / 12).
constexpr double per_hour(double per_month) { return per_month / 730; }

/// A fleet of equal poolers in front of one server, in PgBouncer's terms.
struct PoolerFleet {
  int instances = 1;           // >= 0
  int databases = 1;           // >= 1
  int users = 1;               // users per database, >= 1; each (database, user) is a pool
  int default_pool_size = 20;  // server connections a pool may open, >= 1
  int reserve_pool_size = 0;   // more that a pool may open when clients wait too long, >= 0
  int max_db_connections = 0;  // of one pooler instance to one database, whatever its pools add up to; 0: no such cap
  int max_client_conn = 100;   // clients one instance admits, >= 1
};

/// Server connections that one pooler's pools open at most: databases * LEAST(users * (default_pool_size + reserve_pool_size),
/// max_db_connections). The fleet's: that times its instances.
int servers_of_one(const PoolerFleet& fleet);
double servers_of(const PoolerFleet& fleet);
/// What the fleet has been allowed: instances * databases * max_db_connections if that is set (more users may come), else
/// servers_of(). This has to fit into the server's room (K21).
double most_servers_of(const PoolerFleet& fleet);
/// Clients the fleet admits, if they spread evenly.
double clients_of(const PoolerFleet& fleet);

/// What tiers behind a fleet of poolers want, and what the server has left for the fleet.
struct PoolerDemand {
  double clients = 0;      // sum over tiers of (instances + surge) * pool
  double servers = 0;      // connections that have to be open at once: with transaction pooling those in a transaction
                           // (rate * transaction time, Little), with session pooling the clients; <= clients
  double server_room = 0;  // total less reserve and less what does not pass through this fleet
  int most_instances = 1;  // poolers there may be
};

enum class PoolerBinds {
  nothing,
  client_side,  // most_instances * max_client_conn admit fewer clients than want in
  server_side,  // the server's room is below what has to be open at once, or too small to give each pool a connection
};

/// The enabling change. `to` has the sizes to set; where it can't be done `to` is as far as it goes.
struct PoolerAdvice {
  PoolerFleet to;
  bool add_poolers = false;                  // to.instances > from
  bool resize_pool = false;                  // default_pool_size or max_db_connections differ: RELOAD, online
  PoolerBinds binds = PoolerBinds::nothing;  // otherwise the change is not enough, and this is why
  [[nodiscard]] bool enough() const { return binds == PoolerBinds::nothing; }
  [[nodiscard]] bool changes() const { return add_poolers || resize_pool; }
};

/// The smallest change after which both sides fit: poolers only as the client side needs them and never fewer than now; sizes
/// left alone where what the fleet opens covers demand.servers and what it is allowed stays within demand.server_room, else
/// raised or lowered just enough. Adding a pooler therefore can lower them: max_db_connections 120 on three becomes 100 on four
/// where the room is 400, as from the third to the last row of K21.
///
/// K21's numbers are data. What follows from others: the number of poolers is 1 + floor(clients / 80) with clients = 5 * API +
/// 3 * workers; max_db_connections is four pools (but 80 in the first row); the last row's is 400 / 4. They allow 80, 200, 360
/// and 400 in all, so three rows fit 400 less 20 in reserve and the last does not. The sizes 25, 25, 30, 25 follow no rule.
PoolerAdvice smallest_change(const PoolerFleet& now, const PoolerDemand& demand);

}  // namespace plimsoll::capacity
