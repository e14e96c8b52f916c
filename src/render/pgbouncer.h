#pragma once
// pgbouncer.ini and its user list, for `up` and for `render`. Pure text.

#include <cstdint>
#include <string>
#include <vector>

#include "core/stack.h"

namespace plimsoll::render {

/// Users of PgBouncer's own console (database "pgbouncer"): the first may change things, the second only look.
inline constexpr const char* pgbouncer_admin = "plimsoll_admin";
inline constexpr const char* pgbouncer_stats = "plimsoll_monitoring";

/// Connections to the database that one instance opens at most.
int servers_of(const Pooler&);

/// One pooler and where its things are. The defaults are a pooler that plimsoll runs on this machine.
struct PgbouncerServer {
  std::uint16_t port = 0;
  std::uint16_t database_port = 0;  // of the primary
  std::string auth_file;            // path of the user list; relative: to the working directory
  std::string database_host = "127.0.0.1";
  std::string listen = "127.0.0.1";
  int instances = 1;  // how many of them there may be
  std::string maker = "Written by plimsoll at every start; change the stack's file instead.";
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
