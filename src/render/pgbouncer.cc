#include "render/pgbouncer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "render/names.h"
#include "render/postgresql.h"

namespace plimsoll::render {

namespace {

std::string_view word(PoolMode mode) {
  switch (mode) {
    case PoolMode::session:
      return "session";
    case PoolMode::transaction:
      return "transaction";
    case PoolMode::statement:
      return "statement";
  }
  return "transaction";
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result.append(c == '"' ? 2 : 1, c);
  return result += '"';
}

/// A value of a connection string; in quotes only where it must be.
std::string connection_value(std::string_view text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ':' || c == '_' || c == '-';
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string result = "'";
  for (const char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result += '\'';
}

/// "api 25 × 5 + worker 30 × 3 = 215"; empty where no tier goes through the pooler.
std::string client_sum(const Stack& stack, const Pooler& pooler) {
  std::string terms;
  std::int64_t sum = 0;
  int tiers = 0;
  for (const Tier& tier : stack.tiers)
    for (const Use& use : tier.uses) {
      if (use.through != pooler.name) continue;
      const std::int64_t instances = std::int64_t{tier.replicas.max} + tier.surge;
      const std::int64_t each = std::int64_t{use.connections} + use.overflow;
      terms += fmt::format("{}{} {} × {}", tiers++ == 0 ? "" : " + ", tier.name, instances, each);
      sum += instances * each;
    }
  return tiers == 0 ? "" : fmt::format("{} = {}", terms, sum);
}

/// What may be opened in all, and what there is: "3 poolers × 100 = 300 of 377: max_connections 400 less 23 in reserve".
std::string server_sum(const Pooler& pooler, const Database& database, int instances) {
  const std::int64_t each = servers_of(pooler);
  const std::int64_t room = std::int64_t{database.max_connections} - database.reserve.sum();
  std::string sum =
      instances == 1 ? fmt::format("{}", each) : fmt::format("{} poolers × {} = {}", instances, each, instances * each);
  return fmt::format("{} of {}: max_connections {} less {} in reserve{}", sum, room, database.max_connections,
                     database.reserve.sum(), instances * each > room ? "; too many, see `plimsoll check`" : "");
}

std::string pool_sizes(const Stack& stack, const Pooler& pooler, const Database& database, int instances) {
  std::string text = fmt::format("pool_mode = {}\n", word(pooler.mode));
  if (const std::string clients = client_sum(stack, pooler); !clients.empty())
    text += fmt::format("; of each pooler; all clients together want at most {}\n", clients);
  text += fmt::format("max_client_conn = {}\n", pooler.max_client_conn);
  text += fmt::format("; connections to the database for each pair of user and database\ndefault_pool_size = {}\n",
                      pooler.default_pool_size);
  if (pooler.min_pool_size > 0)
    text += fmt::format("; kept open once a first client was there\nmin_pool_size = {}\n", pooler.min_pool_size);
  if (pooler.reserve_pool_size > 0)
    text += fmt::format(
        "; beyond default_pool_size, for clients that have waited 5 s (reserve_pool_timeout)\nreserve_pool_size = {}\n",
        pooler.reserve_pool_size);
  text += fmt::format("; over all pools of the database; 0: no limit but theirs\n; derived: {}\nmax_db_connections = {}\n",
                      server_sum(pooler, database, instances), pooler.max_db_connections);
  return text + fmt::format("server_idle_timeout = {}\n\n", seconds_of(pooler.server_idle_timeout));
}

}  // namespace

int servers_of(const Pooler& pooler) {
  return pooler.max_db_connections > 0 ? pooler.max_db_connections : pooler.default_pool_size + pooler.reserve_pool_size;
}

std::string pgbouncer_ini(const Stack& stack, const Pooler& pooler, const Database& database, const PgbouncerServer& server) {
  const std::string name = database_name(database);
  std::string text = fmt::format(
      "; PgBouncer {} of the stack {}, in front of {}.\n"
      "; {}\n\n"
      "[databases]\n"
      "{} = host={} port={} dbname={}\n\n"
      "[pgbouncer]\n"
      "listen_addr = {}\n"
      "listen_port = {}\n"
      "; none: one address is enough\n"
      "unix_socket_dir =\n"
      "auth_type = scram-sha-256\n"
      "auth_file = {}\n"
      "admin_users = {}\n"
      "stats_users = {}\n\n",
      pooler.name, stack.name, database.name, server.maker, name, connection_value(server.database_host), server.database_port,
      name, server.listen, server.port, server.auth_file, pgbouncer_admin, pgbouncer_stats);
  text += pool_sizes(stack, pooler, database, server.instances);
  text +=
      "; in session mode only: other modes share no session state, so nothing needs resetting\n"
      "server_reset_query = DISCARD ALL\n"
      "; drivers send it at the start of every connection, and it changes nothing between clients\n"
      "ignore_startup_parameters = extra_float_digits\n"
      "; the server used last is the warmest; the rest may close when idle\n"
      "server_round_robin = 0\n"
      "; a Postgres that was restarted is tried again after a second, not after the default fifteen\n"
      "server_login_retry = 1\n"
      "log_connections = 0\n"
      "log_disconnections = 0\n";
  return text;
}

std::string pgbouncer_userlist(const std::vector<PgbouncerUser>& users) {
  std::string text;
  for (const PgbouncerUser& user : users) text += fmt::format("{} {}\n", quoted(user.name), quoted(user.password));
  return text;
}

}  // namespace plimsoll::render
