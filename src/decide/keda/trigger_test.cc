#include "decide/keda/trigger.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace plimsoll::keda {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct MilliRow {
  double value;
  std::int64_t want;
};
class Milli : public testing::TestWithParam<MilliRow> {};
TEST_P(Milli, IsWhatIsServed) { EXPECT_EQ(milli(GetParam().value), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Sanitised, Milli,
                         testing::Values(MilliRow{23, 23000}, MilliRow{0.0004, 0}, MilliRow{0.0006, 1}, MilliRow{1.2345, 1234},
                                         MilliRow{-1, 0}, MilliRow{nan, 0}, MilliRow{inf, 0}, MilliRow{-inf, 0},
                                         MilliRow{-0.0, 0}, MilliRow{1e300, INT64_MAX}, MilliRow{1e15, 1000000000000000000},
                                         MilliRow{5e-324, 0}, MilliRow{std::nextafter(9.2e15, 0), 9199999999999998000}));

TEST(Milli, CutsWhatKedaComputesItself) {
  EXPECT_EQ(cut(1999.9), 1999);
  EXPECT_EQ(cut(-1999.9), -1999);
  EXPECT_EQ(cut(1e300), INT64_MAX);
  EXPECT_EQ(cut(-inf), INT64_MIN);
}

struct ValueRow {
  Source source;
  bool ignore_null;
  Reading reading;
  std::optional<double> keda;
};
class Values : public testing::TestWithParam<ValueRow> {};
TEST_P(Values, OfKeda) {
  const Trigger trigger{.source = GetParam().source, .ignore_null = GetParam().ignore_null};
  const std::optional<double> keda = keda_value(trigger, GetParam().reading);
  EXPECT_EQ(keda.has_value(), GetParam().keda.has_value());
  if (keda && !std::isnan(*keda)) {
    EXPECT_EQ(keda, GetParam().keda);
  }
}
INSTANTIATE_TEST_SUITE_P(Readings, Values,
                         testing::Values(ValueRow{Source::prometheus, true, Reading::of(7), 7.0},
                                         ValueRow{Source::prometheus, true, Reading::of(-7), -7.0},
                                         ValueRow{Source::prometheus, true, Reading::of(nan), 0.0},
                                         ValueRow{Source::prometheus, false, Reading::of(inf), std::nullopt},
                                         ValueRow{Source::prometheus, false, Reading::empty(), std::nullopt},
                                         ValueRow{Source::prometheus, true, Reading::failed(), std::nullopt},
                                         ValueRow{Source::postgres, true, Reading::empty(), std::nullopt},
                                         ValueRow{Source::postgres, true, Reading::of(nan), nan},
                                         ValueRow{Source::redis_list, true, Reading::failed(), std::nullopt}));

// A renamed metric makes the query empty at the peak. KEDA's default reads that as 0 load. (Ours is a gap: traps_test.)
TEST(Trap, IgnoreNullTurnsABrokenQueryIntoZero) {
  const Trigger by_default{.source = Source::prometheus, .threshold = 100};
  EXPECT_EQ(keda_value(by_default, Reading::empty()), 0.0);
}

TEST(Trigger, IsActiveAboveItsActivationStrictly) {
  const Trigger trigger{.activation = 50};
  EXPECT_FALSE(is_active(trigger, 50));
  EXPECT_TRUE(is_active(trigger, 50.0001)) << "as the source gave it, before thousandths";
  EXPECT_FALSE(is_active(trigger, nan));
  EXPECT_FALSE(is_active(Trigger{}, 0));
}

}  // namespace
}  // namespace plimsoll::keda
