#include "core/calendar.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

TEST(Calendar, SplitsAClockReading) {
  const CivilTime c = civil(local_time(std::chrono::year(2024) / 2 / 29, 23, 59, 58) + 999ms);
  EXPECT_EQ(c, (CivilTime{std::chrono::year(2024) / 2 / 29, 23, 59, 58}));
}

TEST(Calendar, RoundsDownBefore1970) {
  EXPECT_EQ(civil(LocalTime(-1ns)), (CivilTime{std::chrono::year(1969) / 12 / 31, 23, 59, 59}));
}

TEST(Calendar, IsItsOwnInverse) {
  for (LocalTime t = local_time(std::chrono::year(1970) / 1 / 1); t < local_time(std::chrono::year(2101) / 1 / 1);
       t += 1000h + 61s) {
    const CivilTime c = civil(t);
    EXPECT_EQ(local_time(c.date, c.hour, c.minute, c.second), t);
  }
}

}  // namespace
}  // namespace plimsoll
