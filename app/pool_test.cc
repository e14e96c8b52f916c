#include "app/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace plimsoll::app {
namespace {

using namespace std::chrono_literals;
using wire::deadline_in;

/// A connection that breaks when it is told to.
struct Fake {
  int number = 0;
  std::shared_ptr<bool> is_broken = std::make_shared<bool>(false);
  [[nodiscard]] bool broken() const { return *is_broken; }
};

class PoolTest : public testing::Test {
 protected:
  Pool<Fake> pool_of(int size) {
    return Pool<Fake>(size, [this](Duration) -> Result<Fake> {
      if (refuse_ > 0) {
        --refuse_;
        return fail(Errc::unreachable, "away");
      }
      return Fake{++opened_};
    });
  }
  int opened_ = 0;
  int refuse_ = 0;
};

TEST_F(PoolTest, ConnectionsAreKeptAndBrokenOnesDropped) {
  auto pool = pool_of(2);
  const auto number = [](Fake& fake) -> Result<int> { return fake.number; };
  EXPECT_EQ(pool.run(deadline_in(1s), number), 1);
  EXPECT_EQ(pool.run(deadline_in(1s), number), 1);
  pool.run(deadline_in(1s), [](Fake& fake) -> Result<int> {
    *fake.is_broken = true;
    return 0;
  });
  EXPECT_EQ(pool.run(deadline_in(1s), number), 2);
}

// All idle connections die with the server: one failed attempt, not one for each of them.
TEST_F(PoolTest, AServerThatWentAwayCostsOneAttempt) {
  auto pool = pool_of(3);
  const auto hold_three = [&] {
    return pool.run(deadline_in(1s), [&](Fake&) -> Result<int> {
      return pool.run(deadline_in(1s),
                      [&](Fake&) { return pool.run(deadline_in(1s), [](Fake& fake) -> Result<int> { return fake.number; }); });
    });
  };
  ASSERT_EQ(hold_three(), 3);
  int failures = 0;
  const auto after = pool.run(deadline_in(10s), [&](Fake& fake) -> Result<int> {
    if (fake.number > 3) return fake.number;
    ++failures;
    *fake.is_broken = true;
    return fail(Errc::unreachable, "gone");
  });
  EXPECT_EQ(after, 4);
  EXPECT_EQ(failures, 1);
}

TEST_F(PoolTest, WhatIsAwayIsAskedAgainUntilItIsThere) {
  auto pool = pool_of(1);
  refuse_ = 2;
  EXPECT_EQ(pool.run(deadline_in(10s), [](Fake& fake) -> Result<int> { return fake.number; }), 1);
  refuse_ = 1'000'000;
  auto other = pool_of(1);
  EXPECT_EQ(other.run(deadline_in(50ms), [](Fake&) -> Result<int> { return 1; }).error().code, Errc::unreachable);
}

TEST_F(PoolTest, AnAnswerIsNotAskedAgain) {
  auto pool = pool_of(1);
  int asked = 0;
  const auto refused = pool.run(deadline_in(10s), [&](Fake&) -> Result<int> {
    ++asked;
    return fail(Errc::refused, "no");
  });
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(asked, 1);
}

TEST_F(PoolTest, AFullPoolWaitsAndCounts) {
  auto pool = pool_of(1);
  const auto outer = pool.run(deadline_in(1s), [&](Fake&) -> Result<int> {
    EXPECT_EQ(pool.use().in_use, 1);
    EXPECT_EQ(pool.run(deadline_in(20ms), [](Fake&) -> Result<int> { return 1; }).error().code, Errc::timed_out);
    return 1;
  });
  EXPECT_TRUE(outer);
  EXPECT_EQ(pool.use().in_use, 0);
  EXPECT_GE(pool.use().busy_s, 0.02);
}

}  // namespace
}  // namespace plimsoll::app
