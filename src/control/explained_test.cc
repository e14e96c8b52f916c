#include "control/explained.h"

#include <gmock/gmock.h>

#include "control/diagnosis.h"
#include "control/loop.h"
#include "core/bytes.h"
#include "decide/state_codec.h"
#include "ports/fakes.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Again = Explained::Again;

Stack one_service(int max = 8) {
  Stack stack;
  stack.name = "shop";
  Tier api;
  api.name = "api";
  api.replicas = {2, max};
  api.scale.metrics = {{SignalKind::requests_per_second, "", TargetType::average, 100}};
  api.scale.behavior.down.window = 10s;
  stack.tiers.push_back(api);
  return stack;
}

class FakeSamples : public Samples {
 public:
  explicit FakeSamples(const Plan& plan) : plan_(plan) {}
  void publish(const Fleet&) override {}
  void fill(TimePoint now, OwnedObservation& out) override {
    for (std::size_t i = 0; i < out.tiers.size(); ++i)
      out.tiers[i].samples.assign(plan_.tiers[i].signals.size(), Sample{rate, now, 1s, Gap::none});
  }
  double rate = 0;

 private:
  const Plan& plan_;
};

/// A real loop that writes a real journal, into memory.
struct Rig {
  Plan plan = compile(one_service());
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "0.1.0"};

  void run(double rate, Duration time) {
    samples.rate = rate;
    for (Duration done{}; done < time; done += 1s) {
      clock.advance(1s);
      loop.advance();
      ASSERT_TRUE(loop.tick());
    }
  }
  StoredTick record(TimePoint at) { return record_before(store, at)->value(); }
  StoredTick record() { return record(clock.now()); }
};

TEST(Explain, TheLastTickIsThereWhole) {
  Rig rig;
  rig.run(100, 30s);
  rig.run(450, 1s);
  const Explained what = explained(rig.plan, TierId{0}, rig.record(), "0.1.0");
  EXPECT_EQ(what.at, rig.clock.now());
  EXPECT_EQ(what.again, Again::same);
  EXPECT_EQ(what.trouble, "");
  ASSERT_TRUE(what.stored);
  EXPECT_EQ(what.decision()->decision.asked, 5);
  EXPECT_THAT(what.said, ElementsAre("api 2→5: requests 450/s, target 100/s an instance"));
}

// Every record of a busy hour is decided again to the very bytes: growth, windows, bounds, orders and rest.
TEST(Explain, EveryRecordDecidesAgainToTheSame) {
  Rig rig;
  Store::NamedOrder hold;
  hold.tier = "api";
  hold.order.kind = OrderKind::hold;
  hold.order.value = 6;
  for (int i = 0; i < 10; ++i) {
    rig.run(150 + 83 * (i % 5), 40s);
    rig.run(1200, 40s);
    if (i == 5) {
      ASSERT_TRUE(rig.store.give(hold));
    }
    if (i == 7) {
      ASSERT_TRUE(rig.store.withdraw("api", "ann", rig.clock.now()));
    }
  }
  const auto records = rig.store.ticks(TimePoint{}, 1000);
  ASSERT_GE(records->size(), 20U);
  for (const StoredTick& record : *records)
    EXPECT_EQ(explained(rig.plan, TierId{0}, record, "0.1.0").again, Again::same) << record.sentences;
}

TEST(Explain, APastMomentIsTheRecordBeforeIt) {
  Rig rig;
  rig.run(100, 30s);
  const TimePoint calm = rig.clock.now();
  rig.run(450, 60s);
  rig.run(900, 10s);
  EXPECT_EQ(explained(rig.plan, TierId{0}, rig.record(calm), "0.1.0").decision()->decision.asked, 2);
  EXPECT_EQ(explained(rig.plan, TierId{0}, rig.record(calm + 30s), "0.1.0").decision()->decision.asked, 5);
  const auto before = record_before(rig.store, calm - 1h);
  ASSERT_TRUE(before);
  EXPECT_FALSE(before->has_value());
}

// Why it did not grow is on record though nothing changed: the count stood at its maximum for another reason than before.
TEST(Explain, AHeldCountIsOnRecord) {
  Rig rig;
  rig.run(800, 30s);
  const TimePoint calm = rig.clock.now();
  rig.run(3000, 30s);
  const TimePoint held = rig.clock.now();
  rig.run(800, 120s);
  const Explained what = explained(rig.plan, TierId{0}, rig.record(held), "0.1.0");
  EXPECT_GT(what.at, calm);
  EXPECT_EQ(what.decision()->decision.reason, Reason::bound_max);
  EXPECT_EQ(why_not_more(rig.plan, *what.decision()).text, "30 wanted, max is 8");
  EXPECT_THAT(what.said, ElementsAre("api stays at 8: requests 3000/s, target 100/s an instance; 30 wanted, max is 8"));
}

TEST(Explain, AnotherVersionThatAgreesIsSaidToAgree) {
  Rig rig;
  rig.run(450, 5s);
  const Explained what = explained(rig.plan, TierId{0}, rig.record(), "9.9.9");
  EXPECT_EQ(what.again, Again::same);
  EXPECT_EQ(what.engine, "0.1.0");
}

// The file was edited since: the same policies, another maximum. Both answers are there.
TEST(Explain, AnEditedStackDiffersAndBothAreShown) {
  Rig rig;
  rig.run(1200, 5s);
  const Plan edited = compile(one_service(12));
  const Explained what = explained(edited, TierId{0}, rig.record(), "0.1.0");
  EXPECT_EQ(what.again, Again::differs);
  EXPECT_THAT(what.trouble, HasSubstr("file says something else now"));
  EXPECT_EQ(what.stored->decision.asked, 8);
  EXPECT_EQ(what.now->decision.asked, 12);
  EXPECT_EQ(what.decision()->decision.asked, 8) << "what was decided is what is spoken of";
  EXPECT_THAT(explained(edited, TierId{0}, rig.record(), "0.2.0").trouble, HasSubstr("plimsoll 0.1.0 decided it; this is 0.2.0"));
}

// Other tiers or policies: indices in the record mean something else, so only its words are used.
TEST(Explain, AStackOfAnotherShapeLeavesTheWords) {
  Rig rig;
  rig.run(450, 1s);
  Stack other = one_service();
  other.tiers[0].scale.metrics.push_back({SignalKind::cpu, "", TargetType::utilization, 0.7});
  const Explained what = explained(compile(other), TierId{0}, rig.record(), "0.1.0");
  EXPECT_EQ(what.again, Again::impossible);
  EXPECT_EQ(what.decision(), nullptr);
  EXPECT_THAT(what.trouble, HasSubstr("tiers or policies are others now"));
  EXPECT_EQ(what.said.size(), 1U);
}

struct Damage {
  const char* name;
  void (*damage)(StoredTick&);
  Again again;
  bool has_stored, has_now;
};

class DamagedRecord : public testing::TestWithParam<Damage> {};

TEST_P(DamagedRecord, IsSaidAndNeverTrusted) {
  Rig rig;
  rig.run(450, 5s);
  StoredTick record = rig.record();
  GetParam().damage(record);
  const Explained what = explained(rig.plan, TierId{0}, record, "0.1.0");
  EXPECT_EQ(what.again, GetParam().again);
  EXPECT_EQ(what.stored.has_value(), GetParam().has_stored);
  EXPECT_EQ(what.now.has_value(), GetParam().has_now);
  EXPECT_NE(what.trouble, "");
}

INSTANTIATE_TEST_SUITE_P(
    Explain, DamagedRecord,
    testing::Values(
        Damage{"state_cut_short", [](StoredTick& tick) { tick.state.pop_back(); }, Again::impossible, true, false},
        Damage{"state_gone", [](StoredTick& tick) { tick.state.clear(); }, Again::impossible, true, false},
        Damage{"observation_cut_short", [](StoredTick& tick) { tick.observation.pop_back(); }, Again::impossible, true, false},
        Damage{"observation_of_two_tiers",
               [](StoredTick& tick) {
                 OwnedObservation seen = *decode_observation(tick.observation);
                 seen.tiers.emplace_back();
                 tick.observation = encode(seen.view());
               },
               Again::impossible, true, false},
        Damage{"no_keyframe", [](StoredTick& tick) { tick.keyframe = false; }, Again::impossible, true, false},
        Damage{"explanations_cut_short", [](StoredTick& tick) { tick.explanations.pop_back(); }, Again::differs, false, true},
        Damage{"explanations_of_a_policy_that_is_not_there",
               [](StoredTick& tick) {
                 std::vector<Explanation> all = *decode_explanations(tick.explanations);
                 all[0].policies[0].policy = PolicyId{40};
                 tick.explanations = encode(std::span<const Explanation>(all));
               },
               Again::differs, false, true},
        Damage{"all_of_it",
               [](StoredTick& tick) {
                 tick.state = {1};
                 tick.observation = {};
                 tick.explanations = {9, 9};
               },
               Again::impossible, false, false}),
    [](const auto& one) { return one.param.name; });

TEST(Explain, TheLastFewAreTheNewsNotTheKeyframes) {
  Rig rig;
  rig.run(100, 700s);  // with keyframes in it
  rig.run(450, 100s);
  rig.run(3000, 200s);
  const auto news = news_before(rig.store, rig.plan, TierId{0}, rig.clock.now(), 100);
  ASSERT_TRUE(news);
  std::vector<Reason> reasons;
  for (const StoredTick& one : *news) reasons.push_back(explained(rig.plan, TierId{0}, one, "0.1.0").decision()->decision.reason);
  ASSERT_GE(reasons.size(), 4U);
  for (std::size_t i = 1; i < reasons.size(); ++i)
    EXPECT_TRUE(reasons[i] != reasons[i - 1] || !(*news)[i].sentences.empty()) << i;
  EXPECT_EQ(reasons.back(), Reason::bound_max);
  EXPECT_EQ(news_before(rig.store, rig.plan, TierId{0}, rig.clock.now(), 2)->size(), 2U);
}

TEST(Explain, TurnsAreCountedOverTheLastHour) {
  Rig rig;
  for (int i = 0; i < 4; ++i) {
    rig.run(600, 60s);
    rig.run(200, 60s);
  }
  const Result<Turns> turns = turns_before(rig.store, rig.plan, TierId{0}, rig.clock.now());
  ASSERT_TRUE(turns);
  EXPECT_GE(turns->reversals, 3);
  EXPECT_GT(turns->changes, turns->reversals);
  EXPECT_EQ(turns_before(rig.store, rig.plan, TierId{0}, rig.clock.now() + 2h)->changes, 0);
  const Explained what = explained(rig.plan, TierId{0}, rig.record(), "0.1.0");
  EXPECT_EQ(does_oscillate(rig.plan, *what.decision(), *turns).answer.code, "flapping");
  EXPECT_EQ(does_oscillate(rig.plan, *what.decision(), *turns).answer.text.substr(0, 4), "yes:");
}

TEST(Explain, TheDriversWordsComeWithIt) {
  Rig rig;
  rig.run(450, 5s);
  StoredTick record = rig.record();
  record.pending = "worker: no port\napi: api-3 exited with 1 after 0.2 s\n";
  EXPECT_EQ(explained(rig.plan, TierId{0}, record, "0.1.0").pending, "api-3 exited with 1 after 0.2 s");
}

// A tier that decides every 15 s: what is shown is its last evaluation, not the wait for the next.
TEST(Explain, ATierThatPollsShowsItsLastEvaluation) {
  Stack stack = one_service();
  stack.tiers[0].scale.poll = 15s;
  const Plan plan = compile(stack);
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "0.1.0"};
  samples.rate = 3000;
  for (int i = 0; i < 100; ++i) {
    clock.advance(1s);
    loop.advance();
    ASSERT_TRUE(loop.tick());
    const Explained what = explained(plan, TierId{0}, record_before(store, clock.now())->value(), "0.1.0");
    ASSERT_NE(what.decision()->decision.reason, Reason::between_polls);
    ASSERT_EQ(what.at, clock.now()) << "the last tick, with today's orders and instances";
    ASSERT_FALSE(what.decision()->policies.empty());
    ASSERT_EQ(what.again, Again::same);
  }
  Store::NamedOrder pause;
  pause.tier = "api";
  pause.order.kind = OrderKind::pause;
  ASSERT_TRUE(store.give(pause));
  for (int i = 0; i < 3; ++i) {  // between two polls
    clock.advance(1s);
    ASSERT_TRUE(loop.tick());
  }
  const Explained paused = explained(plan, TierId{0}, record_before(store, clock.now())->value(), "0.1.0");
  EXPECT_EQ(paused.decision()->decision.reason, Reason::order_pause);
  EXPECT_EQ(paused.orders.size(), 1U);
  EXPECT_FALSE(paused.decision()->policies.empty());
}

Stack two_services(const char* first, const char* second) {
  Stack stack = one_service();
  stack.tiers.push_back(stack.tiers[0]);
  stack.tiers[0].name = first;
  stack.tiers[1].name = second;
  return stack;
}

// The file's tiers change places: an old record's first tier is not today's first.
TEST(Explain, ARecordOfAnotherFileIsNotReadByIndex) {
  const Plan plan = compile(two_services("api", "web"));
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api", "web"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "0.1.0"};
  for (int i = 0; i < 60; ++i) {
    samples.rate = i < 30 ? 100 : 450;
    clock.advance(1s);
    loop.advance();
    ASSERT_TRUE(loop.tick());
  }
  ASSERT_GT(turns_before(store, plan, TierId{0}, clock.now())->changes, 0);
  const Plan turned = compile(two_services("web", "api"));
  const Explained what = explained(turned, TierId{0}, record_before(store, clock.now())->value(), "0.1.0");
  EXPECT_EQ(what.again, Again::impossible);
  EXPECT_FALSE(what.stored);
  EXPECT_EQ(turns_before(store, turned, TierId{0}, clock.now())->changes, 0);
}

// Decided again by an edited file it is that file's schedule that counts, not what the old one's answer was.
TEST(Explain, AnEditedScheduleIsDecidedAgain) {
  Stack stack = one_service();
  ScheduleRule night;
  night.kind = ScheduleRule::Kind::floor;
  night.when.start = "0 0 * * *";
  night.when.end = "59 23 * * *";  // always on but for a minute; turned around never but for that minute
  night.replicas = 6;
  stack.tiers[0].scale.schedule = {night};
  const Plan plan = compile(stack);
  FakeClock clock;
  FakeSamples samples{plan};
  FakeDriver driver{{"api"}, 2s};
  FakeStore store;
  Loop loop{plan, clock, samples, driver, store, "0.1.0"};
  for (int i = 0; i < 10; ++i) {
    clock.advance(1s);
    loop.advance();
    ASSERT_TRUE(loop.tick());
  }
  const StoredTick record = record_before(store, clock.now())->value();
  ASSERT_EQ(explained(plan, TierId{0}, record, "0.1.0").now->policies[1].note, Note::proposes);
  std::swap(stack.tiers[0].scale.schedule[0].when.start, stack.tiers[0].scale.schedule[0].when.end);
  const Explained edited = explained(compile(stack), TierId{0}, record, "0.1.0");
  EXPECT_EQ(edited.now->policies[1].note, Note::outside_window);
  EXPECT_EQ(edited.again, Again::differs);
}

struct Asked {
  TierDecision decision;
  StepLine step;
  const char* code;
};

class WhyNotMore : public testing::TestWithParam<Asked> {};

TEST_P(WhyNotMore, HasACode) {
  const Plan plan = compile(one_service());
  Explanation why;
  why.decision = GetParam().decision;
  why.has_winner = true;
  why.policies.push_back({PolicyId{0}, 200, 100, 1s, 2});
  StepLine step = GetParam().step;
  step.reason = why.decision.reason;
  if (step.reason != Reason::steady) why.steps.push_back(step);
  const Answer answer = why_not_more(plan, why);
  EXPECT_EQ(answer.code, GetParam().code) << answer.text;
  EXPECT_NE(answer.text, "");
}

INSTANTIATE_TEST_SUITE_P(T15, WhyNotMore,
                         testing::Values(Asked{{2, 2, 2, 2, Reason::steady}, {}, "nothing_wanted"},
                                         Asked{{2, 4, 4, 4, Reason::policy}, {}, "scales"},
                                         Asked{{2, 9, 4, 4, Reason::rate_up}, {Step::rate_limit, 9, 4}, "partly"},
                                         Asked{{4, 2, 2, 2, Reason::policy}, {}, "shrinks"},
                                         Asked{{2, 9, 2, 2, Reason::window_up}, {Step::stabilize, 9, 2}, "window"},
                                         Asked{{2, 9, 2, 2, Reason::rate_up}, {Step::rate_limit, 9, 2}, "rate"},
                                         Asked{{2, 9, 2, 2, Reason::step_out}, {Step::step, 9, 2}, "step"},
                                         Asked{{8, 9, 8, 8, Reason::bound_max}, {Step::bound, 9, 8}, "bounds"},
                                         Asked{{2, 9, 2, 2, Reason::limit}, {Step::couple, 9, 2}, "limit"},
                                         Asked{{2, 9, 2, 2, Reason::bottleneck}, {Step::couple, 9, 2}, "bottleneck"},
                                         Asked{{2, 9, 2, 2, Reason::frozen}, {Step::verify, 9, 2}, "frozen"},
                                         Asked{{2, 2, 2, 2, Reason::no_data}, {Step::combine, 2, 2}, "gap"},
                                         Asked{{2, 9, 2, 2, Reason::order_pause}, {Step::order, 9, 2}, "order"},
                                         Asked{{2, 2, 2, 2, Reason::between_polls}, {Step::combine, 2, 2}, "between_polls"},
                                         Asked{{2, 9, 2, 2, Reason::investigate}, {Step::combine, 9, 2}, "investigate"},
                                         Asked{{2, 9, 2, 2, Reason::contended}, {Step::safety, 9, 2}, "contended"}));

TEST(WhyNotMore, ToleranceAndNoPolicyAreTold) {
  const Plan plan = compile(one_service());
  Explanation why;
  why.decision = {2, 2, 2, 2, Reason::steady};
  EXPECT_EQ(why_not_more(plan, why).code, "no_policy");
  why.has_winner = true;
  why.policies.push_back({PolicyId{0}, 205, 100, 1s, 2, Gap::none, Note::in_tolerance});
  EXPECT_EQ(why_not_more(plan, why).code, "tolerance");
}

TEST(WhyPending, NamesTheDriversReason) {
  const Plan plan = compile(one_service());
  Explanation why;
  why.before = why.ready = 3;
  EXPECT_EQ(why_pending(plan, why, "").code, "none_pending");
  why.ready = 2;
  why.starting = 1;
  EXPECT_EQ(why_pending(plan, why, "").text, "1 instance is starting");
  why.pending = Pending::backing_off;
  EXPECT_EQ(why_pending(plan, why, "api-3 exited with 1").text, "starts fail, the next try waits: api-3 exited with 1");
}

}  // namespace
}  // namespace plimsoll
