// K3, K8, K12: what a person ordered stands over the policies.

#include <gtest/gtest.h>

#include <limits>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier api(Like like = Like::plimsoll) {
  Tier tier = plain_tier("api", {3, 20});
  tier.scale.like = like;
  tier.scale.metrics = {rate_of(10)};
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

Order order(OrderKind kind, int value = 0, Direction direction = Direction::both) {
  return {.id = 7, .kind = kind, .tier = TierId{0}, .value = value, .direction = direction, .who = "ops"};
}

struct Row {
  const char* what;
  Order order;
  int low, same, high;  // asked when the policies want 5, 10, 15; ten are there
  Reason reason;        // of a change that is held
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class Orders : public testing::TestWithParam<Row> {};
TEST_P(Orders, StandOverThePolicies) {
  const Row& row = GetParam();
  const auto asked = [&](double rate) {
    Stage stage(stack_of({api()}));
    stage.runs(0, 10);
    stage.see(0, SignalKind::requests_per_second, 100);
    stage.run_for(60s);
    stage.orders = {row.order};
    stage.see(0, SignalKind::requests_per_second, rate);
    stage.tick();
    if (stage.asked() != rate / 10) {
      EXPECT_EQ(stage.reason(), row.reason);
    }
    return stage.asked();
  };
  EXPECT_EQ(asked(50), row.low);
  EXPECT_EQ(asked(100), row.same);
  EXPECT_EQ(asked(150), row.high);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Orders,
    testing::Values(Row{"K3 hold 15", order(OrderKind::hold, 15), 15, 15, 15, Reason::order_hold},
                    Row{"K3 hold outside the bounds", order(OrderKind::hold, 25), 25, 25, 25, Reason::order_hold},
                    Row{"hold 0", order(OrderKind::hold, 0), 0, 0, 0, Reason::order_hold},
                    Row{"hold less than nothing", order(OrderKind::hold, -4), 0, 0, 0, Reason::order_hold},
                    Row{"K8 pause", order(OrderKind::pause), 10, 10, 10, Reason::order_pause},
                    Row{"K8 pause scale-out", order(OrderKind::pause, 0, Direction::up), 5, 10, 10, Reason::order_pause},
                    Row{"K8 pause scale-in", order(OrderKind::pause, 0, Direction::down), 10, 10, 15, Reason::order_pause},
                    Row{"maintenance", order(OrderKind::maintenance), 10, 10, 10, Reason::order_maintenance},
                    Row{"floor 12", order(OrderKind::floor, 12), 12, 12, 15, Reason::order_floor}));

// K3: held at 15, released to the bounds of before; the younger of two orders counts, an expired one doesn't.
TEST(OrdersInTime, K3_ReleasedToTheBoundsOfBefore) {
  Stage stage(stack_of({api()}));
  stage.see(0, SignalKind::requests_per_second, 40);
  ASSERT_EQ(stage.tick().tiers[0].asked, 4);
  Order older = order(OrderKind::hold, 15), younger = order(OrderKind::hold, 9);
  older.given = stage.now();
  younger.given = stage.now() + 1s;
  younger.until = stage.now() + 60s;
  stage.orders = {younger, older};
  EXPECT_EQ(stage.tick().tiers[0].asked, 9);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 15) << "the younger has expired";
  stage.orders.clear();
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
}

// Another controller's tier obeys too, and its own bounds don't fight the hold.
TEST(OrdersInTime, HoldOverHpaAndKeda) {
  for (const Like like : {Like::hpa, Like::keda}) {
    Stage stage(stack_of({api(like)}));
    stage.runs(0, 4);
    stage.see(0, SignalKind::requests_per_second, 40);
    stage.run_for(60s);
    ASSERT_EQ(stage.asked(), 4);
    stage.orders = {order(OrderKind::hold, 25)};
    stage.tick();
    for (int i = 0; i < 120; ++i) ASSERT_EQ(stage.tick().tiers[0].asked, 25) << i;
    stage.orders = {order(OrderKind::pause)};
    EXPECT_EQ(stage.run_for(60s).tiers[0].asked, 25);
    stage.orders.clear();
    EXPECT_LE(stage.run_for(60s).tiers[0].asked, 20);
  }
}

// Absurd numbers are taken for large ones.
TEST(OrdersInTime, AbsurdNumbersDoNoHarm) {
  Stage stage(stack_of({api()}));
  stage.see(0, SignalKind::requests_per_second, 40);
  stage.manner(0).refuses = true;
  stage.orders = {order(OrderKind::hold, std::numeric_limits<int>::max())};
  EXPECT_EQ(stage.tick().tiers[0].asked, 1'000'000);
  stage.orders = {order(OrderKind::floor, std::numeric_limits<int>::max())};
  EXPECT_EQ(stage.tick().tiers[0].asked, 1'000'000);
  stage.orders = {order(OrderKind::floor, std::numeric_limits<int>::min())};
  EXPECT_EQ(stage.tick().tiers[0].asked, 4);
}

}  // namespace
}  // namespace plimsoll
