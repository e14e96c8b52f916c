#pragma once
// Where the servers' programs are on this machine, and which Debian package has one that is missing.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace plimsoll::local {

struct ProgramPaths {
  std::vector<std::string> directories;            // searched in this order
  std::string postgresql = "/usr/lib/postgresql";  // holds VERSION/bin: Debian keeps several versions side by side

  /// PATH, then where Debian keeps servers that are not in every user's PATH.
  static ProgramPaths of_this_machine();
};

/// Absolute path. An Error names the package: "redis-server not found: apt-get install redis-server".
Result<std::string> find_packaged(const ProgramPaths&, const std::string& program, const std::string& package);

struct PostgresPrograms {
  int major = 0;
  std::string postgres, initdb, pg_basebackup;
  bool pg_stat_statements = false;  // its library is installed
};

/// The highest version there is, at least 13; or that of `major`, which data made by it need.
Result<PostgresPrograms> find_postgres(const ProgramPaths&, std::optional<int> major = std::nullopt);

/// Postgres and PgBouncer refuse to run as root: the user they run as instead. Absent when plimsoll is not root. An Error names
/// the package that makes the user.
Result<std::optional<std::string>> server_user();

/// The environment servers and their tools are started with: no locale or Postgres setting of the user's shell reaches them.
std::map<std::string, std::string> server_environment();

}  // namespace plimsoll::local
