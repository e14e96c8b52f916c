#pragma once
// Random stacks that are good: what the parser could have made of some file, every member of the model among them.

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/stack.h"
#include "spec/testing/random_tier.h"

namespace plimsoll::spec::testing {

class RandomStack : RandomTier {
 public:
  using RandomTier::RandomTier;

  Stack make() {
    Stack s;
    s.name = "stack-" + std::to_string(number(0, 99));
    s.objectives = objectives();
    for (int i = number(0, 4); i > 0; --i) s.signals.push_back(signal(i));
    for (int i = number(0, 2); i > 0; --i) s.databases.push_back(database("main-" + std::to_string(i)));
    for (int i = number(0, 2); i > 0; --i) s.externals.push_back(external("llm-" + std::to_string(i)));
    for (int i = number(0, 1); i > 0; --i) s.vector_stores.push_back(vector_store());
    s.caches.push_back(cache("redis", CacheUse::queue));
    if (flip()) s.caches.push_back(cache("sessions", CacheUse::session));
    const bool balanced = flip();
    if (balanced) s.balancer = balancer();
    if (!s.databases.empty())
      for (int i = number(0, 2); i > 0; --i) s.poolers.push_back(pooler("pooler-" + std::to_string(i), s.databases.front()));
    for (int i = number(1, 3); i > 0; --i) {
      const TierKind kind = balanced && (i == 1 || flip()) ? TierKind::service : TierKind::worker;
      s.tiers.push_back(tier(s, "tier-" + std::to_string(i), kind));
    }
    for (Pooler& pooler : s.poolers)
      for (int i = number(0, 2); i > 0; --i) pooler.table.push_back(row(s.tiers));
    if (flip()) s.limits = limits();
    if (flip()) s.growth = growth();
    if (flip()) s.budget = money();
    if (flip()) s.catalog = pick<std::string>({"aws-2026", "../my catalogs/1.yaml", "no"});
    for (int i = number(0, 2); i > 0; --i) s.regions.push_back({"region-" + std::to_string(i), maybe([&] { return part(50); })});
    return s;
  }

 private:
  Balancer balancer() {
    Balancer b;
    vary(b.engine, [&] { return one_of<BalancerEngine>(3); });
    vary(b.listen, [&] { return static_cast<std::uint16_t>(number(1, 65535)); });
    vary(b.address, [&] { return std::string("0.0.0.0"); });
    vary(b.algorithm, [&] { return one_of<BalancerAlgorithm>(4); });
    vary(b.health.path, [&] { return std::string("/health?x=1,2"); });
    vary(b.health.every, [&] { return time(); });
    vary(b.health.timeout, [&] { return time(); });
    b.bought = bought();
    vary(b.sticky, [&] { return pick<std::string>({"tw_server", "1", "off"}); });
    if (flip()) {
      b.client_rate = rate();
      b.client_burst = number(0, 50);
    }
    vary(b.drain, [&] { return time(); });
    vary(b.timeout, [&] { return time(); });
    return b;
  }

  NamedSignal signal(int i) {
    NamedSignal s;
    s.name = "signal_" + std::to_string(i);
    s.from = one_of<NamedSignal::From>(3);
    if (s.from == NamedSignal::From::prometheus) {
      s.url = "http://p:9090";
      s.query = pick<std::string>({"up", "sum(rate(x{a=\"b\"}[1m]))", "a:\n  b # c", "x * 2 > ${"});
    } else {
      s.query = s.from == NamedSignal::From::json ? "/pool/used" : "queue_length";
      if (s.from == NamedSignal::From::json || flip()) s.url = "/stats";
    }
    s.per_instance = flip();
    s.unit = one_of<SignalUnit>(5);
    vary(s.max_age, [&] { return time(); });
    return s;
  }

  Database database(std::string name) {
    Database d;
    d.name = std::move(name);
    vary(d.read_replicas, [&] { return number(0, 8); });
    if (flip()) {
      d.max_connections = number(200, 5000);
      d.max_connections_given = true;
    }
    if (flip()) d.reserve = {number(0, 9), number(0, 9), number(0, 9), number(0, 9)};
    if (flip()) d.maintenance = When{{}, {}, cron(), "0 5 * * *", zone()};
    for (const char* setting : {"work_mem", "shared.x", "on"})
      if (flip()) d.settings[setting] = pick<std::string>({"4MB", text(), "${SETTING}"});
    d.bought = bought();
    d.cpu = maybe([&] { return cores(); });
    d.memory = maybe([&] { return bytes(); });
    d.multi_az = flip();
    if (flip()) d.replica = bought();
    vary(d.lag_max, [&] { return time(); });
    d.replicas_above_users = maybe([&] { return count(); });
    d.connections_per_replica = maybe([&] { return count(); });
    if (flip()) {
      d.storage.size = bytes();
      if (flip()) d.storage.max = Bytes{d.storage.size->count * 2};
      if (flip()) d.storage.used = Bytes{d.storage.size->count / 2};
    }
    vary(d.storage.act_at, [&] { return part(); });
    for (int i = number(0, 2); i > 0; --i) {
      Partitions p;
      p.table = "public.messages";
      p.by = one_of<Partitions::By>(3);
      p.above_rows = maybe([&] { return count(); });
      vary(p.ahead, [&] { return number(0, 9); });
      p.keep = maybe([&] { return number(1, 99); });
      vary(p.schedule, [&] { return cron(); });
      d.partitions.push_back(p);
    }
    if (flip()) d.extensions = {"vector", "no"};
    d.steps = steps();
    return d;
  }

  Pooler pooler(std::string name, const Database& database) {
    Pooler p;
    p.name = std::move(name);
    p.database = database.name;
    if (flip()) p.replicas = {1, number(1, 9)};
    vary(p.mode, [&] { return one_of<PoolMode>(3); });
    vary(p.default_pool_size, [&] { return number(1, 50); });
    vary(p.max_client_conn, [&] { return number(50, 900); });
    vary(p.max_db_connections, [&] { return number(50, 90); });
    vary(p.min_pool_size, [&] { return number(0, 9); });
    vary(p.reserve_pool_size, [&] { return number(0, 9); });
    vary(p.server_idle_timeout, [&] { return time(); });
    p.bought = bought();
    return p;
  }

  PoolerRow row(const std::vector<Tier>& tiers) {
    PoolerRow r;
    for (const Tier& t : tiers) r.replicas[t.name] = number(0, 30);
    vary(r.instances, [&] { return number(1, 9); });
    vary(r.default_pool_size, [&] { return number(1, 99); });
    vary(r.max_db_connections, [&] { return number(0, 99); });
    return r;
  }

  Cache cache(std::string name, CacheUse use) {
    Cache c;
    c.name = std::move(name);
    vary(c.max_clients, [&] { return number(1, 9999); });
    c.maxmemory = maybe([&] { return bytes(); });
    vary(c.policy, [&] { return std::string("allkeys-lru"); });
    c.used_for = {use, CacheUse::cache};
    c.architecture = one_of<CacheArchitecture>(4);
    if (c.architecture != CacheArchitecture::standalone) c.replicas = number(0, 3);
    if (c.architecture == CacheArchitecture::cluster) {
      c.shards = number(1, 6);
      vary(c.node_timeout, [&] { return time(); });
    }
    if (c.architecture == CacheArchitecture::sentinel) {
      c.sentinels = number(2, 5);
      c.quorum = number(1, 2);
      vary(c.down_after, [&] { return time(); });
      vary(c.failover_timeout, [&] { return time(); });
    }
    c.memory = maybe([&] { return bytes(); });
    c.ops = maybe([&] { return rate(); });
    vary(c.ops_max, [&] { return rate(); });
    vary(c.persistence, [&] { return pick<std::string>({"aof", "rdb", "none"}); });
    c.content.entry = maybe([&] { return bytes(); });
    c.content.entries = maybe([&] { return count(); });
    c.content.ttl = maybe([&] { return time(); });
    c.content.hit_rate_min = maybe([&] { return part(); });
    c.steps = steps();
    c.bought = bought();
    return c;
  }

  External external(std::string name) {
    External e;
    e.name = std::move(name);
    e.concurrency = maybe([&] { return number(1, 99); });
    e.rate = maybe([&] { return rate(); });
    const Duration usual = time();
    if (flip()) e.p50 = usual;
    if (flip()) e.p99 = usual * 3;
    return e;
  }

  VectorStore vector_store() {
    VectorStore v;
    v.name = "qdrant";
    v.nodes = number(1, 5);
    if (flip()) v.cpu = request(cores(), cores());
    if (flip()) v.memory = request(bytes(), bytes());
    v.bought = bought();
    for (const char* name : {"docs", "1"})
      if (flip())
        v.collections.push_back({name, number(1, 2000), one_of<VectorStore::Collection::Distance>(4), number(1, 3),
                                 number(1, v.nodes), maybe([&] { return count(); })});
    return v;
  }

  Limits limits() {
    return {maybe([&] { return money(); }), maybe([&] { return cores(); }), maybe([&] { return bytes(); }),
            maybe([&] { return cores(); }), maybe([&] { return bytes(); })};
  }

  Growth growth() {
    Growth g;
    g.users = maybe([&] { return count(); });
    g.rate = maybe([&] { return rate(); });
    g.data = maybe([&] { return bytes(); });
    vary(g.per_month, [&] { return number(1, 300) / 100.0; });
    g.connections_per_1000 = maybe([&] { return count(); });
    g.cache_per_1000 = maybe([&] { return bytes(); });
    for (int i = number(0, 2); i > 0; --i) g.onboarding.push_back({moment(), count(), flip() ? text() : ""});
    g.work = work();
    double from = 0;
    for (int i = number(0, 3); i > 0; --i) {
      Band b;
      b.from = from;
      b.to = i == 1 && flip() ? std::numeric_limits<double>::infinity() : from + count();
      from = b.to;
      b.instances = maybe([&] { return Bounds{1, number(1, 9)}; });
      const Money least = money();
      if (flip()) b.cost_least = least;
      if (flip()) b.cost_most = Money{least.per_hour * 2};
      if (flip()) b.with = {"balancer", text()};
      g.bands.push_back(b);
    }
    return g;
  }
};

}  // namespace plimsoll::spec::testing
