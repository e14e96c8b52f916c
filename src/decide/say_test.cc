#include "decide/say.h"

#include <gmock/gmock.h>

#include "decide/testing/scene.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing_::Scene;

constexpr TimePoint now{std::chrono::hours(24 * 365 * 56)};

TEST(Say, GrowthNamesTheWinnerAndWhatItBrings) {
  Scene scene({.replicas = {2, 10}, .scale = {.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7}}}});
  scene.see(SignalKind::cpu, 0.91);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api 2→3: cpu 91%, target 70%; 3 should bring it to 61%");
}

TEST(Say, AQueueIsCountedInJobs) {
  Scene scene({.kind = TierKind::worker, .replicas = {1, 3}, .consumes = {{"decisions", 20}}});
  scene.tick();
  scene.see(SignalKind::backlog, 95, "decisions");
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()),
            "api 1→3: backlog decisions 95 jobs, target 20 jobs an instance; 5 wanted, max is 3");
}

TEST(Say, AWindowAndALostSignalAreNamed) {
  Scene scene(
      {.replicas = {1, 10},
       .scale = {.metrics = {{SignalKind::requests_per_second, "", TargetType::average, 10}}, .behavior = {.down = {60s, {}}}}});
  scene.see(SignalKind::requests_per_second, 40);
  scene.tick();
  scene.see(SignalKind::requests_per_second, 10);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()),
            "api stays at 4: requests 10/s, target 10/s an instance; 1 wanted, the highest of the 1m down window is 4");
  scene.lose(SignalKind::requests_per_second, Gap::unreachable);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api stays at 4: no data: the count stands (requests: unreachable)");
}

TEST(Say, AnOrderSpeaksForItself) {
  Scene scene({.replicas = {1, 10}, .scale = {.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7}}}});
  scene.see(SignalKind::cpu, 0.2);
  scene.tick();
  Order hold;
  hold.id = 12;
  hold.value = 5;
  scene.orders = {hold};
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api 1→5: held at 5 by order 12");
}

/// A tier with all that a step can name: one policy, one limit, one component it calls.
Plan plan_of_words() {
  Plan plan;
  TierPlan& tier = plan.tiers.emplace_back();
  tier.name = "api";
  tier.policies.push_back({PolicyKind::target, 0, 0, "cpu"});
  tier.targets.push_back({TargetType::utilization, 0.7});
  tier.signals.push_back({SignalKind::cpu});
  tier.cooldown = 300s;
  tier.period = 15s;
  tier.behavior.up.window = 30s;
  tier.behavior.down.window = 600s;
  tier.calls = {ComponentId{0}};
  plan.components.push_back({ComponentKind::database, "main"});
  plan.limits.push_back({LimitKind::database_connections, "main's connections", ComponentId{0}, 160, 20});
  return plan;
}

struct Said {
  Reason reason;
  StepLine step;
  const char* words;
};

const std::vector<Said> all_steps = {
    {Reason::steady, {Step::combine, 3, 3}, ""},
    {Reason::policy, {Step::combine, 5, 5}, ""},
    {Reason::no_data, {Step::combine, 3, 3}, "no data: the count stands"},
    {Reason::gap_blocks_down, {Step::combine, 2, 3}, "a policy has no data: no scale-in"},
    {Reason::window_up, {Step::stabilize, 5, 4}, "5 wanted, the lowest of the 30s up window is 4"},
    {Reason::window_down, {Step::stabilize, 2, 3}, "2 wanted, the highest of the 10m down window is 3"},
    {Reason::rate_up, {Step::rate_limit, 9, 5}, "9 wanted, the up policies allow 5 now"},
    {Reason::rate_down, {Step::rate_limit, 1, 3}, "1 wanted, the down policies allow 3 now"},
    {Reason::bound_max, {Step::bound, 9, 8}, "9 wanted, max is 8"},
    {Reason::bound_min, {Step::bound, 1, 2}, "1 wanted, min is 2"},
    {Reason::order_hold, {Step::order, 2, 5, {}, {}, 12}, "held at 5 by order 12"},
    {Reason::order_pause, {Step::order, 5, 3, {}, {}, 12}, "5 wanted, growth is paused by order 12"},
    {Reason::order_floor, {Step::order, 2, 6, {}, {}, 12}, "floor 6 by order 12"},
    {Reason::order_maintenance, {Step::order, 5, 3, {}, {}, 12}, "under maintenance by order 12"},
    {Reason::investigate, {Step::combine, 5, 3, {}, {}, 0}, "cpu holds: find out first, no growth to 5"},
    {Reason::between_polls, {Step::combine, 3, 3}, "it decides every 15s: the count stands until then"},
    {Reason::inactive, {Step::activate, 1, 0}, "no sign of work: none needed"},
    {Reason::cooldown, {Step::activate, 0, 1}, "no sign of work, but not for 5m yet"},
    {Reason::step_out, {Step::step, 9, 4}, "9 wanted, one step at a time: 4 now"},
    {Reason::step_in, {Step::step, 1, 6}, "1 wanted, scale-in one step at a time: 6 now"},
    {Reason::flapping, {Step::flap, 1, 3}, "the count flaps: no scale-in until it is calm"},
    {Reason::rollout, {Step::safety, 1, 3}, "a rollout is under way: no scale-in"},
    {Reason::unsettled, {Step::safety, 1, 3}, "instances still start or drain: no scale-in"},
    {Reason::schedule_floor, {Step::schedule, 1, 3, {}, {}, 0}, "cpu"},
    {Reason::schedule_exact, {Step::schedule, 1, 3, {}, {}, 0}, "cpu"},
    {Reason::limit, {Step::couple, 14, 11, {}, {}, 0}, "14 wanted, main's connections leave room for 11"},
    {Reason::bottleneck, {Step::couple, 9, 3, {}, {}, 0}, "9 wanted, but main is saturated: more callers would only wait there"},
    {Reason::frozen, {Step::verify, 9, 3, {}, {}, 0}, "9 wanted, but the last growth did not help; look at main"},
    {Reason::contended, {Step::safety, 5, 3}, "somebody else keeps changing the count: hands off, find out who"},
};

TEST(Say, NoReasonLacksWords) {
  const Plan plan = plan_of_words();
  ASSERT_EQ(all_steps.size(), static_cast<std::size_t>(Reason::contended) + 1) << "a new reason needs its words here";
  for (std::size_t i = 0; i < all_steps.size(); ++i) {
    ASSERT_EQ(static_cast<std::size_t>(all_steps[i].reason), i);
    StepLine step = all_steps[i].step;
    step.reason = all_steps[i].reason;
    EXPECT_EQ(step_text(plan, Explanation{}, step), all_steps[i].words);
    EXPECT_STRNE(to_text(all_steps[i].reason), "");
  }
}

template <class E>
void each_has_words(E last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const std::string words = to_text(static_cast<E>(i));
    EXPECT_FALSE(words.empty()) << i;
    EXPECT_NE(words, "?") << i;
  }
}

TEST(Say, NoEnumeratorLacksWords) {
  each_has_words(Gap::malformed);
  each_has_words(Phase::draining);
  each_has_words(Note::no_traffic);
  each_has_words(Step::verify);
  each_has_words(Pending::refused);
  each_has_words(Enabling::Kind::raise_limit);
  each_has_words(VerifyLine::Verdict::not_judged);
}

TEST(Say, AFrozenTierWithoutAMeasuredBottleneckSaysWhereToLook) {
  EXPECT_EQ(step_text(plan_of_words(), Explanation{}, {Step::verify, 9, 3, Reason::frozen, {}, -1}),
            "9 wanted, but the last growth did not help; look at what it calls: main");
}

TEST(Say, EnablingChangesSayWhatAndWhetherItIsDone) {
  const Plan plan = plan_of_words();
  Enabling change{Enabling::Kind::add_pooler, LimitId{0}, ComponentId{0}, 1, 2};
  EXPECT_EQ(sentence(plan, change), "main instances 1→2 would make room");
  change.managed = true;
  EXPECT_EQ(sentence(plan, change), "main instances 1→2 would make room, and is being done");
  EXPECT_EQ(sentence(plan, {Enabling::Kind::raise_max_connections, LimitId{0}, ComponentId{0}, 160, 200, false, true}),
            "main max_connections 160→200 would make room; it needs a restart");
  EXPECT_EQ(sentence(plan, {Enabling::Kind::raise_limit, LimitId{0}, {}, 4, 6}), "main's connections 4→6 would make room");
}

std::string row(const AccountLine& line) {
  return line.label + " | " + line.text + " | " + line.when + " | " + line.count + " | " + line.note;
}

// Everything at once: a winner, a gap, a window with the age of the wish, a limit, a growth that is watched, cost.
TEST(Say, AccountHasALineForEverything) {
  const Plan plan = plan_of_words();
  Explanation why;
  why.before = why.ready = 11;
  why.winner = PolicyId{0};
  why.has_winner = true;
  why.policies.push_back({PolicyId{0}, 0.88, 0.7, 4s, 14});
  why.policies.push_back({PolicyId{0}, 0, 0, {}, -1, Gap::stale, Note::no_data});
  why.steps.push_back({Step::stabilize, 14, 12, Reason::window_up, now - 20s, 0});
  why.steps.push_back({Step::flap, 9, 11, Reason::flapping, now + 60s, 0});
  why.steps.push_back({Step::couple, 14, 11, Reason::limit, {}, 0});
  why.limits.push_back({LimitId{0}, 156, 160});
  why.verify = {VerifyLine::Verdict::no_help, PolicyId{0}, 0.9, 0.7, 0.89, now};
  why.flapping = true;
  why.cost_before = 0.33;
  why.cost_after = 0.41;
  why.pending = Pending::backing_off;
  std::vector<std::string> rows;
  for (const AccountLine& line : account(plan, why, now)) rows.push_back(row(line));
  EXPECT_THAT(
      rows,
      testing::ElementsAre(
          "instances | 11 asked until now: 11 ready, 0 starting, 0 draining |  |  | starts fail, the next try waits",
          "policy | cpu 88%, target 70% | 4s old | → 14 | wins", "policy | cpu: stale: its last value is too old |  | → – | wins",
          "window | 14 wanted, the lowest of the 30s up window is 12 | wished 20s ago | 14 → 12 | ",
          "flapping | the count flaps: no scale-in until it is calm | for 1m more | 9 → 11 | ",
          "shared limits | 14 wanted, main's connections leave room for 11 |  | 14 → 11 | ",
          "limit | main's connections: 156 of 160 in use after this decision |  |  | ",
          "last growth | it did not help: cpu was 90%, is 89%, target 70% |  |  | ",
          "flapping | the count turned around three times within half an hour |  |  | ", "cost | $0.33/h → $0.41/h |  |  | "));
}

TEST(Say, ARecordOfSomethingElseIsNotSaid) {
  const Plan plan = plan_of_words();
  Explanation why;
  EXPECT_TRUE(can_say(plan, why));
  why.limits.push_back({LimitId{7}, 1, 2});
  EXPECT_FALSE(can_say(plan, why));
  why.limits.clear();
  why.policies.push_back({PolicyId{1}});
  EXPECT_FALSE(can_say(plan, why));
  why.policies.clear();
  why.has_winner = true;
  why.winner = PolicyId{1};
  EXPECT_FALSE(can_say(plan, why));
  why.has_winner = false;
  why.tier = TierId{1};
  EXPECT_FALSE(can_say(plan, why));
}

}  // namespace
}  // namespace plimsoll
