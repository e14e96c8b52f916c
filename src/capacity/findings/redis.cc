// A cache's eviction policy against what is kept in it (K19).

#include <fmt/format.h>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

bool evicts_any(const Cache& cache) { return cache.policy.starts_with("allkeys-"); }
bool evicts_expiring(const Cache& cache) { return cache.policy.starts_with("volatile-"); }
bool evicts_none(const Cache& cache) { return cache.policy == "noeviction"; }

/// Whether anything ever is evicted: without maxmemory Redis grows until the kernel ends it, whatever its memory. Managed nodes
/// have one by their class.
bool has_limit(const Cache& cache) { return cache.maxmemory || !cache.bought.instance_class.empty(); }

/// Both its policy and what it is used for are known.
bool is_known(const Scene& scene, const Cache& cache) {
  return is_use_known(scene, cache) && (scene.holds(cache_path(cache, "policy")) || is_configured(scene, cache));
}

Fix policy(const Cache& cache, const char* to, std::string effect) {
  return {cache_path(cache, "policy"), to, std::string("policy: ") + to, std::move(effect)};
}

Finding about(const Cache& cache, Level level, std::string message) {
  Finding finding;
  finding.level = level;
  finding.path = cache_path(cache, "policy");
  finding.message = std::move(message);
  return finding;
}

/// What happens in place of eviction.
std::string without_limit(const Cache& cache) {
  return fmt::format("without maxmemory nothing is evicted; the process is killed {}",
                     cache.memory ? fmt::format("at {}", size(*cache.memory)) : std::string("once the machine's memory is full"));
}

std::string full(const Cache& cache) {
  return cache.maxmemory ? fmt::format("at {} of data", size(*cache.maxmemory)) : std::string("once its memory is full");
}

}  // namespace

void cache_evicts_jobs(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!cache.holds(CacheUse::queue) || !evicts_any(cache) || !is_known(scene, cache)) continue;
    const bool shared = cache.holds(CacheUse::cache);
    const bool evicts = has_limit(cache);
    Finding finding = about(cache, evicts ? Level::error : Level::note,
                            fmt::format("{} holds jobs{} under {}: {}", cache.name, shared ? " and a cache" : "", cache.policy,
                                        evicts ? full(cache) + " a whole list of jobs can be evicted" : without_limit(cache)));
    finding.sum = {evicts ? "a list is one key: when it goes, all jobs in it go, and nobody is told"
                          : "with maxmemory set this policy could evict a whole list of jobs"};
    if (shared) {
      finding.fixes.push_back(
          policy(cache, "volatile-lru", "only keys with a TTL are evicted; give the cache's entries one and lists none"));
      finding.advice = "better: an instance of its own for jobs, with noeviction";
    } else {
      finding.fixes.push_back(policy(cache, "noeviction", "a push fails when the memory is full, instead of a job being lost"));
    }
    out.push_back(std::move(finding));
  }
}

void sessions_evicted(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!cache.holds(CacheUse::session) || evicts_none(cache) || !is_known(scene, cache)) continue;
    if (!has_limit(cache)) continue;
    Finding finding =
        about(cache, evicts_any(cache) ? Level::error : Level::warning,
              fmt::format("{} holds sessions under {}: {} users are logged out", cache.name, cache.policy, full(cache)));
    if (evicts_expiring(cache)) finding.sum = {"sessions have a TTL, so they are what this policy evicts"};
    finding.fixes.push_back(policy(cache, "noeviction", "sessions end when they expire; size the memory for the peak"));
    if (cache.holds(CacheUse::cache)) finding.advice = "better: an instance of its own for sessions, with noeviction";
    out.push_back(std::move(finding));
  }
}

void cache_policy(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    const bool only_cache = cache.holds(CacheUse::cache) && !cache.holds(CacheUse::queue) && !cache.holds(CacheUse::session);
    if (!only_cache || !is_known(scene, cache)) continue;
    if (evicts_none(cache) && cache.maxmemory) {
      Finding finding = about(cache, Level::warning,
                              fmt::format("{} is a cache under noeviction: {} every write fails", cache.name, full(cache)));
      finding.fixes.push_back(policy(cache, "allkeys-lru", "the least recently used entries make room"));
      out.push_back(std::move(finding));
    } else if (evicts_expiring(cache) && has_limit(cache) && cache.content.ttl && *cache.content.ttl <= Duration::zero()) {
      Finding finding =
          about(cache, Level::warning,
                fmt::format("{} is a cache under {} and its entries have no TTL: nothing can be evicted, {} writes fail",
                            cache.name, cache.policy, full(cache)));
      finding.fixes.push_back(policy(cache, "allkeys-lru", "entries without a TTL make room too"));
      out.push_back(std::move(finding));
    }
  }
}

void queue_and_cache_together(const Scene& scene, Out out) {
  for (const Cache& cache : scene.stack.caches) {
    if (!cache.holds(CacheUse::queue) || !cache.holds(CacheUse::cache) || !evicts_expiring(cache) || !is_known(scene, cache))
      continue;
    if (!has_limit(cache)) continue;
    Finding finding = about(
        cache, Level::warning,
        fmt::format("{} is queue and cache in one under {}: a backlog pushes the cache out, and a list with a TTL can be evicted",
                    cache.name, cache.policy));
    finding.sum = {fmt::format("jobs and entries share {}; without entries left to evict a push fails",
                               cache.maxmemory ? size(*cache.maxmemory) : "the memory")};
    finding.advice = "an instance of its own for jobs, with noeviction";
    out.push_back(std::move(finding));
  }
}

void sessions_shared(const Scene& scene, Out out) {
  if (scene.context.imported) return;  // what a Redis is used for was inferred from names: too little to advise on
  for (const Cache& cache : scene.stack.caches) {
    // A Redis of no stated size is a laptop's: advice on how many to have is for those that are paid for.
    const bool sized = cache.memory || cache.ops || !cache.bought.instance_class.empty();
    if (!sized || !cache.holds(CacheUse::session) || !evicts_none(cache)) continue;
    const bool with_cache = cache.holds(CacheUse::cache), with_queue = cache.holds(CacheUse::queue);
    if (!with_cache && !with_queue) continue;
    Finding finding = about(cache, Level::note,
                            fmt::format("{} holds sessions beside {}: {} no session can be written", cache.name,
                                        with_cache && with_queue ? "a cache and jobs"
                                        : with_cache             ? "a cache"
                                                                 : "jobs",
                                        full(cache)));
    finding.path = cache_path(cache, "used_for");
    finding.advice = "an instance of its own for sessions, with noeviction, sized for the peak";
    out.push_back(std::move(finding));
  }
}

}  // namespace plimsoll::capacity::rules
