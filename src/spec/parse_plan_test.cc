// What plans, checks and costs are made from: fuzz/corpus/spec/plan.yaml has every key of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "spec/render_diagnostic.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Stack good(std::string_view text) {
  const Parsed<Stack> parsed = parse(text, testing::environment());
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
  return parsed.value.value_or(Stack{});
}

Stack planned() { return good(testing::source_file("fuzz/corpus/spec/plan.yaml")); }

/// A worker alone, with more keys for it and for the stack.
Stack worker(std::string_view keys, std::string_view more = "") {
  return good("apiVersion: plimsoll/v1\nname: s\ntiers:\n  w:\n    kind: worker\n    run: {command: [w]}\n" + std::string(keys) +
              std::string(more));
}

Money a_month(double dollars) { return Money{dollars / hours_a_month}; }
constexpr std::int64_t MiB = 1LL << 20, GiB = 1LL << 30;

void expect_bought(const Bought& bought, std::string_view instance_class, double price, Market market) {
  EXPECT_EQ(bought.instance_class, instance_class);
  EXPECT_EQ(bought.price, a_month(price)) << instance_class;
  EXPECT_EQ(bought.market, market) << instance_class;
  EXPECT_EQ(bought.arch, Arch::arm64) << instance_class;
}

TEST(ParsePlan, HowEverythingIsBought) {
  const Stack stack = planned();
  expect_bought(stack.balancer->bought, "alb", 20, Market::reserved);
  expect_bought(stack.tiers[0].instance.bought, "t3.medium", 30, Market::spot);
  EXPECT_EQ(stack.tiers[0].instance.price, a_month(30)) << "what the controller counts with";
  expect_bought(stack.databases[0].bought, "db.r6g.xlarge", 300, Market::reserved);
  expect_bought(stack.databases[0].replica, "db.r6g.large", 150, Market::spot);
  expect_bought(stack.poolers[0].bought, "t3.small", 15, Market::reserved);
  expect_bought(stack.caches[0].bought, "cache.r6g.large", 100, Market::reserved);
  expect_bought(stack.vector_stores[0].bought, "m6g.large", 60, Market::spot);
  EXPECT_EQ(stack.budget, a_month(1800));
  EXPECT_EQ(stack.catalog, "aws-2026");
}

TEST(ParsePlan, WhatNobodySaidIsNotKnown) {
  const Stack stack = worker("", "databases: {main: {}}\ncaches: {redis: {used_for: [cache]}}\n");
  EXPECT_EQ(stack.tiers[0].instance.bought.price, std::nullopt) << "unknown, not free";
  EXPECT_EQ(stack.tiers[0].instance.bought.instance_class, "");
  EXPECT_FALSE(stack.databases[0].max_connections_given);
  EXPECT_EQ(stack.databases[0].memory, std::nullopt);
  EXPECT_EQ(stack.databases[0].storage.size, std::nullopt);
  EXPECT_EQ(stack.caches[0].ops, std::nullopt);
  EXPECT_EQ(stack.caches[0].persistence, "");
  EXPECT_EQ(stack.growth, std::nullopt);
  EXPECT_EQ(stack.budget, std::nullopt);
  EXPECT_FALSE(stack.tiers[0].baseline || stack.tiers[0].placement || stack.tiers[0].disruption || stack.tiers[0].leader ||
               stack.tiers[0].vertical);
  EXPECT_EQ(stack.tiers[0].sessions, SessionState::none);
}

TEST(ParsePlan, TheBalancer) {
  const Balancer balancer = planned().balancer.value();
  EXPECT_EQ(balancer.engine, BalancerEngine::traefik);
  EXPECT_EQ(balancer.sticky, "tw_server");
  ASSERT_TRUE(balancer.client_rate);
  EXPECT_DOUBLE_EQ(balancer.client_rate->per_second, 100.0 / 60);
  EXPECT_EQ(balancer.client_burst, 20);
}

TEST(ParsePlan, WhatOneInstanceWasSeenToCarry) {
  const Baseline baseline = planned().tiers[0].baseline.value();
  EXPECT_EQ(baseline.users, 100);
  EXPECT_DOUBLE_EQ(baseline.rate->per_second, 550.0 / 60);
  EXPECT_EQ(baseline.p95, 3s);
  EXPECT_EQ(baseline.cpu, Ratio{0.6});
  EXPECT_EQ(baseline.memory, Bytes{250 * MiB});
  EXPECT_EQ(baseline.connections, 13);
  EXPECT_THAT(baseline.excludes, ElementsAre("llm"));
}

MATCHER_P3(IsWork, name, amount, shares, "") {
  return arg.name == name && std::abs(arg.per_instance - amount) < 1e-9 && arg.shares == shares;
}

TEST(T6, OnlyARateWithItsUnitSharesTheInstancesStrength) {
  const Stack stack = planned();
  EXPECT_THAT(stack.tiers[0].baseline->work, ElementsAre(IsWork("simple", 500, true), IsWork("complex", 100, true),
                                                         IsWork("slow", 1, true), IsWork("websockets", 50, false)));
  EXPECT_THAT(stack.growth->work, ElementsAre(IsWork("simple", 400, true), IsWork("websockets", 60, false)));
}

TEST(ParsePlan, WhereInstancesStandAndWhatIsAllowedToThem) {
  const Stack stack = planned();
  const Tier& api = stack.tiers[0];
  const Tier& web = stack.tiers[1];
  EXPECT_EQ(api.placement->spread_hosts, 100);
  EXPECT_TRUE(api.placement->own_hosts);
  EXPECT_EQ(api.placement->zone_skew, 1);
  EXPECT_TRUE(api.placement->zones_strict);
  EXPECT_EQ(api.disruption->min_available, std::nullopt);
  EXPECT_EQ(api.disruption->min_available_share, Ratio{0.5});
  EXPECT_EQ(web.disruption->max_unavailable, 1);
  EXPECT_EQ(web.disruption->max_unavailable_share, std::nullopt);
  EXPECT_EQ(api.leader->lease, 20s);
  EXPECT_EQ(api.leader->renew, 12s);
  EXPECT_EQ(api.leader->retry, 3s);
  EXPECT_EQ(api.vertical->mode, Vertical::Mode::automatic);
  EXPECT_EQ(api.vertical->cpu_min, Cores{0.25});
  EXPECT_EQ(api.vertical->cpu_max, Cores{4});
  EXPECT_EQ(api.vertical->memory_min, Bytes{256 * MiB});
  EXPECT_EQ(api.vertical->memory_max, Bytes{4 * GiB});
  EXPECT_EQ(api.sessions, SessionState::cache);
  EXPECT_EQ(web.sessions, SessionState::memory);
}

TEST(ParsePlan, AVerticalEndMayBeOpen) {
  const Stack stack = worker("    vertical: {cpu: 100m, memory: 0..2Gi}\n");
  const Vertical bounds = stack.tiers[0].vertical.value();
  EXPECT_EQ(bounds.mode, Vertical::Mode::off);
  EXPECT_EQ(bounds.cpu_min, Cores{0.1});
  EXPECT_EQ(bounds.cpu_max, std::nullopt);
  EXPECT_EQ(bounds.memory_min, std::nullopt);
  EXPECT_EQ(bounds.memory_max, Bytes{2 * GiB});
}

TEST(ParsePlan, NoneMayBeUnavailableAndAllMayBeRequired) {
  EXPECT_EQ(worker("    disruption: {max_unavailable: 0}\n").tiers[0].disruption->max_unavailable, 0);
  EXPECT_EQ(worker("    disruption: {max_unavailable: 0%}\n").tiers[0].disruption->max_unavailable_share, Ratio{0});
  EXPECT_EQ(worker("    disruption: {min_available: 100%}\n").tiers[0].disruption->min_available_share, Ratio{1});
}

TEST(ParsePlan, AnImageIsEnoughToDescribeATier) {
  const Stack stack = planned();
  EXPECT_EQ(stack.tiers[0].run.image, "shop/api:1");
  EXPECT_EQ(stack.tiers[1].run.image, "registry.example:5000/shop/web@sha256:0123abc");
  EXPECT_THAT(stack.tiers[1].run.command, IsEmpty());
}

TEST(ParsePlan, SeveralServicesBehindOneBalancer) {
  const Stack stack = planned();
  EXPECT_EQ(stack.tiers[0].kind, TierKind::service);
  EXPECT_EQ(stack.tiers[1].kind, TierKind::service);
}

TEST(V15, PoolAndOverflowAreWhatAnInstanceMayOpen) {
  const Stack stack = planned();
  const Use& main = stack.tiers[0].uses[0];
  EXPECT_EQ(main.connections, 20);
  EXPECT_EQ(main.overflow, 10);
  EXPECT_EQ(main.most_connections(), 30);
  EXPECT_EQ(main.reads, Ratio{0.9});
  EXPECT_THAT(main.session_features,
              ElementsAre("prepared_statements", "listen", "advisory_locks", "set", "temporary_tables", "cursors_with_hold"));
  const Use& llm = stack.tiers[0].uses[1];
  EXPECT_EQ(llm.share, Ratio{0.3});
  EXPECT_EQ(llm.calls, 5);
  EXPECT_EQ(llm.rate, Rate{2});
  EXPECT_EQ(stack.tiers[0].uses[3].component, "qdrant");
}

TEST(ParsePlan, TheDatabase) {
  const Stack stack = planned();
  const Database& main = stack.databases[0];
  EXPECT_EQ(main.cpu, Cores{4});
  EXPECT_EQ(main.memory, Bytes{32 * GiB});
  EXPECT_TRUE(main.multi_az);
  EXPECT_FALSE(main.max_connections_given);
  EXPECT_EQ(main.lag_max, 250ms);
  EXPECT_EQ(main.replicas_above_users, 500);
  EXPECT_EQ(main.connections_per_replica, 150);
  EXPECT_EQ(main.storage.size, Bytes{500 * GiB});
  EXPECT_EQ(main.storage.max, Bytes{1000 * GiB});
  EXPECT_EQ(main.storage.used, Bytes{300 * GiB});
  EXPECT_EQ(main.storage.act_at, Ratio{0.8});
  EXPECT_THAT(main.extensions, ElementsAre("vector", "uuid-ossp"));
  EXPECT_TRUE(worker("", "databases: {main: {max_connections: 100}}\n").databases[0].max_connections_given)
      << "although it is the default";
}

TEST(H15, TablesKeptInRangesOfTime) {
  const std::vector<Partitions> tables = planned().databases[0].partitions;
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].table, "messages");
  EXPECT_EQ(tables[0].by, Partitions::By::week);
  EXPECT_EQ(tables[0].above_rows, 1'000'000);
  EXPECT_EQ(tables[0].ahead, 2);
  EXPECT_EQ(tables[0].keep, 12);
  EXPECT_EQ(tables[0].schedule, "0 3 1 * *");
  EXPECT_EQ(tables[1].table, "public.audit");
  EXPECT_EQ(tables[1].by, Partitions::By::month);
  EXPECT_EQ(tables[1].keep, std::nullopt);
}

MATCHER_P3(IsStep, users, memory, instance_class, "") {
  return arg.users == users && arg.memory == Bytes{memory} && arg.instance_class == instance_class;
}

TEST(H12, DatabaseSteps) {
  const std::vector<SizeStep> steps = planned().databases[0].steps;
  EXPECT_THAT(steps, ElementsAre(IsStep(100, 2 * GiB, ""), IsStep(300, 4 * GiB, "db.m5.large")));
  EXPECT_EQ(steps[0].cpu, Cores{2});
  EXPECT_EQ(steps[0].price, std::nullopt);
  EXPECT_EQ(steps[1].price, a_month(140));
}

TEST(H16, CacheSteps) {
  const std::vector<SizeStep> steps = planned().caches[0].steps;
  EXPECT_THAT(steps, ElementsAre(IsStep(100, 64 * MiB, ""), IsStep(300, 256 * MiB, "cache.t3.small")));
}

TEST(K21, ThePoolersTable) {
  const Stack stack = planned();
  const Pooler& pooler = stack.poolers[0];
  EXPECT_EQ(pooler.min_pool_size, 5);
  EXPECT_EQ(pooler.reserve_pool_size, 6);
  EXPECT_EQ(pooler.server_idle_timeout, 300s);
  ASSERT_EQ(pooler.table.size(), 2U);
  EXPECT_THAT(pooler.table[0].replicas, ElementsAre(Pair("api", 3), Pair("web", 2)));
  EXPECT_EQ(pooler.table[0].instances, 1);
  EXPECT_EQ(pooler.table[0].default_pool_size, 25);
  EXPECT_EQ(pooler.table[0].max_db_connections, 80);
  EXPECT_THAT(pooler.table[1].replicas, ElementsAre(Pair("api", 10)));
  EXPECT_EQ(pooler.table[1].default_pool_size, 20);
}

TEST(T10, CacheArchitectures) {
  const Stack stack = planned();
  const Cache& cluster = stack.caches[0];
  EXPECT_EQ(cluster.architecture, CacheArchitecture::cluster);
  EXPECT_EQ(cluster.shards, 3);
  EXPECT_EQ(cluster.replicas, 1);
  EXPECT_EQ(cluster.nodes(), 6);
  EXPECT_EQ(cluster.node_timeout, 6s);
  EXPECT_EQ(cluster.memory, Bytes{13 * GiB});
  EXPECT_EQ(cluster.ops, Rate{20'000});
  EXPECT_EQ(cluster.ops_max, Rate{90'000});
  EXPECT_EQ(cluster.persistence, "rdb");
  const Cache& sentinel = stack.caches[1];
  EXPECT_EQ(sentinel.architecture, CacheArchitecture::sentinel);
  EXPECT_EQ(sentinel.nodes(), 3);
  EXPECT_EQ(sentinel.sentinels, 5);
  EXPECT_EQ(sentinel.quorum, 3);
  EXPECT_EQ(sentinel.down_after, 7s);
  EXPECT_EQ(sentinel.failover_timeout, 20s);
  EXPECT_EQ(sentinel.persistence, "aof");
  EXPECT_EQ(stack.caches[2].architecture, CacheArchitecture::replication);
  EXPECT_EQ(stack.caches[2].persistence, "none");
}

TEST(T11, TheContentOfACache) {
  const CacheContent content = planned().caches[0].content;
  EXPECT_EQ(content.entry, Bytes{1024});
  EXPECT_EQ(content.entries, 100'000);
  EXPECT_EQ(content.ttl, 60s);
  EXPECT_EQ(content.hit_rate_min, Ratio{0.3});
}

TEST(V10, VectorStores) {
  const Stack stack = planned();
  const VectorStore& qdrant = stack.vector_stores[0];
  EXPECT_EQ(qdrant.nodes, 3);
  EXPECT_EQ(qdrant.cpu.request, Cores{1});
  EXPECT_EQ(qdrant.cpu.limit, Cores{2});
  EXPECT_EQ(qdrant.memory->limit, Bytes{4 * GiB});
  ASSERT_EQ(qdrant.collections.size(), 2U);
  EXPECT_EQ(qdrant.collections[0].name, "docs");
  EXPECT_EQ(qdrant.collections[0].dimensions, 384);
  EXPECT_EQ(qdrant.collections[0].distance, VectorStore::Collection::Distance::dot);
  EXPECT_EQ(qdrant.collections[0].shards, 3);
  EXPECT_EQ(qdrant.collections[0].replication, 2);
  EXPECT_EQ(qdrant.collections[0].points, 1'000'000);
  EXPECT_EQ(qdrant.collections[1].distance, VectorStore::Collection::Distance::cosine);
}

TEST(V12, WhereTheLoadGoes) {
  const Growth growth = planned().growth.value();
  EXPECT_EQ(growth.users, 1000);
  EXPECT_EQ(growth.rate, Rate{50});
  EXPECT_EQ(growth.data, Bytes{10 * GiB});
  EXPECT_EQ(growth.per_month, 1.5);
  EXPECT_EQ(growth.connections_per_1000, 100);
  EXPECT_EQ(growth.cache_per_1000, Bytes{100 * MiB});
  ASSERT_EQ(growth.onboarding.size(), 1U);
  EXPECT_EQ(growth.onboarding[0].at, TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 12 / 1)));
  EXPECT_EQ(growth.onboarding[0].users, 500);
  EXPECT_EQ(growth.onboarding[0].why, "customer X");
}

TEST(H7, Bands) {
  const std::vector<Band> bands = planned().growth->bands;
  ASSERT_EQ(bands.size(), 3U);
  EXPECT_EQ(bands[0].from, 0);
  EXPECT_EQ(bands[0].to, 100);
  EXPECT_EQ(bands[0].instances, (Bounds{1, 1}));
  EXPECT_EQ(bands[0].cost_least, a_month(50));
  EXPECT_EQ(bands[0].cost_most, a_month(60));
  EXPECT_THAT(bands[0].with, ElementsAre("balancer", "read replicas"));
  EXPECT_EQ(bands[1].instances, (Bounds{2, 3}));
  EXPECT_TRUE(std::isinf(bands[2].to)) << "no end";
  EXPECT_EQ(bands[2].instances, std::nullopt);
}

TEST(A15, Regions) {
  const Stack stack = planned();
  ASSERT_EQ(stack.regions.size(), 2U);
  EXPECT_EQ(stack.regions[0].name, "us-east-1");
  EXPECT_EQ(stack.regions[0].share, Ratio{0.5});
  EXPECT_EQ(stack.regions[1].share, std::nullopt);
  EXPECT_EQ(good("apiVersion: plimsoll/v1\nname: s\ntiers: {w: {kind: worker, run: {image: w}}}\n"
                 "regions: {us-east-1: {share: 40%}, eu-west-1: {share: 30%}, ap-southeast-1: {share: 30%}}\n")
                .regions.size(),
            3U);
}

TEST(ParsePlan, ObjectivesLimitsAndExternals) {
  const Stack stack = planned();
  EXPECT_EQ(stack.objectives.age, 5min);
  EXPECT_EQ(stack.limits.node_cores, Cores{4});
  EXPECT_EQ(stack.limits.node_memory, Bytes{16 * GiB});
  EXPECT_EQ(stack.externals[0].p50, 6s);
  EXPECT_EQ(stack.externals[0].p99, 20s);
}

TEST(K10, AWorkerPoolForEachQueue) {
  const Stack stack = good(R"(
apiVersion: plimsoll/v1
name: pools
tiers:
  decisions: {kind: worker, run: {image: kaireon/worker}, replicas: 1..10, uses: {redis: {}}, consumes: {decisions: {per_instance: 50}}}
  pipelines: {kind: worker, run: {image: kaireon/worker}, replicas: 1..5, uses: {redis: {}}, consumes: {pipelines: {per_instance: 20}}}
  batch: {kind: worker, run: {image: kaireon/worker}, replicas: 0..3, instance: {market: spot}, uses: {redis: {}}, consumes: {batch: {per_instance: 100}}}
caches: {redis: {used_for: [queue]}}
)");
  ASSERT_EQ(stack.tiers.size(), 3U);
  EXPECT_EQ(stack.tier("decisions")->replicas.max, 10);
  EXPECT_EQ(stack.tier("pipelines")->replicas.max, 5);
  EXPECT_EQ(stack.tier("batch")->replicas.max, 3);
  EXPECT_EQ(stack.tier("decisions")->instance.bought.market, Market::on_demand);
  EXPECT_EQ(stack.tier("batch")->instance.bought.market, Market::spot);
}

}  // namespace
}  // namespace plimsoll::spec
