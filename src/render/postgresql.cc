#include "render/postgresql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "capacity/postgres_settings.h"
#include "capacity/wording.h"
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

/// In quotes only where it must be.
std::string conninfo_plain(string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" '\\\t\n") == string_view::npos;
  return plain ? std::string(value) : conninfo_quoted(value);
}

using Settings = std::map<std::string, std::string>;

/// A setting that the stack states itself is left out: it stands among its own.
class Conf {
 public:
  explicit Conf(const Settings& stated) : stated_(stated) {}
  void comment(string_view text) { text_ += fmt::format("# {}\n", text); }
  void blank() { text_ += '\n'; }
  void set(const std::string& name, string_view value, string_view why = {}) {
    if (!stated_.contains(name)) line(name, value, why);
  }
  void set_text(const std::string& name, string_view value, string_view why = {}) { set(name, quoted(value), why); }
  void line(string_view name, string_view value, string_view why) {
    text_ += fmt::format("{} = {}", name, value);
    if (!why.empty()) text_ += fmt::format("  # {}", why);
    text_ += '\n';
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const Settings& stated_;
  std::string text_;
};

void place(Conf& conf, const PostgresServer& server) {
  if (!server.data_directory.empty()) {
    conf.set_text("data_directory", server.data_directory);
    conf.set_text("hba_file", server.hba_file);
    conf.set_text("ident_file", server.data_directory + "/pg_ident.conf");
  }
  conf.set_text("listen_addresses", server.listen);
  conf.set("port", std::to_string(server.port));
  if (server.listen != "*")
    conf.set_text("unix_socket_directories", "",
                  "none: a socket's path may be too long for the system, and one address is enough");
  conf.set_text("password_encryption", "scram-sha-256");
}

void connections(Conf& conf, const Database& database, const PostgresServer& server) {
  conf.set("max_connections", std::to_string(database.max_connections),
           server.upstream ? "at least the primary's, or it does not start" : "");
  if (database.reserve.superuser != ConnectionReserve().superuser)
    conf.set("superuser_reserved_connections", std::to_string(database.reserve.superuser));
  if (server.pg_stat_statements) conf.set_text("shared_preload_libraries", "pg_stat_statements");
}

std::vector<capacity::PostgresSetting> derived(const Database& database, const PostgresServer& server) {
  if (!server.memory) return {};
  std::vector<capacity::PostgresSetting> all = capacity::postgres_settings(*server.memory, database.max_connections);
  std::erase_if(all, [](const auto& one) { return one.name == "max_connections"; });  // not derived but given
  return all;
}

void memory(Conf& conf, const Database& database, const PostgresServer& server) {
  std::vector<capacity::PostgresSetting> all = derived(database, server);
  std::erase_if(all, [&](const auto& one) { return database.settings.contains(one.name); });
  if (all.empty()) return;
  conf.blank();
  conf.comment(
      fmt::format("Derived from {} of memory and {} connections.", capacity::size(*server.memory), database.max_connections));
  for (const capacity::PostgresSetting& one : all) conf.set(one.name, one.value, one.formula);
}

void replication(Conf& conf, const Database& database, const PostgresServer& server) {
  if (!server.slots && database.read_replicas == 0) return;
  conf.blank();
  // A base backup takes two senders for a while; two more are for people.
  const int senders = std::max(10, 3 * database.read_replicas + 2);
  conf.set_text("wal_level", "replica");
  conf.set("max_wal_senders", std::to_string(senders), fmt::format("derived: read_replicas is {}", database.read_replicas));
  conf.set("max_replication_slots", std::to_string(senders), "derived: as many as senders");
  if (server.slots)
    conf.set_text("max_slot_wal_keep_size", "4GB", "a read replica that stays away must not fill the disk");
  else
    conf.set("wal_keep_size", "1GB", "what a read replica that was away may have missed; beyond it, it is copied anew");
  conf.set("hot_standby", "on");
  if (!server.upstream) return;
  const Upstream& from = *server.upstream;
  conf.set_text("primary_conninfo", fmt::format("host={} port={} user={}{} application_name={} connect_timeout=5",
                                                conninfo_plain(from.host), from.port, postgres_replication_role,
                                                from.passfile.empty() ? "" : " passfile=" + conninfo_quoted(from.passfile),
                                                conninfo_quoted(server.name)));
  if (!from.slot.empty()) conf.set_text("primary_slot_name", from.slot);
}

/// The stack's own, each with what the formula would have given where there is one.
void stated(Conf& conf, const Database& database, const PostgresServer& server) {
  if (database.settings.empty()) return;
  conf.blank();
  conf.comment("The stack's own settings.");
  const std::vector<capacity::PostgresSetting> formulas = derived(database, server);
  for (const auto& [name, value] : database.settings) {
    const auto formula = std::ranges::find(formulas, name, &capacity::PostgresSetting::name);
    conf.line(name, quoted(value),
              formula == formulas.end() ? ""
              : formula->value == value ? fmt::format("as derived ({})", formula->formula)
                                        : fmt::format("derived would be {}: {}", formula->value, formula->formula));
  }
}

void log(Conf& conf) {
  conf.set("logging_collector", "off", "to stderr");
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

std::string setting_problem(const Database& database, const std::string& name, const std::string& value) {
  if (!is_setting_name(name)) return fmt::format("database {}: '{}' is not the name of a Postgres setting", database.name, name);
  if (name == "max_connections")
    return fmt::format("database {}: write max_connections beside `settings`, not in it", database.name);
  if (std::find(own_settings.begin(), own_settings.end(), name) != own_settings.end())
    return fmt::format("database {}: the setting {} is plimsoll's own here; leave it out", database.name, name);
  if (value.find('\0') != std::string::npos)
    return fmt::format("database {}: the setting {} has a zero byte in it", database.name, name);
  return {};
}

std::string settings_problem(const Database& database) {
  for (const auto& [name, value] : database.settings)
    if (std::string problem = setting_problem(database, name, value); !problem.empty()) return problem;
  return {};
}

std::string postgresql_conf(const Stack& stack, const Database& database, const PostgresServer& server) {
  PLIMSOLL_ASSERT(settings_problem(database).empty());
  Conf conf(database.settings);
  conf.comment(fmt::format("Postgres {} of the stack {}: {}.", server.name, stack.name,
                           server.upstream ? "read replica of " + database.name : "primary"));
  conf.comment(server.maker);
  conf.blank();
  place(conf, server);
  connections(conf, database, server);
  memory(conf, database, server);
  replication(conf, database, server);
  conf.blank();
  log(conf);
  stated(conf, database, server);
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
