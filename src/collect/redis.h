#pragma once
// Backlogs: lists in Redis that worker tiers consume.

#include <optional>
#include <string>
#include <vector>

#include "collect/wanted.h"
#include "ports/collector.h"
#include "wire/redis_client.h"

namespace plimsoll::collect {

/// Signals: backlog, the length of the list now; a list that does not exist is empty, so 0. Jobs a worker has taken are not in
/// it. Gaps: malformed if the key is no list; an Error if Redis does not answer. It is connected to again at the next round.
/// Gauges: redis.LIST.jobs, redis.used_memory_bytes, .connected_clients, .operations_per_s.
class RedisCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    std::string name = "redis";             // of the cache: also the gauges' first word
    std::vector<std::string> also_measure;  // lists no policy reads; gauges only
  };
  /// @param url  redis://[[user]:password@]host[:port][/db] of the cache that holds the plan's lists
  RedisCollector(const Plan& plan, std::string url, Options options);
  RedisCollector(const Plan& plan, std::string url) : RedisCollector(plan, std::move(url), Options()) {}

  std::string_view name() const override { return options_.name; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  Result<std::vector<wire::RespValue>> ask(Duration deadline);
  void append_info(const wire::RespValue& info, Readings& out) const;

  std::string url_;
  Options options_;
  std::vector<Wanted> wanted_;
  std::vector<std::string> lists_;  // each once
  std::optional<wire::RedisClient> client_;
};

/// A whole number of INFO's "name:value" lines; absent if there is no such line. Pure.
std::optional<std::int64_t> redis_info_number(std::string_view info, std::string_view name);

}  // namespace plimsoll::collect
