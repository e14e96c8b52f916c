#include "capacity/planning/planning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "capacity/catalog.h"
#include "capacity/planning/testing/scenes.h"
#include "core/quantity.h"

namespace plimsoll::capacity {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t gib = std::int64_t{1} << 30;
const TimePoint now = testing::day("2026-11-01T00:00Z");

Tier service(std::string name, Bounds replicas) {
  Tier tier;
  tier.name = std::move(name);
  tier.replicas = replicas;
  tier.instance.cpu = {Cores{1}, std::nullopt};
  return tier;
}

Use use(std::string component, int connections, std::string through = "") {
  Use one;
  one.component = std::move(component);
  one.connections = connections;
  one.through = std::move(through);
  return one;
}

Database database(std::string name, int connections) {
  Database one;
  one.name = std::move(name);
  one.max_connections = connections;
  one.max_connections_given = true;
  return one;
}

Growth growing(double users, double rate, double per_month = 1) {
  Growth growth;
  if (users > 0) growth.users = users;
  if (rate > 0) growth.rate = Rate{rate};
  growth.per_month = per_month;
  return growth;
}

/// 50 requests a second an instance, 2..10 of them, 1000 users with 50 requests a second.
Stack shop() {
  Stack stack;
  stack.name = "shop";
  stack.tiers = {service("api", {2, 10})};
  stack.tiers[0].baseline.emplace();
  stack.tiers[0].baseline->rate = Rate{50};
  stack.tiers[0].instance.price = testing::monthly(30);
  stack.growth = growing(1000, 50);
  return stack;
}

CapacityPlan plan(const Stack& stack, Ask ask = {}, const Catalog& catalog = {}) {
  ask.now = now;
  return plan_for(stack, catalog, ask);
}

Ask months(int count) {
  Ask ask;
  ask.months = count;
  return ask;
}

Ask rate(double per_second) {
  Ask ask;
  ask.rate = Rate{per_second};
  return ask;
}

std::string then(const CapacityPlan& plan, std::string_view component, std::string_view what) {
  const Line* line = testing::find(plan.lines, component, what);
  return line == nullptr ? "no such line" : line->then;
}

std::string change(const CapacityPlan& plan, std::string_view path) {
  const Change* one = testing::find(plan.changes, path);
  return one == nullptr ? "" : one->value;
}

TEST(Load, UsersAndRateGoTogetherWhereOneIsAsked) {
  Ask ask;
  ask.users = 10'000;
  EXPECT_DOUBLE_EQ(plan(shop(), ask).then.rate->per_second, 500);
  EXPECT_DOUBLE_EQ(*plan(shop(), rate(500)).then.users, 10'000);
  ask.rate = Rate{700};  // both asked: both hold
  EXPECT_DOUBLE_EQ(plan(shop(), ask).then.rate->per_second, 700);
}

TEST(Load, UnknownStaysUnknown) {
  Stack stack = shop();
  stack.growth.reset();
  Ask ask;
  ask.users = 500;
  const CapacityPlan seen = plan(stack, ask);
  EXPECT_FALSE(seen.then.rate);
  EXPECT_FALSE(seen.today.users);
  EXPECT_THAT(seen.changes, IsEmpty());
  EXPECT_THAT(seen.unknown, ::testing::Contains(HasSubstr("growth: {users")));
  EXPECT_THAT(seen.unknown, ::testing::Contains(HasSubstr("load on api")));
}

TEST(K24, KnownOnboardingAndGrowthOverThreeMonths) {
  Stack stack = shop();
  stack.growth = growing(1000, 50, 1.1);
  stack.growth->onboarding = {{testing::day("2026-12-15T00:00Z"), 500, "customer X"},
                              {testing::day("2026-10-01T00:00Z"), 9e6, "past"}};
  const CapacityPlan seen = plan(stack, months(3));
  ASSERT_EQ(seen.months.size(), 4U);
  EXPECT_NEAR(*seen.months[1].load.users, 1100, 1e-6);
  EXPECT_NEAR(*seen.months[2].load.users, 1210 + 500, 1e-6);
  EXPECT_NEAR(*seen.then.users, 1331 + 500, 1e-6);
  EXPECT_NEAR(seen.then.rate->per_second, 50 * 1.831, 1e-6);
  EXPECT_EQ(to_text(seen.months[3].at), "2027-02-01T00:00Z");
}

TEST(Load, AMonthThatHasNoSuchDayEndsEarlier) {
  Ask ask = months(1);
  ask.now = testing::day("2027-01-31T12:00Z");
  EXPECT_EQ(to_text(plan_for(shop(), {}, ask).months[1].at), "2027-02-28T12:00Z");
}

// An event is met with the growth until then; its part is for a schedule, not for what always runs.
TEST(A8, AnEventIsThePeakAndLeavesTheFloor) {
  Stack stack = shop();
  Ask ask;
  ask.events = {{10, testing::day("2026-11-27T00:00Z")}, {99, testing::day("2026-01-01T00:00Z")}};
  const CapacityPlan seen = plan(stack, ask);
  EXPECT_DOUBLE_EQ(seen.then.rate->per_second, 500);
  EXPECT_EQ(then(seen, "api", "instances"), "10");
  EXPECT_THAT(seen.changes, IsEmpty()) << "ten instances there may be";
  EXPECT_NE(testing::find(seen.advice, "event", "floor: 10"), nullptr);
  ask.events = {{20, testing::day("2026-11-27T00:00Z")}};
  EXPECT_EQ(change(plan(stack, ask), "tiers.api.replicas"), "2..20");
}

TEST(Tiers, TheLeastKeepsItsShareOfTheMost) {
  EXPECT_EQ(change(plan(shop(), rate(1000)), "tiers.api.replicas"), "4..20");
  EXPECT_THAT(plan(shop(), rate(500)).changes, IsEmpty());
}

struct WorkRow {
  const char* name;
  std::map<std::string, double> work;
  const char* want;
};
class WorkKinds : public ::testing::TestWithParam<WorkRow> {};
TEST_P(WorkKinds, ShareAnInstanceOrHavePlacesOfTheirOwn) {
  Stack stack;
  stack.tiers = {service("api", {1, 50}), service("orchestrator", {1, 50})};
  stack.tiers[0].baseline.emplace();
  stack.tiers[0].baseline->work = {{"simple", 500, true}, {"complex", 100, true}, {"websockets", 50, false}};
  stack.tiers[1].kind = TierKind::worker;
  stack.tiers[1].baseline.emplace();
  stack.tiers[1].baseline->work = {{"incidents", 10, false}, {"llm_calls", 5, false}, {"enrichments", 20, false}};
  Ask ask;
  ask.work = GetParam().work;
  const CapacityPlan seen = plan(stack, ask);
  EXPECT_EQ(then(seen, "api", "instances") + " " + then(seen, "orchestrator", "instances"), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(T6, WorkKinds,
                         ::testing::Values(WorkRow{"simple", {{"simple", 500}}, "1 1"}, WorkRow{"more", {{"simple", 501}}, "2 1"},
                                           WorkRow{"complex", {{"complex", 300}}, "3 1"},
                                           WorkRow{"both", {{"simple", 500}, {"complex", 100}}, "2 1"},
                                           WorkRow{"sockets", {{"simple", 500}, {"websockets", 151}}, "4 1"},
                                           WorkRow{"incidents", {{"incidents", 30}}, "1 3"},
                                           WorkRow{"llm", {{"incidents", 30}, {"llm_calls", 25}, {"enrichments", 20}}, "1 5"}),
                         [](const auto& row) { return row.param.name; });

TEST(H1, TheLargestOfUsersAndRateBinds) {
  Stack stack = shop();
  stack.tiers[0].baseline->users = 100;
  const CapacityPlan seen = plan(stack);
  EXPECT_EQ(then(seen, "api", "instances"), "10");
  EXPECT_EQ(testing::find(seen.lines, "api", "instances")->formula, "ceil(1,000 / 100 users)");
}

TEST(Tiers, AMeasuredCapacityIsSizedByQueueing) {
  Stack stack = shop();
  stack.tiers[0].baseline.reset();
  stack.tiers[0].capacity.emplace();
  stack.tiers[0].capacity->concurrency = 10;
  stack.tiers[0].capacity->service_mean = std::chrono::milliseconds(100);
  const CapacityPlan seen = plan(stack, rate(800));  // 80 busy of 10 places each, at most 80 % of them: ten
  EXPECT_EQ(then(seen, "api", "instances"), "10");
  EXPECT_THAT(testing::find(seen.lines, "api", "instances")->formula, HasSubstr("= 80 busy, 10 places each, at most 80 % busy"));
}

// Shown in step with the load, and not written: written twice it would be doubled twice.
TEST(Tiers, AWorkerThatNobodyMeasuredGoesInStepWithTheLoad) {
  Stack stack = shop();
  stack.tiers.push_back(service("worker", {2, 30}));
  stack.tiers[1].kind = TierKind::worker;
  const CapacityPlan seen = plan(stack, rate(100));
  EXPECT_EQ(then(seen, "worker", "replicas"), "4..60");
  EXPECT_EQ(then(seen, "worker", "instances"), "4");
  EXPECT_EQ(change(seen, "tiers.worker.replicas"), "");
  EXPECT_EQ(seen.recommended.tiers[1].replicas, (Bounds{2, 30}));
  EXPECT_THAT(seen.unknown, ::testing::Contains(HasSubstr("what one instance of worker carries")));
  EXPECT_THAT(plan(stack, rate(25)).changes, IsEmpty()) << "less load takes nothing away";
}

TEST(Tiers, NoSpecTakesMoreThanTenThousand) {
  const CapacityPlan seen = plan(shop(), rate(1e7));
  EXPECT_EQ(change(seen, "tiers.api.replicas"), "2000..10000");
  EXPECT_THAT(seen.unknown, ::testing::Contains(HasSubstr("200,000 instances are more than a spec may have (10,000)")));
}

TEST(Plan, KnowsWhetherItKnowsWhatATierCarries) {
  EXPECT_TRUE(plan(shop()).known);
  Stack stack = shop();
  stack.tiers[0].baseline.reset();
  EXPECT_FALSE(plan(stack).known) << "nothing says what an instance carries";
  stack = shop();
  stack.growth.reset();
  EXPECT_FALSE(plan(stack).known) << "nothing says what comes";
}

TEST(Plan, NobodyHasHalfAUser) {
  Stack stack = shop();
  stack.tiers[0].baseline->users = 100;
  stack.tiers[0].baseline->rate.reset();
  Ask ask;
  ask.users = 337.5;
  EXPECT_EQ(testing::find(plan(stack, ask).lines, "api", "instances")->formula, "ceil(338 / 100 users)");
}

Stack with_database(int most, int pool, int connections) {
  Stack stack = shop();
  stack.tiers[0].replicas.max = most;
  stack.tiers[0].uses = {use("main", pool)};
  stack.databases = {database("main", connections)};
  return stack;
}

TEST(V15, PoolsThatDoNotFitGetAPoolerBetween) {
  const CapacityPlan seen = plan(with_database(10, 30, 200));
  EXPECT_EQ(change(seen, "poolers.pooler"), "{for: main, mode: transaction, default_pool_size: 25, max_client_conn: 1000}");
  EXPECT_EQ(change(seen, "tiers.api.uses.main.through"), "pooler");
  EXPECT_EQ(then(seen, "main", "connections at most"), "25 of 197");
  ASSERT_EQ(seen.recommended.poolers.size(), 1U);
  EXPECT_THAT(plan(with_database(6, 30, 200)).changes, IsEmpty()) << "180 of 197";
}

// Postgres' default of 100 is no fact about the server: nothing is rewired for it.
TEST(K15, AMaximumThatNobodyStatedAddsNoPooler) {
  Stack stack = with_database(10, 30, 100);
  stack.databases[0].max_connections_given = false;
  const CapacityPlan seen = plan(stack);
  EXPECT_THAT(seen.changes, IsEmpty());
  EXPECT_THAT(seen.unknown,
              ::testing::Contains("whether main may have 303 connections: databases.main.max_connections is not stated"));
  EXPECT_EQ(testing::find(seen.lines, "main", "max_connections")->formula, "Postgres' default; not stated");
}

Catalog classes() {
  Catalog catalog;
  for (const auto& [name, memory, connections, price] :
       {std::tuple{"db.x.large", 16, 200, 100}, std::tuple{"db.x.xlarge", 32, 400, 200},
        std::tuple{"db.x.2xlarge", 64, 800, 400}}) {
    InstanceClass row;
    row.name = name;
    row.kind = ClassKind::database;
    row.family = "db.x";
    row.memory = Bytes{memory * gib};
    row.max_connections = connections;
    row.price = testing::monthly(price);
    catalog.classes.push_back(row);
  }
  return catalog;
}

// LISTEN does not survive transaction pooling: the database has to admit more.
TEST(K11, WhereAPoolerCannotHelpALargerClassDoes) {
  Stack stack = with_database(10, 30, 0);
  stack.tiers[0].uses[0].session_features = {"listen"};
  stack.databases[0].max_connections_given = false;
  stack.databases[0].bought.instance_class = "db.x.large";
  fill_in(stack, classes());
  const CapacityPlan seen = plan(stack, {}, classes());
  EXPECT_EQ(change(seen, "databases.main.class"), "db.x.xlarge");
  EXPECT_EQ(seen.recommended.databases[0].max_connections, 400);
  EXPECT_EQ(seen.recommended.databases[0].memory, Bytes{32 * gib});
  EXPECT_DOUBLE_EQ(seen.cost_then.per_month() - seen.cost_today.per_month(), 100);
}

Stack with_pooler() {
  Stack stack = with_database(20, 5, 400);
  stack.databases[0].reserve = {0, 5, 5, 10};
  stack.tiers[0].uses[0].through = "pooler";
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  pooler.default_pool_size = 25;
  pooler.max_db_connections = 100;
  pooler.max_client_conn = 100;
  stack.poolers = {pooler};
  return stack;
}

TEST(K21, ClientsThatDoNotFitTakeMorePoolersAndTheSumStaysInTheRoom) {
  Stack stack = with_pooler();
  EXPECT_THAT(plan(stack).changes, IsEmpty()) << "20 × 5 = 100 clients of 100";
  const CapacityPlan seen = plan(stack, rate(50.0 * 80));  // 80 instances, 400 clients: four poolers, 95 servers each
  EXPECT_EQ(change(seen, "poolers.pooler.replicas"), "1..4");
  EXPECT_EQ(change(seen, "poolers.pooler.max_db_connections"), "95");
  EXPECT_EQ(then(seen, "main", "connections at most"), "380 of 380");
}

TEST(K21, NoSpecTakesMoreThanAHundredPoolers) {
  const CapacityPlan seen = plan(with_pooler(), rate(50.0 * 9000));  // 45,000 clients of 100 each
  EXPECT_EQ(change(seen, "poolers.pooler.replicas"), "1..100");
  EXPECT_THAT(seen.unknown, ::testing::Contains(HasSubstr("poolers are more than a spec may have (100)")));
}

TEST(K21, TheOwnersRowCountsWhereItIsEnough) {
  Stack stack = with_pooler();
  stack.poolers[0].table = {{{{"api", 20}}, 1, 25, 80}, {{{"api", 80}}, 4, 30, 90}, {{{"api", 200}}, 10, 30, 100}};
  const CapacityPlan seen = plan(stack, rate(50.0 * 80));
  EXPECT_EQ(change(seen, "poolers.pooler.replicas"), "1..4");
  EXPECT_EQ(change(seen, "poolers.pooler.default_pool_size"), "30");
  EXPECT_EQ(change(seen, "poolers.pooler.max_db_connections"), "90");
  EXPECT_THAT(testing::find(seen.lines, "pooler", "poolers × pool / most")->note,
              HasSubstr("the owner's row; computed: 4 × 25 / 95"));
  const CapacityPlan more = plan(stack, rate(50.0 * 200));  // 10 × 100 do not fit into 380
  EXPECT_THAT(testing::find(more.lines, "pooler", "poolers × pool / most")->note, HasSubstr("do not fit into 380"));
  EXPECT_EQ(change(more, "poolers.pooler.max_db_connections"), "38");
}

TEST(V19, OneReadReplicaAbove150Connections) {
  Stack stack = with_database(10, 15, 400);
  stack.databases[0].connections_per_replica = 150;
  EXPECT_EQ(then(plan(stack), "main", "read replicas"), "0");
  stack.tiers[0].uses[0].connections = 16;
  EXPECT_EQ(then(plan(stack), "main", "read replicas"), "1");
  stack.tiers[0].uses[0].connections = 31;
  EXPECT_EQ(then(plan(stack), "main", "read replicas"), "2");
}

// 300 of 500 GB today, × 1.1 a month: 70 % in 1.6 months; after six 531 GB, which 759 GB hold.
TEST(K14, StorageActsAtSeventyPercent) {
  Stack stack = with_database(2, 5, 400);
  stack.growth->per_month = 1.1;
  stack.databases[0].storage = {Bytes{500 * gib}, Bytes{1000 * gib}, Bytes{300 * gib}, Ratio{0.7}};
  const CapacityPlan seen = plan(stack, months(6));
  EXPECT_EQ(change(seen, "databases.main.storage.size"), "760GB");
  EXPECT_FALSE(seen.binding) << "it grows by itself up to 1000 GB, 70 % of which are 700";
  stack.databases[0].storage.max.reset();
  const CapacityPlan fixed = plan(stack, months(6));
  ASSERT_TRUE(fixed.binding);
  EXPECT_EQ(fixed.binding->constraint, "storage");
  EXPECT_NEAR(*fixed.binding->at_month, std::log(350.0 / 300) / std::log(1.1), 1e-6);
}

TEST(K14, DataDoesNotFollowUsersThatAreAsked) {
  Stack stack = with_database(2, 5, 400);
  stack.databases[0].storage = {Bytes{500 * gib}, Bytes{1000 * gib}, Bytes{300 * gib}, Ratio{0.7}};
  Ask ask;
  ask.users = 10'000;
  const CapacityPlan seen = plan(stack, ask);
  EXPECT_EQ(then(seen, "main", "data"), "300 GB");
  EXPECT_THAT(testing::find(seen.lines, "main", "data")->note, HasSubstr("not users asked for"));
  EXPECT_EQ(testing::find(plan(stack).lines, "main", "data")->note, "");
}

// What is to be held is three quarters of the node at most: the rest is the process' and a fork's.
TEST(K18, ALargerCacheLeavesRoomInItsNode) {
  Stack stack = shop();
  Cache redis;
  redis.name = "redis";
  redis.content = {Bytes{1024}, 2.0 * 1024 * 1024, {}, {}};  // 3 GB
  redis.maxmemory = Bytes{gib};
  redis.memory = Bytes{2 * gib};
  stack.caches = {redis};
  const CapacityPlan seen = plan(stack);
  EXPECT_EQ(change(seen, "caches.redis.maxmemory"), "3GB");
  EXPECT_EQ(change(seen, "caches.redis.memory"), "4GB");
}

TEST(T11, CacheOfAHundredThousandEntries) {
  Stack stack = shop();
  Cache redis;
  redis.name = "redis";
  redis.content = {Bytes{1024}, 100'000, {}, {}};
  redis.maxmemory = Bytes{1536 * gib / 1024};
  stack.caches = {redis};
  CapacityPlan seen = plan(stack);
  const Line* line = testing::find(seen.lines, "redis", "memory");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->formula, "1 KB × 100,000 entries × 1.5 = 150 MB of 1000 KB");
  EXPECT_THAT(line->note, HasSubstr("needed: 146 MB"));  // of 1024 KB
  EXPECT_FALSE(line->changed);
  stack.caches[0].maxmemory = Bytes{100 * gib / 1024};
  seen = plan(stack);
  EXPECT_EQ(change(seen, "caches.redis.maxmemory"), "147MB");
}

TEST(T10, ManyOperationsWantACluster) {
  Stack stack = shop();
  Cache redis;
  redis.name = "redis";
  redis.ops = Rate{90'000};
  stack.caches = {redis};
  EXPECT_THAT(plan(stack, rate(55)).changes, IsEmpty());
  const CapacityPlan seen = plan(stack, rate(250));  // 450,000 a second
  EXPECT_EQ(change(seen, "caches.redis.architecture"), "cluster");
  EXPECT_EQ(change(seen, "caches.redis.shards"), "5");
  EXPECT_EQ(change(seen, "caches.redis.replicas"), "1");
  ASSERT_TRUE(seen.binding);
  EXPECT_EQ(seen.binding->constraint, "operations");
  EXPECT_NEAR(*seen.binding->at_rate, 50.0 * 100 / 90, 0.01);
}

TEST(V10, VectorsByQdrantsOwnRule) {
  Stack stack = shop();
  stack.growth->per_month = 2;
  VectorStore store;
  store.name = "qdrant";
  store.nodes = 3;
  store.memory = RequestLimit<Bytes>{Bytes{gib}, Bytes{2 * gib}};
  VectorStore::Collection docs;
  docs.name = "docs";
  docs.dimensions = 384;
  docs.replication = 2;
  docs.points = 1e6;
  store.collections = {docs};
  stack.vector_stores = {store};
  EXPECT_EQ(then(plan(stack), "qdrant", "memory in all"), "4.29 GB");  // 1,000,000 × 384 × 4 × 1.5 × 2
  EXPECT_THAT(plan(stack).changes, IsEmpty());
  EXPECT_EQ(change(plan(stack, months(1)), "vector_stores.qdrant.nodes"), "5");  // 8.58 GB
}

TEST(H2, CallsInFlightOutsideBindFirst) {
  Stack stack = shop();
  External llm;
  llm.name = "llm";
  llm.concurrency = 50;
  llm.p50 = std::chrono::seconds(6);
  stack.externals = {llm};
  Use calls = use("llm", 0);
  calls.share = Ratio{0.3};
  stack.tiers[0].uses = {calls};
  stack.growth = growing(1000, 20);
  const CapacityPlan seen = plan(stack, rate(200));
  ASSERT_TRUE(seen.binding);
  EXPECT_EQ(seen.binding->component, "llm");
  EXPECT_NEAR(*seen.binding->at_rate, 50 / 6.0 / 0.3, 1e-3);
  EXPECT_EQ(seen.binding->sum, "60 calls/s × 6 s = 360 of 50");
  EXPECT_EQ(then(seen, "llm", "calls in flight"), "360");
}

TEST(Binding, TheFirstOfSeveralIsNamedAndNoneWhereAllHold) {
  Stack stack = shop();
  stack.limits.cores = Cores{8};
  stack.budget = testing::monthly(200);
  const CapacityPlan seen = plan(stack, rate(1000));
  ASSERT_TRUE(seen.binding);
  EXPECT_EQ(seen.binding->constraint, "cost");  // seven instances are $210
  EXPECT_NEAR(*seen.binding->at_rate, 300, 0.01);
  stack.budget.reset();
  EXPECT_EQ(plan(stack, rate(1000)).binding->constraint, "cores");
  stack.limits.cores.reset();
  EXPECT_EQ(plan(stack, rate(1000)).binding->sum, "ceil(1,000 / 50 requests/s) = 20 of 10");
  EXPECT_FALSE(plan(stack, rate(500)).binding);
}

TEST(A11, OneTooManyAndOneTooFewArePriced) {
  const CapacityPlan seen = plan(shop(), rate(300));
  EXPECT_NE(testing::find(seen.advice, "over and under", "one instance too many costs $30"), nullptr);
  EXPECT_NE(testing::find(seen.advice, "over and under", "with 5 each carries 120 %"), nullptr);
  Stack idle = shop();
  idle.tiers[0].replicas = {10, 10};
  const CapacityPlan over = plan(idle);
  ASSERT_FALSE(over.levers.empty());
  EXPECT_EQ(over.levers.back().formula, "(10 − 2) × $30");
}

TEST(A15, TheLargestRegionSizesEach) {
  Stack stack = shop();
  stack.regions = {{"a", Ratio{0.5}}, {"b", {}}, {"c", {}}};
  const CapacityPlan seen = plan(stack, rate(1200));  // 600 in a
  EXPECT_DOUBLE_EQ(seen.then.rate->per_second, 1200);
  EXPECT_EQ(change(seen, "tiers.api.replicas"), "3..12");
  EXPECT_NEAR(seen.cost_then.per_month(), 3 * 12 * 30, 1e-9);
}

TEST(A13, BeforeShardingTheEasierThings) {
  Stack stack = with_database(10, 5, 400);
  stack.databases[0].steps = {{1000, "", Cores{4}, Bytes{4 * gib}, {}}};
  stack.databases[0].cpu = Cores{4};
  stack.databases[0].memory = Bytes{4 * gib};
  EXPECT_EQ(testing::find(plan(stack).advice, "sharding"), nullptr);
  Ask ask;
  ask.users = 1001;
  EXPECT_NE(testing::find(plan(stack, ask).advice, "sharding", "not yet; first read replicas, a pooler, a cache"), nullptr);
}

// Ten years at × 4 a month: 10^72 users. Figures stay figures.
TEST(Plan, AbsurdGrowthIsStillAPlan) {
  Stack stack = with_database(10, 30, 200);
  stack.growth = growing(1e6, 1e6, 4);
  stack.growth->data = Bytes{gib};
  stack.growth->cache_per_1000 = Bytes{gib};
  stack.growth->connections_per_1000 = 100;
  stack.databases[0].storage = {Bytes{500 * gib}, Bytes{1000 * gib}, Bytes{300 * gib}, Ratio{0.7}};
  stack.databases[0].connections_per_replica = 100;
  Cache redis;
  redis.name = "redis";
  redis.maxmemory = Bytes{gib};
  redis.ops = Rate{1000};
  redis.content = {Bytes{1024}, 100'000, {}, {}};
  stack.caches = {redis};
  stack.tiers[0].capacity.emplace();
  stack.tiers[0].capacity->service_mean = std::chrono::milliseconds(10);
  const CapacityPlan seen = plan(stack, months(120));
  EXPECT_EQ(seen.months.size(), 121U);
  EXPECT_EQ(change(seen, "tiers.api.replicas"), "2000..10000");
  EXPECT_EQ(change(seen, "databases.main.read_replicas"), "5");
  EXPECT_GT(seen.recommended.caches[0].shards, 3);
  EXPECT_TRUE(seen.binding);
}

TEST(Cost, PerUserOnlyWhereBothAreKnown) {
  EXPECT_NEAR(*plan(shop()).cost_per_user_today, 0.06, 1e-9);
  Stack stack = shop();
  stack.tiers[0].instance.price = Money{};
  EXPECT_FALSE(plan(stack).cost_per_user_today);
  EXPECT_THAT(plan(stack).unknown, ::testing::Contains(HasSubstr("the price of api")));
}

}  // namespace
}  // namespace plimsoll::capacity
