#pragma once

#include <optional>
#include <string>

#include "drive/local/postgres_component.h"

namespace plimsoll::local {

/// Named as the database. The first ready() makes, where they are missing, the roles (render/postgresql.h), the database, owned
/// by `app`, and the extension pg_stat_statements; it drops slots of read replicas the stack no longer has, which would hold its
/// log for nobody.
class PostgresPrimary final : public PostgresComponent {
 public:
  explicit PostgresPrimary(PostgresSite site);

 private:
  Result<void> make_data(const PostgresPrograms&, const ServerCommand& base, const std::string& draft) override;
  std::optional<render::Upstream> upstream() const override { return std::nullopt; }
  Result<void> write_secrets(const std::optional<std::string>&) override { return {}; }
  Result<Readiness> ready_in(wire::PgConnection&) override;
  std::string role() const override { return "primary"; }

  Result<void> set_up(wire::PgConnection&);
  Result<void> set_up_database();

  bool set_up_ = false;
};

}  // namespace plimsoll::local
