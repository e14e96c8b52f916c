#pragma once
// What both roles share: whether the database and Redis answer, the health and metrics pages, and leaving without a lost request.

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "app/metrics.h"
#include "app/pool.h"
#include "app/settings.h"
#include "wire/http_server.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"

namespace plimsoll::app {

using Databases = Pool<wire::PgConnection>;
using Redises = Pool<wire::RedisClient>;

/// The pools of one instance; thread-safe.
struct Stores {
  explicit Stores(const Settings& settings);

  Databases main;
  std::unique_ptr<Databases> read;  // null without DATABASE_READ_URL
  Redises redis;
};

/// Prepares the schema once, then asks both stores every half second on connections of its own: a full pool is load, not
/// sickness.
class Readiness {
 public:
  explicit Readiness(const Settings& settings);

  /// Empty if ready; why not otherwise: "starting", "draining", "database: ..." Thread-safe.
  [[nodiscard]] std::string reason() const;
  /// From now on not ready, whatever the stores say.
  void drain() { draining_ = true; }

 private:
  void watch(const std::stop_token& stop);
  bool prepare(const std::stop_token& stop);
  void note(std::string reason);

  const Settings& settings_;
  std::atomic<bool> draining_{false};
  mutable std::mutex mutex_;
  std::string reason_ = "starting";
  std::jthread watcher_;  // last: it uses the rest
};

/// What differs between the roles.
struct Pages {
  wire::HttpHandler handler;                  // everything but the shared pages
  std::function<void(MetricsText&)> metrics;  // the role's own families; must not block
  std::function<void()> finish = [] {};       // after SIGTERM: returns when what is in hand is done
};

/// Serves until SIGTERM or SIGINT (blocked in every thread by main), then leaves. @return the exit code.
int serve(const Settings& settings, const Stores& stores, const std::function<Pages(const Readiness&)>& pages);

/// Creates what is absent; several instances may do so at once. Safe through a pooler in transaction mode.
Result<void> ensure_schema(wire::PgConnection& database, Deadline deadline);

/// Uses this much CPU time of the calling thread.
void burn(Duration cpu_time);

/// Logs a line to stderr with the time and the instance's name. Never hand a secret in.
void log_info(const std::string& text);
void log_warning(const std::string& text);

}  // namespace plimsoll::app
