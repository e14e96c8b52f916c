#include "ports/fakes.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {
using namespace std::chrono_literals;

Decision asks(int count) { return Decision{{TierDecision{0, count, count, count, Reason::policy}}}; }

TEST(FakeDriver, ConvergesAndReplaces) {
  FakeClock clock;
  FakeDriver driver({"api"}, 2s);
  ASSERT_EQ(driver.carry_out(asks(3), clock.now()).size(), 1U);
  EXPECT_TRUE(driver.carry_out(asks(3), clock.now()).empty()) << "told twice, changed once";
  driver.advance(clock.now());
  EXPECT_EQ(driver.fleet().instances.at(0).phase, Phase::starting);
  clock.advance(2s);
  driver.advance(clock.now());
  EXPECT_EQ(driver.fleet().instances.at(2).phase, Phase::ready);
  driver.kill(TierId{0}, 2);
  driver.advance(clock.now());
  EXPECT_EQ(driver.fleet().instances.size(), 3U);
  EXPECT_EQ(driver.fleet().instances.back().name, "api-2");
}

TEST(FakeDriver, RefusesWhenTold) {
  FakeDriver driver({"api"});
  driver.refuse_next();
  EXPECT_EQ(driver.carry_out(asks(3), TimePoint{}).at(0).kind, Outcome::Kind::refused);
  EXPECT_EQ(driver.fleet().tiers[0].asked, -1);
}

TEST(FakeStore, KeepsOpenActionsUntilFinished) {
  FakeStore store;
  const auto id = store.begin(Action{0, Action::Kind::start, "api", "api-1", "", TimePoint{}});
  ASSERT_TRUE(id);
  EXPECT_EQ(store.open_actions()->size(), 1U);
  ASSERT_TRUE(store.finish(*id, ActionResult::done, "", TimePoint{}));
  EXPECT_TRUE(store.open_actions()->empty());
  EXPECT_EQ(store.finish(*id, ActionResult::done, "", TimePoint{}).error().code, Errc::not_found);
  store.fail_next(Errc::exhausted);
  EXPECT_EQ(store.begin(Action{}).error().code, Errc::exhausted);
  EXPECT_TRUE(store.begin(Action{}));
}

}  // namespace
}  // namespace plimsoll
