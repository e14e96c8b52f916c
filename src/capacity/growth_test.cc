#include "capacity/growth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace plimsoll::capacity {
namespace {

// 1000 users, 50 requests a second, 10 GB, times 1.5 a month for six months; an instance for each 50 requests a second, 100
// connections for each 1000 users, a GB of Redis for each 10,000.
TEST(V12, SixMonthsAtOnceAndAHalf) {
  const double users = grown(1000, 1.5, 6);
  const double rate = grown(50, 1.5, 6);
  EXPECT_EQ(std::lround(users), 11391);
  EXPECT_EQ(std::lround(rate), 570);
  EXPECT_EQ(std::lround(grown(10, 1.5, 6)), 114);
  EXPECT_EQ(units_for(rate, 50), 12);
  EXPECT_EQ(units_for(users / 1000 * 100, 1), 1140);
  EXPECT_EQ(units_for(users, 10'000), 2);
}

TEST(Growth, UntilAThreshold) {
  EXPECT_NEAR(periods_until(1000, 1.5, grown(1000, 1.5, 6)), 6, 1e-12);
  EXPECT_EQ(periods_until(1000, 1.5, 900), 0);
  EXPECT_EQ(periods_until(1000, 1, 1001), std::numeric_limits<double>::infinity());
  EXPECT_EQ(periods_until(0, 2, 1), std::numeric_limits<double>::infinity());
}

TEST(Growth, WholeUnits) {
  EXPECT_EQ(units_for(0, 50), 0);
  EXPECT_EQ(units_for(100, 50), 2);
  EXPECT_EQ(units_for(100.0000000001, 50), 2);
  EXPECT_EQ(units_for(101, 50), 3);
}

}  // namespace
}  // namespace plimsoll::capacity
