// plimsoll dies in the middle of things; the next one has the store, the pidfiles and what runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drive/local/files.h"
#include "drive/local/purge.h"
#include "drive/local/testing/clients.h"
#include "drive/local/testing/rig.h"

namespace plimsoll::local {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Kind = InstanceEvent::Kind;

class Adoption : public Rig {
 protected:
  /// The driver, the balancer's slots and HAProxy's component are gone as after kill -9; what runs runs on.
  void lose_plimsoll() {
    driver_.reset();
    haproxy_.reset();
    balancer_.reset();
    events_.clear();
  }
  void come_back() {
    start_haproxy();
    new_driver();
  }
};

// Scale-out from 2 to 5, started slowly; plimsoll goes when the three new ones run and none is ready. The next one ends with
// five, all in HAProxy, and started none itself.
TEST_F(Adoption, H23InTheMiddleOfAScaleOut) {
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  Clients clients(stack_.balancer->listen, 2);
  stack_.tiers[0].run.env["START_DELAY_MS"] = "600";
  driver_.reset();
  new_driver();
  ask(5);
  wait_until([&] { return processes().size() == 5; });
  EXPECT_EQ(store_.open_actions()->size(), 3U);
  lose_plimsoll();
  come_back();
  ask(5);
  wait_until([&] { return settled(5); });
  EXPECT_EQ(processes().size(), 5U);
  wait_until([&] { return serving() == 5; });
  EXPECT_EQ(count(Kind::started), 5) << "found, each once:" << history();
  EXPECT_THAT(history(), testing::Not(HasSubstr("started on port")));
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
}

TEST_F(Adoption, H23InTheMiddleOfADrain) {
  stack_.tiers[0].run.env["RESPONSE_MS"] = "400";
  start_haproxy();
  new_driver();
  ask(3);
  wait_until([&] { return settled(3); });
  Clients clients(stack_.balancer->listen, 6);
  wait_until([&] { return clients.answered() >= 6; });
  ask(1);
  advance();
  ASSERT_EQ(instance("api-3")->phase, Phase::draining);
  lose_plimsoll();
  come_back();
  EXPECT_EQ(instance("api-3")->phase, Phase::draining) << "what was begun goes on, whatever is asked now";
  ask(1);
  wait_until([&] { return settled(1); });
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
  EXPECT_EQ(processes().size(), 1U);
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
}

// Begun in the journal, but plimsoll died before the process ran; and one stopped whose end nobody saw.
TEST_F(Adoption, H23ActionsWithoutAProcessAreClosed) {
  const auto begun = store_.begin({0, Action::Kind::start, "api", "api-1", "port 1", now()});
  const auto stopping = store_.begin({0, Action::Kind::stop, "api", "api-2", "port 2", now()});
  come_back();
  EXPECT_EQ(store_.result_of(*begun), ActionResult::abandoned);
  EXPECT_EQ(store_.result_of(*stopping), ActionResult::done);
  EXPECT_THAT(driver_->fleet().instances, IsEmpty());
}

TEST_F(Adoption, H23AnOrphanWithoutAPidfileIsFoundByItsMark) {
  start_haproxy();
  new_driver();
  ask(2, 1);
  wait_until([&] { return settled(2, 1); });
  const int pid = instance("api-2")->pid;
  std::filesystem::remove(place_.pidfile("api-2"));
  std::filesystem::remove(place_.pidfile("worker-1"));
  lose_plimsoll();
  come_back();
  ASSERT_TRUE(instance("api-2"));
  EXPECT_EQ(instance("api-2")->pid, pid);
  EXPECT_TRUE(std::filesystem::exists(place_.pidfile("api-2"))) << "written anew";
  ask(2, 1);
  wait_until([&] { return settled(2, 1); });
  EXPECT_EQ(processes().size(), 3U);
}

// Two processes claim to be api-1: the one with the pidfile is, the other is ended. So is an instance of a tier that is not in
// the stack any more.
TEST_F(Adoption, NobodysProcessesAreEnded) {
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  const int pid = instance("api-1")->pid;
  for (const char* name : {"api-1", "gone-1"}) {
    proc::Command twin;
    twin.name = name;
    twin.argv = {"sleep", "100"};
    twin.env = {{"INSTANCE", name}, {stack_marker, place_.root}};
    twin.pidfile = folder_ + "/twin.pid";
    twin.log_file = folder_ + "/twin.log";
    ASSERT_TRUE(proc::start(twin));
  }
  lose_plimsoll();
  come_back();
  ask(1);
  wait_until([&] { return processes().size() == 1; });
  EXPECT_TRUE(settled(1));
  EXPECT_EQ(processes()[0].pid, pid);
}

// An instance of a tier that is not in the file any more, with a pidfile: SIGTERM, time to end, and nothing is left of it. Found
// by stop_leftovers, and by adopt().
class Leftover : public Adoption, public testing::WithParamInterface<bool> {};

TEST_P(Leftover, IsToldToEndAndGetsTheTime) {
  proc::Command gone;
  gone.name = "gone-1";
  gone.argv = {"/bin/sh", "-c", "trap 'sleep 1; echo ended in order; exit 0' TERM; echo ready; while :; do sleep 0.02; done"};
  gone.env = {{"INSTANCE", "gone-1"}, {stack_marker, place_.root}, {"PATH", "/usr/bin:/bin"}};
  gone.pidfile = place_.pidfile("gone-1");
  gone.log_file = place_.log("gone-1");
  ASSERT_TRUE(proc::start(gone));
  const auto log = [&] { return read_file(gone.log_file).value_or(""); };
  wait_until([&] { return log() == "ready\n"; });
  if (GetParam()) {
    EXPECT_TRUE(stop_leftovers(
        place_, [](const std::string&) { return false; }, 100ms));
  } else {
    come_back();
    EXPECT_TRUE(driver_->stop_all(now(), 1s));
  }
  EXPECT_EQ(log(), "ready\nended in order\n");
  EXPECT_FALSE(std::filesystem::exists(gone.pidfile));
  wait_until([&] { return processes().empty(); });
}
INSTANTIATE_TEST_SUITE_P(Found, Leftover, testing::Bool(),
                         [](const auto& row) { return row.param ? "ByItsPidfile" : "ByItsMark"; });

// One died while nobody watched, with its slot still in HAProxy; another lost its slot. Both are put right.
TEST_F(Adoption, H23TheBalancerIsPutRight) {
  start_haproxy();
  new_driver();
  ask(3);
  wait_until([&] { return settled(3); });
  const int dead = instance("api-1")->pid;
  ASSERT_TRUE(balancer_->socket().order("set server api/api-2 state maint", 1s));
  lose_plimsoll();
  ::kill(dead, SIGKILL);
  come_back();
  ask(3);
  wait_until([&] { return settled(3) && serving() == 3; });
  EXPECT_NE(instance("api-1")->pid, dead);
  EXPECT_EQ(processes().size(), 3U);
}

TEST_F(Adoption, AnInstanceFoundKeepsItsStartTimeAndPort) {
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  const Instance before = *instance("api-1");
  lose_plimsoll();
  come_back();
  const Instance after = *instance("api-1");
  EXPECT_EQ(after.pid, before.pid);
  EXPECT_EQ(after.port, before.port);
  EXPECT_EQ(after.phase, Phase::ready);
  EXPECT_LT(after.started - before.started, 1s);
  EXPECT_LT(before.started - after.started, 1s);
}

}  // namespace
}  // namespace plimsoll::local
