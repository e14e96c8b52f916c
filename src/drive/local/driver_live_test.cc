// Scenes of instances on the real HAProxy: scaling, failing starts, deaths.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "drive/local/driver.h"
#include "drive/local/testing/clients.h"
#include "drive/local/testing/rig.h"

namespace plimsoll::local {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Kind = InstanceEvent::Kind;

class LocalDriverScene : public Rig {
 protected:
  /// Sends a request to the balancer and waits until an instance has it.
  wire::Socket begin_request() {
    Result<wire::Socket> socket = wire::Socket::connect_tcp("127.0.0.1", stack_.balancer->listen, wire::deadline_in(2s));
    EXPECT_TRUE(socket && socket->send_all("GET /work HTTP/1.1\r\nHost: test\r\n\r\n", wire::deadline_in(2s)));
    wait_until([&] {
      const auto servers = balancer_->servers();
      return servers && std::ranges::any_of(*servers, [](const auto& one) { return one.sessions > 0; });
    });
    return std::move(socket.value());
  }
};

/// A process that does nothing as long as this lives.
class Frozen {
 public:
  explicit Frozen(int pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }
  ~Frozen() { ::kill(pid_, SIGCONT); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  int pid_;
};

// Four clients that never pause; the tier goes 1, 5, 1 and again. Every request is answered, and every instance got some.
TEST_F(LocalDriverScene, A7V4ScalesOutAndInUnderLoadWithoutAFailedRequest) {
  stack_.tiers[0].run.env["RESPONSE_MS"] = "3";
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  Clients clients(stack_.balancer->listen, 4);
  for (int round = 0; round < 2; ++round) {
    ask(5);
    wait_until([&] { return settled(5) && serving() == 5; });
    work_for(300ms);
    ask(1);
    wait_until([&] { return settled(1); });
    EXPECT_EQ(serving(), 1);
  }
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty()) << history();
  EXPECT_GT(clients.answered(), 500);
  EXPECT_EQ(clients.answered_by().size(), 5U);
  EXPECT_EQ(processes().size(), 1U);
  EXPECT_TRUE(instance("api-1")) << "those with the highest number go first";
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
  EXPECT_EQ(count(Kind::started), 9);
  EXPECT_EQ(count(Kind::ready), 9);
  EXPECT_EQ(count(Kind::stopped), 8);
  EXPECT_THAT(history(), HasSubstr("added to haproxy, first request within"));
}

// Answers take 300 ms; the one that is stopped has some of them in hand. They are finished before it gets SIGTERM.
TEST_F(LocalDriverScene, V4DrainsBeforeItStops) {
  stack_.tiers[0].run.env["RESPONSE_MS"] = "300";
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  Clients clients(stack_.balancer->listen, 8);
  wait_until([&] { return clients.answered() >= 16; });
  ask(1);
  advance();
  ASSERT_TRUE(instance("api-2"));
  EXPECT_EQ(instance("api-2")->phase, Phase::draining);
  EXPECT_TRUE(std::filesystem::exists(place_.pidfile("api-2")));
  wait_until([&] { return settled(1); });
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(place_.pidfile("api-2")));
}

// A request that lasts longer than balancer.drain, and a program that ignores SIGTERM: each has its deadline.
TEST_F(LocalDriverScene, DeadlinesOfDrainAndStopHold) {
  stack_.balancer->drain = 200ms;
  stack_.tiers[0].run.stop_within = 300ms;
  stack_.tiers[0].run.env = {{"RESPONSE_MS", "30000"}, {"IGNORE_TERM", "1"}};
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  const wire::Socket socket = begin_request();
  ask(0);
  wait_until([&] { return settled(0); });
  EXPECT_EQ(count(Kind::killed), 1);
  EXPECT_THAT(text_of(Kind::killed), HasSubstr("api-1 did not stop within 0.3 s and was killed"));
  EXPECT_THAT(processes(), IsEmpty());
}

// HAProxy is gone: there are no requests to wait for, and nobody to ask.
TEST_F(LocalDriverScene, WithoutABalancerInstancesStopAllTheSame) {
  stack_.balancer->drain = 60s;
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  ASSERT_TRUE(haproxy_->stop(2s));
  ask(0);
  wait_until([&] { return settled(0); });
  EXPECT_EQ(count(Kind::stopped), 2);
  ask(1);
  wait_until([&] { return processes().size() == 1; });
  work_for(300ms);
  EXPECT_EQ(instance("api-1")->phase, Phase::starting) << "it waits for the balancer";
  ASSERT_TRUE(haproxy_->start());
  wait_until([&] { return settled(1); });
}

// HAProxy does not answer for a while: it may have requests of an instance that drains, which gets no SIGTERM until HAProxy has
// said that there are none.
TEST_F(LocalDriverScene, V4ASlowBalancerIsNoAbsentOne) {
  stack_.balancer->drain = 30s;
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  {
    const std::string info = balancer_->socket().command("show info", 1s).value();
    const Frozen haproxy(std::stoi(info.substr(info.find("\nPid: ") + 6)));
    ask(0);
    work_for(3s);
    EXPECT_EQ(processes().size(), 1U) << history();
  }
  wait_until([&] { return settled(0); });
  EXPECT_EQ(count(Kind::stopped), 1);
}

struct Client {
  const char* name;
  const char* head;
};
class KilledUnderLoad : public LocalDriverScene, public testing::WithParamInterface<Client> {};

// Three instances, one is killed -9 with requests in hand: HAProxy gives them to the others, and a new one takes its place.
TEST_P(KilledUnderLoad, IsReplacedAndItsRequestsRedispatched) {
  stack_.tiers[0].run.env["RESPONSE_MS"] = "20";
  start_haproxy();
  new_driver();
  ask(3);
  wait_until([&] { return settled(3); });
  Clients clients(stack_.balancer->listen, 6, GetParam().head);
  for (const char* victim : {"api-2", "api-3", "api-1"}) {
    wait_until([&, before = clients.answered()] { return clients.answered() > before + 50; });
    const int pid = instance(victim)->pid;
    ::kill(pid, SIGKILL);
    wait_until([&] { return settled(3) && instance(victim) && instance(victim)->pid != pid && serving() == 3; });
  }
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
  EXPECT_EQ(count(Kind::died), 3);
  EXPECT_THAT(text_of(Kind::died), HasSubstr("api-2 was killed by signal 9"));
  EXPECT_EQ(processes().size(), 3U);
}
INSTANTIATE_TEST_SUITE_P(
    H23, KilledUnderLoad,
    testing::Values(Client{"get", "GET /work HTTP/1.1\r\nHost: test\r\n\r\n"},
                    Client{"post", "POST /work HTTP/1.1\r\nHost: test\r\nIdempotency-Key: 1\r\nContent-Length: 2\r\n\r\nhi"}),
    [](const auto& row) { return row.param.name; });

TEST_F(LocalDriverScene, H23AWorkerThatDiesIsReplaced) {
  start_haproxy();
  new_driver();
  ask(0, 2);
  wait_until([&] { return settled(0, 2); });
  ::kill(instance("worker-1")->pid, SIGKILL);
  wait_until([&] { return count(Kind::died) == 1 && settled(0, 2); });
  EXPECT_EQ(processes().size(), 2U);
  EXPECT_EQ(serving(), 0) << "workers have no slot";
}

// A command that exits at once: the text says with what and why, and the next tries wait 1, 2 .. s.
TEST_F(LocalDriverScene, ACommandThatExitsAtOnceBacksOff) {
  stack_.tiers[1].run.env["EXIT_AT_ONCE"] = "3";
  start_haproxy();
  new_driver();
  ask(0, 1);
  wait_until([&] { return count(Kind::start_failed) == 1; });
  EXPECT_THAT(text_of(Kind::start_failed), HasSubstr("worker-1 exited with 3 after "));
  EXPECT_THAT(text_of(Kind::start_failed), HasSubstr("no licence was found; see " + place_.log("worker-1")));
  const TierFleet& tier = driver_->fleet().tiers[1];
  wait_until([&] { return tier.pending == Pending::backing_off; });
  EXPECT_THAT(tier.pending_text, HasSubstr("exited with 3"));
  work_for(500ms);
  EXPECT_EQ(count(Kind::started), 1) << "the second try waits a second";
  wait_until([&] { return count(Kind::start_failed) == 2; });
  EXPECT_THAT(processes(), IsEmpty());
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
  ask(0, 0);
  work_for(100ms);
  EXPECT_EQ(tier.pending, Pending::none);
}

TEST_F(LocalDriverScene, OneThatNeverGetsReadyIsKilledAndNamed) {
  stack_.tiers[0].run.env["NEVER_READY"] = "1";
  stack_.tiers[0].run.ready_within = 500ms;
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return count(Kind::start_failed) == 1; });
  EXPECT_THAT(text_of(Kind::start_failed), HasSubstr("api-1 was not ready within 0.5 s: /ready answered 503"));
  wait_until([&] { return processes().empty(); });
  EXPECT_EQ(serving(), 0);
  EXPECT_EQ(count(Kind::killed), 0) << "said once, as a failed start";
}

// It becomes ready and dies 200 ms later, again and again: replaced at once, then after 1 s, then 2 s.
TEST_F(LocalDriverScene, H23ACrashLoopSlowsDown) {
  stack_.tiers[0].run.env["EXIT_AFTER_MS"] = "200";
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return count(Kind::died) == 3; });
  EXPECT_THAT(text_of(Kind::died), HasSubstr("api-1 exited with 4"));
  const auto when = [&](int n) {
    for (const InstanceEvent& event : events_)
      if (event.kind == Kind::died && n-- == 1) return event.at;
    return TimePoint{};
  };
  EXPECT_LT(when(2) - when(1), when(3) - when(2));
  EXPECT_GT(when(3) - when(2), 1s);
}

TEST_F(LocalDriverScene, AMissingProgramIsNamedBeforeAnythingIsStarted) {
  stack_.tiers[0].run.command = {"no-such-service"};
  stack_.tiers[1].run.command = {"./worker"};
  start_haproxy();
  new_driver();
  const Result<void> checked = driver_->check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::not_found);
  EXPECT_THAT(checked.error().message, HasSubstr("api: command no-such-service not found in PATH"));
  EXPECT_THAT(checked.error().message, HasSubstr("\nworker: command ./worker: there is no such program"));
  ask(1);
  wait_until([&] { return count(Kind::start_failed) >= 1; });
  EXPECT_EQ(driver_->fleet().tiers[0].pending, Pending::refused);
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
}

TEST_F(LocalDriverScene, MoreThanThereAreSlotsIsRefused) {
  start_haproxy();
  new_driver();
  ask(13);                          // max 5: 12 slots
  ASSERT_EQ(outcomes_.size(), 2U);  // the other: no workers
  EXPECT_EQ(outcomes_[0].kind, Outcome::Kind::refused);
  EXPECT_EQ(driver_->fleet().tiers[0].pending, Pending::refused);
  EXPECT_EQ(driver_->fleet().tiers[0].asked, -1);
  ask(1, 2);
  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_EQ(outcomes_[1].kind, Outcome::Kind::accepted);
  EXPECT_EQ(outcomes_[1].to, 2);
  EXPECT_TRUE((ask(1, 2), outcomes_.empty())) << "nothing changed";
}

// What can't be journalled is not done, and is tried again.
TEST_F(LocalDriverScene, NothingIsStartedOrStoppedThatIsNotInTheJournal) {
  start_haproxy();
  new_driver();
  store_.fail_next(Errc::failed);
  ask(0, 1);
  wait_until([&] { return count(Kind::start_failed) == 1; });
  EXPECT_THAT(processes(), IsEmpty());
  wait_until([&] { return settled(0, 1); });
  store_.fail_next(Errc::failed);
  ask(0, 0);
  advance();
  EXPECT_TRUE(settled(0, 1)) << "still there";
  wait_until([&] { return settled(0, 0); });
}

// Of two one is to go: api-2 has the higher number, but api-1 was killed and its successor is not ready.
TEST_F(LocalDriverScene, AStartThatIsNoLongerWantedGoesFirst) {
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  stack_.tiers[0].run.env["START_DELAY_MS"] = "4000";
  driver_.reset();
  new_driver();
  ask(2);
  ::kill(instance("api-1")->pid, SIGKILL);
  wait_until([&] { return instance("api-1") && instance("api-1")->phase == Phase::starting; });
  ask(1);
  wait_until([&] { return settled(1); });
  EXPECT_TRUE(instance("api-2"));
}

TEST_F(LocalDriverScene, StopAllStopsServicesThenWorkers) {
  start_haproxy();
  new_driver();
  ask(2, 2);
  wait_until([&] { return settled(2, 2); });
  std::vector<std::string> stopped;
  const Result<void> done = driver_->stop_all(now(), 10s, [&](const InstanceEvent& event) {
    if (event.kind == Kind::stopped) stopped.push_back(event.instance.substr(0, event.instance.find('-')));
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_THAT(stopped, testing::ElementsAre("api", "api", "worker", "worker"));
  EXPECT_THAT(processes(), IsEmpty());
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
}

// A request outlasts balancer.drain and all the time the caller would give: the worker, whose turn comes after, is told to end
// all the same and does.
TEST_F(LocalDriverScene, StopAllGivesEachKindItsOwnTime) {
  stack_.balancer->drain = 500ms;
  stack_.tiers[0].run.stop_within = 300ms;
  stack_.tiers[0].run.env = {{"RESPONSE_MS", "30000"}, {"IGNORE_TERM", "1"}};
  start_haproxy();
  new_driver();
  ask(1, 1);
  wait_until([&] { return settled(1, 1); });
  const wire::Socket socket = begin_request();
  std::vector<std::pair<Kind, std::string>> ends;
  const Result<void> done = driver_->stop_all(now(), 100ms, [&](const InstanceEvent& event) {
    if (event.kind == Kind::stopped || event.kind == Kind::killed) ends.emplace_back(event.kind, event.instance);
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_THAT(ends, testing::ElementsAre(std::pair(Kind::killed, "api-1"), std::pair(Kind::stopped, "worker-1")));
  EXPECT_THAT(processes(), IsEmpty());
}

// The thread is held up for as long as the services have: the instance still drains, with no SIGTERM so far.
TEST_F(LocalDriverScene, StopAllKillsNobodyWhoWasNotTold) {
  stack_.balancer->drain = 100ms;
  stack_.tiers[0].run.stop_within = 1s;
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  std::vector<Kind> kinds;
  const Result<void> done = driver_->stop_all(now(), 100ms, [&](const InstanceEvent& event) {
    if (event.kind == Kind::draining) std::this_thread::sleep_for(6200ms);
    if (event.kind != Kind::ready) kinds.push_back(event.kind);
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::draining, Kind::stopped));
}

TEST_F(LocalDriverScene, StopAllNeedsNoJournal) {
  start_haproxy();
  new_driver();
  ask(0, 1);
  wait_until([&] { return settled(0, 1); });
  store_.fail_next(Errc::exhausted);
  const Result<void> done = driver_->stop_all(now(), 10s);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_THAT(processes(), IsEmpty());
}

// api-1 and worker-1 ran before, the others were started since and are taken back, one of them not ready yet.
TEST_F(LocalDriverScene, StopSomeLeavesTheOthersAlone) {
  start_haproxy();
  new_driver();
  ask(1, 1);
  wait_until([&] { return settled(1, 1); });
  const int api = instance("api-1")->pid;
  const int worker = instance("worker-1")->pid;
  ask(2, 2);
  wait_until([&] { return settled(2, 2); });
  ask(3, 2);
  advance();
  ASSERT_EQ(driver_->fleet().instances.size(), 5U);
  const Result<void> done =
      driver_->stop_some([&](const Instance& one) { return one.pid != api && one.pid != worker; }, now(), 10s);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(processes().size(), 2U);
  work_for(300ms);
  EXPECT_TRUE(settled(1, 1)) << "nothing is started anew";
  EXPECT_EQ(instance("api-1")->pid, api);
  EXPECT_EQ(instance("worker-1")->pid, worker);
  EXPECT_EQ(serving(), 1);
  EXPECT_EQ(driver_->fleet().tiers[0].asked, 1);
  EXPECT_THAT(store_.open_actions().value(), IsEmpty());
}

TEST_F(LocalDriverScene, A7LimitsAreApplied) {
  if (!proc::limit_support().cpu || !proc::limit_support().memory) {
    EXPECT_FALSE(proc::limit_support().why_not.empty());
    return;
  }
  stack_.tiers[1].instance.cpu.limit = Cores{0.5};
  stack_.tiers[1].instance.memory = RequestLimit<Bytes>{Bytes{32 << 20}, Bytes{64 << 20}};
  start_haproxy();
  new_driver();
  ask(0, 1);
  wait_until([&] { return settled(0, 1); });
  std::ifstream groups("/proc/" + std::to_string(instance("worker-1")->pid) + "/cgroup");
  const std::string text{std::istreambuf_iterator<char>(groups), std::istreambuf_iterator<char>()};
  EXPECT_THAT(text, HasSubstr("/plimsoll/tiny-"));
  ask(0, 0);
  wait_until([&] { return settled(0, 0); });
}

TEST(InstanceCgroup, TellsPlacesApart) {
  EXPECT_EQ(instance_cgroup({"/a/quickstart"}, "api-3"), "quickstart-8a6f966b-api-3");
  EXPECT_NE(instance_cgroup({"/b/quickstart"}, "api-3"), instance_cgroup({"/a/quickstart"}, "api-3"));
}

}  // namespace
}  // namespace plimsoll::local
