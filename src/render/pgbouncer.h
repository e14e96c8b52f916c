#pragma once
// pgbouncer.ini and its user list. Pure text.

#include <cstdint>
#include <string>
#include <vector>

#include "core/stack.h"

namespace plimsoll::render {

/// Users of PgBouncer's own console (database "pgbouncer"): the first may change things, the second only look.
inline constexpr const char* pgbouncer_admin = "plimsoll_admin";
inline constexpr const char* pgbouncer_stats = "plimsoll_monitoring";

struct PgbouncerServer {
  std::uint16_t port = 0;
  std::uint16_t database_port = 0;  // of the primary
  std::string auth_file;            // absolute path of the user list
};

/// `database` is the one the pooler is for. No secret is in it.
std::string pgbouncer_ini(const Stack&, const Pooler&, const Database& database, const PgbouncerServer&);

struct PgbouncerUser {
  std::string name;
  std::string password;
};

/// The user list: plain passwords, because PgBouncer logs in to the server with them. A secret: 0600.
std::string pgbouncer_userlist(const std::vector<PgbouncerUser>&);

}  // namespace plimsoll::render
