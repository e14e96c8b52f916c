#include "decide/keda/cron.h"

#include <gtest/gtest.h>

#include <array>

#include "core/quantity.h"
#include "decide/keda/hpa_spec.h"

namespace plimsoll::keda {
namespace {

TimePoint utc(std::string_view text) { return parse_time(text).value(); }

const CronTrigger office{{parse_cron("0 8 * * *").value.value(), parse_cron("0 20 * * *").value.value()}, 10};
const TimeZone berlin = parse_zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin").value();

TEST(CronTrigger, ReportsItsReplicasInsideAndNothingOutside) {
  CronMemory memory;
  EXPECT_EQ(read(office, memory, berlin, utc("2026-07-01T05:59Z")).value, 0);
  EXPECT_EQ(read(office, memory, berlin, utc("2026-07-01T06:00Z")).value, 10);
  EXPECT_EQ(read(office, memory, berlin, utc("2026-07-01T18:00Z")).value, 0);
}

// As the other triggers: its metric asks for 10 of the HPA, and it wakes the object from zero; it never lowers what others ask
// for.
TEST(CronTrigger, IsATriggerOfThresholdOne) {
  ScaledObject so;
  so.triggers.push_back({.source = Source::cron, .threshold = 1});
  LoopState state;
  CronMemory memory;
  const TimePoint inside = utc("2026-07-01T12:00Z"), outside = utc("2026-07-01T22:00Z");
  const LoopAction up = poll(so, state, std::array{read(office, memory, berlin, inside)}, {0, 0}, inside);
  EXPECT_EQ(up.target, 1);
  const Served metric =
      serve(so, state, hpa_spec(so).external[0], std::array{read(office, memory, berlin, inside)}, {1, 1}, inside);
  EXPECT_EQ(metric.milli, 10'000);
  const LoopAction down = poll(so, state, std::array{read(office, memory, berlin, outside)}, {10, 10}, outside);
  EXPECT_EQ(down.kind, LoopAction::Kind::set);
  EXPECT_EQ(down.target, 0);
}

}  // namespace
}  // namespace plimsoll::keda
