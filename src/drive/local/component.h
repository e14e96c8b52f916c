#pragma once
// A part of the stack that runs as one process on this machine beside the tiers' instances: Postgres, PgBouncer, Redis, HAProxy.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace plimsoll::local {

enum class Readiness { not_yet, ready };

/// One row of the table of what runs where.
struct ComponentInfo {
  std::string kind;     // "postgres"
  std::string version;  // "15.20"; empty until it was found
  std::string role;     // "primary", "read replica", "" …
  std::string address;  // "127.0.0.1:40112"
  int pid = 0;
};

/// All calls from one thread. Each call but start() returns within a second; start() may take as long as preparing data takes
/// (initdb, base backup).
class Component {
 public:
  virtual ~Component() = default;

  /// Unique in the stack: "main", "main-replica-1", "pooler", "redis", "balancer".
  virtual const std::string& name() const = 0;
  /// Names of components that must be ready before this one is started, and that are stopped after it.
  virtual const std::vector<std::string>& needs() const = 0;

  /// Before anything of the stack is started: the program is there (or the Error names the Debian package that has it), its
  /// version will do, its stated port is free or held by ourselves. Changes nothing.
  virtual Result<void> check() = 0;
  /// Finds it running from before; true if so. Its configuration is brought up to date and reloaded, unless it is known to
  /// have read it.
  virtual Result<bool> adopt() = 0;
  /// Prepares data and configuration (idempotent) and starts the process. An Error shows the last lines of its log.
  virtual Result<void> start() = 0;
  /// Asks once. An Error: it has died, or never will be ready; the message has the last lines of its log.
  virtual Result<Readiness> ready() = 0;
  /// True as long as its process runs; cheap.
  virtual bool running() = 0;
  /// Stops it in order: clients finish if the component knows how, data are written. Killed at the deadline. Not running is
  /// success.
  virtual Result<void> stop(Duration deadline) = 0;

  virtual ComponentInfo info() const = 0;
};

/// Where instances find things, and how; handed from the components to the tiers' environment.
/// Urls contain passwords: environment only, never argv, logs or errors.
struct Endpoints {
  std::string database_url;       // through the pooler if `uses` says so
  std::string database_read_url;  // empty: no read replica
  std::string redis_url;
};

}  // namespace plimsoll::local
