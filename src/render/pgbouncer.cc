#include "render/pgbouncer.h"

#include <fmt/format.h>

#include <string_view>

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

}  // namespace

std::string pgbouncer_ini(const Stack& stack, const Pooler& pooler, const Database& database, const PgbouncerServer& server) {
  const std::string name = database_name(database);
  std::string text = fmt::format(
      "; PgBouncer {} of the stack {}, in front of {}.\n"
      "; Written by plimsoll at every start; change the stack's file instead.\n\n"
      "[databases]\n"
      "{} = host=127.0.0.1 port={} dbname={}\n\n"
      "[pgbouncer]\n"
      "listen_addr = 127.0.0.1\n"
      "listen_port = {}\n"
      "; none: a socket's path may be too long for the system, and one address is enough\n"
      "unix_socket_dir =\n"
      "auth_type = scram-sha-256\n"
      "auth_file = {}\n"
      "admin_users = {}\n"
      "stats_users = {}\n\n",
      pooler.name, stack.name, database.name, name, server.database_port, name, server.port, server.auth_file, pgbouncer_admin,
      pgbouncer_stats);
  text += fmt::format(
      "pool_mode = {}\n"
      "default_pool_size = {}\n"
      "max_client_conn = {}\n"
      "; over all pools of the database; 0: no limit\n"
      "max_db_connections = {}\n\n",
      word(pooler.mode), pooler.default_pool_size, pooler.max_client_conn, pooler.max_db_connections);
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
