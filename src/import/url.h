#pragma once
// Whom a variable's value names: connection URLs, data source names and host:port lists as they occur in environments.
//
//   endpoints_in("postgresql+asyncpg://app:secret@pgbouncer:6432/shop?pool_size=20")
//     -> {postgres, pgbouncer, 6432, "shop", {pool_size: 20}}
//
// Pure. Credentials are dropped where they are read: nothing returned here holds a user's name or password.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::import {

/// One host that a value names. A URL with several hosts gives one each, with the same database and parameters.
struct Endpointish {
  /// How sure it is that a host is meant. `host`: a lone word, which may as well be a user's name or "production".
  enum class Form { url, dsn, host_port, host };
  Form form = Form::url;
  /// Lower case, without driver and spelling: postgresql+asyncpg, jdbc:postgresql, pgsql -> postgres; mariadb -> mysql;
  /// valkey -> redis. redis-sentinel (sentinel), redis-cluster and rediss stay apart. Empty where nothing says it.
  std::string scheme;
  std::string host;  // lower case, without brackets; never empty, never 0.0.0.0
  int port = 0;      // as written, else the scheme's own; 0: unknown
  bool port_given = false;
  std::string database;                           // first part of the path; empty for http
  std::map<std::string, std::string> parameters;  // as written; without user, password and their like
};

/// In the order of the text. Empty if the value names no host, or only one that is not known yet ("${DB_HOST}", "$(HOST)").
/// Known forms: scheme://[user:password@]host[:port][,host…][/database][?key=value&…] anywhere in the value; jdbc:…;
/// user:password@tcp(host:port)/database; "host=db port=5432 dbname=shop"; "Server=db;Port=5432;Database=shop";
/// host[:port][/database] and lists of them, with "key=value" after commas.
std::vector<Endpointish> endpoints_in(std::string_view value);

/// A scheme as Endpointish has it, of one as written: "PostgreSQL+asyncpg" -> "postgres". One that is not known stays, in lower
/// case and without its driver.
std::string known_scheme(std::string_view written);

/// The port a scheme (as in Endpointish) means where none is written; 0: none known.
int default_port(std::string_view scheme);

/// The value without users' names and passwords: "redis://:secret@cache:6379/0" -> "redis://cache:6379/0". Of one
/// past 64 KiB nothing is left.
std::string without_credentials(std::string_view value);

/// A variable, parameter or directive of this name holds a secret: PGPASSWORD, API_TOKEN, requirepass.
bool names_secret(std::string_view name);

}  // namespace plimsoll::import
