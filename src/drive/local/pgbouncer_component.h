#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/stack.h"
#include "drive/local/component.h"
#include "drive/local/place.h"
#include "drive/local/programs.h"
#include "drive/local/server_process.h"

namespace plimsoll::local {

struct PgbouncerSite {
  Stack stack;
  Pooler pooler;
  Database database;
  Place place;
  ProgramPaths programs;
  std::uint16_t port = 0;
  std::uint16_t database_port = 0;
  std::string app_password, admin_password, monitoring_password;
};

/// A pooler. Needs its database; runs as the user `postgres` if plimsoll is root. ready() is a query of `app` through it to the
/// database. Found running with another configuration, it reloads: all keys of a Pooler but max_client_conn's descriptors act at
/// once.
class PgbouncerComponent final : public Component {
 public:
  explicit PgbouncerComponent(PgbouncerSite site);

  const std::string& name() const override { return site_.pooler.name; }
  const std::vector<std::string>& needs() const override { return needs_; }
  Result<void> check() override;
  Result<bool> adopt() override;
  Result<void> start() override;
  Result<Readiness> ready() override;
  bool running() override { return process_.running(); }
  Result<void> stop(Duration deadline) override;
  ComponentInfo info() const override;

 private:
  Result<bool> write_configuration();
  void learn_version();
  [[nodiscard]] std::string ini() const { return site_.place.conf(site_.pooler.name + ".ini"); }

  PgbouncerSite site_;
  std::vector<std::string> needs_;
  ServerProcess process_;
  std::string version_;
};

}  // namespace plimsoll::local
