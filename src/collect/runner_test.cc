#include "collect/runner.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <stdexcept>
#include <thread>

namespace plimsoll::collect {
namespace {

using namespace std::chrono_literals;

/// Each call is a second later; from any thread.
class TickingClock : public Clock {
 public:
  TimePoint now() override { return TimePoint(1s * ++seconds_); }

 private:
  std::atomic<int> seconds_{0};
};

using Work = std::function<Result<void>(const Fleet&, TimePoint, Readings&)>;

class FakeCollector : public Collector {
 public:
  FakeCollector(std::string name, Duration period, Work work) : name_(std::move(name)), period_(period), work_(std::move(work)) {}
  std::string_view name() const override { return name_; }
  Duration period() const override { return period_; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration, Readings& out) override {
    EXPECT_FALSE(inside_.exchange(true)) << "never by two at once";
    EXPECT_TRUE(out.readings.empty() && out.gauges.empty());
    const std::unique_ptr<std::atomic<bool>, void (*)(std::atomic<bool>*)> leave(&inside_, [](auto* inside) { *inside = false; });
    return work_(fleet, now, out);
  }

 private:
  std::string name_;
  Duration period_;
  Work work_;
  std::atomic<bool> inside_{false};
};

/// Whoever waits is held until it opens.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

Plan two_signals() {
  Plan plan;
  plan.tiers.resize(2);
  plan.tiers[0].signals.resize(2);
  plan.tiers[1].signals.resize(1);
  return plan;
}

Reading reading(std::uint32_t tier, std::uint32_t signal, double value, TimePoint at) {
  return {TierId{tier}, signal, {value, at, 0s, Gap::none}};
}

bool eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

class Pool : public testing::Test {
 protected:
  ~Pool() override { gate.open(); }
  void add(std::string name, Duration period, Work work) {
    collectors_.push_back(std::make_unique<FakeCollector>(std::move(name), period, std::move(work)));
  }
  Collectors& start(int threads = 4) {
    running_ = std::make_unique<Collectors>(plan_, clock_, std::move(collectors_), threads);
    return *running_;
  }
  Sample sample(std::uint32_t tier, std::uint32_t signal) {
    running_->fill(TimePoint{}, seen_);
    return seen_.tiers.at(tier).samples.at(signal);
  }
  CollectorHealth health(std::size_t i) { return running_->health().at(i); }
  Gate gate;
  Plan plan_ = two_signals();

 private:
  TickingClock clock_;
  OwnedObservation seen_;
  std::vector<std::unique_ptr<Collector>> collectors_;
  std::unique_ptr<Collectors> running_;
};

TEST_F(Pool, FillsEverySampleOfThePlan) {
  add("one", 1h, [](const Fleet&, TimePoint now, Readings& out) {
    out.readings.push_back(reading(1, 0, 42, now));
    out.gauges.push_back({"one.figure", 7});
    return Result<void>();
  });
  Collectors& pool = start();
  EXPECT_EQ(sample(0, 0).gap, Gap::empty);
  EXPECT_EQ(sample(1, 0).gap, Gap::empty) << "nobody is asked before there is a fleet";
  pool.publish({});
  ASSERT_TRUE(eventually([&] { return sample(1, 0).gap == Gap::none; }));
  EXPECT_EQ(sample(1, 0).value, 42);
  EXPECT_EQ(sample(0, 1).gap, Gap::empty);
  ASSERT_EQ(pool.gauges().size(), 1U);
  EXPECT_EQ(pool.gauges()[0].name, "one.figure");
  EXPECT_EQ(health(0).rounds, 1U) << "its period is an hour";
}

// Two rows of three instances, one of them measured; one component of two.
TEST_F(Pool, LaysOutWhatInstancesAndComponentsSay) {
  plan_.tiers[0].own_signals = 2;
  plan_.tiers[0].signals[1].own = 1;
  plan_.components.resize(2);
  add("one", 1h, [](const Fleet&, TimePoint now, Readings& out) {
    out.own.push_back({TierId{0}, 1, 7, {now, 0.5}});
    out.components.push_back({ComponentId{1}, {0.75, now, 0s, Gap::none}});
    return Result<void>();
  });
  Collectors& pool = start();
  OwnedObservation seen;
  seen.tiers.resize(2);
  seen.tiers[0].instances = {{3}, {7}, {8}};
  pool.publish({});
  ASSERT_TRUE(eventually([&] {
    pool.fill(TimePoint{}, seen);
    return seen.components.at(1).gap == Gap::none;
  }));
  EXPECT_EQ(seen.components[1].value, 0.75);
  EXPECT_EQ(seen.components[0].gap, Gap::empty);
  ASSERT_EQ(seen.tiers[0].own.size(), 6U);
  EXPECT_TRUE(seen.tiers[1].own.empty());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(seen.tiers[0].own[i].present(), i == 4) << i;
  EXPECT_EQ(seen.tiers[0].own[4].value, 0.5);
  seen.tiers[0].instances = {{8}};
  pool.fill(TimePoint{}, seen);
  EXPECT_EQ(seen.tiers[0].own.size(), 2U);
}

TEST_F(Pool, HandsOutTheFleetAsOfNow) {
  add("one", 1ms, [](const Fleet& fleet, TimePoint now, Readings& out) {
    out.readings.push_back(reading(0, 0, static_cast<double>(fleet.instances.size()), now));
    return Result<void>();
  });
  Collectors& pool = start();
  for (std::size_t instances = 1; instances < 4; ++instances) {
    Fleet fleet;
    fleet.instances.resize(instances);
    pool.publish(fleet);
    EXPECT_TRUE(eventually([&] { return sample(0, 0).value == static_cast<double>(instances); }));
  }
}

// One of four never answers, one fails, one throws; the fourth goes on, and nobody who asks has to wait.
TEST_F(Pool, NoSourceHoldsUpAnother) {
  add("hangs", 1ms, [this](const Fleet&, TimePoint now, Readings& out) {
    static std::atomic<int> calls{0};
    if (++calls > 1) gate.pass();
    out.readings.push_back(reading(0, 0, 1, now));
    return Result<void>();
  });
  add("fails", 1ms, [](const Fleet&, TimePoint, Readings& out) -> Result<void> {
    out.readings.push_back({TierId{0}, 1, {}});
    return fail(Errc::unreachable, "fails: connection refused");
  });
  add("throws", 1ms, [](const Fleet&, TimePoint, Readings&) -> Result<void> { throw std::runtime_error("out of luck"); });
  add("works", 1ms, [](const Fleet&, TimePoint now, Readings& out) {
    out.readings.push_back(reading(1, 0, 1, now));
    return Result<void>();
  });
  start(4).publish({});
  ASSERT_TRUE(eventually([&] { return health(0).late && health(3).rounds > 50; }));
  EXPECT_EQ(sample(0, 0).gap, Gap::unreachable);
  EXPECT_EQ(sample(0, 1).gap, Gap::unreachable);
  EXPECT_EQ(sample(1, 0).gap, Gap::none);
  EXPECT_EQ(health(0).rounds, 1U);
  EXPECT_EQ(health(1).last_error, "fails: connection refused");
  EXPECT_EQ(health(2).last_error, "throws: out of luck");
  gate.open();
  EXPECT_TRUE(eventually([&] { return sample(0, 0).gap == Gap::none && health(0).rounds > 5; })) << "it is asked again";
}

TEST_F(Pool, MoreSourcesThanThreadsTakeTurns) {
  for (int i = 0; i < 7; ++i)
    add("source", 2ms, [](const Fleet&, TimePoint, Readings&) {
      std::this_thread::sleep_for(1ms);
      return Result<void>();
    });
  start(2).publish({});
  for (std::size_t i = 0; i < 7; ++i) EXPECT_TRUE(eventually([&] { return health(i).rounds > 5; }));
}

TEST_F(Pool, AskingWhileItRunsIsSafe) {
  add("one", 1ms, [](const Fleet&, TimePoint now, Readings& out) {
    out.readings.push_back(reading(0, 0, 1, now));
    out.gauges.push_back({"g", 1});
    return Result<void>();
  });
  Collectors& pool = start();
  TimePoint before{};
  for (int i = 0; i < 2000; ++i) {
    pool.publish({});
    const Sample now = sample(0, 0);
    EXPECT_GE(now.measured, before);
    before = now.measured;
    EXPECT_LE(pool.gauges().size(), 1U);
  }
}

}  // namespace
}  // namespace plimsoll::collect
