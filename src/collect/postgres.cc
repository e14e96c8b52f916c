#include "collect/postgres.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "collect/component.h"

namespace plimsoll::collect {
namespace {

// reserved_connections came with version 16. Replication's senders are not of max_connections.
const std::string question =
    "select (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true)::int, 0) as most";

}  // namespace

PostgresCollector::PostgresCollector(const Plan& plan, std::string database, std::string url, Options options)
    : name_(std::move(database)),
      url_(std::move(url)),
      options_(options),
      component_(component_of(plan, ComponentKind::database, name_)) {}

Result<wire::PgResult> PostgresCollector::ask(Duration deadline) {
  const auto begun = std::chrono::steady_clock::now();
  if (!connection_ || connection_->broken()) {
    connection_.reset();
    auto connected = wire::PgConnection::connect(url_, deadline);
    if (!connected) return fail(connected.error());
    connection_.emplace(std::move(*connected));
  }
  const Duration left = deadline - (std::chrono::steady_clock::now() - begun);
  return connection_->exec(question, std::max<Duration>(left, std::chrono::milliseconds(1)));
}

Result<void> PostgresCollector::collect(const Fleet&, TimePoint now, Duration deadline, Readings& out) {
  const auto give = [&](const ComponentReading& reading) { out.components.push_back(reading); };
  const auto answer = ask(deadline);
  if (!answer) {
    const bool full = !connection_ && answer.error().code == Errc::exhausted;
    if (component_) give(full ? in_use(*component_, 1, now) : component_gap(*component_, Gap::unreachable));
    if (full) return {};
    return fail(answer.error());
  }
  const auto used = answer->number(0, "used"), most = answer->number(0, "most");
  if (!used || !most || *most <= 0) {
    if (component_) give(component_gap(*component_, Gap::malformed));
    return fail(Errc::malformed, connection_->endpoint() + ": its number of connections is no number");
  }
  if (component_) give(in_use(*component_, *used / *most, now));
  out.gauges.push_back({name_ + ".connections", *used});
  out.gauges.push_back({name_ + ".connections_max", *most});
  return {};
}

}  // namespace plimsoll::collect
