// Redis' memory, operations and numbers of nodes.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

constexpr std::int64_t megabyte = std::int64_t{1} << 20;
constexpr double sound_share = 0.75;    // for data, where a fork may copy much of it
constexpr double forking_share = 0.8;   // beyond it a fork under writes is likely to end in swap or the end
constexpr double process_share = 0.95;  // the process itself, its buffers and fragmentation take the rest

/// As Redis and a spec both read it: "768mb".
std::string redis_size(std::int64_t bytes) { return fmt::format("{}mb", std::max<std::int64_t>(bytes / megabyte, 1)); }

Fix maxmemory(const Cache& cache, double share, std::string effect) {
  const std::string value = redis_size(static_cast<std::int64_t>(static_cast<double>(cache.memory->count) * share));
  return {cache_path(cache, "maxmemory"), value, "maxmemory: " + value, std::move(effect)};
}

bool forks(const Cache& cache) { return cache.persistence == "aof" || cache.persistence == "rdb"; }

Finding about(ModelPath path, Level level, std::string message) {
  Finding finding;
  finding.level = level;
  finding.path = std::move(path);
  finding.message = std::move(message);
  return finding;
}

/// What a fail-over needs somebody to fail over to.
void judge_copies(const Cache& cache, Out out) {
  if (cache.replicas >= 1) return;
  const bool sentinel = cache.architecture == CacheArchitecture::sentinel;
  const bool cluster = cache.architecture == CacheArchitecture::cluster;
  if (!sentinel && !cluster) return;
  Finding finding =
      about(cache_path(cache, "replicas"), sentinel ? Level::error : Level::warning,
            sentinel ? fmt::format("{}: sentinels watch a master without a copy: there is nobody to fail over to", cache.name)
                     : fmt::format("{}: no master has a copy: one that dies takes {} of the keys with it and the cluster stops",
                                   cache.name, cache.shards > 1 ? fmt::format("1/{}", cache.shards) : "a share"));
  finding.fixes.push_back({finding.path, "1", "replicas: 1", "a copy of each master"});
  out.push_back(std::move(finding));
}

void judge_sentinels(const Cache& cache, Out out) {
  if (cache.architecture != CacheArchitecture::sentinel) return;
  if (cache.sentinels < 3) {
    Finding finding = about(
        cache_path(cache, "sentinels"), Level::warning,
        fmt::format("{}: of {} a majority is {}: with one sentinel gone nobody can fail over", cache.name,
                    cache.sentinels == 1 ? "1 sentinel" : fmt::format("{} sentinels", cache.sentinels), cache.sentinels / 2 + 1));
    if (cache.quorum == 2) finding.fixes.push_back({finding.path, "3", "sentinels: 3", "two of three agree"});
    if (cache.quorum != 2) finding.advice = "sentinels: 3 with quorum: 2";
    out.push_back(std::move(finding));
  }
  const int majority = cache.sentinels / 2 + 1;
  const bool low = cache.sentinels >= 3 && cache.quorum < majority;
  if (!low && cache.quorum <= cache.sentinels) return;
  Finding finding =
      about(cache_path(cache, "quorum"), low ? Level::warning : Level::error,
            low ? fmt::format("{}: quorum {} of {} sentinels is no majority: a few that are cut off call the master dead",
                              cache.name, cache.quorum, cache.sentinels)
                : fmt::format("{}: quorum {} of {} sentinels is never reached", cache.name, cache.quorum, cache.sentinels));
  finding.sum = {fmt::format("{} / 2 + 1 = {}", cache.sentinels, majority)};
  finding.fixes.push_back({finding.path, std::to_string(majority), fmt::format("quorum: {}", majority), "a majority"});
  out.push_back(std::move(finding));
}

}  // namespace

void maxmemory_over_memory(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!cache.memory || !cache.maxmemory || cache.memory->count < 2 * megabyte || cache.maxmemory->count <= 0) continue;
    const double share = static_cast<double>(cache.maxmemory->count) / static_cast<double>(cache.memory->count);
    const std::string figures =
        fmt::format("maxmemory {} of {} memory = {}", size(*cache.maxmemory), size(*cache.memory), percent(share));
    const ModelPath path = cache_path(cache, "maxmemory");
    const char* what = scene.context.imported ? "the container's limit" : "the node's memory";
    if (share > 1) {
      Finding finding = about(path, Level::error, fmt::format("{}: {}: it is killed before it evicts", cache.name, figures));
      finding.sum = {fmt::format("{} is {} short", what, size(Bytes{cache.maxmemory->count - cache.memory->count}))};
      finding.fixes.push_back(maxmemory(cache, sound_share, "three quarters: room for the process, its clients and a fork"));
      out.push_back(std::move(finding));
    } else if (forks(cache) && share > forking_share) {
      Finding finding = about(path, Level::warning,
                              fmt::format("{}: {} with persistence {}: while it forks to write, changed pages are there twice",
                                          cache.name, figures, cache.persistence));
      finding.fixes.push_back(maxmemory(cache, sound_share, "a quarter is left for the fork"));
      out.push_back(std::move(finding));
    } else if (share > process_share) {
      Finding finding = about(
          path, Level::warning,
          fmt::format("{}: {}: nothing is left for the process itself, its clients and fragmentation", cache.name, figures));
      finding.fixes.push_back(maxmemory(cache, sound_share, "a quarter is left for what is not data"));
      out.push_back(std::move(finding));
    }
  }
}

void maxmemory_missing(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    // A managed node sets it by its class.
    if (!cache.memory || cache.memory->count < 2 * megabyte || cache.maxmemory || !cache.holds(CacheUse::cache) ||
        !cache.bought.instance_class.empty() || !is_configured(scene, cache) || !is_use_known(scene, cache))
      continue;
    const bool evicts = cache.policy != "noeviction";
    Finding finding =
        about(cache_path(cache, "memory"), Level::warning,
              fmt::format("{}: a cache with {} of memory and no maxmemory: it grows until it is killed{}", cache.name,
                          size(*cache.memory), evicts ? fmt::format(", and {} never evicts", cache.policy) : ""));
    finding.fixes.push_back(maxmemory(cache, sound_share, "entries are evicted from there on, as policy says"));
    out.push_back(std::move(finding));
  }
}

void redis_ops(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!cache.ops || !(cache.ops_max.per_second > 0)) continue;
    const bool cluster = cache.architecture == CacheArchitecture::cluster;
    const int masters = cluster ? std::max(cache.shards, 1) : 1;
    const double carried = cache.ops_max.per_second * masters, asked = cache.ops->per_second;
    if (!(asked > carried) || !std::isfinite(asked)) continue;
    const double shards = std::max(3.0, std::ceil(asked / cache.ops_max.per_second));
    Finding finding =
        about(cache_path(cache, "ops"), Level::error,
              fmt::format("{}: {} operations a second at the peak; {} {}", cache.name, number(asked),
                          masters == 1 ? "one node carries" : fmt::format("{} masters carry", masters), number(carried)));
    finding.sum = {fmt::format("ceil({} / {}) = {} masters", number(asked), number(cache.ops_max.per_second),
                               count(std::ceil(asked / cache.ops_max.per_second)))};
    if (cluster && shards <= 1000)
      finding.fixes.push_back({cache_path(cache, "shards"), fmt::format("{:.0f}", shards), fmt::format("shards: {:.0f}", shards),
                               "slots move online"});
    else
      finding.advice =
          fmt::format("architecture: cluster with {} shards or more; if most are reads, copies that answer them", count(shards));
    out.push_back(std::move(finding));
  }
}

void cluster_sizes(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (cache.architecture == CacheArchitecture::cluster && cache.shards < 3) {
      Finding finding =
          about(cache_path(cache, "shards"), Level::error,
                fmt::format("{}: a cluster of {} {}: three masters are the least, for a majority to agree on a fail-over",
                            cache.name, cache.shards, cache.shards == 1 ? "shard" : "shards"));
      finding.fixes.push_back({finding.path, "3", "shards: 3", "the least a cluster can be made of"});
      out.push_back(std::move(finding));
    }
    judge_copies(cache, out);
    judge_sentinels(cache, out);
  }
}

}  // namespace plimsoll::capacity::rules
