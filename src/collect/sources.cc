#include "collect/sources.h"

#include <algorithm>
#include <utility>

#include "collect/json_page.h"
#include "collect/pgbouncer.h"
#include "collect/postgres.h"
#include "collect/prometheus.h"
#include "collect/redis.h"
#include "collect/series.h"

namespace plimsoll::collect {
namespace {

/// All lists that tiers consume or publish, each once.
std::vector<std::string> lists_of(const Stack& stack) {
  std::vector<std::string> lists;
  for (const Tier& tier : stack.tiers) {
    lists.insert(lists.end(), tier.publishes.begin(), tier.publishes.end());
    for (const QueueTarget& queue : tier.consumes) lists.push_back(queue.list);
  }
  std::ranges::sort(lists);
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  return lists;
}

std::unique_ptr<Collector> cache_collector(const Plan& plan, const Stack& stack, const Cache& cache, const std::string& url) {
  // Spec checked that there is one such cache at most where tiers consume lists.
  const auto queues = std::ranges::find_if(stack.caches, [](const Cache& one) { return one.holds(CacheUse::queue); });
  RedisCollector::Options options;
  options.name = cache.name;
  options.holds_lists = queues != stack.caches.end() && queues->name == cache.name;
  if (options.holds_lists) options.also_measure = lists_of(stack);
  return std::make_unique<RedisCollector>(plan, url, options);
}

}  // namespace

std::vector<std::unique_ptr<Collector>> signal_collectors(const Plan& plan, const Stack& stack) {
  std::vector<std::unique_ptr<Collector>> made;
  for (auto* const make : {series_collector, json_collector, prometheus_collector})
    if (auto one = make(plan, stack)) made.push_back(std::move(one));
  return made;
}

std::vector<std::unique_ptr<Collector>> component_collectors(const Plan& plan, const Stack& stack, const ComponentUrls& urls) {
  std::vector<std::unique_ptr<Collector>> made;
  for (const ComponentPlan& component : plan.components) {
    const auto url = urls.find(component.name);
    if (url == urls.end()) continue;
    switch (component.kind) {
      case ComponentKind::database:
        made.push_back(std::make_unique<PostgresCollector>(plan, component.name, url->second));
        break;
      case ComponentKind::pooler:
        made.push_back(std::make_unique<PgbouncerCollector>(plan, component.name, url->second));
        break;
      case ComponentKind::cache:
        if (const Cache* cache = stack.cache(component.name)) made.push_back(cache_collector(plan, stack, *cache, url->second));
        break;
      case ComponentKind::external:
        break;
    }
  }
  return made;
}

}  // namespace plimsoll::collect
