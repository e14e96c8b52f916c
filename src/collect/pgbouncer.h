#pragma once
// How full a pooler is.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decide/plan.h"
#include "ports/collector.h"
#include "wire/postgres.h"

namespace plimsoll::collect {

/// What PgBouncer's console tells in one round.
struct PoolerFigures {
  struct Pool {                 // of one database and user
    double size = 0;            // server connections it may open; 0: not known
    double servers_active = 0;  // those in use by a client now
    double clients_waiting = 0;
    double longest_wait_s = 0;  // of those waiting
  };
  std::vector<Pool> pools;
  double clients = 0;      // of all pools, waiting or not
  double clients_max = 0;  // max_client_conn
};

/// The highest of: of each pool, the share of its server connections in use, at most 0.9 as long as nobody waits for long;
/// clients' connections over those allowed. Where somebody has waited for 200 ms (all are in use, the database allows fewer than
/// the pool's size, or is down): 1 and the waiting clients over the size. Pure; 0 without a pool.
double saturation(const PoolerFigures& figures);

/// The component's saturation, as above. An Error, and a gap, if the console does not answer; it is connected to again at the
/// next round. 1 where it refuses us because it has as many clients as it may. Gauges, sums over its pools: NAME.clients,
/// .clients_waiting, .servers_active, .pool_size; .longest_wait_s.
class PgbouncerCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
  };
  /// @param pooler  the component's name in the plan
  /// @param url     of its console (database "pgbouncer"), for one of its stats_users or admin_users
  PgbouncerCollector(const Plan& plan, std::string pooler, std::string url, Options options);
  PgbouncerCollector(const Plan& plan, std::string pooler, std::string url)
      : PgbouncerCollector(plan, std::move(pooler), std::move(url), Options()) {}

  std::string_view name() const override { return name_; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  Result<PoolerFigures> ask(Duration deadline);

  std::string name_, url_;
  Options options_;
  std::optional<ComponentId> component_;
  std::optional<wire::PgConnection> console_;
};

}  // namespace plimsoll::collect
