#include "drive/local/pgbouncer_component.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/postgres_component.h"
#include "drive/local/strays.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "wire/postgres.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

PgbouncerComponent::PgbouncerComponent(PgbouncerSite site)
    : site_(std::move(site)), needs_{site_.database.name}, process_(site_.pooler.name, site_.place) {}

Result<void> PgbouncerComponent::check() {
  if (const Result<std::optional<std::string>> user = server_user(); !user) return fail(user.error());
  if (const Result<std::string> program = find_packaged(site_.programs, "pgbouncer", "pgbouncer"); !program)
    return fail(program.error());
  const Result<bool> ours = ServerProcess(name(), site_.place).adopt();
  if (!ours) return fail(ours.error());
  if (!*ours && !port_free("127.0.0.1", site_.port))
    return fail(Errc::exhausted, fmt::format("{}: port {} is taken", name(), site_.port));
  return {};
}

Result<bool> PgbouncerComponent::write_configuration() {
  const Result<std::optional<std::string>> user = server_user();
  if (!user) return fail(user.error());
  const FileAccess access{.mode = 0600, .owner = *user};
  const std::string users = site_.place.conf(name() + ".users");
  const Result<bool> list = write_if_changed(users,
                                             render::pgbouncer_userlist({{render::postgres_app_role, site_.app_password},
                                                                         {render::pgbouncer_admin, site_.admin_password},
                                                                         {render::pgbouncer_stats, site_.monitoring_password}}),
                                             access);
  if (!list) return list;
  const Result<bool> conf = write_if_changed(
      ini(), render::pgbouncer_ini(site_.stack, site_.pooler, site_.database, {site_.port, site_.database_port, users}), access);
  if (!conf) return conf;
  return *list || *conf;
}

Result<bool> PgbouncerComponent::adopt() {
  const std::vector<proc::Identity> strays = processes_with_argument(ini(), "pgbouncer");
  if (!strays.empty())
    if (Result<void> restored = restore_pidfile(site_.place, name(), strays.front()); !restored) return fail(restored.error());
  const Result<bool> found = process_.adopt();
  if (!found || !*found) return found;
  const Result<bool> written = write_configuration();
  if (!written) return written;
  // Unchanged or not: a plimsoll that wrote it may have ended before it told.
  if (Result<void> told = process_.signal(SIGHUP); !told) return fail(told.error());
  return true;
}

Result<void> PgbouncerComponent::start() {
  const Result<std::optional<std::string>> user = server_user();
  if (!user) return fail(user.error());
  const Result<std::string> program = find_packaged(site_.programs, "pgbouncer", "pgbouncer");
  if (!program) return fail(program.error());
  if (const Result<bool> written = write_configuration(); !written) return fail(written.error());
  return process_.start({{*program, ini()}, server_environment(), *user});
}

Result<Readiness> PgbouncerComponent::ready() {
  if (!running()) return fail(process_.error(Errc::failed, "pgbouncer has ended"));
  const std::string url =
      postgres_url(render::postgres_app_role, site_.app_password, site_.port, render::database_name(site_.database)) +
      "?sslmode=disable";
  Result<wire::PgConnection> connection = wire::PgConnection::connect(url, 500ms);
  if (!connection) {
    const Errc code = connection.error().code;
    if (code == Errc::refused || code == Errc::malformed) return fail(process_.error(code, connection.error().message));
    return Readiness::not_yet;
  }
  if (const Result<wire::PgResult> answer = connection->exec("select 1", 400ms); !answer) return Readiness::not_yet;
  if (version_.empty()) learn_version();
  return Readiness::ready;
}

void PgbouncerComponent::learn_version() {
  const std::string url =
      postgres_url(render::pgbouncer_stats, site_.monitoring_password, site_.port, "pgbouncer") + "?sslmode=disable";
  Result<wire::PgConnection> console = wire::PgConnection::connect(url, 200ms);
  if (!console) return;
  const Result<wire::PgResult> answer = console->exec("show version", 200ms);
  if (!answer || answer->rows() == 0) return;
  const std::string text(answer->value(0, 0).value_or(""));  // "PgBouncer 1.18.0"
  version_ = text.substr(text.find(' ') + 1);
}

Result<void> PgbouncerComponent::stop(Duration deadline) {
  // Statements under way end, then it does.
  return process_.stop({{SIGINT, deadline}, {SIGTERM, 1s}});
}

ComponentInfo PgbouncerComponent::info() const {
  return {"pgbouncer", version_, "for " + site_.database.name, fmt::format("127.0.0.1:{}", site_.port), process_.pid()};
}

}  // namespace plimsoll::local
