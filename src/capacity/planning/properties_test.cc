// What holds for any stack and any load.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "capacity/catalog.h"
#include "capacity/planning/parts.h"
#include "capacity/planning/testing/scenes.h"

namespace plimsoll::capacity {
namespace {

constexpr std::int64_t gib = std::int64_t{1} << 30;
const TimePoint now = testing::day("2026-11-01T00:00Z");

int between(int least, int most) { return *rc::gen::inRange(least, most + 1); }
bool coin() { return between(0, 1) == 1; }

Catalog ladder() {
  Catalog catalog;
  for (int i = 0; i < 5; ++i) {
    InstanceClass row;
    row.name = "db.x." + std::to_string(i);
    row.kind = ClassKind::database;
    row.family = "db.x";
    row.cpu = Cores{static_cast<double>(2 << i)};
    row.memory = Bytes{(4 << i) * gib};
    row.max_connections = 100 << i;
    row.price = testing::monthly(50 << i);
    catalog.classes.push_back(row);
    row.name = "cache.x." + std::to_string(i);
    row.kind = ClassKind::cache;
    row.family = "cache.x";
    catalog.classes.push_back(row);
  }
  return catalog;
}

void with_tiers(Stack& stack) {
  for (int i = 0; i < between(1, 3); ++i) {
    Tier tier;
    tier.name = "t" + std::to_string(i);
    tier.kind = coin() ? TierKind::service : TierKind::worker;
    tier.replicas.min = between(0, 5);
    tier.replicas.max = std::max(1, tier.replicas.min + between(0, 20));
    tier.surge = between(0, 2);
    tier.instance.price = testing::monthly(between(0, 60));
    if (coin()) {
      tier.baseline.emplace();
      if (coin()) tier.baseline->users = between(1, 500);
      if (coin()) tier.baseline->rate = Rate{static_cast<double>(between(1, 500))};
      if (coin()) tier.baseline->work = {{"jobs", static_cast<double>(between(1, 50)), coin()}};
    }
    if (coin()) {
      tier.capacity.emplace();
      tier.capacity->concurrency = between(1, 50);
      tier.capacity->service_mean = std::chrono::milliseconds(between(1, 500));
    }
    Use use;
    use.component = "main";
    use.connections = between(1, 30);
    use.overflow = between(0, 10);
    if (coin()) use.through = "pooler";
    if (coin()) use.session_features = {"listen"};
    tier.uses.push_back(use);
    Use outside;
    outside.component = "llm";
    tier.uses.push_back(outside);
    stack.tiers.push_back(tier);
  }
}

Stack any_stack() {
  Stack stack;
  stack.name = "any";
  if (coin()) stack.balancer.emplace();
  with_tiers(stack);
  Database main;
  main.name = "main";
  main.bought.instance_class = "db.x." + std::to_string(between(0, 5));  // 5: a class nobody knows
  main.read_replicas = between(0, 3);
  if (coin()) main.connections_per_replica = between(1, 500);
  if (coin()) main.replicas_above_users = between(1, 2000);
  if (coin())
    for (int i = 0; i < 5; ++i) main.steps.push_back({(i + 1) * 500.0, "db.x." + std::to_string(i), {}, {}, {}});
  if (coin()) main.storage = {Bytes{between(1, 900) * gib}, Bytes{1000 * gib}, Bytes{between(0, 900) * gib}, Ratio{0.7}};
  stack.databases = {main};
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  pooler.replicas = {1, between(1, 4)};
  pooler.default_pool_size = between(1, 50);
  pooler.max_db_connections = coin() ? between(1, 200) : 0;
  pooler.max_client_conn = between(1, 1000);
  stack.poolers = {pooler};
  Cache redis;
  redis.name = "redis";
  redis.bought.instance_class = "cache.x.0";
  if (coin()) redis.maxmemory = Bytes{between(1, 8) * gib};
  if (coin()) redis.ops = Rate{static_cast<double>(between(1, 200'000))};
  if (coin()) redis.content = {Bytes{between(1, 100'000)}, static_cast<double>(between(1, 1'000'000)), {}, {}};
  stack.caches = {redis};
  External llm;
  llm.name = "llm";
  if (coin()) llm.concurrency = between(1, 500);
  if (coin()) llm.p50 = std::chrono::milliseconds(between(1, 20'000));
  stack.externals = {llm};
  if (coin()) stack.budget = testing::monthly(between(1, 10'000));
  if (coin()) {
    stack.growth.emplace();
    if (coin()) stack.growth->users = between(0, 5000);
    if (coin()) stack.growth->rate = Rate{static_cast<double>(between(0, 2000))};
    stack.growth->per_month = between(50, 200) / 100.0;
    if (coin()) stack.growth->work = {{"jobs", static_cast<double>(between(0, 500)), false}};
    if (coin())
      stack.growth->bands = {{0, 100, {}, {}, {}, {}}, {100, std::numeric_limits<double>::infinity(), Bounds{1, 2}, {}, {}, {}}};
    if (coin()) stack.growth->connections_per_1000 = between(1, 500);
  }
  fill_in(stack, ladder());
  return stack;
}

Ask any_ask() {
  Ask ask;
  ask.now = now;
  if (coin()) ask.users = between(0, 100'000);
  if (coin()) ask.rate = Rate{static_cast<double>(between(0, 50'000))};
  ask.months = between(0, 12);
  if (coin()) ask.events = {{between(1, 50) / 1.0, now + std::chrono::hours(between(-500, 5000))}};
  return ask;
}

std::string say(const CapacityPlan& plan) {
  std::string all = testing::text_of(plan.recommended);
  for (const Line& line : plan.lines)
    all += line.component + line.what + line.today + line.then + line.formula + line.note + (line.changed ? "*" : "");
  for (const Change& change : plan.changes) all += change.path + change.value + change.why;
  for (const Month& month : plan.months) all += std::to_string(month.cost) + month.gives_way;
  for (const std::string& unknown : plan.unknown) all += unknown;
  if (plan.binding) all += plan.binding->component + plan.binding->sum;
  return all;
}

RC_GTEST_PROP(Plan, IsTotalAndTheSameTwice, ()) {
  const Stack stack = any_stack();
  const Ask ask = any_ask();
  const CapacityPlan once = plan_for(stack, ladder(), ask);
  RC_ASSERT(say(once) == say(plan_for(stack, ladder(), ask)));
  for (const Line& line : once.lines)
    RC_ASSERT(line.formula.find("nan") == std::string::npos && line.then.find("nan") == std::string::npos);
  for (const Tier& tier : once.recommended.tiers) {
    RC_ASSERT(tier.replicas.min >= 0 && tier.replicas.min <= tier.replicas.max);
    RC_ASSERT(tier.replicas.max >= stack.tier(tier.name)->replicas.max);
    RC_ASSERT(tier.replicas.min >= stack.tier(tier.name)->replicas.min);
  }
  std::set<ModelPath> paths;
  for (const Change& change : once.changes) RC_ASSERT(paths.insert(change.path).second);
  RC_ASSERT(std::isfinite(once.cost_then.per_month()));
}

RC_GTEST_PROP(Plan, EveryDifferenceIsAChangeAndEveryChangeADifference, ()) {
  const Stack stack = any_stack();
  const CapacityPlan plan = plan_for(stack, ladder(), any_ask());
  RC_ASSERT(plan.changes.empty() == (testing::text_of(plan.recommended) == testing::text_of(stack)));
}

RC_GTEST_PROP(Plan, MoreLoadNeverTakesLess, ()) {
  const Stack stack = any_stack();
  const double users = between(1, 20'000);
  const double rate = between(1, 20'000);
  const double more = 1 + between(0, 300) / 100.0;
  Ask low, high;
  low.now = high.now = now;
  low.users = users;
  low.rate = Rate{rate};
  high.users = users * more;
  high.rate = Rate{rate * more};
  const CapacityPlan less = plan_for(stack, ladder(), low);
  const CapacityPlan greater = plan_for(stack, ladder(), high);
  for (std::size_t i = 0; i < stack.tiers.size(); ++i) {
    RC_ASSERT(greater.recommended.tiers[i].replicas.max >= less.recommended.tiers[i].replicas.max);
    RC_ASSERT(greater.recommended.tiers[i].replicas.min >= less.recommended.tiers[i].replicas.min);
  }
  const Catalog catalog = ladder();
  const InstanceClass* small = catalog.find(less.recommended.databases[0].bought.instance_class);
  const InstanceClass* large = catalog.find(greater.recommended.databases[0].bought.instance_class);
  if (small != nullptr) RC_ASSERT(large != nullptr && large->memory->count >= small->memory->count);
  RC_ASSERT(greater.recommended.caches[0].nodes() >= less.recommended.caches[0].nodes());
}

// Where the present stack carries today's load and its bounds fit its limits, a plan for today changes nothing.
RC_GTEST_PROP(Plan, LeavesAStackAloneThatIsNotShort, ()) {
  Stack stack = any_stack();
  stack.databases[0].steps.clear();
  stack.databases[0].connections_per_replica.reset();
  stack.databases[0].replicas_above_users.reset();
  stack.databases[0].storage = {};
  stack.databases[0].max_connections = 100'000;
  stack.databases[0].max_connections_given = true;
  stack.poolers[0].max_client_conn = 100'000;
  stack.caches[0].content = {};
  stack.caches[0].ops.reset();
  for (Tier& tier : stack.tiers) tier.replicas.max = 9000;
  Ask ask;
  ask.now = now;
  const planning::Course course = planning::course_of(stack, ask);
  for (const Tier& tier : stack.tiers) RC_PRE(planning::running(stack, tier, course.peak) <= 9000);
  RC_PRE(stack.tiers.size() * 9002 * 40 < 100'000 * 1000);
  for (Tier& tier : stack.tiers)
    for (Use& use : tier.uses) use.connections = 1, use.overflow = 0;
  RC_ASSERT(plan_for(stack, ladder(), ask).changes.empty());
}

}  // namespace
}  // namespace plimsoll::capacity
