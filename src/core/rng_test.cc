#include "core/rng.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(Rng, OneSeedHasOneHistory) {
  Rng a{42}, b{42};
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(a.next(), b.next());
}

TEST(Rng, AStreamDependsOnItsNameOnly) {
  const Rng root{7};
  Rng arrivals = root.fork("arrivals");
  Rng users = root.fork("users");
  EXPECT_NE(arrivals.next(), users.next());
  Rng again = Rng{7}.fork("arrivals");
  again.next();
  EXPECT_EQ(arrivals.next(), again.next());
}

// The mean of n exponentials of rate 4 is 0.25 with a standard error of 0.25 / sqrt(n) = 0.0008; 5 of those are allowed.
TEST(Rng, ExponentialHasItsMean) {
  Rng rng{1};
  double sum = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) sum += rng.exponential(4);
  EXPECT_NEAR(sum / n, 0.25, 0.004);
}

TEST(Rng, UniformStaysInItsInterval) {
  Rng rng{3};
  for (int i = 0; i < 100'000; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ASSERT_LT(rng.below(7), 7U);
  }
}

}  // namespace
}  // namespace plimsoll
