// Poolers: clients they admit, sizes that contradict each other, the owner's table, what transaction pooling breaks.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "capacity/findings/connections.h"
#include "capacity/findings/rules.h"

namespace plimsoll::capacity::rules {
namespace {

constexpr double most_clients = 100'000;  // a spec takes no more of one pooler

/// What several parts say, the largest first, at most four of them.
std::string clients_said(const Through& one, bool rollout) {
  std::vector<const Taker*> takers;
  for (const Taker& client : one.clients)
    if (client.connections(rollout) > 0) takers.push_back(&client);
  std::stable_sort(takers.begin(), takers.end(),
                   [&](const Taker* a, const Taker* b) { return a->connections(rollout) > b->connections(rollout); });
  std::vector<std::string> parts;
  for (const Taker* client : takers)
    if (parts.size() < 4)
      parts.push_back(
          fmt::format("{} {} = {}", client->tier->name, client->product(rollout), count(client->connections(rollout))));
  if (takers.size() > 4) parts.push_back(fmt::format("{} more", takers.size() - 4));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void judge_clients(const Through& one, Out out) {
  const double room = clients_of(one.fleet);
  const double asked = one.clients_most(false), rolling = one.clients_most(true);
  if (one.fleet.instances < 1 || rolling <= room) return;
  const bool rollout = asked <= room;
  const Pooler& pooler = *one.pooler;
  Finding finding;
  finding.level = rollout ? Level::warning : Level::error;
  finding.path = pooler_path(pooler, "max_client_conn");
  finding.message = fmt::format("clients of {}: {}{}: {} of {} × max_client_conn {} = {}", pooler.name,
                                rollout ? "in a rollout " : "", clients_said(one, rollout), count(rollout ? rolling : asked),
                                one.fleet.instances, one.fleet.max_client_conn, count(room));
  finding.sum = {
      fmt::format("{} connections are refused: \"no more connections allowed\"", count((rollout ? rolling : asked) - room))};
  if (!rollout && rolling > asked) finding.sum.push_back(fmt::format("in a rollout it is {} more", count(rolling - asked)));
  const double each = std::ceil(rolling / one.fleet.instances);
  if (each <= most_clients) {
    const std::string value = fmt::format("{:.0f}", each);
    finding.fixes.push_back({pooler_path(pooler, "max_client_conn"), value, "max_client_conn: " + value,
                             fmt::format("{} × {} admit all {}", one.fleet.instances, value, count(rolling))});
  }
  const double poolers = std::ceil(rolling / one.fleet.max_client_conn);
  if (poolers <= 100) {
    const int most = static_cast<int>(poolers);
    finding.fixes.push_back({pooler_path(pooler, "replicas.max"), std::to_string(most), replicas_line(pooler.replicas.min, most),
                             "more poolers; each opens connections to the database of its own"});
  }
  finding.advice = "smaller pools in the tiers: behind a pooler an instance rarely needs many";
  out.push_back(std::move(finding));
}

Fix resized(const Pooler& pooler, std::string_view key, int to, std::string effect) {
  return {pooler_path(pooler, key), std::to_string(to), fmt::format("{}: {}", key, to), std::move(effect)};
}

std::string pool_said(const Pooler& pooler) {
  if (pooler.reserve_pool_size <= 0) return fmt::format("default_pool_size {}", pooler.default_pool_size);
  return fmt::format("default_pool_size {} + reserve_pool_size {}", pooler.default_pool_size, pooler.reserve_pool_size);
}

void judge_sizes(const Pooler& pooler, Out out) {
  if (pooler.default_pool_size < 1 || pooler.reserve_pool_size < 0) return;
  const int pool = pooler.default_pool_size + pooler.reserve_pool_size;
  if (pool > pooler.max_client_conn && pooler.max_client_conn >= 1) {
    Finding finding;
    finding.path = pooler_path(pooler, "max_client_conn");
    finding.message = fmt::format("{}: {} is more than max_client_conn {}: the pool can never be full", pooler.name,
                                  pool_said(pooler), pooler.max_client_conn);
    finding.fixes = {resized(pooler, "max_client_conn", std::max(pool, 100),
                             "clients may be many more than connections: that is what a pool is for")};
    out.push_back(std::move(finding));
  }
  if (pooler.max_db_connections <= 0 || pool <= pooler.max_db_connections) return;
  Finding finding;
  finding.path = pooler_path(pooler, "max_db_connections");
  finding.message = fmt::format("{}: {} is more than max_db_connections {}: the pool can never be full", pooler.name,
                                pool_said(pooler), pooler.max_db_connections);
  if (pooler.default_pool_size <= pooler.max_db_connections)
    finding.fixes.push_back(
        resized(pooler, "reserve_pool_size", pooler.max_db_connections - pooler.default_pool_size, "as much as the cap leaves"));
  else if (pooler.max_db_connections > pooler.reserve_pool_size)
    finding.fixes.push_back(
        resized(pooler, "default_pool_size", pooler.max_db_connections - pooler.reserve_pool_size, "as much as the cap leaves"));
  finding.fixes.push_back(resized(pooler, "max_db_connections", pool, "if the database has the room: see connection-budget"));
  finding.path = finding.fixes.front().path;
  out.push_back(std::move(finding));
}

/// Connections that do not come through this pooler leave the rest to it.
double room_for(const Draw& draw, const Pooler& pooler) {
  double room = draw.room() - draw.straight(false);
  for (const Through& other : draw.poolers)
    if (other.pooler != &pooler) room -= other.servers(false);
  return room;
}

std::string replicas_said(const PoolerRow& row) {
  std::vector<std::string> parts;
  for (const auto& [tier, n] : row.replicas) parts.push_back(fmt::format("{} {}", tier, n));
  return listed(parts);
}

/// A row's caps: what it lets its poolers open, against what the database has left for them.
void judge_row_servers(const Draw& draw, const Pooler& pooler, std::size_t index, Out out) {
  const PoolerRow& row = pooler.table[index];
  const bool by_cap = row.max_db_connections > 0;
  const double each = by_cap ? row.max_db_connections : row.default_pool_size;
  const double room = room_for(draw, pooler), total = each * row.instances;
  if (row.instances < 1 || each < 1 || total <= room) return;
  const double fitting = std::floor(room / row.instances);
  Finding finding;
  finding.path = fmt::format("poolers.{}.table[{}].{}", pooler.name, index, by_cap ? "max_db_connections" : "default_pool_size");
  finding.message =
      fmt::format("{}'s table, row {} ({}): {} × {} = {} connections, reserved {}: {} of {}'s max_connections {}", pooler.name,
                  index + 1, replicas_said(row), row.instances, count(each), count(total), count(draw.max_connections - room),
                  count(total + draw.max_connections - room), draw.database->name, draw.max_connections);
  finding.sum = {fmt::format("{} - {} for reserves and others = {} for {} poolers", draw.max_connections,
                             count(draw.max_connections - room), count(std::max(room, 0.0)), row.instances)};
  if (fitting >= 1) {
    const std::string value = fmt::format("{:.0f}", fitting);
    const char* key = by_cap ? "max_db_connections" : "default_pool_size";
    finding.sum.push_back(fmt::format("{} / {} = {} each fit", count(room), row.instances, value));
    finding.fixes.push_back(
        {finding.path, value, fmt::format("{}: {}", key, value),
         fmt::format("{} × {} = {} of {}", row.instances, value, count(fitting * row.instances), count(room))});
  }
  finding.advice = "more connections on the database, or fewer poolers in that row";
  out.push_back(std::move(finding));
}

void judge_row_clients(const Through& one, std::size_t index, Out out) {
  const Pooler& pooler = *one.pooler;
  const PoolerRow& row = pooler.table[index];
  double clients = 0;
  for (const Taker& taker : one.clients)
    if (const auto n = row.replicas.find(taker.tier->name); n != row.replicas.end())
      clients += used_by({taker.per_instance(), std::max(n->second, 0), 0});
  const double room = static_cast<double>(std::max(row.instances, 0)) * one.fleet.max_client_conn;
  if (row.instances < 1 || clients <= room) return;
  Finding finding;
  finding.path = fmt::format("poolers.{}.table[{}].instances", pooler.name, index);
  finding.message = fmt::format("{}'s table, row {} ({}): {} clients of {} × max_client_conn {} = {}", pooler.name, index + 1,
                                replicas_said(row), count(clients), row.instances, one.fleet.max_client_conn, count(room));
  const double wanted = std::ceil(clients / row.instances);
  if (wanted <= most_clients) {
    const std::string value = fmt::format("{:.0f}", wanted);
    // More poolers would open more connections too; a client that waits costs a pooler next to nothing.
    finding.fixes.push_back({pooler_path(pooler, "max_client_conn"), value, "max_client_conn: " + value,
                             fmt::format("{} × {} admit all {}", row.instances, value, count(clients))});
  }
  finding.advice = "more poolers in that row, with a smaller max_db_connections each";
  out.push_back(std::move(finding));
}

/// What transaction pooling does to a feature that lives as long as a session.
struct Broken {
  std::string_view feature, said, breaks;
};
constexpr std::array<Broken, 6> features = {{
    {"prepared_statements", "prepared statements", "a statement prepared on one server connection is unknown on the next"},
    {"listen", "LISTEN", "notifications arrive at a connection that is somebody else's by then"},
    {"advisory_locks", "session advisory locks", "the lock stays with the server connection, which the next client inherits"},
    {"set", "SET", "the setting stays behind for the next client, or is gone"},
    {"temporary_tables", "temporary tables", "the table is on another server connection than the next statement"},
    {"cursors_with_hold", "cursors WITH HOLD", "the cursor is on another server connection than the next FETCH"},
}};
constexpr std::string_view prepared = "prepared_statements";

void judge_features(const Pooler& pooler, const Tier& tier, const Use& use, Out out) {
  std::vector<std::string> names, breaks;
  bool only_prepared = true;
  for (const Broken& one : features) {
    if (std::find(use.session_features.begin(), use.session_features.end(), one.feature) == use.session_features.end()) continue;
    names.emplace_back(one.said);
    breaks.push_back(fmt::format("{}: {}", one.said, one.breaks));
    if (one.feature != prepared) only_prepared = false;
  }
  if (names.empty()) return;
  const bool uses_prepared = breaks.front().starts_with("prepared");
  Finding finding;
  finding.level = only_prepared ? Level::warning : Level::error;
  finding.path = use_path(tier, use, "session_features");
  finding.message = fmt::format("{} uses {} through {}, which pools by {}", tier.name, listed(names), pooler.name,
                                pooler.mode == PoolMode::statement ? "statement" : "transaction");
  finding.sum = std::move(breaks);
  if (uses_prepared)
    finding.sum.emplace_back(
        "protocol-level prepared statements work from PgBouncer 1.21 on with max_prepared_statements above 0; PREPARE in SQL "
        "does not");
  if (!only_prepared) {
    finding.fixes.push_back({pooler_path(pooler, "mode"), "session", "mode: session",
                             "each client then keeps a server connection to itself: default_pool_size must cover them all"});
    finding.advice = fmt::format("let only what needs them connect to {} directly", use.component);
  } else {
    finding.advice = "set max_prepared_statements (200 is a start) in PgBouncer 1.21 or later, or turn them off in the driver";
  }
  out.push_back(std::move(finding));
}

}  // namespace

void pooler_clients(const Scene& scene, Out out) {
  for (const Pooler& pooler : scene.stack.poolers)
    if (is_configured(scene, pooler)) judge_clients(through(scene, pooler), out);
}

void pool_over_limits(const Scene& scene, Out out) {
  for (const Pooler& pooler : scene.stack.poolers)
    if (is_configured(scene, pooler)) judge_sizes(pooler, out);
}

void pooler_table(const Scene& scene, Out out) {
  for (const Pooler& pooler : scene.stack.poolers) {
    if (pooler.table.empty()) continue;
    const Through one = through(scene, pooler);
    const Database* database = scene.stack.database(pooler.database);
    const std::optional<Draw> draw = database ? draw_on(scene, *database) : std::nullopt;
    for (std::size_t i = 0; i < pooler.table.size(); ++i) {
      if (draw) judge_row_servers(*draw, pooler, i, out);
      judge_row_clients(one, i, out);
    }
  }
}

void transaction_pooling(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers)
    for (const Use& use : tier.uses) {
      const Pooler* pooler = use.through.empty() ? nullptr : scene.stack.pooler(use.through);
      if (pooler && pooler->mode != PoolMode::session && !use.session_features.empty() &&
          scene.holds(pooler_path(*pooler, "mode")))
        judge_features(*pooler, tier, use, out);
    }
}

}  // namespace plimsoll::capacity::rules
