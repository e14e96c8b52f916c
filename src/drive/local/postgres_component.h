#pragma once
// One Postgres server of the stack. What a primary and a read replica have in common; the two are in postgres_primary.h and
// postgres_replica.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/stack.h"
#include "drive/local/component.h"
#include "drive/local/place.h"
#include "drive/local/programs.h"
#include "drive/local/server_process.h"
#include "render/postgresql.h"
#include "wire/postgres.h"

namespace plimsoll::local {

struct PostgresPasswords {
  std::string admin, app, replication, monitoring;
};

/// What the servers of one database share.
struct PostgresSite {
  Stack stack;
  Database database;
  Place place;
  ProgramPaths programs;
  std::uint16_t primary_port = 0;
  PostgresPasswords passwords;
};

/// "main-replica-1"; number >= 1.
std::string replica_name(const Database&, int number);
/// The replica's slot on its primary: "plimsoll_main_replica_1".
std::string slot_name(const std::string& replica);
/// postgresql://user:password@127.0.0.1:port/database. Contains the password.
std::string postgres_url(const std::string& user, const std::string& password, std::uint16_t port, const std::string& database);

/// Its data folder is made under another name and renamed when it is whole: a folder of the right name is never made again, nor
/// removed. Runs as the user `postgres` if plimsoll is root. ready() is a real login of the superuser.
class PostgresComponent : public Component {
 public:
  PostgresComponent(PostgresSite site, std::string name, std::uint16_t port, std::vector<std::string> needs);

  const std::string& name() const override { return name_; }
  const std::vector<std::string>& needs() const override { return needs_; }
  Result<void> check() override;
  Result<bool> adopt() override;
  Result<void> start() override;
  Result<Readiness> ready() override;
  bool running() override { return process_.running(); }
  Result<void> stop(Duration deadline) override;
  ComponentInfo info() const override;

 protected:
  /// Fills `draft`, an empty folder that belongs to the server's user.
  virtual Result<void> make_data(const PostgresPrograms&, const ServerCommand& base, const std::string& draft) = 0;
  virtual std::optional<render::Upstream> upstream() const = 0;
  /// Secrets the configuration points to.
  virtual Result<void> write_secrets(const std::optional<std::string>& user) = 0;
  virtual Result<Readiness> ready_in(wire::PgConnection&) = 0;
  virtual std::string role() const = 0;

  [[nodiscard]] const PostgresSite& site() const { return site_; }
  [[nodiscard]] const ServerProcess& process() const { return process_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string data() const { return site_.place.data(name_); }
  [[nodiscard]] std::string setup_name() const { return name_ + "-setup"; }
  [[nodiscard]] bool has_statements() const { return has_statements_; }
  [[nodiscard]] std::string admin_url(const std::string& database, std::uint16_t port) const;

 private:
  Result<PostgresPrograms> find_programs() const;
  Result<void> ensure_data(const PostgresPrograms&, const std::optional<std::string>& user);
  Result<bool> write_configuration(const PostgresPrograms&, const std::optional<std::string>& user);
  Result<void> clear_leftovers() const;
  Result<void> learn(wire::PgConnection&);

  PostgresSite site_;
  std::string name_;
  std::vector<std::string> needs_;
  std::uint16_t port_;
  ServerProcess process_;
  bool has_statements_ = false;
  std::string version_;
  std::string pending_restart_;  // settings that changed while it ran
};

}  // namespace plimsoll::local
