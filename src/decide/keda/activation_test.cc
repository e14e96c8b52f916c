#include "decide/keda/activation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <ostream>
#include <vector>

namespace plimsoll::keda {
namespace {

using namespace std::chrono_literals;
using Kind = LoopAction::Kind;

const TimePoint created{1'000'000s};
const TimePoint now = created + 3600s;

ScaledObject object(std::size_t triggers = 1) {
  ScaledObject so;
  for (std::size_t i = 0; i < triggers; ++i) so.triggers.push_back(Trigger{});
  return so;
}

/// One row of the table: the object, what its two triggers answer, how many there are, when it was last active; and what comes.
struct Row {
  const char* name;
  ScaledObject object;
  std::array<Reading, 2> readings;
  int current;
  std::optional<TimePoint> last_active;
  LoopAction want;
  bool touched = false;  // last_active becomes now
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

ScaledObject with(void (*change)(ScaledObject&)) {
  ScaledObject so = object(2);
  change(so);
  return so;
}

const Reading busy = Reading::of(3), quiet = Reading::of(0), broken = Reading::failed();
constexpr LoopAction none(bool active, Condition condition = Condition::ready) { return {Kind::none, 0, active, condition}; }
constexpr LoopAction set(int target, bool active, Condition condition = Condition::ready) {
  return {Kind::set, target, active, condition};
}
const TimePoint long_ago = now - 301s, just_now = now - 300s;

const std::vector<Row> rows{
    // paused
    {"paused: nothing", with([](ScaledObject& o) { o.paused = true; }), {busy, busy}, 0, {}, none(false, Condition::paused)},
    {"paused wins over forced",
     with([](ScaledObject& o) { o.paused = o.force_activation = true; }),
     {busy, busy},
     0,
     {},
     none(false, Condition::paused)},
    {"paused at 20",
     with([](ScaledObject& o) { o.paused_replicas = 20; }),
     {quiet, quiet},
     7,
     {},
     set(20, false, Condition::paused)},
    {"paused at 20 and there",
     with([](ScaledObject& o) { o.paused_replicas = 20; }),
     {quiet, quiet},
     20,
     {},
     none(false, Condition::paused)},
    {"paused at 0", with([](ScaledObject& o) { o.paused_replicas = 0; }), {busy, busy}, 3, {}, set(0, false, Condition::paused)},
    // active, from zero or idle
    {"from zero to one", object(2), {busy, quiet}, 0, {}, set(1, true), true},
    {"from zero to min", with([](ScaledObject& o) { o.min = 3; }), {quiet, busy}, 0, {}, set(3, true), true},
    {"from idle to min",
     with([](ScaledObject& o) {
       o.min = 3;
       o.idle = 1;
     }),
     {busy, quiet},
     1,
     {},
     set(3, true),
     true},
    {"below min without idle: the HPA's", with([](ScaledObject& o) { o.min = 3; }), {busy, quiet}, 1, {}, none(true), true},
    {"from zero although one fails", object(2), {busy, broken}, 0, {}, set(1, true), true},
    {"forced from zero", with([](ScaledObject& o) { o.force_activation = true; }), {quiet, quiet}, 0, {}, set(1, true), true},
    {"from zero, scale-out paused",
     with([](ScaledObject& o) { o.paused_scale_out = true; }),
     {busy, quiet},
     0,
     long_ago,
     none(true, Condition::scale_out_paused)},
    {"scale-in paused does not keep it down",
     with([](ScaledObject& o) { o.paused_scale_in = true; }),
     {busy, quiet},
     0,
     {},
     set(1, true),
     true},
    // active, some trigger errors
    {"active with errors", object(2), {busy, broken}, 4, long_ago, none(true, Condition::partial_trigger_error)},
    {"forced with errors",
     with([](ScaledObject& o) { o.force_activation = true; }),
     {quiet, broken},
     4,
     long_ago,
     none(true, Condition::partial_trigger_error)},
    // active
    {"active", object(2), {busy, quiet}, 4, long_ago, none(true), true},
    // inactive, errors
    {"inactive, errors, fallback",
     with([](ScaledObject& o) { o.fallback = Fallback{.replicas = 6}; }),
     {quiet, broken},
     4,
     long_ago,
     none(false, Condition::awaiting_fallback)},
    {"inactive, errors, no fallback", object(2), {quiet, broken}, 4, long_ago, none(false, Condition::trigger_error)},
    {"all fail, no fallback", object(2), {broken, broken}, 4, {}, none(false, Condition::trigger_error)},
    {"below min, errors, no fallback",
     with([](ScaledObject& o) { o.min = 3; }),
     {quiet, broken},
     1,
     {},
     none(false, Condition::trigger_error)},
    {"a fallback to 0 falls through",
     with([](ScaledObject& o) { o.fallback = Fallback{.replicas = 0}; }),
     {quiet, broken},
     4,
     long_ago,
     set(0, false)},
    // inactive, to zero or idle
    {"cooled down", object(2), {quiet, quiet}, 4, long_ago, set(0, false)},
    {"not yet cooled down", object(2), {quiet, quiet}, 4, just_now, none(false, Condition::scaler_cooldown)},
    {"never active: at once", object(2), {quiet, quiet}, 4, {}, set(0, false)},
    {"never active, within the initial cooldown",
     with([](ScaledObject& o) { o.initial_cooldown = 3600s; }),
     {quiet, quiet},
     4,
     {},
     none(false, Condition::scaler_cooldown)},
    {"never active, after the initial cooldown",
     with([](ScaledObject& o) { o.initial_cooldown = 3599s; }),
     {quiet, quiet},
     4,
     {},
     set(0, false)},
    {"once active, the initial cooldown is over",
     with([](ScaledObject& o) { o.initial_cooldown = 9999s; }),
     {quiet, quiet},
     4,
     long_ago,
     set(0, false)},
    {"to idle",
     with([](ScaledObject& o) {
       o.min = 3;
       o.idle = 1;
     }),
     {quiet, quiet},
     4,
     long_ago,
     set(1, false)},
    {"to idle 0 with min 3",
     with([](ScaledObject& o) {
       o.min = 3;
       o.idle = 0;
     }),
     {quiet, quiet},
     4,
     long_ago,
     set(0, false)},
    {"idle already",
     with([](ScaledObject& o) {
       o.min = 3;
       o.idle = 1;
     }),
     {quiet, quiet},
     1,
     long_ago,
     none(false)},
    {"to zero, scale-in paused",
     with([](ScaledObject& o) { o.paused_scale_in = true; }),
     {quiet, quiet},
     4,
     long_ago,
     none(false, Condition::scale_in_paused)},
    {"scale-out paused does not keep it up",
     with([](ScaledObject& o) { o.paused_scale_out = true; }),
     {quiet, quiet},
     4,
     long_ago,
     set(0, false)},
    // inactive, the rest
    {"below min", with([](ScaledObject& o) { o.min = 3; }), {quiet, quiet}, 1, long_ago, set(3, false)},
    {"min 3 and above: the HPA's", with([](ScaledObject& o) { o.min = 3; }), {quiet, quiet}, 7, long_ago, none(false)},
    {"zero already", object(2), {quiet, quiet}, 0, long_ago, none(false)},
};

class Table : public testing::TestWithParam<Row> {};
TEST_P(Table, Decides) {
  const Row& row = GetParam();
  LoopState state{.created = created, .last_active = row.last_active};
  const LoopAction got = poll(row.object, state, row.readings, {row.current, row.current}, now);
  EXPECT_EQ(got.kind, row.want.kind);
  EXPECT_EQ(got.target, row.want.target);
  EXPECT_EQ(got.active, row.want.active);
  EXPECT_EQ(got.condition, row.want.condition);
  EXPECT_EQ(state.last_active, row.touched ? std::optional(now) : row.last_active);
}
INSTANTIATE_TEST_SUITE_P(K8, Table, testing::ValuesIn(rows));

// Threshold 10 would make ceil(40 / 10) = 4; but 40 is not above 50, so it is inactive and goes to zero.
TEST(Trap, ActivationBeatsScaling) {
  ScaledObject so;
  so.triggers.push_back({.threshold = 10, .activation = 50});
  LoopState state{.created = created};
  const LoopAction action = poll(so, state, std::array{Reading::of(40)}, {4, 4}, now);
  EXPECT_EQ(action.kind, Kind::set);
  EXPECT_EQ(action.target, 0);
  so.min = 1;  // with a minimum of one, activation has no visible effect
  EXPECT_EQ(poll(so, state, std::array{Reading::of(40)}, {4, 4}, now).kind, Kind::none);
}

TEST(Trap, ABrokenQueryWithIgnoreNullGoesToZeroAtThePeak) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::prometheus, .threshold = 100});
  LoopState state{.created = created, .last_active = now - 301s};
  EXPECT_EQ(poll(so, state, std::array{Reading::empty()}, {40, 40}, now).target, 0);
  so.triggers[0].ignore_null = false;
  const LoopAction held = poll(so, state, std::array{Reading::empty()}, {40, 40}, now);
  EXPECT_EQ(held.kind, Kind::none);
  EXPECT_EQ(held.condition, Condition::trigger_error);
}

TEST(Activation, CpuAndMemoryAloneAreAlwaysActive) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::resource});
  LoopState state{.created = created};
  EXPECT_TRUE(poll(so, state, std::array{Reading::failed()}, {2, 2}, now).active);
  so.triggers.push_back({});  // beside a queue they don't count
  EXPECT_FALSE(poll(so, state, std::array{Reading::failed(), Reading::of(0)}, {2, 2}, now).active);
}

// Threshold 2: two failures are errors, the third trips the fallback, which counts as active and as no error.
TEST(Activation, AFallbackCountsAsActive) {
  ScaledObject so = object();
  so.fallback = Fallback{.failure_threshold = 2, .replicas = 6};
  LoopState state{.created = created};
  const std::array readings{Reading::failed()};
  for (int i = 0; i < 2; ++i) {
    const LoopAction action = poll(so, state, readings, {0, 0}, now);
    EXPECT_EQ(action.kind, Kind::none);
    EXPECT_EQ(action.condition, Condition::awaiting_fallback);
  }
  const LoopAction action = poll(so, state, readings, {0, 0}, now);
  EXPECT_EQ(action.kind, Kind::set);
  EXPECT_EQ(action.target, 1);
  EXPECT_EQ(state.last_active, now);
  EXPECT_TRUE(falling_back(so, state));
  EXPECT_FALSE(poll(so, state, std::array{Reading::of(0)}, {1, 1}, now + 30s).active) << "an answer ends it";
  EXPECT_EQ(state.health[0].failures, 0U);
  EXPECT_FALSE(falling_back(so, state));
}

TEST(Activation, AValueFallbackWithNothingReadyStaysAnError) {
  ScaledObject so = object();
  so.triggers[0].type = MetricType::value;
  so.fallback = Fallback{.failure_threshold = 0, .replicas = 6};
  LoopState state{.created = created};
  EXPECT_EQ(poll(so, state, std::array{Reading::failed()}, {0, 0}, now).condition, Condition::awaiting_fallback);
  EXPECT_TRUE(poll(so, state, std::array{Reading::failed()}, {2, 2}, now).active);
}

Program formula(std::string_view text, std::vector<std::string_view> names) {
  const Parsed<Program> parsed = compile(text, names);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value.value_or(Program{});
}

TEST(Activation, AFormulaDecidesInPlaceOfTheTriggers) {
  ScaledObject so = object(2);
  so.modifiers = Modifiers{.formula = formula("a - b", {"a", "b"}), .target = 5, .activation_target = 10};
  LoopState state{.created = created};
  EXPECT_FALSE(poll(so, state, std::array{Reading::of(30), Reading::of(20)}, {0, 0}, now).active);
  EXPECT_TRUE(poll(so, state, std::array{Reading::of(31), Reading::of(20)}, {0, 0}, now).active);
  const LoopAction failed = poll(so, state, std::array{Reading::of(99), Reading::failed()}, {4, 4}, now);
  EXPECT_FALSE(failed.active) << "any error makes it inactive";
  EXPECT_EQ(failed.condition, Condition::trigger_error);
}

TEST(Activation, AFormulaTakesNoResourceTriggers) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::resource});
  so.triggers.push_back({});
  so.modifiers = Modifiers{.formula = formula("a", {"a"})};
  LoopState state{.created = created};
  EXPECT_TRUE(poll(so, state, std::array{Reading::failed(), Reading::of(1)}, {0, 0}, now).active);
}

// Upstream logs it and goes on with no metric: inactive, and no error, so down to zero. Ours would be a gap.
TEST(Trap, AFormulaThatFailsLooksIdle) {
  ScaledObject so = object(2);
  so.modifiers = Modifiers{.formula = formula("a / b", {"a", "b"})};
  LoopState state{.created = created, .last_active = now - 301s};
  const LoopAction action = poll(so, state, std::array{Reading::of(50), Reading::of(0)}, {8, 8}, now);
  EXPECT_EQ(action.kind, Kind::set);
  EXPECT_EQ(action.target, 0);
  EXPECT_EQ(action.condition, Condition::ready);
}

TEST(Activation, PollsAtItsInterval) {
  const ScaledObject so = object();
  LoopState state{.created = created};
  EXPECT_TRUE(poll_due(so, state, now));
  poll(so, state, std::array{Reading::of(0)}, {0, 0}, now);
  EXPECT_FALSE(poll_due(so, state, now + 29s));
  EXPECT_TRUE(poll_due(so, state, now + 30s));
}

TEST(Activation, ForgetsItsPollsWhilePausedAndPollsAtOnceAfterwards) {
  ScaledObject so = object();
  so.triggers[0].use_cached_metrics = true;
  LoopState state{.created = created};
  poll(so, state, std::array{Reading::of(7)}, {1, 1}, now);
  EXPECT_EQ(state.cached[0].milli, 7'000);
  so.paused = true;
  poll(so, state, std::array{Reading::of(7)}, {1, 1}, now + 30s);
  EXPECT_EQ(state.cached[0].kind, Cached::Kind::nothing);
  so.paused = false;
  EXPECT_TRUE(poll_due(so, state, now + 31s));
}

// K7: after the last activity the worker stays up for its profile's cooldown, seen at its poll.
TEST(Scene, K7NormalProfileGoesToZeroAtTheFirstPollAfterTheCooldown) {
  ScaledObject so = object();
  so.triggers[0].threshold = 50;
  so.polling = 15s;
  LoopState state{.created = created};
  int current = 0;
  std::optional<TimePoint> up, down;
  for (TimePoint t = now; t < now + 3600s; t += 1s) {
    if (!poll_due(so, state, t)) continue;
    const Reading jobs = Reading::of(t >= now + 100s && t < now + 200s ? 120 : 0);
    const LoopAction action = poll(so, state, std::array{jobs}, {current, current}, t);
    if (action.kind == Kind::none) continue;
    current = action.target;
    (current ? up : down) = t;
  }
  EXPECT_EQ(up, now + 105s);    // the first poll that saw jobs
  EXPECT_EQ(down, now + 510s);  // last seen active at 195; 495 is not yet past 195 + 300
}

TEST(ActivationProperty, TheTargetIsWithinBoundsAndTheStateAloneDecides) {
  EXPECT_TRUE(rc::check([] {
    ScaledObject so = object(3);
    so.min = *rc::gen::inRange(0, 4);
    so.max = so.min + *rc::gen::inRange(1, 10);
    if (so.min > 0 && *rc::gen::arbitrary<bool>()) so.idle = *rc::gen::inRange(0, so.min);
    if (*rc::gen::arbitrary<bool>())
      so.fallback = Fallback{*rc::gen::inRange(0, 3), *rc::gen::inRange(0, 5), FallbackBehavior::fixed};
    so.paused_scale_in = *rc::gen::inRange(0, 5) == 0;
    so.paused_scale_out = *rc::gen::inRange(0, 5) == 0;
    LoopState state{.created = created};
    int current = *rc::gen::inRange(0, so.max + 1);
    for (int i = 0; i < 50; ++i) {
      std::array<Reading, 3> readings;
      for (Reading& r : readings) {
        r = *rc::gen::element(Reading::of(0), Reading::of(7), Reading::of(-1e308), Reading::failed(), Reading::empty());
      }
      LoopState copy = state;
      const TimePoint t = now + i * 60s;
      const LoopAction a = poll(so, state, readings, {current, current}, t), b = poll(so, copy, readings, {current, current}, t);
      RC_ASSERT(a.kind == b.kind && a.target == b.target && a.condition == b.condition);
      if (a.kind == Kind::none) continue;
      RC_ASSERT(a.target >= 0 && a.target <= so.max);
      RC_ASSERT(!(so.paused_scale_in && a.target < current));
      RC_ASSERT(a.target != current && (!a.active || a.target > current));
      current = a.target;
    }
  }));
}

}  // namespace
}  // namespace plimsoll::keda
