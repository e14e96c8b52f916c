// Real processes: this one forks children that burn CPU, sleep or hold memory, and measures them in real time.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "collect/process.h"
#include "collect/testing/round.h"
#include "proc/stat.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

/// A child of this process; it burns CPU, or holds so much memory and sleeps.
class Child {
 public:
  explicit Child(bool burns, std::size_t megabytes = 0) : pid_(fork()) {
    if (pid_ != 0) return;
    const std::size_t bytes = megabytes << 20U;
    char* const memory = static_cast<char*>(std::malloc(bytes + 1));
    std::memset(memory, 1, bytes);
    asm volatile("" : : "r"(memory) : "memory");  // it is used, as far as the compiler can tell
    while (burns) asm volatile("");
    for (;;) pause();
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  pid_t pid_;
};

Duration cpu_of(int pid) {
  proc::Identity who{pid, 0};
  who.start_ticks = proc::read_stat(pid)->start_ticks;
  return proc::usage(who)->cpu;
}

class Processes : public testing::Test {
 protected:
  static OneTier stack() {
    OneTier tier({{SignalKind::cpu, "", 10s}, {SignalKind::memory, "", 10s}});
    tier.stack.tiers[0].instance.cpu.request = Cores{0.5};
    tier.stack.tiers[0].instance.memory = RequestLimit<Bytes>{Bytes{64 << 20}, std::nullopt};
    return tier;
  }
  OneTier tier = stack();
  ProcessCollector collector{tier.plan, tier.stack};
};

// A burner with a request of half a core uses up to 200%, beside one that sleeps: their mean is half of the burner's. What the
// burner got on a busy machine is read before and after each round; the rounds' readings lie in between.
TEST_F(Processes, CpuIsTheMeanShareOfTheRequest) {
  const Child burner(true), sleeper(false);
  const std::vector<Instance> instances{ready_instance(1, burner.pid()), ready_instance(2, sleeper.pid())};
  const Duration before_first = cpu_of(burner.pid());
  EXPECT_EQ(Round(collector, instances, 100s).samples.at(0).gap, Gap::empty) << "one reading is no rate";
  const Duration after_first = cpu_of(burner.pid());
  ASSERT_TRUE(wire::live::wait_until([&] { return cpu_of(burner.pid()) - after_first > 300ms; }));
  const Duration before_second = cpu_of(burner.pid());
  const Round second(collector, instances, 101s);
  const Duration after_second = cpu_of(burner.pid());

  const double least = seconds(before_second - after_first),
               most = seconds(after_second - before_first);  // cores, over one second
  const Sample cpu = second.samples.at(0);
  ASSERT_EQ(cpu.gap, Gap::none);
  EXPECT_GE(cpu.value, least / 2 / 0.5);
  EXPECT_LE(cpu.value, most / 2 / 0.5 + 0.1) << "with something for what the sleeper needs to start";
  EXPECT_EQ(cpu.measured, TimePoint(101s));
  EXPECT_EQ(cpu.window, 1s);
  EXPECT_GE(second.gauge("processes.api.cpu_cores"), least);
  EXPECT_DOUBLE_EQ(second.gauge("processes.api.cpu_ratio"), cpu.value);
}

TEST_F(Processes, MemoryIsTheMeanShareOfTheRequest) {
  const Child large(false, 64), small(false, 0);
  const std::vector<Instance> instances{ready_instance(1, large.pid()), ready_instance(2, small.pid())};
  Duration now = 1s;
  ASSERT_TRUE(wire::live::wait_until([&] {
    const Sample memory = Round(collector, instances, now += 1s).samples.at(1);
    return memory.gap == Gap::none && memory.value > 0.5 && memory.value < 0.9;
  }));
  EXPECT_GT(Round(collector, instances, now += 1s).gauge("processes.api.resident_bytes"), 64 << 20);
}

// like: hpa looks at every instance, also at one that still starts.
TEST_F(Processes, EachInstanceHasItsOwnFigures) {
  tier.plan.tiers[0].signals[0].own = 0;
  tier.plan.tiers[0].signals[1].own = 1;
  ProcessCollector each(tier.plan, tier.stack);
  const Child burner(true), large(false, 64);
  Instance starting = ready_instance(1, burner.pid()), draining = ready_instance(3, burner.pid());
  starting.phase = Phase::starting;
  draining.phase = Phase::draining;
  const std::vector<Instance> instances{starting, ready_instance(2, large.pid()), draining};
  const Round first(each, instances, 1s);
  EXPECT_FALSE(first.of(1, 0)) << "one reading is no rate";
  EXPECT_TRUE(first.of(1, 1)) << "memory is known at once";
  const Duration before = cpu_of(burner.pid());
  ASSERT_TRUE(
      wire::live::wait_until([&] { return cpu_of(burner.pid()) - before > 300ms && Round(each, instances, 1s).of(2, 1) > 1; }));
  const Round second(each, instances, 2s);
  EXPECT_GE(second.of(1, 0).value_or(0), 0.3 / 0.5);
  EXPECT_LT(second.of(2, 0).value_or(9), 0.3);
  EXPECT_FALSE(second.of(3, 0));
  EXPECT_LT(second.samples.at(0).value, 0.3) << "the mean is of ready ones only";
  EXPECT_EQ(second.own.at(0).sample.measured, TimePoint(2s));
  EXPECT_TRUE(Round(collector, instances, 1s).own.empty()) << "nobody asked";
}

TEST_F(Processes, OnlyReadyInstancesCount) {
  const Child burner(true), sleeper(false);
  Instance starting = ready_instance(2, burner.pid());
  starting.phase = Phase::starting;
  Instance draining = ready_instance(3, burner.pid());
  draining.phase = Phase::draining;
  const std::vector<Instance> instances{ready_instance(1, sleeper.pid()), starting, draining};
  const Duration before = cpu_of(burner.pid());
  const Round first(collector, instances, 1s);
  ASSERT_TRUE(wire::live::wait_until([&] { return cpu_of(burner.pid()) - before > 300ms; }));
  EXPECT_LT(Round(collector, instances, 2s).samples.at(0).value, 0.2);
  EXPECT_EQ(Round(collector, {starting}, 3s).samples.at(0).gap, Gap::empty);
  EXPECT_EQ(Round(collector, {}, 4s).samples.at(1).gap, Gap::empty);
}

// An instance is restarted under its name: another process, whose first reading is compared with nothing.
TEST_F(Processes, ARestartStartsAfresh) {
  Child before(true);
  Round(collector, {ready_instance(1, before.pid())}, 1s);
  EXPECT_EQ(Round(collector, {ready_instance(1, before.pid())}, 2s).samples.at(0).gap, Gap::none);
  before.end();
  const Child after(false);
  EXPECT_EQ(Round(collector, {ready_instance(1, after.pid())}, 3s).samples.at(0).gap, Gap::empty);
  EXPECT_EQ(Round(collector, {ready_instance(1, after.pid())}, 4s).samples.at(0).gap, Gap::none);
  Instance again = ready_instance(1, after.pid());
  again.ready_since = TimePoint(5s);
  EXPECT_EQ(Round(collector, {again}, 5s).samples.at(0).gap, Gap::empty) << "it was not ready in between";
}

TEST_F(Processes, ADeadInstanceIsLeftOutAndNoneLeftIsAGap) {
  Child dies(true);
  const Child lives(false);
  const std::vector<Instance> both{ready_instance(1, dies.pid()), ready_instance(2, lives.pid())};
  Round(collector, both, 1s);
  Round(collector, both, 2s);
  dies.end();
  EXPECT_EQ(Round(collector, both, 3s).samples.at(0).gap, Gap::none);
  const Round alone(collector, {both[0]}, 4s);
  EXPECT_TRUE(alone.outcome);
  EXPECT_EQ(alone.samples.at(0).gap, Gap::unreachable);
  EXPECT_EQ(alone.samples.at(1).gap, Gap::unreachable);
}

}  // namespace
}  // namespace plimsoll::collect
