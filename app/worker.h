#pragma once
// The role `worker`: takes jobs from lists in Redis so that none is lost and each effect is written once.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "app/metrics.h"
#include "app/service.h"

namespace plimsoll::app {

/// A job moves in one step from its queue to this worker's processing list, is worked on, its effect is written (`on conflict do
/// nothing`: a job done twice has one effect), and only then it leaves the list. What a worker leaves behind when it dies is put
/// back, in front, by any other worker once its sign of life has been gone for RECLAIM_AFTER, or by itself when it starts again
/// under its name. A worker that only seemed dead and goes on does no harm, for the same reason. See app/keys.h for the names in
/// Redis.
class Worker {
 public:
  /// Borrows all three. Starts CONCURRENCY threads, which wait until the service is ready once.
  Worker(const Settings& settings, Stores& stores, const Readiness& readiness);
  ~Worker() { finish(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Takes no more jobs, returns when those in hand are done. A job whose effect can't be written for REQUEST_DEADLINE_MS goes
  /// back.
  void finish();
  void write_metrics(MetricsText& out) const;

 private:
  struct Job {
    std::string queue;
    std::string payload;
  };
  enum class Ending { done, duplicate, no_job, put_back };

  void work(const std::string& name, const std::stop_token& stop);
  void show_life(const std::stop_token& stop);
  Result<std::optional<Job>> take(wire::RedisClient& redis, const std::string& name, std::size_t& turn);
  Ending do_job(const Job& job, const std::string& name, const std::stop_token& stop);
  Result<void> settle(wire::RedisClient& redis, const Job& job, const std::string& name, Ending ending);
  Result<int> put_back_own(wire::RedisClient& redis, const std::string& name);
  Result<int> beat_and_reclaim(wire::RedisClient& redis);
  [[nodiscard]] bool is_alive_to_others() const;

  const Settings& settings_;
  Stores& stores_;
  const Readiness& readiness_;
  std::vector<std::string> names_;  // one a thread
  std::atomic<std::int64_t> last_beat_ns_{0};
  std::atomic<std::uint64_t> done_{0}, duplicates_{0}, dead_{0}, put_back_{0}, reclaimed_{0};
  std::atomic<int> in_hand_{0};
  Histogram duration_;
  std::jthread life_;  // ends after the threads that work
  std::vector<std::jthread> threads_;
};

}  // namespace plimsoll::app
