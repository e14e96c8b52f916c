#include "collect/slot.h"

#include <gmock/gmock.h>

namespace plimsoll::collect {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TierId api{0};
constexpr Slot::Steady never = Slot::Steady::max();

Reading value(std::uint32_t signal, double v, Duration at) { return {api, signal, {v, TimePoint(at), 0s, Gap::none}}; }
Reading gap(std::uint32_t signal, Gap why) { return {api, signal, {0, {}, 0s, why}}; }

class OneSlot : public testing::Test {
 protected:
  void round(Duration at, std::vector<Reading> readings, Result<void> outcome = {}, std::vector<Gauge> gauges = {}) {
    slot.begin(never);
    Readings fresh{std::move(readings), std::move(gauges)};
    slot.end(TimePoint(at), 5ms, outcome, fresh);
  }
  /// The samples of three signals.
  std::vector<Sample> shown(Slot::Steady now = Slot::Steady{}) {
    std::vector<OwnedObservation::Tier> tiers(1);
    tiers[0].samples.resize(3);
    slot.copy_to(now, tiers);
    return tiers[0].samples;
  }
  std::vector<std::string> gauges() {
    std::vector<Gauge> all;
    slot.append_gauges(all);
    std::vector<std::string> names;
    for (const Gauge& gauge : all) names.push_back(gauge.name);
    return names;
  }
  Slot slot{"haproxy"};
};

TEST_F(OneSlot, ShowsTheLastRound) {
  round(1s, {value(0, 10, 1s), value(1, 0.5, 1s)}, {}, {{"a", 1}});
  round(2s, {value(0, 20, 2s)}, {}, {{"b", 2}});
  EXPECT_EQ(shown()[0].value, 20);
  EXPECT_EQ(shown()[1].gap, Gap::empty) << "it spoke of it no more";
  EXPECT_EQ(shown()[2].gap, Gap::empty) << "it never spoke of it";
  EXPECT_THAT(gauges(), ElementsAre("b"));
}

TEST_F(OneSlot, AFailureIsAGapInEverySignalItHad) {
  round(1s, {value(0, 10, 1s), value(1, 0.5, 1s)}, {}, {{"a", 1}});
  round(2s, {}, fail(Errc::unreachable, "haproxy: connection refused"));
  EXPECT_EQ(shown()[0].gap, Gap::unreachable);
  EXPECT_EQ(shown()[0].measured, TimePoint(1s)) << "the last good one's";
  EXPECT_EQ(shown()[1].gap, Gap::unreachable);
  EXPECT_EQ(shown()[2].gap, Gap::empty);
  EXPECT_THAT(gauges(), IsEmpty());
  round(3s, {value(0, 30, 3s)});
  EXPECT_EQ(shown()[0].gap, Gap::none);
  EXPECT_EQ(shown()[0].value, 30);
}

TEST_F(OneSlot, AFailureFromTheFirstOnIsAGapInWhatItNames) {
  round(1s, {gap(2, Gap::empty)}, fail(Errc::malformed, "haproxy: no header line"));
  EXPECT_EQ(shown()[2].gap, Gap::malformed);
  EXPECT_EQ(shown()[2].measured, TimePoint{});
}

TEST_F(OneSlot, AGapKeepsTheTimeOfTheLastValue) {
  round(1s, {value(0, 10, 1s)});
  round(2s, {gap(0, Gap::empty)});
  round(3s, {gap(0, Gap::empty)});
  EXPECT_EQ(shown()[0].gap, Gap::empty);
  EXPECT_EQ(shown()[0].measured, TimePoint(1s));
}

TEST_F(OneSlot, ALateRoundIsAGapUntilItEnds) {
  round(1s, {value(0, 10, 1s)});
  const Slot::Steady deadline{10s};
  slot.begin(deadline);
  EXPECT_EQ(shown(deadline)[0].gap, Gap::none);
  EXPECT_EQ(shown(deadline + 1ns)[0].gap, Gap::unreachable);
  EXPECT_EQ(shown(deadline + 1ns)[0].measured, TimePoint(1s));
  EXPECT_TRUE(slot.health(deadline + 1ns).late);
  Readings fresh{{value(0, 20, 2s)}, {}};
  slot.end(TimePoint(2s), 3s, {}, fresh);
  EXPECT_EQ(shown(deadline + 1ns)[0].value, 20);
  EXPECT_FALSE(slot.health(deadline + 1ns).late);
}

TEST_F(OneSlot, TellsHowItsSourceDoes) {
  round(1s, {});
  round(2s, {}, fail(Errc::timed_out, "redis 127.0.0.1:6379: no answer"));
  round(3s, {});
  const CollectorHealth health = slot.health({});
  EXPECT_EQ(health.name, "haproxy");
  EXPECT_EQ(health.last_ok, TimePoint(3s));
  EXPECT_EQ(health.last_failed, TimePoint(2s));
  EXPECT_EQ(health.last_error, "redis 127.0.0.1:6379: no answer");
  EXPECT_EQ(health.rounds, 3U);
  EXPECT_EQ(health.failures, 1U);
  EXPECT_EQ(health.took, 5ms);
}

TEST_F(OneSlot, ComponentsAreKeptAsSignalsAre) {
  const auto round_of = [&](Duration at, std::vector<ComponentReading> components, Result<void> outcome = {}) {
    slot.begin(10s + Slot::Steady{});
    Readings fresh;
    fresh.components = std::move(components);
    slot.end(TimePoint(at), 5ms, outcome, fresh);
  };
  const auto shown_at = [&](Slot::Steady now) {
    std::vector<Sample> components(2);
    slot.copy_to(now, components);
    return components.at(1);
  };
  round_of(1s, {{ComponentId{1}, {0.5, TimePoint(1s), 0s, Gap::none}}});
  EXPECT_EQ(shown_at({}).value, 0.5);
  slot.begin(Slot::Steady(20s));
  EXPECT_EQ(shown_at(Slot::Steady(21s)).gap, Gap::unreachable) << "late";
  round_of(2s, {}, fail(Errc::unreachable, "pooler: connection refused"));
  EXPECT_EQ(shown_at({}).gap, Gap::unreachable);
  EXPECT_EQ(shown_at({}).measured, TimePoint(1s)) << "the last good one's";
  round_of(3s, {{ComponentId{1}, {0, {}, 0s, Gap::empty}}});
  EXPECT_EQ(shown_at({}).gap, Gap::empty);
}

// Rows by signal, columns by instance; api-2 was started anew after it was measured, api-9 is gone, signal 0 asks for no row.
TEST_F(OneSlot, EachInstancesOwnGoesToItsPlace) {
  Plan plan;
  plan.tiers.resize(1);
  plan.tiers[0].signals = {{SignalKind::p95}, {SignalKind::memory}, {SignalKind::cpu}};
  plan.tiers[0].signals[1].own = 1;
  plan.tiers[0].signals[2].own = 0;
  const auto cells = [&](Slot::Steady now = {}) {
    std::vector<OwnedObservation::Tier> tiers(1);
    tiers[0].instances = {{1, Phase::ready, TimePoint(1s)}, {2, Phase::ready, TimePoint(6s)}, {4, Phase::ready, TimePoint(1s)}};
    tiers[0].own.resize(6);
    slot.copy_own_to(now, plan, tiers);
    std::vector<double> values;
    for (const InstanceSample& one : tiers[0].own) values.push_back(one.present() ? one.value : -1);
    return values;
  };
  const auto of = [](std::uint32_t signal, std::uint32_t number, double v) {
    return InstanceReading{api, signal, number, {TimePoint(5s), v}};
  };
  Readings fresh;
  fresh.own = {of(0, 1, 99), of(1, 1, 11), of(2, 1, 21), of(2, 2, 22), of(2, 9, 29), of(2, 4, 24), of(1, 4, 14)};
  slot.end(TimePoint(5s), 1ms, {}, fresh);
  EXPECT_THAT(cells(), ElementsAre(21, -1, 24, 11, -1, 14));
  slot.begin(Slot::Steady(20s));
  EXPECT_THAT(cells(Slot::Steady(21s)), ElementsAre(-1, -1, -1, -1, -1, -1)) << "late";
  Readings none;
  slot.end(TimePoint(6s), 1ms, fail(Errc::unreachable, "lost"), none);
  EXPECT_THAT(cells(), ElementsAre(-1, -1, -1, -1, -1, -1)) << "failed";
}

// Two sources of one signal: a value goes before a gap, whatever their order; a gap that says more before one that says nothing.
TEST(Slots, AValueGoesBeforeAGap) {
  struct Row {
    Sample first, second, want;
  };
  const Sample good = value(0, 7, 1s).sample, other = value(0, 8, 1s).sample, empty = gap(0, Gap::empty).sample,
               lost = gap(0, Gap::malformed).sample;
  for (const Row& row : {Row{good, lost, good}, Row{lost, good, good}, Row{empty, good, good}, Row{good, other, good},
                         Row{empty, lost, lost}, Row{lost, empty, lost}}) {
    std::vector<OwnedObservation::Tier> tiers(1);
    tiers[0].samples.resize(1);
    for (const Sample& sample : {row.first, row.second}) {
      Slot slot("one");
      Readings fresh{{{api, 0, sample}}, {}};
      slot.end(TimePoint(1s), 1ms, {}, fresh);
      slot.copy_to({}, tiers);
    }
    EXPECT_EQ(tiers[0].samples[0].gap, row.want.gap);
    EXPECT_EQ(tiers[0].samples[0].value, row.want.value);
  }
}

}  // namespace
}  // namespace plimsoll::collect
