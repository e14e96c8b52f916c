#include "drive/local/backoff.h"

#include <gtest/gtest.h>

#include <chrono>

namespace plimsoll::local {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{std::chrono::hours(24 * 365 * 56)};

TEST(Backoff, NothingFailedNothingWaits) { EXPECT_LE(Backoff().not_before(1), t0); }

// 1, 2, 4, 8, 16, 30, 30 s, for every number of the tier; gone when a start works.
TEST(Backoff, FailedStartsHoldTheTierBack) {
  Backoff backoff;
  for (const Duration wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    backoff.start_failed(t0);
    EXPECT_EQ(backoff.not_before(1), t0 + wait);
    EXPECT_EQ(backoff.not_before(7), t0 + wait);
  }
  backoff.became_ready();
  EXPECT_LE(backoff.not_before(1), t0);
  backoff.start_failed(t0);
  EXPECT_EQ(backoff.not_before(1), t0 + 1s);
}

TEST(Backoff, H23TheFirstDeathIsReplacedAtOnceRepeatedOnesWaitAlone) {
  Backoff backoff;
  for (const Duration wait : {0s, 1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    backoff.died(3, 5s, t0);
    EXPECT_EQ(backoff.not_before(3), t0 + wait);
    backoff.became_ready();  // a crash after being ready is not forgotten for being ready again
  }
  EXPECT_LE(backoff.not_before(4), t0);
}

TEST(Backoff, AMinuteOfBeingReadyBeginsAnew) {
  Backoff backoff;
  for (int i = 0; i < 4; ++i) backoff.died(3, 5s, t0);
  backoff.died(3, 60s, t0 + 100s);
  EXPECT_LE(backoff.not_before(3), t0 + 100s);
  backoff.died(3, 59s, t0 + 200s);
  EXPECT_EQ(backoff.not_before(3), t0 + 201s);
}

}  // namespace
}  // namespace plimsoll::local
