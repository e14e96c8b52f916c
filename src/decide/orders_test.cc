// K3, K8, K12: what a person ordered stands over the policies.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/rng.h"
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

// Paused is scale-in, and the maximum keeps the count from growing: the maximum is why, not the pause.
TEST(OrdersInTime, APauseOfTheOtherDirectionIsNoReason) {
  Stage stage(stack_of({api()}));
  const int max = stage.plan().tiers[0].bounds.max;
  stage.runs(0, max);
  stage.see(0, SignalKind::requests_per_second, max * 10.0);
  stage.run_for(60s);
  stage.orders = {order(OrderKind::pause, 0, Direction::down)};
  stage.see(0, SignalKind::requests_per_second, max * 30.0);
  stage.tick();
  EXPECT_EQ(stage.asked(), max);
  EXPECT_EQ(stage.reason(), Reason::bound_max);
  stage.orders = {order(OrderKind::pause, 0, Direction::up)};
  stage.see(0, SignalKind::requests_per_second, 10);
  stage.run_for(10min);
  EXPECT_LT(stage.asked(), max) << "shrinks as ever";
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

struct Pauses {
  const char* what;
  std::vector<Order> orders;
  double rate;
  int want;
};
void PrintTo(const Pauses& row, std::ostream* out) { *out << row.what; }

/// Ten are there; ten a second are one instance's work.
class SeveralOrders : public testing::TestWithParam<Pauses> {};
TEST_P(SeveralOrders, HoldTogether) {
  Stage stage(stack_of({api()}));
  stage.runs(0, 10);
  stage.see(0, SignalKind::requests_per_second, 100);
  stage.run_for(60s);
  stage.orders = GetParam().orders;
  for (std::size_t i = 0; i < stage.orders.size(); ++i) {
    stage.orders[i].id = static_cast<std::int64_t>(i + 1);
    stage.orders[i].given = stage.now() + static_cast<int>(i) * 1s;
  }
  stage.see(0, SignalKind::requests_per_second, GetParam().rate);
  EXPECT_EQ(stage.run_for(60s).tiers[0].asked, GetParam().want);
  if (GetParam().want == 10) {
    EXPECT_EQ(stage.reason(), Reason::order_pause);
  }
}
const Order no_up = order(OrderKind::pause, 0, Direction::up), no_down = order(OrderKind::pause, 0, Direction::down);
const Order floor_12 = order(OrderKind::floor, 12);
INSTANTIATE_TEST_SUITE_P(Table, SeveralOrders,
                         testing::Values(Pauses{"pause up, then down: no growth", {no_up, no_down}, 150, 10},
                                         Pauses{"pause up, then down: no shrinkage", {no_up, no_down}, 50, 10},
                                         Pauses{"pause down, then up: no growth", {no_down, no_up}, 150, 10},
                                         Pauses{"a floor above the count, no shrinkage", {no_down, floor_12}, 50, 12},
                                         Pauses{"the same, given the other way round", {floor_12, no_down}, 50, 12},
                                         Pauses{"a floor is growth, which is paused", {floor_12, no_up}, 50, 10},
                                         Pauses{"a pause of growth alone lets it shrink", {no_up}, 50, 5}));

/// The count that the tier's orders leave of five: of the youngest hold, else of the youngest floor.
int obeyed(const std::vector<Order>& orders, TierId tier) {
  const Order* best = nullptr;
  for (const Order& one : orders) {
    if (one.tier != tier) continue;
    const bool weightier = best && one.kind == OrderKind::hold && best->kind != OrderKind::hold;
    const bool younger = best && one.kind == best->kind && one.given > best->given;
    if (!best || weightier || younger) best = &one;
  }
  if (!best) return 5;
  return best->kind == OrderKind::hold ? best->value : std::max(5, best->value);
}

// A thousand orders over a hundred tiers, some of tiers that are no more: each tier obeys its own, in whatever order they come.
TEST(OrdersOfTiers, EachTierObeysItsOwnInAnyOrderOfTheList) {
  constexpr std::uint32_t tiers = 100;
  std::vector<Tier> all;
  for (std::uint32_t i = 0; i < tiers; ++i) all.push_back(plain_tier("t" + std::to_string(i), {5, 50}));
  const Stack stack = stack_of(all);
  EXPECT_TRUE(rc::check("orders", [&] {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Order> orders(1000);
    for (std::size_t i = 0; i < orders.size(); ++i) {
      orders[i] = order(rng.below(8) == 0 ? OrderKind::hold : OrderKind::floor, static_cast<int>(rng.below(60)));
      orders[i].id = static_cast<std::int64_t>(i);
      orders[i].tier = TierId{static_cast<std::uint32_t>(rng.below(tiers + 5))};
      orders[i].given = stage_begins + static_cast<int>(i) * 1s;
    }
    for (std::size_t i = orders.size(); i > 1; --i) std::swap(orders[i - 1], orders[rng.below(i)]);
    Stage stage(stack);
    stage.orders = orders;
    stage.tick();
    for (std::uint32_t i = 0; i < tiers; ++i) RC_ASSERT(stage.asked(i) == obeyed(orders, TierId{i}));
  }));
}

}  // namespace
}  // namespace plimsoll
