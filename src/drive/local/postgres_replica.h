#pragma once

#include <optional>
#include <string>

#include "drive/local/postgres_component.h"

namespace plimsoll::local {

/// A streaming copy of its database's primary, with a slot of its own there. Made by a base backup, for which the primary must be
/// ready; ready when it streams.
class PostgresReplica final : public PostgresComponent {
 public:
  /// @param number  >= 1
  PostgresReplica(PostgresSite site, int number, std::uint16_t port);

 private:
  Result<void> make_data(const PostgresPrograms&, const ServerCommand& base, const std::string& draft) override;
  std::optional<render::Upstream> upstream() const override;
  Result<void> write_secrets(const std::optional<std::string>& user) override;
  Result<Readiness> ready_in(wire::PgConnection&) override;
  std::string role() const override { return "read replica"; }

  Result<void> ensure_slot();
  [[nodiscard]] std::string passfile() const { return site().place.conf(name() + ".pgpass"); }
};

}  // namespace plimsoll::local
