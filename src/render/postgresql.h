#pragma once
// postgresql.conf and pg_hba.conf of a database's primary and of its read replicas, for `up` and for `render`. Pure text; no
// secret is in it.

#include <cstdint>
#include <optional>
#include <string>

#include "core/stack.h"

namespace plimsoll::render {

/// Roles of a Postgres that plimsoll runs. The superuser is plimsoll's own; instances log in as `app`.
inline constexpr const char* postgres_superuser = "postgres";
inline constexpr const char* postgres_app_role = "app";
inline constexpr const char* postgres_replication_role = "plimsoll_replication";
inline constexpr const char* postgres_monitoring_role = "plimsoll_monitoring";

/// What the database in the server is called: as the component, but "app" where Postgres or PgBouncer use that name themselves.
std::string database_name(const Database&);

/// The server a read replica follows.
struct Upstream {
  std::uint16_t port = 0;
  std::string passfile;  // libpq's password file, 0600; empty: PGPASSFILE of the server's environment says where
  std::string slot;      // [a-z0-9_]+; empty: none
  std::string host = "127.0.0.1";
};

/// One server and where its things are. Paths are absolute. The defaults are a server that plimsoll runs on this machine.
struct PostgresServer {
  std::string name;            // "main", "main-replica-1"
  std::string data_directory;  // empty: whoever starts it says, also hba_file
  std::string hba_file;
  std::uint16_t port = 0;
  bool pg_stat_statements = false;   // the library is installed
  std::optional<Upstream> upstream;  // a read replica; absent: the primary
  std::string listen = "127.0.0.1";  // "*": all addresses, and the system's own place for sockets
  bool slots = true;                 // read replicas have a slot each; else the primary keeps some of its log for them
  std::optional<Bytes> memory;       // of its machine: settings are derived from it (capacity/postgres_settings.h)
  std::string maker = "Written by plimsoll at every start; change the stack's file instead.";
};

/// Primary and replicas of one database differ only in name, places and upstream: a standby must allow at least as many
/// connections and senders as its primary. `settings` of the database take the place of plimsoll's own. settings_problem() must
/// be empty (asserted).
std::string postgresql_conf(const Stack&, const Database&, const PostgresServer&);

/// Passwords by SCRAM, from the loopback only.
std::string pg_hba_conf(const Stack&, const PostgresServer&);

/// Why a server can't have this one of a database's `settings`: not a name, or one that plimsoll must set itself. Empty if it
/// can.
std::string setting_problem(const Database&, const std::string& name, const std::string& value);
/// The first of the database's `settings` that can't be: not a name, or one that plimsoll must set itself. Empty if all are well.
std::string settings_problem(const Database&);

}  // namespace plimsoll::render
