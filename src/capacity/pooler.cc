#include <algorithm>
#include <cmath>

#include "capacity/budget.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

/// What a pooler's pools to one database add up to, its cap aside.
double pools_of(const PoolerFleet& fleet) {
  return static_cast<double>(fleet.users) * (static_cast<double>(fleet.default_pool_size) + fleet.reserve_pool_size);
}

double capped(const PoolerFleet& fleet) {
  return fleet.max_db_connections > 0 ? std::min(pools_of(fleet), static_cast<double>(fleet.max_db_connections))
                                      : pools_of(fleet);
}

void check(const PoolerFleet& fleet) {
  PLIMSOLL_ASSERT(fleet.instances >= 0 && fleet.databases >= 1 && fleet.users >= 1);
  PLIMSOLL_ASSERT(fleet.default_pool_size >= 1 && fleet.reserve_pool_size >= 0);
  PLIMSOLL_ASSERT(fleet.max_db_connections >= 0 && fleet.max_client_conn >= 1);
}

/// The nearest sizes with which a pooler opens least..most connections to one database; 1 <= least <= most.
void resize(PoolerFleet& fleet, double least, double most) {
  const double allowed = fleet.max_db_connections > 0 ? fleet.max_db_connections : pools_of(fleet);
  if (capped(fleet) >= least && allowed <= most) return;
  const auto size_for = [&](double each) { return each - fleet.reserve_pool_size; };
  const double up = size_for(std::ceil(least / fleet.users));
  const double down = std::max(size_for(std::floor(most / fleet.users)), up);  // whole pools may not hit the range: the cap does
  fleet.default_pool_size = static_cast<int>(std::max(1.0, std::clamp<double>(fleet.default_pool_size, up, down)));
  if (pools_of(fleet) > most || fleet.max_db_connections > most)
    fleet.max_db_connections = static_cast<int>(most);
  else if (fleet.max_db_connections > 0 && fleet.max_db_connections < least)
    fleet.max_db_connections = static_cast<int>(std::min(pools_of(fleet), most));
}

}  // namespace

int servers_of_one(const PoolerFleet& fleet) {
  check(fleet);
  return static_cast<int>(std::min(fleet.databases * capped(fleet), 1e9));
}

double servers_of(const PoolerFleet& fleet) {
  check(fleet);
  return capped(fleet) * fleet.databases * fleet.instances;
}

double most_servers_of(const PoolerFleet& fleet) {
  check(fleet);
  const double each = fleet.max_db_connections > 0 ? fleet.max_db_connections : pools_of(fleet);
  return each * fleet.databases * fleet.instances;
}

double clients_of(const PoolerFleet& fleet) {
  check(fleet);
  return static_cast<double>(fleet.instances) * fleet.max_client_conn;
}

PoolerAdvice smallest_change(const PoolerFleet& now, const PoolerDemand& demand) {
  check(now);
  PLIMSOLL_ASSERT(demand.clients >= 0 && demand.servers >= 0 && demand.most_instances >= 0);
  PoolerAdvice advice;
  advice.to = now;
  const double wanted = std::max(std::ceil(demand.clients / now.max_client_conn), demand.servers > 0 ? 1.0 : 0.0);
  if (wanted > now.instances)
    advice.to.instances = static_cast<int>(std::max<double>(now.instances, std::min<double>(wanted, demand.most_instances)));
  if (wanted > advice.to.instances) advice.binds = PoolerBinds::client_side;
  advice.add_poolers = advice.to.instances > now.instances;

  const double shares = static_cast<double>(advice.to.instances) * now.databases;
  if (shares == 0) return advice;
  const double most = std::floor(std::max(0.0, demand.server_room) / shares);
  const double least = std::max(1.0, std::ceil(demand.servers / shares));
  if (least > most && advice.enough()) advice.binds = PoolerBinds::server_side;
  resize(advice.to, std::min(least, std::max(1.0, most)), std::max(1.0, most));
  advice.resize_pool =
      advice.to.default_pool_size != now.default_pool_size || advice.to.max_db_connections != now.max_db_connections;
  return advice;
}

}  // namespace plimsoll::capacity
