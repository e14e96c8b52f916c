#include <fmt/format.h>

#include "core/assert.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

std::string path_of(const Pooler& pooler) { return fmt::format("pgbouncer/{}.ini", pooler.name); }

void note_what_is_left(const Pooler& pooler, const Database& database, std::vector<Note>& notes) {
  const std::string key = "poolers." + pooler.name;
  notes.push_back(
      {key,
       fmt::format(
           "{} reads userlist.txt in the folder PgBouncer is started in (a secret, 0600, PgBouncer's own): {}'s role {} and two "
           "users of its console, who changes and who looks. To make it: umask 077; printf '\"{}\" \"%s\"\\n\"{}\" "
           "\"%s\"\\n\"{}\" \"%s\"\\n' \"${}_PASSWORD\" \"$(openssl rand -hex 16)\" \"${}_MONITORING_PASSWORD\" > "
           "userlist.txt",
           path_of(pooler), database.name, postgres_app_role, postgres_app_role, pgbouncer_admin, pgbouncer_stats,
           variable_of(database.name), variable_of(database.name)),
       true});
  if (pooler.replicas.max > 1)
    notes.push_back({key + ".replicas", fmt::format("an ini file is one pooler's: run up to {} with {}, behind one name",
                                                    pooler.replicas.max, path_of(pooler))});
  if (pooler.mode != PoolMode::session)
    notes.push_back({key + ".mode",
                     "clients must not prepare statements by name: only PgBouncer from 1.21 on can carry them over "
                     "(max_prepared_statements, left out because an older one refuses to start with it)"});
}

}  // namespace

Rendered pgbouncer(const Stack& stack, const Options& options) {
  Rendered made;
  for (const Pooler& pooler : stack.poolers) {
    const Database* database = stack.database(pooler.database);
    PLIMSOLL_ASSERT(database != nullptr);  // the spec's to check
    const Endpoint primary = endpoints_of(options, database->name, postgres_port).front();
    PgbouncerServer server;
    server.port = endpoints_of(options, pooler.name, pgbouncer_port).front().port;
    server.database_port = primary.port;
    server.database_host = primary.host;
    server.auth_file = "userlist.txt";
    server.listen = "0.0.0.0";
    server.instances = pooler.replicas.max;
    server.maker = "Made by `plimsoll render`; its passwords are in userlist.txt.";
    made.files.push_back({path_of(pooler), pgbouncer_ini(stack, pooler, *database, server)});
    note_what_is_left(pooler, *database, made.notes);
  }
  if (made.files.empty()) made.notes.push_back({"poolers", "the stack has no pooler"});
  return made;
}

}  // namespace plimsoll::render
