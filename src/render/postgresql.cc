#include "render/postgresql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/assert.h"

namespace plimsoll::render {

namespace {

using std::string_view;

/// Where and as what the server runs: another value would hide it from plimsoll, or open it to others.
constexpr std::array<string_view, 15> own_settings = {"config_file",
                                                      "data_directory",
                                                      "external_pid_file",
                                                      "hba_file",
                                                      "hot_standby",
                                                      "ident_file",
                                                      "listen_addresses",
                                                      "log_destination",
                                                      "port",
                                                      "logging_collector",
                                                      "max_connections",
                                                      "primary_conninfo",
                                                      "primary_slot_name",
                                                      "unix_socket_directories",
                                                      "unix_socket_group"};

bool is_setting_name(string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::all_of(name.begin(), name.end(), allowed);
}

/// As the configuration's scanner reads it: a doubled quote is a quote, and backslashes escape as in C.
std::string quoted(string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\'' || c == '\\')
      text.append(2, c);
    else
      text += c;
  }
  return text += '\'';
}

/// A value in libpq's "key=value" form.
std::string conninfo_quoted(string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text += '\'';
}

class Conf {
 public:
  void comment(string_view text) { text_ += fmt::format("# {}\n", text); }
  void blank() { text_ += '\n'; }
  void set(string_view name, string_view value, string_view why = {}) {
    text_ += fmt::format("{} = {}", name, value);
    if (!why.empty()) text_ += fmt::format("  # {}", why);
    text_ += '\n';
  }
  void set_text(string_view name, string_view value, string_view why = {}) { set(name, quoted(value), why); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void place(Conf& conf, const PostgresServer& server) {
  conf.set_text("data_directory", server.data_directory);
  conf.set_text("hba_file", server.hba_file);
  conf.set_text("ident_file", server.data_directory + "/pg_ident.conf");
  conf.set_text("listen_addresses", "127.0.0.1");
  conf.set("port", std::to_string(server.port));
  conf.set_text("unix_socket_directories", "", "none: a socket's path may be too long for the system, and one address is enough");
  conf.set_text("password_encryption", "scram-sha-256");
}

void replication(Conf& conf, const Database& database, const PostgresServer& server) {
  // A base backup takes two senders for a while; two more are for people.
  const int senders = std::max(10, 3 * database.read_replicas + 2);
  conf.set_text("wal_level", "replica");
  conf.set("max_wal_senders", std::to_string(senders), fmt::format("derived: read_replicas is {}", database.read_replicas));
  conf.set("max_replication_slots", std::to_string(senders), "derived: as many as senders");
  conf.set_text("max_slot_wal_keep_size", "4GB", "a read replica that stays away must not fill the disk");
  conf.set("hot_standby", "on");
  if (!server.upstream) return;
  conf.set_text(
      "primary_conninfo",
      fmt::format("host=127.0.0.1 port={} user={} passfile={} application_name={} connect_timeout=5", server.upstream->port,
                  postgres_replication_role, conninfo_quoted(server.upstream->passfile), conninfo_quoted(server.name)));
  conf.set_text("primary_slot_name", server.upstream->slot);
}

void log(Conf& conf) {
  conf.set("logging_collector", "off", "to stderr, which plimsoll appends to the component's log");
  conf.set_text("log_line_prefix", "%m [%p] %q%u@%d ");
  conf.set_text("log_timezone", "UTC");
  conf.set_text("timezone", "UTC");
}

}  // namespace

std::string database_name(const Database& database) {
  for (const string_view taken : {"postgres", "template0", "template1", "pgbouncer"})
    if (database.name == taken) return "app";
  return database.name;
}

std::string settings_problem(const Database& database) {
  for (const auto& [name, value] : database.settings) {
    if (!is_setting_name(name))
      return fmt::format("database {}: '{}' is not the name of a Postgres setting", database.name, name);
    if (name == "max_connections")
      return fmt::format("database {}: write max_connections beside `settings`, not in it", database.name);
    if (std::find(own_settings.begin(), own_settings.end(), name) != own_settings.end())
      return fmt::format("database {}: the setting {} is plimsoll's own here; leave it out", database.name, name);
    if (value.find('\0') != std::string::npos)
      return fmt::format("database {}: the setting {} has a zero byte in it", database.name, name);
  }
  return {};
}

std::string postgresql_conf(const Stack& stack, const Database& database, const PostgresServer& server) {
  PLIMSOLL_ASSERT(settings_problem(database).empty());
  Conf conf;
  conf.comment(fmt::format("Postgres {} of the stack {}: {}.", server.name, stack.name,
                           server.upstream ? "read replica of " + database.name : "primary"));
  conf.comment("Written by plimsoll at every start; change the stack's file instead.");
  conf.blank();
  place(conf, server);
  conf.set("max_connections", std::to_string(database.max_connections));
  if (server.pg_stat_statements) conf.set_text("shared_preload_libraries", "pg_stat_statements");
  conf.blank();
  replication(conf, database, server);
  conf.blank();
  log(conf);
  if (database.settings.empty()) return conf.take();
  conf.blank();
  conf.comment("The stack's own settings.");
  for (const auto& [name, value] : database.settings) conf.set_text(name, value);
  return conf.take();
}

std::string pg_hba_conf(const Stack& stack, const PostgresServer& server) {
  return fmt::format(
      "# Who may connect to Postgres {} of the stack {}: anyone on this machine who knows a password.\n"
      "# Written by plimsoll at every start.\n"
      "# TYPE  DATABASE     USER                  ADDRESS       METHOD\n"
      "host    all          all                   127.0.0.1/32  scram-sha-256\n"
      "host    replication  {:<20}  127.0.0.1/32  scram-sha-256\n",
      server.name, stack.name, postgres_replication_role);
}

}  // namespace plimsoll::render
