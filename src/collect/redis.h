#pragma once
// Backlogs: lists in Redis that worker tiers consume. And how full a Redis is.

#include <optional>
#include <string>
#include <vector>

#include "collect/wanted.h"
#include "ports/collector.h"
#include "wire/redis_client.h"

namespace plimsoll::collect {

/// Signals: backlog, the length of the list now; a list that does not exist is empty, so 0. Jobs a worker has taken are not in
/// it. Gaps: malformed if the key is no list; an Error if Redis does not answer. It is connected to again at the next round.
/// The component's saturation: its clients over maxclients, or, if higher, where it evicts nothing, its memory over maxmemory.
/// Gauges: redis.LIST.jobs, redis.used_memory_bytes, .connected_clients, .operations_per_s.
class RedisCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    std::string name = "redis";             // of the cache in the plan: also the gauges' first word
    std::vector<std::string> also_measure;  // lists no policy reads; gauges only
    bool holds_lists = true;                // the plan's lists are in this cache
  };
  /// @param url  redis://[[user]:password@]host[:port][/db]
  RedisCollector(const Plan& plan, std::string url, Options options);
  RedisCollector(const Plan& plan, std::string url) : RedisCollector(plan, std::move(url), Options()) {}

  std::string_view name() const override { return options_.name; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  Result<std::vector<wire::RespValue>> ask(Duration deadline);
  void append_info(const wire::RespValue& info, Readings& out) const;
  void append_saturation(std::optional<double> ratio, TimePoint now, Readings& out) const;

  std::string url_;
  Options options_;
  std::vector<Wanted> wanted_;
  std::optional<ComponentId> component_;
  std::vector<std::string> lists_;  // each once
  std::optional<wire::RedisClient> client_;
};

/// How much of what it has a Redis uses, from its INFO (sections memory and clients); absent if it does not tell. Pure.
std::optional<double> redis_saturation(std::string_view info);

/// A whole number of INFO's "name:value" lines; absent if there is no such line. Pure.
std::optional<std::int64_t> redis_info_number(std::string_view info, std::string_view name);

}  // namespace plimsoll::collect
