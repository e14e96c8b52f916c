// Limits that tiers share: K20, K21, T8, H2, T7, T14.

#include <gtest/gtest.h>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier direct(std::string name, int connections, Bounds bounds) {
  Tier tier = plain_tier(std::move(name), bounds);
  tier.uses = {{.component = "main", .connections = connections}};
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

Tier pooled(std::string name, int connections, Bounds bounds) {
  Tier tier = direct(std::move(name), connections, bounds);
  tier.uses[0].through = "pooler";
  return tier;
}

/// 100 connections, 3 for superusers, 5 + 5 + 7 reserved: 80 for tiers.
Stack with_database(std::vector<Tier> tiers) {
  Stack stack = stack_of(std::move(tiers));
  stack.databases = {
      {.name = "main", .max_connections = 100, .reserve = {.superuser = 3, .monitoring = 5, .replication = 5, .admin = 7}}};
  return stack;
}

void want(Stage& stage, std::size_t tier, int instances) { stage.see(tier, SignalKind::requests_per_second, instances * 10); }

double used(const Stage& stage, int each_api, int each_worker) {
  return each_api * static_cast<double>(stage.instances(0).size()) + each_worker * static_cast<double>(stage.instances(1).size());
}

// K20: 10 x 5 + 10 x 3 + the reserves are the 100: both fit. One more of either does not, and the limit is named.
TEST(Couple, K20_TheServerConnectionBudgetIsKept) {
  Stage stage(with_database({direct("api", 5, {1, 30}), direct("worker", 3, {1, 30})}));
  want(stage, 0, 10);
  want(stage, 1, 10);
  stage.tick();
  EXPECT_EQ(stage.asked(0), 10);
  EXPECT_EQ(stage.asked(1), 10);
  want(stage, 0, 12);
  stage.tick();
  EXPECT_EQ(stage.asked(0), 10);
  EXPECT_EQ(stage.reason(0), Reason::limit);
  ASSERT_EQ(stage.why(0).limits.size(), 1U);
  EXPECT_EQ(stage.plan().limits[stage.why(0).limits[0].limit.index].name, "main's connections");
  EXPECT_EQ(stage.why(0).limits[0].total, 80);
  ASSERT_EQ(stage.decision().enabling.size(), 1U);
  EXPECT_EQ(stage.decision().enabling[0].kind, Enabling::Kind::use_pooler);
}

// Whatever the two want, growth never takes more than there is; instances that drain still hold theirs.
TEST(Couple, K20_NeverExceededAtAnyCounts) {
  for (int api = 1; api <= 30; ++api)
    for (int worker = 1; worker <= 30; worker += 3) {
      Stage stage(with_database({direct("api", 5, {1, 30}), direct("worker", 3, {1, 30})}));
      stage.manner(0).drain = stage.manner(1).drain = 30s;
      want(stage, 0, api);
      want(stage, 1, worker);
      stage.tick();
      ASSERT_LE(used(stage, 5, 3), 80) << api << " " << worker;
      ASSERT_GE(used(stage, 5, 3), std::min(80 - 4, 5 * api + 3 * worker)) << "little is left idle";
      want(stage, 0, 31 - api);
      want(stage, 1, 31 - worker);
      for (int i = 0; i < 4; ++i) {
        stage.tick(10s);
        ASSERT_LE(used(stage, 5, 3), 80) << api << " " << worker << " " << i;
      }
    }
}

TEST(Couple, T8_FifteenEachAreSeventyFive) {
  Stage stage(with_database({direct("api", 15, {1, 30}), direct("worker", 15, {1, 30})}));
  want(stage, 0, 3);
  want(stage, 1, 2);
  stage.tick();
  EXPECT_EQ(stage.asked(0) + stage.asked(1), 5);
  want(stage, 1, 3);
  stage.tick();
  EXPECT_EQ(stage.asked(1), 2) << "90 of 80";
}

TEST(Couple, PriorityIsServedFirst) {
  for (const bool api_first : {true, false}) {
    Tier api = direct("api", 5, {1, 30}), worker = direct("worker", 5, {1, 30});
    api.priority = api_first ? 10 : 0;
    worker.priority = api_first ? 0 : 10;
    Stage stage(with_database({api, worker}));
    want(stage, 0, 14);
    want(stage, 1, 14);
    stage.tick();
    EXPECT_EQ(stage.asked(0), api_first ? 14 : 2);
    EXPECT_EQ(stage.asked(1), api_first ? 2 : 14);
  }
}

// V6: a rollout with a surge of 3 is to find its room: 16 fit, 13 are granted.
TEST(Couple, V6_TheSurgeIsReserved) {
  Tier api = direct("api", 5, {1, 30});
  api.surge = 3;
  Stage stage(with_database({api}));
  want(stage, 0, 20);
  stage.tick();
  EXPECT_EQ(stage.asked(0), 13);
}

// Instances of a rollout that nobody announced hold their connections all the same.
TEST(Couple, V6_AnUnannouncedSurgeIsCounted) {
  Stage stage(with_database({direct("api", 5, {1, 30}), direct("worker", 5, {1, 30})}));
  want(stage, 0, 8);
  want(stage, 1, 1);
  stage.tick();
  stage.manner(0) = {.rollout = true, .beyond = 4};
  stage.tick();
  ASSERT_EQ(stage.instances(0).size(), 12U);
  want(stage, 1, 10);
  stage.tick();
  EXPECT_EQ(stage.asked(1), 4);
}

struct Machine {
  const char* what;
  Limits limits;
  int want;
};
void PrintTo(const Machine& row, std::ostream* out) { *out << row.what; }
class MachineLimit : public testing::TestWithParam<Machine> {};
TEST_P(MachineLimit, IsKeptAndNamed) {
  Stack stack = stack_of({direct("api", 1, {1, 30})});
  stack.tiers[0].uses.clear();
  stack.tiers[0].instance.cpu.request = Cores{0.5};
  stack.tiers[0].instance.memory = RequestLimit<Bytes>{Bytes{512 << 20}, std::nullopt};
  stack.tiers[0].instance.price = Money{30 / hours_a_month};
  stack.limits = GetParam().limits;
  Stage stage(stack);
  want(stage, 0, 25);
  stage.tick();
  EXPECT_EQ(stage.asked(0), GetParam().want);
  EXPECT_EQ(stage.reason(0), Reason::limit);
  EXPECT_EQ(stage.decision().enabling[0].kind, Enabling::Kind::raise_limit);
  EXPECT_NEAR(stage.decision().cost_after, GetParam().want * 30 / hours_a_month, 1e-9);
}
INSTANTIATE_TEST_SUITE_P(Table, MachineLimit,
                         testing::Values(Machine{"8 cores of 500m", {.cores = Cores{8}}, 16},
                                         Machine{"8Gi of 512Mi", {.memory = Bytes{std::int64_t{8} << 30}}, 16},
                                         Machine{"$600 a month of $30", {.cost = Money{600 / hours_a_month}}, 20}));

// H2: outside calls in flight: 50 allowed, 5 an instance.
TEST(Couple, H2_OutsideConcurrencyIsALimit) {
  Stack stack = stack_of({direct("api", 1, {1, 30})});
  stack.tiers[0].uses = {{.component = "llm", .calls = 5}};
  stack.externals = {{.name = "llm", .concurrency = 50}};
  Stage stage(stack);
  want(stage, 0, 25);
  stage.tick();
  EXPECT_EQ(stage.asked(0), 10);
  EXPECT_EQ(stage.plan().limits[stage.why(0).limits[0].limit.index].name, "llm's calls in flight");
}

// Ten of the one shrink but drain for a minute: their connections are not free for the other before.
TEST(Couple, DrainingInstancesStillHoldConnections) {
  Stage stage(with_database({direct("api", 5, {1, 30}), direct("worker", 5, {1, 30})}));
  stage.manner(0).drain = 60s;
  want(stage, 0, 15);
  want(stage, 1, 1);
  stage.tick();
  ASSERT_EQ(stage.asked(0), 15);
  want(stage, 0, 5);
  want(stage, 1, 11);
  stage.run_for(60s);
  EXPECT_EQ(stage.asked(0), 5);
  EXPECT_EQ(stage.asked(1), 1);
  stage.run_for(2s);
  EXPECT_EQ(stage.asked(1), 11);
}

Stack with_pooler(std::vector<Tier> tiers, int max_connections) {
  Stack stack = stack_of(std::move(tiers));
  stack.databases = {{.name = "main", .max_connections = max_connections, .reserve = {.superuser = 0, .admin = 20}}};
  stack.poolers = {{.name = "pooler", .database = "main", .replicas = {1, 4}, .default_pool_size = 25, .max_client_conn = 80}};
  return stack;
}

// K21: 10 x 5 + 10 x 3 = 80 clients are one pooler's; the next instance takes a second. Where plimsoll adds poolers it is part of
// the decision, and the room is there at the next tick; otherwise it is proposed.
TEST(Couple, K21_TheEnablingChangeNamesASecondPooler) {
  for (const bool managed : {true, false}) {
    Stage stage(with_pooler({pooled("api", 5, {1, 20}), pooled("worker", 3, {1, 20})}, 400), {}, {.adds_poolers = managed});
    stage.enables = true;
    want(stage, 0, 10);
    want(stage, 1, 10);
    stage.tick();
    ASSERT_EQ(stage.asked(0), 10);
    EXPECT_TRUE(stage.decision().enabling.empty());
    want(stage, 0, 12);
    stage.tick();
    EXPECT_EQ(stage.asked(0), 10);
    EXPECT_EQ(stage.reason(0), Reason::limit);
    ASSERT_EQ(stage.decision().enabling.size(), 1U);
    const Enabling& change = stage.decision().enabling[0];
    EXPECT_EQ(change.kind, Enabling::Kind::add_pooler);
    EXPECT_EQ(stage.plan().components[change.component.index].name, "pooler");
    EXPECT_EQ(change.from, 1);
    EXPECT_EQ(change.to, 2);
    EXPECT_EQ(change.managed, managed);
    stage.tick();
    EXPECT_EQ(stage.asked(0), managed ? 12 : 10);
  }
}

// 25 connections each: 40 in the database have no room for a second pooler unless both pools shrink. That is proposed, not done.
TEST(Couple, K21_APoolerTheDatabaseHasNoRoomForIsNotAdded) {
  Stage stage(with_pooler({pooled("api", 5, {1, 20})}, 60), {}, {.adds_poolers = true});
  stage.enables = true;
  want(stage, 0, 20);
  stage.run_for(10s);
  EXPECT_EQ(stage.asked(0), 16);
  EXPECT_EQ(stage.state().poolers[0], 1);
  ASSERT_EQ(stage.decision().enabling.size(), 1U);
  EXPECT_FALSE(stage.decision().enabling[0].managed);
}

// A direct user's connections are not the poolers' to take: 400 - 20 - 25 leave 355, 66 direct ones take 330 of them.
TEST(Couple, K21_DirectUsersCountAgainstAnotherPooler) {
  Stage stage(with_pooler({pooled("api", 5, {1, 40}), direct("report", 5, {1, 80})}, 400), {}, {.adds_poolers = true});
  stage.enables = true;
  want(stage, 0, 16);
  want(stage, 1, 67);
  stage.tick();
  ASSERT_EQ(stage.asked(1), 67);
  want(stage, 0, 20);
  stage.run_for(5s);
  EXPECT_EQ(stage.state().poolers[0], 1) << "20 left are no 25";
  EXPECT_EQ(stage.asked(0), 16);
  want(stage, 1, 60);
  stage.run_for(5s);
  EXPECT_EQ(stage.state().poolers[0], 2);
  EXPECT_EQ(stage.asked(0), 20);
}

// K12: more connections for the database itself mean a restart: only in its maintenance window, weekly or once.
TEST(Couple, K12_ARestartWaitsForTheMaintenanceWindow) {
  const TimePoint sunday = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  for (const bool weekly : {true, false}) {
    Stack stack = with_pooler({direct("api", 5, {1, 200}), pooled("worker", 1, {1, 2})}, 100);
    When when;
    if (weekly) {
      when.start = "0 3 * * SUN";
      when.end = "0 4 * * SUN";
    } else {
      when.from = sunday + 3h;
      when.until = sunday + 4h;
    }
    stack.databases[0].maintenance = when;
    for (const Duration at : {Duration(2h), Duration(3h + 1min), Duration(5h)}) {
      Stage stage(stack, {}, {}, sunday + at);
      want(stage, 0, 100);
      stage.tick();
      ASSERT_EQ(stage.decision().enabling.size(), 1U);
      EXPECT_EQ(stage.decision().enabling[0].kind, Enabling::Kind::raise_max_connections);
      EXPECT_EQ(stage.decision().enabling[0].waits, at != Duration(3h + 1min)) << weekly << " " << seconds(at);
    }
  }
}

struct Saturated {
  const char* component;
  double used;
  int want;
};
class Bottleneck : public testing::TestWithParam<Saturated> {};
// T7, T14: more callers of something saturated only wait there. Shrinking goes on, and so does a person's word.
TEST_P(Bottleneck, T7_T14_GrowthAboveItIsWithheld) {
  Stack stack = with_pooler({pooled("api", 1, {1, 20})}, 400);
  stack.tiers[0].uses.push_back({.component = "llm", .calls = 1});
  stack.externals = {{.name = "llm"}};
  Stage stage(stack);
  stage.runs(0, 4);
  want(stage, 0, 4);
  stage.tick();
  stage.see_component(GetParam().component, GetParam().used);
  want(stage, 0, 9);
  stage.tick();
  EXPECT_EQ(stage.asked(0), GetParam().want);
  if (GetParam().want == 9) return;
  EXPECT_EQ(stage.reason(0), Reason::bottleneck);
  const StepLine& line = stage.why(0).steps[stage.why(0).steps.size() - 1];
  EXPECT_EQ(stage.plan().components[static_cast<std::size_t>(line.subject)].name, GetParam().component);
  stage.orders = {Order{.id = 1, .kind = OrderKind::hold, .tier = TierId{0}, .value = 6}};
  stage.tick();
  EXPECT_EQ(stage.asked(0), 6);
  stage.orders.clear();
  want(stage, 0, 3);
  stage.run_for(2s);
  EXPECT_EQ(stage.asked(0), 3);
}
INSTANTIATE_TEST_SUITE_P(Table, Bottleneck,
                         testing::Values(Saturated{"main", 0.96, 4}, Saturated{"pooler", 1.0, 4}, Saturated{"llm", 1.2, 4},
                                         Saturated{"main", 0.94, 9}, Saturated{"main", 0.0 / 1.0, 9}),
                         [](const auto& row) { return std::string(row.param.component) + std::to_string(row.index); });

// The backlog fills the cache it stands in. Those who fill it are kept from growing, those who empty it are not.
TEST(Couple, ACacheFilledByItsBacklogHoldsNoWorker) {
  Tier api = direct("api", 1, {1, 20}), worker = direct("worker", 1, {1, 20});
  for (Tier* tier : {&api, &worker}) tier->uses.push_back({.component = "redis"});
  worker.kind = TierKind::worker;
  worker.consumes = {{"jobs", 10}};
  Stack stack = with_database({api, worker});
  stack.caches = {{.name = "redis", .used_for = {CacheUse::queue}}};
  Stage stage(stack);
  stage.runs(0, 2);
  stage.runs(1, 2);
  stage.see_component("redis", 0.99);
  want(stage, 0, 4);
  want(stage, 1, 2);
  stage.see(1, SignalKind::backlog, 50, "jobs");
  stage.tick();
  EXPECT_EQ(stage.asked(0), 2);
  EXPECT_EQ(stage.reason(0), Reason::bottleneck);
  EXPECT_EQ(stage.asked(1), 5);
}

// Who meets a tie over a shared limit depends on the names, not on the order in the file.
TEST(Couple, TheOrderOfTheFileSettlesNothing) {
  for (const bool turned : {false, true}) {
    std::vector<Tier> tiers = {direct("a", 10, {1, 30}), direct("b", 10, {1, 30}), direct("c", 10, {1, 30})};
    if (turned) std::ranges::reverse(tiers);
    Stage stage(with_database(tiers));
    for (std::size_t i = 0; i < 3; ++i) want(stage, i, 10);
    stage.tick();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(stage.asked(i), stage.plan().tiers[i].name == "c" ? 2 : 3) << turned;
  }
}

}  // namespace
}  // namespace plimsoll
