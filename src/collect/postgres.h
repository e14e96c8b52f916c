#pragma once
// How full a database is.

#include <optional>
#include <string>
#include <string_view>

#include "decide/plan.h"
#include "ports/collector.h"
#include "wire/postgres.h"

namespace plimsoll::collect {

/// The component's saturation: clients' connections over max_connections less what superusers have for themselves; 1 where there
/// is no connection left for us either. An Error, and a gap, if it does not answer; it is connected to again at the next round.
/// Gauges: NAME.connections, .connections_max (what clients may have).
class PostgresCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(2);
  };
  /// @param database  the component's name in the plan
  /// @param url       of the primary, for a role that is in pg_monitor: others can't tell clients from the server's own workers
  PostgresCollector(const Plan& plan, std::string database, std::string url, Options options);
  PostgresCollector(const Plan& plan, std::string database, std::string url)
      : PostgresCollector(plan, std::move(database), std::move(url), Options()) {}

  std::string_view name() const override { return name_; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  Result<wire::PgResult> ask(Duration deadline);

  std::string name_, url_;
  Options options_;
  std::optional<ComponentId> component_;
  std::optional<wire::PgConnection> connection_;
};

}  // namespace plimsoll::collect
