#include "collect/pgbouncer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "collect/component.h"

namespace plimsoll::collect {
namespace {

constexpr double too_long_s = 0.2;  // a shorter wait is what a pool is for
constexpr double well_used = 0.9;   // below what the engine takes for saturated

// Its console is a database of its own.
constexpr std::string_view console_database = "pgbouncer";

double of_pool(const PoolerFigures::Pool& pool) {
  if (pool.size <= 0) return pool.clients_waiting > 0 && pool.longest_wait_s >= too_long_s ? 1 : 0;
  const double share = pool.servers_active / pool.size;
  // A pool that is full at the moment of looking, with nobody kept waiting, is well used and not short.
  const bool waits = pool.clients_waiting > 0 && pool.longest_wait_s >= too_long_s;
  return waits ? std::max(share, 1.0) + pool.clients_waiting / pool.size : std::min(share, well_used);
}

std::map<std::string, double, std::less<>> pool_sizes(const wire::PgResult& databases) {
  std::map<std::string, double, std::less<>> sizes;
  for (int row = 0; row < databases.rows(); ++row) {
    const auto name = databases.value(row, "name");
    const auto size = databases.number(row, "pool_size");
    if (name && size) sizes.emplace(*name, *size);
  }
  return sizes;
}

std::optional<double> setting(const wire::PgResult& config, std::string_view key) {
  for (int row = 0; row < config.rows(); ++row)
    if (config.value(row, "key") == key) return config.number(row, "value");
  return std::nullopt;
}

/// Absent if a column is not there: not PgBouncer's answer.
std::optional<PoolerFigures> figures_of(const wire::PgResult& pools, const wire::PgResult& databases,
                                        const wire::PgResult& config) {
  PoolerFigures figures;
  const auto sizes = pool_sizes(databases);
  const auto clients_max = setting(config, "max_client_conn");
  if (!clients_max) return std::nullopt;
  figures.clients_max = *clients_max;
  for (int row = 0; row < pools.rows(); ++row) {
    const auto database = pools.value(row, "database");
    const auto active = pools.number(row, "cl_active"), waiting = pools.number(row, "cl_waiting"),
               servers = pools.number(row, "sv_active"), wait_s = pools.number(row, "maxwait");
    if (!database || !active || !waiting || !servers || !wait_s) return std::nullopt;
    figures.clients += *active + *waiting;
    if (*database == console_database) continue;
    const auto size = sizes.find(*database);
    const double micros = pools.number(row, "maxwait_us").value_or(0);
    figures.pools.push_back({size == sizes.end() ? 0 : size->second, *servers, *waiting, *wait_s + micros / 1e6});
  }
  return figures;
}

}  // namespace

double saturation(const PoolerFigures& figures) {
  double most = figures.clients_max > 0 ? figures.clients / figures.clients_max : 0;
  for (const PoolerFigures::Pool& pool : figures.pools) most = std::max(most, of_pool(pool));
  return most;
}

PgbouncerCollector::PgbouncerCollector(const Plan& plan, std::string pooler, std::string url, Options options)
    : name_(std::move(pooler)),
      url_(std::move(url)),
      options_(options),
      component_(component_of(plan, ComponentKind::pooler, name_)) {}

Result<PoolerFigures> PgbouncerCollector::ask(Duration deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  const auto left = [until] {
    return std::max<Duration>(until - std::chrono::steady_clock::now(), std::chrono::milliseconds(1));
  };
  if (!console_ || console_->broken()) {
    console_.reset();
    auto connected = wire::PgConnection::connect(url_, deadline);
    if (!connected) return fail(connected.error());
    console_.emplace(std::move(*connected));
  }
  const auto pools = console_->exec("SHOW POOLS", left());
  if (!pools) return fail(pools.error());
  const auto databases = console_->exec("SHOW DATABASES", left());
  if (!databases) return fail(databases.error());
  const auto config = console_->exec("SHOW CONFIG", left());
  if (!config) return fail(config.error());
  const auto figures = figures_of(*pools, *databases, *config);
  if (!figures) return fail(Errc::malformed, console_->endpoint() + ": SHOW POOLS or SHOW CONFIG lacks a figure");
  return *figures;
}

Result<void> PgbouncerCollector::collect(const Fleet&, TimePoint now, Duration deadline, Readings& out) {
  const auto give = [&](const ComponentReading& reading) { out.components.push_back(reading); };
  const auto figures = ask(deadline);
  if (!figures) {
    const bool full = !console_ && figures.error().code == Errc::exhausted;
    if (component_) give(full ? in_use(*component_, 1, now) : component_gap(*component_, Gap::unreachable));
    if (full) return {};
    return fail(figures.error());
  }
  if (component_) give(in_use(*component_, saturation(*figures), now));
  PoolerFigures::Pool all;
  for (const PoolerFigures::Pool& pool : figures->pools) {
    all.size += pool.size;
    all.servers_active += pool.servers_active;
    all.clients_waiting += pool.clients_waiting;
    all.longest_wait_s = std::max(all.longest_wait_s, pool.longest_wait_s);
  }
  for (const auto& [what, figure] : {std::pair{".clients", figures->clients},
                                     {".clients_waiting", all.clients_waiting},
                                     {".servers_active", all.servers_active},
                                     {".pool_size", all.size},
                                     {".longest_wait_s", all.longest_wait_s}})
    out.gauges.push_back({name_ + what, figure});
  return {};
}

}  // namespace plimsoll::collect
