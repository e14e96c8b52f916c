#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/catalog.h"
#include "capacity/planning/parts.h"
#include "capacity/sizing.h"
#include "capacity/wording.h"
#include "core/quantity.h"

namespace plimsoll::capacity::planning {
namespace {

class Advisor {
 public:
  Advisor(const Draft& draft, const Ask& ask, const Course& course, const Cost& then)
      : draft_(draft), stack_(draft.after), ask_(ask), course_(course), then_(then) {}

  std::vector<Advice> all() {
    balancing();
    for (const Tier& tier : stack_.tiers) of_tier(tier);
    for (const Database& database : stack_.databases) of_database(database);
    for (const Cache& cache : stack_.caches) of_cache(cache);
    for (const External& external : stack_.externals) of_external(external);
    events();
    regions();
    components();
    return std::move(out_);
  }

 private:
  void say(std::string topic, std::string text, std::string because) {
    out_.push_back({std::move(topic), std::move(text), std::move(because)});
  }

  /// H18.
  void balancing() {
    if (!stack_.balancer) return;
    const BalancerAlgorithm now = stack_.balancer->algorithm;
    std::string uneven;
    for (const Tier& tier : stack_.tiers) {
      if (tier.kind != TierKind::service) continue;
      if (tier.capacity && tier.capacity->service_p99 && *tier.capacity->service_p99 > 3 * tier.capacity->service_mean)
        uneven = fmt::format("{} takes {} on average and {} at p99", tier.name, for_people(tier.capacity->service_mean),
                             for_people(*tier.capacity->service_p99));
      for (const Use& use : tier.uses)
        if (const External* external = stack_.external(use.component); external != nullptr && external->p99)
          uneven = fmt::format("{} waits up to {} for {}", tier.name, for_people(*external->p99), external->name);
    }
    if (now == BalancerAlgorithm::source) {
      say("balancing",
          "source sends a client to one instance and spreads unevenly; leastconn, with a cookie (sticky) where sessions need it",
          "the choice ignores the load: each instance is a queue of its own");
    } else if (now != BalancerAlgorithm::leastconn && !uneven.empty()) {
      say("balancing", "leastconn: the instance with the fewest open requests is next", uneven);
    } else if (now == BalancerAlgorithm::leastconn) {
      say("balancing", "leastconn is right as it is: nobody waits behind a slow request while a place is free",
          uneven.empty() ? "round robin would do for equal, short requests; weights for instances of unequal size" : uneven);
    }
  }

  [[nodiscard]] double price(const Tier& tier) const { return tier.instance.price.per_hour * hours_a_month; }

  /// N + 1, and A11: what one too many and one too few cost.
  void of_tier(const Tier& tier) {
    const int count = draft_.counts_then.at(tier.name);
    const TierNeed need = need_of(draft_.before, tier, draft_.then);
    if (tier.kind == TierKind::service && need.instances && count <= *need.instances && tier.replicas.min < *need.instances + 1 &&
        *need.instances < 1'000'000) {
      std::string cost = price(tier) > 0 ? " for " + dollars(price(tier)) + " a month" : "";
      say("spare", fmt::format("one instance of {} more{}: the peak would survive the loss of one", tier.name, cost),
          fmt::format("{} are just enough: with one gone the others carry {} more each", *need.instances,
                      *need.instances > 1 ? percent(1.0 / (*need.instances - 1)) : "everything, and there are none"));
    }
    if (price(tier) > 0 && need.instances && tier.kind == TierKind::service)
      say("over and under",
          fmt::format("{}: one instance too many costs {} a month; one too few costs users", tier.name, dollars(price(tier))),
          too_few(tier, *need.instances));
  }

  std::string too_few(const Tier& tier, int count) const {
    if (count < 2) return "with none there is no service";
    if (tier.capacity && draft_.then.load.rate && tier.capacity->service_mean > Duration::zero()) {
      InstanceCapacity capacity{tier.capacity->concurrency, seconds(tier.capacity->service_mean), {}, Pooling::shared};
      if (tier.capacity->service_p99) capacity.service_p99_s = seconds(*tier.capacity->service_p99);
      const Prediction with = predict(draft_.then.load.rate->per_second, count, capacity);
      const Prediction fewer = predict(draft_.then.load.rate->per_second, count - 1, capacity);
      if (!fewer.stable) return fmt::format("with {} the backlog grows without end at the peak", count - 1);
      return fmt::format("p95 {} with {}, {} with {}", for_people(from_seconds(with.p95_s)), count,
                         for_people(from_seconds(fewer.p95_s)), count - 1);
    }
    return fmt::format("with {} each carries {} of what one was seen to carry", count - 1,
                       percent(static_cast<double>(count) / (count - 1)));
  }

  void of_database(const Database& database) {
    if (const InstanceClass* next = next_up(draft_.catalog, database.bought.instance_class)) {
      std::string has;
      if (next->cpu) has += fmt::format(", {} cores", number(next->cpu->count));
      if (next->memory) has += ", " + size(*next->memory);
      if (next->max_connections) has += fmt::format(", {} connections", number(*next->max_connections));
      const std::optional<Money> cost = price_of({.instance_class = next->name}, draft_.catalog, database.multi_az);
      if (cost) has += fmt::format(", {} a month", dollars(cost->per_hour * hours_a_month));
      say("next class", fmt::format("{}: the next class up is {}{}", database.name, next->name, has),
          "a change of class is an outage of one to three minutes, shorter with multi_az");
    }
    for (const Partitions& one : database.partitions)
      say("partitions",
          fmt::format("{}.{} by {}, made {} ahead ({})", database.name, one.table, word(one.by), one.ahead, one.schedule),
          one.above_rows ? fmt::format("worth it above {} rows: queries read one range, old ranges are dropped whole",
                                       number(*one.above_rows))
                         : "queries read one range, old ranges are dropped whole");
    sharding(database);
  }

  static const char* word(Partitions::By by) {
    return by == Partitions::By::day ? "day" : by == Partitions::By::week ? "week" : "month";
  }

  /// A13: parts of the data on other servers only after everything easier. Said only where the database's own path has ended.
  void sharding(const Database& database) {
    const bool past = draft_.then.load.users && !database.steps.empty() && *draft_.then.load.users > database.steps.back().users;
    if (!past) return;
    std::vector<std::string> missing;
    if (database.read_replicas == 0) missing.push_back("read replicas");
    const bool pooled = std::any_of(stack_.poolers.begin(), stack_.poolers.end(),
                                    [&](const Pooler& pooler) { return pooler.database == database.name; });
    if (!pooled) missing.push_back("a pooler");
    const bool cached =
        std::any_of(stack_.caches.begin(), stack_.caches.end(), [](const Cache& cache) { return cache.holds(CacheUse::cache); });
    if (!cached) missing.push_back("a cache");
    const std::string because = fmt::format("{} users are beyond the last step of {}, {}", whole_users(*draft_.then.load.users),
                                            database.name, number(database.steps.back().users));
    if (missing.empty())
      say("sharding",
          fmt::format("{}: read replicas, pooling and caching are there; what is left is a larger class or sharding",
                      database.name),
          because);
    else
      say("sharding", fmt::format("{}: not yet; first {}", database.name, fmt::join(missing, ", ")), because);
  }

  /// K19, T10, H16, A5.
  void of_cache(const Cache& cache) {
    const bool queue = cache.holds(CacheUse::queue);
    const bool session = cache.holds(CacheUse::session);
    if (cache.holds(CacheUse::cache)) {
      const double least = cache.content.hit_rate_min ? cache.content.hit_rate_min->value : 0.8;
      say("redis",
          fmt::format("{} as cache: short TTLs (decisions 30 to 60 s), volatile-lru, read replicas for reads", cache.name),
          cache.content.ttl ? "TTL now " + to_text(*cache.content.ttl) : "no TTL is stated");
      say("caching",
          "worth caching is what is read often, changes seldom and is dear to get; not what changes with every request or must "
          "be current",
          fmt::format("hit rate below {} asks for more memory; 80 to 90 % is healthy for what is read often", percent(least)));
    }
    if (queue)
      say("redis",
          fmt::format("{} as queue: a larger node first, a cluster from {} operations a second", cache.name,
                      number(cache.ops_max.per_second)),
          "one list lives on one shard: a cluster spreads lists, not one list");
    if (session)
      say("redis",
          fmt::format("{} for sessions: {}noeviction, memory for the peak of users", cache.name,
                      cache.used_for.size() > 1 ? "an instance of their own, " : ""),
          "a session that is evicted logs a user out");
    const bool alone = cache.architecture == CacheArchitecture::standalone && cache.replicas == 0;
    if (alone && draft_.then.load.users && *draft_.then.load.users > 500)
      say("redis",
          fmt::format("{} behind Sentinel (3, quorum 2) or as a cluster: one node is a single point of failure", cache.name),
          fmt::format("{} users; fail-over takes 30 to 60 s, no more capacity comes of it",
                      whole_users(*draft_.then.load.users)));
  }

  /// H2.
  void of_external(const External& external) {
    for (const Tier& tier : stack_.tiers) {
      const bool calls =
          std::any_of(tier.uses.begin(), tier.uses.end(), [&](const Use& use) { return use.component == external.name; });
      const Objectives& owed = tier.objectives ? *tier.objectives : stack_.objectives;
      if (!calls || tier.kind != TierKind::service || !external.p50 || !owed.p95 || *external.p50 <= *owed.p95) continue;
      say("outside",
          fmt::format("{} is the bottleneck of {}: no count of instances makes its answers faster", external.name, tier.name),
          fmt::format("{} takes {} at p50, the objective is p95 {}", external.name, for_people(*external.p50),
                      for_people(*owed.p95)));
    }
  }

  /// K5: the floor is raised half an hour before.
  void events() {
    for (const Ask::Event& event : ask_.events) {
      if (event.at < ask_.now) continue;
      Ask only = ask_;
      only.events = {event};
      only.months = 0;
      const Course course = course_of(draft_.before, only);
      for (const Tier& tier : draft_.before.tiers) {
        const int floor = running(draft_.before, tier, course.steps.back().demand);
        if (floor <= tier.replicas.min) continue;
        say("event",
            fmt::format("tiers.{}.scale.schedule: [{{from: {}, until: {}, floor: {}}}]", tier.name,
                        to_text(event.at - std::chrono::minutes(30)), to_text(event.at + std::chrono::hours(24)), floor),
            fmt::format("{} times the load then; ready half an hour before", number(event.factor)));
      }
    }
  }

  /// A15.
  void regions() {
    if (stack_.regions.empty()) return;
    std::vector<std::string> parts;
    for (const Region& region : stack_.regions) {
      double month = 0;
      for (const CostLine& line : then_.lines)
        if (line.total && line.what.ends_with(" in " + region.name)) month += line.total->per_hour * hours_a_month;
      parts.push_back(fmt::format("{} {}", region.name, dollars(month)));
    }
    say("regions",
        fmt::format("the stack stands in {} regions, sized for the largest share, {}", stack_.regions.size(),
                    percent(course_.share)),
        fmt::format("{}", fmt::join(parts, ", ")));
  }

  /// V1.
  void components() {
    for (const Tier& tier : stack_.tiers)
      say("component",
          fmt::format("{}: {}; more instances; 10 and more", tier.name,
                      tier.sessions == SessionState::memory ? "keeps sessions in memory" : "stateless"),
          fmt::format("{}..{} planned", tier.replicas.min, tier.replicas.max));
    for (const Database& database : stack_.databases)
      say("component", fmt::format("{}: stateful; a larger class, then read replicas; 1 + 5", database.name),
          fmt::format("1 + {} planned", database.read_replicas));
    for (const Cache& cache : stack_.caches)
      say("component", fmt::format("{}: stateful; more memory, then a cluster; 3 + 3", cache.name),
          fmt::format("{} planned", cache.nodes()));
    for (const VectorStore& store : stack_.vector_stores)
      say("component", fmt::format("{}: stateful; more nodes and shards; 6 and more", store.name),
          fmt::format("{} planned", store.nodes));
  }

  const Draft& draft_;
  const Stack& stack_;
  const Ask& ask_;
  const Course& course_;
  const Cost& then_;
  std::vector<Advice> out_;
};

}  // namespace

std::vector<Advice> advice_of(const Draft& draft, const Ask& ask, const Course& course, const Cost& then) {
  return Advisor(draft, ask, course, then).all();
}

}  // namespace plimsoll::capacity::planning
