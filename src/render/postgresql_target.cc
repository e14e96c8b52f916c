#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "capacity/postgres_settings.h"
#include "render/names.h"
#include "render/postgresql.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

/// Loopback and the address ranges nobody routes (RFC 1918, RFC 4193).
constexpr std::array<std::string_view, 6> private_networks = {"127.0.0.1/32",  "::1/128",        "10.0.0.0/8",
                                                              "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};

std::string path_of(const Database& database, std::string_view what) {
  return fmt::format("postgresql/{}{}", database.name, what);
}

/// A name in SQL.
std::string identifier(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text += '"';
}

std::string hba(const Stack& stack, const Database& database) {
  std::string text = fmt::format(
      "# Who may connect to Postgres {} of the stack {}: whoever knows a password, from private networks.\n"
      "# Made by `plimsoll render`; narrow the addresses to networks of your own.\n"
      "# TYPE  DATABASE     USER                  ADDRESS         METHOD\n"
      "local   all          {:<20}                  peer\n"
      "local   all          all                                   scram-sha-256\n",
      database.name, stack.name, postgres_superuser);
  for (const std::string_view network : private_networks)
    text += fmt::format("host    all          all                   {:<14}  scram-sha-256\n", network);
  if (database.read_replicas > 0)
    for (const std::string_view network : private_networks)
      text += fmt::format("host    replication  {:<20}  {:<14}  scram-sha-256\n", postgres_replication_role, network);
  return text;
}

/// psql puts the variable's value in as a literal, and stops where there is none; a role that is there is left as it is.
std::string role_sql(std::string_view role, std::string_view rights, std::string_view variable) {
  return fmt::format(
      "\\unset password\n"
      "\\getenv password {}\n"
      "select format('create role {} login {}password %L', :'password')\n"
      " where not exists (select from pg_roles where rolname = '{}') \\gexec\n",
      variable, role, rights, role);
}

/// Roles, database and extensions. A file of /docker-entrypoint-initdb.d too, which is why it asks for nothing but variables.
std::string init_sql(const Stack& stack, const Database& database) {
  const std::string name = database_name(database);
  const std::string variable = variable_of(database.name);
  std::string text = fmt::format(
      "-- Roles, database and extensions of Postgres {} of the stack {}, made by `plimsoll render`.\n"
      "-- Once, on the primary, as a superuser: psql -X -v ON_ERROR_STOP=1 -f {}\n"
      "-- Passwords come from the environment; what is there already is left as it is.\n\n",
      database.name, stack.name, path_of(database, "-init.sql").substr(std::string_view("postgresql/").size()));
  text += "-- Instances and poolers log in as this role.\n" + role_sql(postgres_app_role, "", variable + "_PASSWORD");
  if (database.read_replicas > 0)
    text += "\n-- Read replicas.\n" + role_sql(postgres_replication_role, "replication ", variable + "_REPLICATION_PASSWORD");
  text += fmt::format("\n-- Exporters: may look at statistics.\n{}grant pg_monitor to {};\n",
                      role_sql(postgres_monitoring_role, "", variable + "_MONITORING_PASSWORD"), postgres_monitoring_role);
  text += fmt::format(
      "\nselect 'create database {0} owner {1}'\n where not exists (select from pg_database where datname = '{2}') \\gexec\n"
      "\\connect {0}\n"
      "create extension if not exists pg_stat_statements;\n",
      identifier(name), postgres_app_role, name);
  for (const std::string& extension : database.extensions)
    if (extension != "pg_stat_statements") text += fmt::format("create extension if not exists {};\n", identifier(extension));
  return text;
}

/// Without the settings that can't be, each of which is noted.
Database with_fit_settings(const Database& database, std::vector<Note>& notes) {
  Database fit = database;
  std::erase_if(fit.settings, [&](const auto& setting) {
    const std::string problem = setting_problem(database, setting.first, setting.second);
    if (!problem.empty()) notes.push_back({fmt::format("databases.{}.settings", database.name), "left out: " + problem});
    return !problem.empty();
  });
  return fit;
}

void note_start(const Database& database, const Options& options, std::vector<Note>& notes) {
  const std::string key = "databases." + database.name;
  const std::string variable = variable_of(database.name);
  notes.push_back(
      {key, fmt::format("start it with: postgres -c config_file={0}.conf -c hba_file={0}-pg_hba.conf (absolute paths, read by "
                        "the server's user)",
                        database.name)});
  notes.push_back(
      {key,
       fmt::format(
           "{0}-init.sql makes the roles {1} and {2}{3}, the database and its extensions with passwords from {4}_PASSWORD and "
           "{4}_MONITORING_PASSWORD{5}; verify with: psql -d {6} -c '\\du'",
           database.name, postgres_app_role, postgres_monitoring_role,
           database.read_replicas > 0 ? fmt::format(" and {}", postgres_replication_role) : "", variable,
           database.read_replicas > 0 ? fmt::format(" and {}_REPLICATION_PASSWORD", variable) : "", database_name(database))});
  if (database.read_replicas == 0) return;
  const Endpoint primary = endpoints_of(options, database.name, postgres_port).front();
  notes.push_back(
      {key + ".read_replicas",
       fmt::format("each of the {} starts as a copy: PGPASSWORD=\"${}_REPLICATION_PASSWORD\" pg_basebackup -h {} -p {} -U {} -D "
                   "\"$PGDATA\" -X "
                   "stream -c fast && touch \"$PGDATA/standby.signal\"; then with {}-read.conf and, in its environment, "
                   "PGPASSFILE (0600) with "
                   "the line {}:{}:*:{}:PASSWORD. Verify on the primary: select application_name, state, replay_lag from "
                   "pg_stat_replication",
                   database.read_replicas, variable, primary.host, primary.port, postgres_replication_role, database.name,
                   primary.host, primary.port, postgres_replication_role)});
}

void note_what_is_missing(const Database& database, std::vector<Note>& notes) {
  const std::string key = "databases." + database.name;
  if (!database.memory)
    notes.push_back(
        {key + ".memory", "not known, so Postgres' own sizes stay (shared_buffers 128MB); say memory, or a class of a catalog"});
  else if (database.read_replicas > 0 && !database.replica.instance_class.empty() &&
           database.replica.instance_class != database.bought.instance_class)
    notes.push_back(
        {key + ".replica", fmt::format("its read replicas are {}, whose memory is not known here: {}-read.conf has Postgres' "
                                       "own sizes",
                                       database.replica.instance_class, database.name)});
  if (!database.bought.instance_class.empty())
    notes.push_back(
        {key + ".class", fmt::format("if {} is a managed service's, its parameter group takes these settings, not a file",
                                     database.bought.instance_class)});
  if (database.reserve.sum() > database.reserve.superuser)
    notes.push_back(
        {key + ".reserve",
         "the file reserves connections for superusers only, as every Postgres can; the rest stays free because tiers "
         "and poolers are kept below it. From Postgres 16 on reserved_connections keeps some for the role "
         "pg_use_reserved_connections: left out because 15 refuses to start with it"});
  for (const Partitions& partitions : database.partitions)
    notes.push_back(
        {key + ".partitions", fmt::format("the partitions of {} are made by a job, not by a setting", partitions.table)});
}

PostgresServer server_of(const Database& database, const Options& options) {
  PostgresServer server;
  server.name = database.name;
  server.port = endpoints_of(options, database.name, postgres_port).front().port;
  server.pg_stat_statements = true;
  server.listen = "*";
  server.slots = false;
  server.memory = database.memory;
  server.maker = "Made by `plimsoll render`.";
  return server;
}

PostgresServer replica_of(const Database& database, const Options& options) {
  PostgresServer server = server_of(database, options);
  const Endpoint primary = endpoints_of(options, database.name, postgres_port).front();
  server.name = database.name + "-read";
  server.port = endpoints_of(options, server.name, postgres_port).front().port;
  server.upstream = Upstream{primary.port, "", "", primary.host};
  const std::string& own = database.replica.instance_class;
  if (!own.empty() && own != database.bought.instance_class) server.memory.reset();
  return server;
}

}  // namespace

Rendered postgresql(const Stack& stack, const Options& options) {
  Rendered made;
  for (const Database& given : stack.databases) {
    const Database database = with_fit_settings(given, made.notes);
    made.files.push_back({path_of(database, ".conf"), postgresql_conf(stack, database, server_of(database, options))});
    made.files.push_back({path_of(database, "-pg_hba.conf"), hba(stack, database)});
    made.files.push_back({path_of(database, "-init.sql"), init_sql(stack, database)});
    if (database.read_replicas > 0)
      made.files.push_back({path_of(database, "-read.conf"), postgresql_conf(stack, database, replica_of(database, options))});
    note_start(database, options, made.notes);
    note_what_is_missing(database, made.notes);
  }
  if (made.files.empty()) made.notes.push_back({"databases", "the stack has no database"});
  return made;
}

}  // namespace plimsoll::render
