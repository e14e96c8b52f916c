#include "drive/local/postgres_component.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/strays.h"

namespace plimsoll::local {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string replica_name(const Database& database, int number) { return fmt::format("{}-replica-{}", database.name, number); }

std::string slot_name(const std::string& replica) {
  std::string slot = "plimsoll_";
  for (const char c : replica) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    slot += plain ? c : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : '_';
  }
  return slot.substr(0, 63);  // Postgres' longest name
}

std::string postgres_url(const std::string& user, const std::string& password, std::uint16_t port, const std::string& database) {
  return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", user, password, port, database);
}

PostgresComponent::PostgresComponent(PostgresSite site, std::string name, std::uint16_t port, std::vector<std::string> needs)
    : site_(std::move(site)), name_(std::move(name)), needs_(std::move(needs)), port_(port), process_(name_, site_.place) {}

std::string PostgresComponent::admin_url(const std::string& database, std::uint16_t port) const {
  return postgres_url(render::postgres_superuser, site_.passwords.admin, port, database) +
         "?sslmode=disable&application_name=plimsoll";
}

Result<PostgresPrograms> PostgresComponent::find_programs() const {
  const Result<std::string> version = read_file(data() + "/PG_VERSION");
  int major = 0;
  if (!version || std::from_chars(version->data(), version->data() + version->size(), major).ec != std::errc())
    return find_postgres(site_.programs);
  return find_postgres(site_.programs, major);
}

Result<void> PostgresComponent::check() {
  if (const std::string problem = render::settings_problem(site_.database); !problem.empty())
    return fail(Errc::malformed, problem);
  if (const Result<std::optional<std::string>> user = server_user(); !user) return fail(user.error());
  if (const Result<PostgresPrograms> programs = find_programs(); !programs) return fail(programs.error());
  std::error_code error;
  if (fs::exists(data(), error) && !fs::exists(data() + "/PG_VERSION", error) && !fs::is_empty(data(), error))
    return fail(Errc::failed,
                fmt::format("{}: {} is there but is not a Postgres data folder; it is left as it is", name_, data()));
  const Result<bool> ours = ServerProcess(name_, site_.place).adopt();
  if (!ours) return fail(ours.error());
  if (!*ours && !port_free("127.0.0.1", port_)) return fail(Errc::exhausted, fmt::format("{}: port {} is taken", name_, port_));
  return {};
}

Result<bool> PostgresComponent::write_configuration(const PostgresPrograms& programs, const std::optional<std::string>& user) {
  has_statements_ = programs.pg_stat_statements;
  render::PostgresServer server;
  server.name = name_;
  server.data_directory = data();
  server.hba_file = site_.place.conf(name_ + ".pg_hba.conf");
  server.port = port_;
  server.pg_stat_statements = has_statements_;
  server.upstream = upstream();
  const FileAccess access{.mode = 0600, .owner = user};
  if (Result<void> secrets = write_secrets(user); !secrets) return fail(secrets.error());
  const Result<bool> rules = write_if_changed(server.hba_file, render::pg_hba_conf(site_.stack, server), access);
  if (!rules) return rules;
  const Result<bool> conf = write_if_changed(site_.place.conf(name_ + ".postgresql.conf"),
                                             render::postgresql_conf(site_.stack, site_.database, server), access);
  if (!conf) return conf;
  return *rules || *conf;
}

Result<bool> PostgresComponent::adopt() {
  if (Result<void> restored = restore_pidfile(site_.place, name_, postmaster_of(data())); !restored)
    return fail(restored.error());
  const Result<bool> found = process_.adopt();
  if (!found || !*found) return found;
  const Result<std::optional<std::string>> user = server_user();
  if (!user) return fail(user.error());
  const Result<PostgresPrograms> programs = find_programs();
  if (!programs) return fail(programs.error());
  const Result<bool> written = write_configuration(*programs, *user);
  if (!written) return written;
  // Unchanged or not: a plimsoll that wrote it may have ended before it told.
  if (Result<void> told = process_.signal(SIGHUP); !told) return fail(told.error());
  return true;
}

Result<void> PostgresComponent::ensure_data(const PostgresPrograms& programs, const std::optional<std::string>& user) {
  std::error_code error;
  if (fs::exists(data() + "/PG_VERSION", error)) return {};
  const std::string draft = data() + ".tmp";
  if (Result<void> ended = end_tool(site_.place, setup_name()); !ended) return ended;
  // Of a crash while it was made: nobody has ever used it.
  if (fs::remove_all(draft, error); error)
    return fail(Errc::failed, fmt::format("{}: can't remove {}: {}", name_, draft, error.message()));
  if (::mkdir(draft.c_str(), 0700) != 0)
    return fail(Errc::failed, fmt::format("{}: can't make {}: {}", name_, draft, std::strerror(errno)));
  if (user) {
    const Result<UserIds> ids = find_user(*user);
    if (!ids) return fail(ids.error());
    if (::chown(draft.c_str(), ids->uid, ids->gid) != 0)
      return fail(Errc::failed, fmt::format("{}: can't give {} to {}: {}", name_, draft, *user, std::strerror(errno)));
  }
  if (Result<void> made = make_data(programs, ServerCommand{{}, server_environment(), user}, draft); !made) return made;
  // Refused by the system if a folder with anything in it has the name.
  if (::rename(draft.c_str(), data().c_str()) != 0)
    return fail(Errc::failed, fmt::format("{}: can't rename {}: {}", name_, draft, std::strerror(errno)));
  return sync_folder(fs::path(data()).parent_path().string());
}

/// A killed postmaster's backends end by themselves when they notice, those in the middle of a statement later. A new postmaster
/// refuses to start among them.
Result<void> PostgresComponent::clear_leftovers() const {
  const auto start = std::chrono::steady_clock::now();
  bool told = false;
  for (;;) {
    const std::vector<proc::Identity> left = processes_in(data(), "postgres");
    const auto waited = std::chrono::steady_clock::now() - start;
    if (left.empty()) break;
    if (waited > 10s)
      return fail(Errc::timed_out, fmt::format("{}: process {} of an earlier postmaster does not end", name_, left.front().pid));
    if (waited > 1s && !told) {
      told = true;
      for (const proc::Identity& each : left)
        if (std::optional<proc::Process> process = proc::adopt(each)) static_cast<void>(process->signal(SIGTERM));
    }
    std::this_thread::sleep_for(20ms);
  }
  // Postgres removes a stale postmaster.pid itself, unless its number has become that of another process of the same user, say of
  // PgBouncer.
  const Result<std::string> text = read_file(data() + "/postmaster.pid");
  int pid = 0;
  if (text && std::from_chars(text->data(), text->data() + text->size(), pid).ec == std::errc() && pid > 0 && ::kill(pid, 0) == 0)
    ::unlink((data() + "/postmaster.pid").c_str());
  return {};
}

Result<void> PostgresComponent::start() {
  const Result<std::optional<std::string>> user = server_user();
  if (!user) return fail(user.error());
  const Result<PostgresPrograms> programs = find_programs();
  if (!programs) return fail(programs.error());
  if (Result<void> data_ready = ensure_data(*programs, *user); !data_ready) return data_ready;
  if (const Result<bool> written = write_configuration(*programs, *user); !written) return fail(written.error());
  if (Result<void> cleared = clear_leftovers(); !cleared) return cleared;
  pending_restart_.clear();
  return process_.start({{programs->postgres, "-D", data(), "-c", "config_file=" + site_.place.conf(name_ + ".postgresql.conf")},
                         server_environment(),
                         *user});
}

Result<void> PostgresComponent::learn(wire::PgConnection& connection) {
  const Result<wire::PgResult> seen = connection.exec(
      "select split_part(current_setting('server_version'), ' ', 1) as version,"
      " (select string_agg(name, ', ' order by name) from pg_settings where pending_restart) as pending",
      900ms);
  if (!seen) return fail(seen.error());
  version_ = std::string(seen->value(0, "version").value_or(""));
  pending_restart_ = std::string(seen->value(0, "pending").value_or(""));
  return {};
}

Result<Readiness> PostgresComponent::ready() {
  if (!running()) return fail(process_.error(Errc::failed, "postgres has ended"));
  Result<wire::PgConnection> connection = wire::PgConnection::connect(admin_url("postgres", port_), 900ms);
  if (!connection) {
    const Errc code = connection.error().code;
    if (code == Errc::refused || code == Errc::malformed) return fail(process_.error(code, connection.error().message));
    return Readiness::not_yet;
  }
  const Result<Readiness> readiness = ready_in(*connection);
  const auto passing = [](const Error& error) { return error.code == Errc::unreachable || error.code == Errc::timed_out; };
  if (!readiness) {
    if (passing(readiness.error())) return Readiness::not_yet;
    return fail(process_.error(readiness.error().code, readiness.error().message));
  }
  if (*readiness == Readiness::ready)
    if (const Result<void> learned = learn(*connection); !learned) return Readiness::not_yet;
  return *readiness;
}

Result<void> PostgresComponent::stop(Duration deadline) {
  // Fast: sessions are ended, everything is written. Immediate, at the deadline: the next start recovers from the log.
  return process_.stop({{SIGINT, deadline}, {SIGQUIT, 5s}});
}

ComponentInfo PostgresComponent::info() const {
  ComponentInfo info{"postgres", version_, role(), fmt::format("127.0.0.1:{}", port_), process_.pid()};
  if (!pending_restart_.empty()) info.role += fmt::format(" (needs a restart for {})", pending_restart_);
  return info;
}

}  // namespace plimsoll::local
