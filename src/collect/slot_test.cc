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
