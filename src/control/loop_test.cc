#include "control/loop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "decide/state_codec.h"
#include "ports/fakes.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;

Stack one_service() {
  Stack stack;
  stack.name = "shop";
  Tier api;
  api.name = "api";
  api.replicas = {2, 8};
  api.scale.metrics = {{SignalKind::requests_per_second, "", TargetType::average, 100}};
  api.scale.behavior.down.window = 10s;
  api.scale.step.in = Ratio{1};
  stack.tiers.push_back(api);
  return stack;
}

class FakeSamples : public Samples {
 public:
  explicit FakeSamples(const Plan& plan) : plan_(plan) {}
  void publish(const Fleet& fleet) override { published = fleet.instances.size(); }
  void fill(TimePoint now, OwnedObservation& out) override {
    for (std::size_t i = 0; i < out.tiers.size(); ++i)
      out.tiers[i].samples.assign(plan_.tiers[i].signals.size(), Sample{rate, now, 1s, gap});
  }
  double rate = 0;
  Gap gap = Gap::none;
  std::size_t published = 0;

 private:
  const Plan& plan_;
};

struct Rig {
  Stack stack = one_service();
  Plan plan = compile(stack);
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "test"};

  Tick tick() {
    clock.advance(1s);
    loop.advance();
    Result<Tick> tick = loop.tick();
    EXPECT_TRUE(tick) << tick.error().message;
    return *tick;
  }
  std::size_t instances() { return driver.fleet().instances.size(); }
};

TEST(Loop, StartsWithTheMinimumAndFollowsTheLoad) {
  Rig rig;
  rig.tick();
  EXPECT_EQ(rig.instances(), 2U);
  rig.samples.rate = 450;
  const Tick grown = rig.tick();
  EXPECT_EQ(rig.instances(), 5U);
  ASSERT_EQ(grown.sentences.size(), 1U);
  EXPECT_EQ(grown.sentences[0], "api 2→5: requests 450/s, target 100/s an instance");
}

TEST(Loop, JournalsIntentWithItsInputsBeforeActing) {
  Rig rig;
  rig.tick();
  rig.samples.rate = 450;
  rig.tick();
  const auto ticks = rig.store.ticks(TimePoint{}, 100);
  ASSERT_TRUE(ticks);
  const StoredTick& last = ticks->back();
  EXPECT_TRUE(last.keyframe);
  // The kept state and observation give the kept decision again.
  Result<StackState> state = decode_state(last.state);
  Result<OwnedObservation> seen = decode_observation(last.observation);
  ASSERT_TRUE(state && seen);
  Decision decision;
  std::vector<Explanation> why(1);
  decide(rig.plan, *state, seen->view(), last.at, decision, why);
  EXPECT_EQ(decision.tiers[0].asked, 5);
  EXPECT_EQ(encode(std::span<const Explanation>(why)), last.explanations);
}

TEST(Loop, WhatCantBeJournalledIsNotDone) {
  Rig rig;
  rig.tick();
  rig.samples.rate = 450;
  rig.clock.advance(1s);
  rig.store.fail_next(Errc::exhausted);
  EXPECT_EQ(rig.loop.tick().error().code, Errc::exhausted);
  EXPECT_EQ(rig.instances(), 2U);
  rig.tick();
  EXPECT_EQ(rig.instances(), 5U);
}

// A controller dies between two ticks; the next one goes on where it was: no start from the minimum, no forgotten window.
TEST(Loop, ARestartChangesNoDecision) {
  Rig rig;
  rig.samples.rate = 450;
  for (int i = 0; i < 5; ++i) rig.tick();
  ASSERT_EQ(rig.instances(), 5U);
  Loop next(rig.plan, rig.clock, rig.samples, rig.driver, rig.store, "test");
  ASSERT_TRUE(next.restore());
  rig.samples.rate = 150;
  for (int i = 0; i < 9; ++i) {
    rig.clock.advance(1s);
    ASSERT_TRUE(next.tick());
    EXPECT_EQ(rig.instances(), 5U) << "the down window still remembers 450/s";
  }
  rig.clock.advance(2s);
  ASSERT_TRUE(next.tick());
  EXPECT_EQ(rig.instances(), 2U);
}

// Stopped inside a night of 00:00 to 06:00 (the clock begins at midnight); the file now says 01:00 to 05:00. The stored "zero
// until six" is not the new file's answer.
TEST(Loop, ARestartWithAnEditedScheduleReadsItAnew) {
  const auto scheduled = [](const char* from, const char* until) {
    Stack stack = one_service();
    stack.tiers[0].scale.schedule = {{.kind = ScheduleRule::Kind::exact, .replicas = 0}};
    stack.tiers[0].scale.schedule[0].when.start = from;
    stack.tiers[0].scale.schedule[0].when.end = until;
    return compile(stack);
  };
  const Plan old = scheduled("0 0 * * *", "0 6 * * *"), edited = scheduled("0 1 * * *", "0 5 * * *");
  FakeClock clock;
  FakeSamples samples{old};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop before(old, clock, samples, driver, store, "test");
  clock.advance(30min);
  ASSERT_TRUE(before.tick());
  ASSERT_EQ(driver.fleet().tiers[0].asked, 0);
  Loop next(edited, clock, samples, driver, store, "test");
  ASSERT_TRUE(next.restore());
  clock.advance(1s);
  ASSERT_TRUE(next.tick());
  EXPECT_EQ(driver.fleet().tiers[0].asked, 2);
  clock.advance(31min);
  ASSERT_TRUE(next.tick());
  EXPECT_EQ(driver.fleet().tiers[0].asked, 0) << "01:01";
}

TEST(Loop, AStateOfAnotherShapeIsLeftAside) {
  Rig rig;
  rig.tick();
  StackState other;
  other.tiers.resize(3);
  ASSERT_TRUE(rig.store.save_state(encode(other), rig.clock.now()));
  Loop next(rig.plan, rig.clock, rig.samples, rig.driver, rig.store, "test");
  ASSERT_TRUE(next.restore());
  EXPECT_TRUE(next.tick());
  EXPECT_EQ(rig.instances(), 2U);
}

// As many tiers, but others: what one had asked for is nothing to the other.
TEST(Loop, AStateOfOtherTiersIsLeftAside) {
  Rig rig;
  rig.tick();
  StackState other = initial_state(rig.plan);
  other.shape ^= 1;
  other.tiers[0].asked = 7;
  ASSERT_TRUE(rig.store.save_state(encode(other), rig.clock.now()));
  Loop next(rig.plan, rig.clock, rig.samples, rig.driver, rig.store, "test");
  ASSERT_TRUE(next.restore());
  EXPECT_TRUE(next.tick());
  EXPECT_EQ(rig.instances(), 2U);
}

TEST(Loop, OrdersReachARunningControllerThroughTheStore) {
  Rig rig;
  rig.tick();
  Store::NamedOrder hold;
  hold.tier = "api";
  hold.order.kind = OrderKind::hold;
  hold.order.value = 6;
  hold.order.who = "ops";
  hold.order.why = "release day";
  ASSERT_TRUE(rig.store.give(hold));
  hold.tier = "no such tier";
  ASSERT_TRUE(rig.store.give(hold));
  EXPECT_EQ(rig.tick().sentences.at(0), "api 2→6: held at 6 by order 2 (release day)");
  EXPECT_EQ(rig.instances(), 6U);
  ASSERT_TRUE(rig.store.withdraw("api", "ops", rig.clock.now()));
  for (int i = 0; i < 12; ++i) rig.tick();
  EXPECT_EQ(rig.instances(), 2U);
}

// H23: an instance that dies is replaced, without a decision having changed.
TEST(Loop, H23_ADeadInstanceIsReplaced) {
  Rig rig;
  rig.tick();
  rig.driver.kill(TierId{0}, 1);
  EXPECT_EQ(rig.instances(), 1U);
  EXPECT_TRUE(rig.tick().sentences.empty());
  EXPECT_EQ(rig.instances(), 2U);
}

TEST(Loop, ARefusalIsSaidAndTriedAgain) {
  Rig rig;
  rig.tick();
  rig.samples.rate = 450;
  rig.driver.refuse_next();
  const Tick refused = rig.tick();
  EXPECT_EQ(refused.sentences.back(), "api stays at 2: the driver refused 5");
  rig.tick();
  EXPECT_EQ(rig.instances(), 5U);
}

// The start (0 → 2), why it stays there (min is 2), and the keyframes of the fifth and tenth minute.
TEST(Loop, KeepsAKeyframeEveryFiveMinutes) {
  Rig rig;
  for (int i = 0; i < 602; ++i) rig.tick();
  EXPECT_EQ(rig.store.ticks(TimePoint{}, 100)->size(), 4U);
}

// The load goes past what max carries and stays: one record says so, not one a second.
TEST(Loop, AHeldCountIsJournalledOnceWithItsReason) {
  Rig rig;
  rig.samples.rate = 800;
  for (int i = 0; i < 30; ++i) rig.tick();
  const std::size_t before = rig.store.ticks(TimePoint{}, 100)->size();
  rig.samples.rate = 3000;
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(rig.tick().sentences.empty()) << "nothing changes, so nothing is shown";
  const auto ticks = rig.store.ticks(TimePoint{}, 100);
  ASSERT_EQ(ticks->size(), before + 1);
  EXPECT_EQ(ticks->back().sentences, "api stays at 8: requests 3000/s, target 100/s an instance; 30 wanted, max is 8\n");
  EXPECT_TRUE(ticks->back().keyframe);
}

TEST(Loop, WhatCouldNotBeJournalledIsToldAgain) {
  Rig rig;
  rig.samples.rate = 800;
  for (int i = 0; i < 30; ++i) rig.tick();
  const std::size_t before = rig.store.ticks(TimePoint{}, 100)->size();
  rig.samples.rate = 3000;
  rig.clock.advance(1s);
  rig.store.fail_next(Errc::exhausted);
  ASSERT_FALSE(rig.loop.tick());
  rig.tick();
  EXPECT_EQ(rig.store.ticks(TimePoint{}, 100)->size(), before + 1);
}

TEST(Loop, TheLatestTickIsThereThoughItIsNoNews) {
  Rig rig;
  for (int i = 0; i < 100; ++i) rig.tick();
  const auto latest = rig.store.latest();
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->at, rig.clock.now());
  EXPECT_LT(rig.store.ticks(TimePoint{}, 100)->size(), 5U);
}

// The pooler admits 10 clients, an instance has 4 connections: 2 fit, more need another pooler. Said once.
TEST(Loop, WhatWouldMakeRoomIsSaidOnce) {
  Stack stack = one_service();
  stack.databases.push_back({});
  stack.databases[0].name = "main";
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  pooler.max_client_conn = 10;
  pooler.replicas = {1, 4};
  stack.poolers.push_back(pooler);
  stack.tiers[0].uses.push_back({"main", "pooler", 4, {}});
  const Plan plan = compile(stack);
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "test"};
  samples.rate = 600;
  std::vector<std::string> notes;
  for (int i = 0; i < 100; ++i) {
    clock.advance(1s);
    loop.advance();
    const Result<Tick> tick = loop.tick();
    ASSERT_TRUE(tick);
    notes.insert(notes.end(), tick->notes.begin(), tick->notes.end());
  }
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0], "pooler instances 1→3 would make room");
  const auto ticks = store.ticks(TimePoint{}, 100);
  EXPECT_TRUE(std::ranges::any_of(
      *ticks, [&](const StoredTick& tick) { return tick.sentences.find(notes[0] + "\n") != std::string::npos; }));
}

}  // namespace
}  // namespace plimsoll
