#include "drive/local/postgres_replica.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "core/assert.h"
#include "drive/local/files.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

PostgresReplica::PostgresReplica(PostgresSite given, int number, std::uint16_t port)
    : PostgresComponent(given, replica_name(given.database, number), port, {given.database.name}) {
  PLIMSOLL_ASSERT(number >= 1);
}

std::optional<render::Upstream> PostgresReplica::upstream() const {
  return render::Upstream{site().primary_port, passfile(), slot_name(name())};
}

Result<void> PostgresReplica::write_secrets(const std::optional<std::string>& user) {
  const std::string line =
      fmt::format("127.0.0.1:{}:*:{}:{}\n", site().primary_port, render::postgres_replication_role, site().passwords.replication);
  if (const Result<bool> written = write_if_changed(passfile(), line, {.mode = 0600, .owner = user}); !written)
    return fail(written.error());
  return {};
}

Result<void> PostgresReplica::ensure_slot() {
  Result<wire::PgConnection> primary = wire::PgConnection::connect(admin_url("postgres", site().primary_port), 5s);
  if (!primary) return fail(primary.error());
  const std::string slot = slot_name(name());
  // One whose log is gone is of no use to a new copy either.
  const Result<wire::PgResult> dropped = primary->query(
      "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active and wal_status = "
      "'lost'",
      {slot}, 10s);
  if (!dropped) return fail(dropped.error());
  const Result<wire::PgResult> made = primary->query(
      "select pg_create_physical_replication_slot($1::name, true)"
      " where not exists (select from pg_replication_slots where slot_name = $1::name)",
      {slot}, 10s);
  if (!made) return fail(made.error());
  // The sender of a copy that was broken off holds the slot until it notices.
  for (const auto start = std::chrono::steady_clock::now(); std::chrono::steady_clock::now() - start < 10s;) {
    const Result<wire::PgResult> busy =
        primary->query("select from pg_replication_slots where slot_name = $1 and active", {slot}, 10s);
    if (!busy) return fail(busy.error());
    if (busy->rows() == 0) return {};
    std::this_thread::sleep_for(50ms);
  }
  return fail(Errc::timed_out, fmt::format("{}: somebody else uses its slot {} on {}", name(), slot, site().database.name));
}

Result<void> PostgresReplica::make_data(const PostgresPrograms& programs, const ServerCommand& base, const std::string& draft) {
  if (Result<void> slot = ensure_slot(); !slot) return slot;
  if (Result<void> secrets = write_secrets(base.user); !secrets) return secrets;
  ServerCommand copy = base;
  copy.env["PGPASSFILE"] = passfile();
  copy.argv = {programs.pg_basebackup,
               "-h",
               "127.0.0.1",
               "-p",
               std::to_string(site().primary_port),
               "-U",
               render::postgres_replication_role,
               "-w",
               "-D",
               draft,
               "-X",
               "stream",
               "-S",
               slot_name(name()),
               "-c",
               "fast"};
  if (Result<void> copied = run_tool(site().place, setup_name(), copy, 3600s); !copied) return copied;
  return write_file(draft + "/standby.signal", "", {.mode = 0600, .owner = base.user});
}

Result<Readiness> PostgresReplica::ready_in(wire::PgConnection& connection) {
  const Result<wire::PgResult> seen =
      connection.exec("select pg_is_in_recovery() as follows, (select status from pg_stat_wal_receiver) as receiver", 900ms);
  if (!seen) return fail(seen.error());
  if (seen->value(0, "follows") != "t") return fail(Errc::failed, "it is no read replica any more: somebody has promoted it");
  return seen->value(0, "receiver") == "streaming" ? Readiness::ready : Readiness::not_yet;
}

}  // namespace plimsoll::local
