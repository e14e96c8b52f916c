#include "drive/local/postgres_primary.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/scram.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

// Making a database copies some megabytes and syncs them; a slow disk takes its time.
constexpr Duration patience = 20s;

/// A name in SQL.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text += '"';
}

Result<bool> exists(wire::PgConnection& connection, const std::string& query, const std::string& name) {
  const Result<wire::PgResult> found = connection.query(query, {name}, patience);
  if (!found) return fail(found.error());
  return found->rows() != 0;
}

Result<void> execute(wire::PgConnection& connection, const std::string& sql) {
  if (const Result<wire::PgResult> done = connection.exec(sql, patience); !done) return fail(done.error());
  return {};
}

Result<void> ensure_role(wire::PgConnection& connection, const std::string& name, const std::string& password,
                         const std::string& rights) {
  const Result<bool> there = exists(connection, "select from pg_roles where rolname = $1", name);
  if (!there) return fail(there.error());
  if (*there) return {};
  const Result<std::string> verifier = scram_verifier(password);
  if (!verifier) return fail(verifier.error());
  return execute(connection, fmt::format("create role {} login {} password '{}'", quoted(name), rights, *verifier));
}

}  // namespace

PostgresPrimary::PostgresPrimary(PostgresSite given) : PostgresComponent(given, given.database.name, given.primary_port, {}) {}

Result<void> PostgresPrimary::make_data(const PostgresPrograms& programs, const ServerCommand& base, const std::string& draft) {
  const std::string password_file = site().place.conf(name() + ".password");
  if (Result<void> written = write_file(password_file, site().passwords.admin + "\n", {.mode = 0600, .owner = base.user});
      !written)
    return written;
  ServerCommand initdb = base;
  initdb.argv = {programs.initdb,
                 "-D",
                 draft,
                 "-U",
                 render::postgres_superuser,
                 "--pwfile=" + password_file,
                 "-A",
                 "scram-sha-256",
                 "--encoding=UTF8",
                 "--locale=C.UTF-8",
                 "--data-checksums",
                 "--no-instructions"};
  Result<void> made = run_tool(site().place, setup_name(), initdb, 300s);
  ::unlink(password_file.c_str());
  return made;
}

Result<Readiness> PostgresPrimary::ready_in(wire::PgConnection& connection) {
  if (set_up_) return Readiness::ready;
  if (const Result<void> done = set_up(connection); !done) return fail(done.error());
  if (const Result<void> done = set_up_database(); !done) return fail(done.error());
  set_up_ = true;
  return Readiness::ready;
}

Result<void> PostgresPrimary::set_up(wire::PgConnection& connection) {
  const PostgresPasswords& passwords = site().passwords;
  struct Wanted {
    std::string name, password, rights;
  };
  for (const Wanted& role : {Wanted{render::postgres_app_role, passwords.app, ""},
                             Wanted{render::postgres_replication_role, passwords.replication, "replication"},
                             Wanted{render::postgres_monitoring_role, passwords.monitoring, "in role pg_monitor"}})
    if (Result<void> made = ensure_role(connection, role.name, role.password, role.rights); !made) return made;

  const std::string database = render::database_name(site().database);
  const Result<bool> there = exists(connection, "select from pg_database where datname = $1", database);
  if (!there) return fail(there.error());
  if (!*there)
    if (Result<void> made =
            execute(connection, fmt::format("create database {} owner {}", quoted(database), quoted(render::postgres_app_role)));
        !made)
      return made;

  std::string kept = "{";
  for (int i = 1; i <= site().database.read_replicas; ++i)
    kept += (i == 1 ? "" : ",") + slot_name(replica_name(site().database, i));
  const Result<wire::PgResult> dropped = connection.query(
      "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
      " where starts_with(slot_name, $1) and not active and slot_name <> all ($2::text[])",
      {slot_name(""), kept + "}"}, patience);
  if (!dropped) return fail(dropped.error());
  return {};
}

Result<void> PostgresPrimary::set_up_database() {
  if (!has_statements()) return {};
  Result<wire::PgConnection> connection =
      wire::PgConnection::connect(admin_url(render::database_name(site().database), port()), 5s);
  if (!connection) return fail(connection.error());
  return execute(*connection, "create extension if not exists pg_stat_statements");
}

}  // namespace plimsoll::local
