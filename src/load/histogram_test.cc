#include "load/histogram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

namespace plimsoll::load {
namespace {

using namespace std::chrono_literals;

Histogram of(const std::vector<std::int64_t>& values_ns) {
  Histogram h;
  for (const std::int64_t v : values_ns) h.record(Duration(v));
  return h;
}

/// Values of every magnitude, not only the large ones a uniform choice gives.
std::vector<std::int64_t> any_values() {
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(
      rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 42), rc::gen::inRange<std::int64_t>(0, 1'000'000)),
                   [](const std::pair<int, std::int64_t>& p) {
                     return std::min(static_cast<std::int64_t>(std::ldexp(1 + static_cast<double>(p.second) * 1e-6, p.first)),
                                     Histogram::max_ns);
                   })));
}

bool same(const Histogram& a, const Histogram& b) {
  bool equal = a.count() == b.count() && a.min() == b.min() && a.max() == b.max() && a.mean() == b.mean();
  for (int i = 0; i <= 1000; ++i) equal = equal && a.percentile(i / 1000.0) == b.percentile(i / 1000.0);
  return equal;
}

RC_GTEST_PROP(Histogram, PercentilesAreWithinFourPerMilleOfTheSortedValues, ()) {
  std::vector<std::int64_t> values = any_values();
  const Histogram h = of(values);
  std::sort(values.begin(), values.end());
  for (const double share : {0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    const double rank = std::max(std::ceil(share * static_cast<double>(values.size()) - 1e-9), 1.0);
    const auto want = static_cast<double>(values[static_cast<std::size_t>(rank) - 1]);
    const auto got = static_cast<double>(h.percentile(share).count());
    RC_ASSERT(std::abs(got - want) <= std::max(want * 0.004, 0.0));
  }
  RC_ASSERT(h.min().count() == values.front());
  RC_ASSERT(h.max().count() == values.back());
}

RC_GTEST_PROP(Histogram, MergedIsAsIfRecordedInOne, ()) {
  const std::vector<std::int64_t> a = any_values(), b = any_values();
  std::vector<std::int64_t> both = a;
  both.insert(both.end(), b.begin(), b.end());
  Histogram ab = of(a), ba = of(b);
  ab.merge(of(b));
  ba.merge(of(a));
  RC_ASSERT(same(ab, of(both)));
  RC_ASSERT(same(ba, ab));
}

RC_GTEST_PROP(Histogram, PercentilesAscend, ()) {
  const Histogram h = of(any_values());
  Duration last{};
  for (int i = 0; i <= 1000; ++i) {
    RC_ASSERT(h.percentile(i / 1000.0) >= last);
    last = h.percentile(i / 1000.0);
  }
}

TEST(Histogram, EmptyIsAllZero) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0U);
  EXPECT_EQ(h.percentile(0.99), 0ns);
  EXPECT_EQ(h.min(), 0ns);
  EXPECT_EQ(h.max(), 0ns);
  EXPECT_EQ(h.mean(), 0ns);
}

TEST(Histogram, ClampsWhatIsOutOfRange) {
  const Histogram h = of({-5, 2 * Histogram::max_ns});
  EXPECT_EQ(h.min(), 0ns);
  EXPECT_EQ(h.max(), 1h);
  EXPECT_EQ(h.percentile(0.5), 0ns);
}

// 1..100 ns are each their own bucket, so the nearest rank is exact: p07 is the 7th, though 0.07 * 100 rounds above 7.
TEST(Histogram, TakesTheNearestRank) {
  std::vector<std::int64_t> values(100);
  for (int i = 0; i < 100; ++i) values[static_cast<std::size_t>(i)] = i + 1;
  const Histogram h = of(values);
  for (int p = 1; p <= 100; ++p) EXPECT_EQ(h.percentile(p / 100.0).count(), p);
}

TEST(Histogram, ClearedAndAssignedStartOver) {
  Histogram h = of({10, 20});
  h.clear();
  EXPECT_TRUE(same(h, Histogram()));
  h = of({7, 8, 9});
  EXPECT_TRUE(same(h, of({7, 8, 9})));
}

TEST(Histogram, MayBeReadWhileItIsWritten) {
  Histogram h;
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int i = 0; i < 200'000; ++i) h.record(std::chrono::microseconds(1 + i % 1000));
    over = true;
  });
  std::uint64_t last = 0;
  while (!over) {
    const Histogram copy = h;
    EXPECT_GE(copy.count(), last);
    EXPECT_LE(copy.percentile(0.5), 1005us);
    last = copy.count();
  }
  writer.join();
  EXPECT_EQ(h.count(), 200'000U);
}

}  // namespace
}  // namespace plimsoll::load
