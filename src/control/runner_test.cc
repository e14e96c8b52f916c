#include "control/runner.h"

#include <gtest/gtest.h>

#include <thread>

#include "control/wall_clock.h"
#include "ports/fakes.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;

class NoSamples : public Samples {
 public:
  void publish(const Fleet&) override {}
  void fill(TimePoint, OwnedObservation&) override {}
};

TEST(Runner, TicksUntilStoppedAndThenSettles) {
  Stack stack;
  stack.tiers.resize(1);
  stack.tiers[0].name = "api";
  stack.tiers[0].replicas = {2, 4};
  const Plan plan = compile(stack);
  WallClock clock;
  NoSamples samples;
  FakeDriver driver({"api"}, 100ms);
  FakeStore store;
  Loop loop(plan, clock, samples, driver, store, "test");
  StopFlag stop;
  int ticks = 0;
  Watcher watcher;
  watcher.on_tick = [&](const Tick&) {
    if (++ticks == 3) stop.stop();
  };
  run(loop, clock, stop, StopFlag(), watcher, {.tick = 10ms, .advance = 2ms}, 5s);
  EXPECT_EQ(ticks, 3);
  EXPECT_FALSE(loop.unsettled()) << "instances that were starting became ready before run() returned";
  EXPECT_EQ(driver.fleet().instances.size(), 2U);
}

// A second Ctrl-C: what still starts is left to the next controller.
TEST(Runner, DoesNotWaitForSettlingWhenToldNow) {
  Stack stack;
  stack.tiers.resize(1);
  stack.tiers[0].name = "api";
  const Plan plan = compile(stack);
  WallClock clock;
  NoSamples samples;
  FakeDriver driver({"api"}, 1h);
  FakeStore store;
  Loop loop(plan, clock, samples, driver, store, "test");
  StopFlag stop, now;
  Watcher watcher;
  watcher.on_tick = [&](const Tick&) {
    stop.stop();
    now.stop();
  };
  const TimePoint begun = clock.now();
  run(loop, clock, stop, now, watcher, {.tick = 5ms, .advance = 1ms}, 1h);
  EXPECT_TRUE(loop.unsettled());
  EXPECT_LT(clock.now() - begun, 10min);
}

TEST(Runner, AFailedTickIsToldAndTheLoopGoesOn) {
  Stack stack;
  stack.tiers.resize(1);
  stack.tiers[0].name = "api";
  const Plan plan = compile(stack);
  WallClock clock;
  NoSamples samples;
  FakeDriver driver({"api"}, 0ms);
  FakeStore store;
  store.fail_next(Errc::exhausted);
  Loop loop(plan, clock, samples, driver, store, "test");
  StopFlag stop;
  int errors = 0;
  Watcher watcher;
  watcher.on_error = [&](const Error&) { ++errors; };
  watcher.on_tick = [&](const Tick&) { stop.stop(); };
  run(loop, clock, stop, StopFlag(), watcher, {.tick = 5ms, .advance = 1ms}, 1s);
  EXPECT_EQ(errors, 1);
}

TEST(WallClock, NeverFallsAndIsTheSystemsTime) {
  WallClock clock;
  TimePoint last = clock.now();
  for (int i = 0; i < 10'000; ++i) {
    const TimePoint now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_LT(std::chrono::abs(last - std::chrono::system_clock::now()), 1min);
}

TEST(StopFlag, WakesWhoeverWaits) {
  StopFlag stop;
  std::thread waiter([&] { EXPECT_TRUE(stop.wait(1h)); });
  stop.stop();
  waiter.join();
  EXPECT_TRUE(stop.stopped());
}

}  // namespace
}  // namespace plimsoll
