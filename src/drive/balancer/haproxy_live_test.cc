// The real HAProxy with the rendered file: slots, reload, restart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "drive/local/testing/clients.h"
#include "drive/local/testing/rig.h"

namespace plimsoll::local {
namespace {

using render::SlotState;
using testing::HasSubstr;
using testing::IsEmpty;

class HaproxyScene : public Rig {
 protected:
  [[nodiscard]] balancer::ServerSeen server(std::uint32_t number) const {
    const std::vector<balancer::ServerSeen> servers = balancer_->servers().value();
    for (const balancer::ServerSeen& one : servers)
      if (one.number == number && one.tier == "api") return one;
    ADD_FAILURE() << "no server " << number;
    return {};
  }
  [[nodiscard]] std::string config() const {
    std::ifstream file(balancer_->config_file());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
};

TEST_F(HaproxyScene, V4ASlotGoesThroughItsLifeInHaproxyAndInTheFile) {
  start_haproxy();
  EXPECT_EQ(balancer_->slots("api"), 12);
  EXPECT_EQ(balancer_->slots("worker"), 0);
  EXPECT_EQ(balancer_->servers()->size(), 12U);
  EXPECT_EQ(server(3).state, SlotState::free);

  const auto put = balancer_->put("api", 3, "127.0.0.1", 18003);
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->state, SlotState::serving);
  EXPECT_EQ(server(3).port, 18003);
  EXPECT_THAT(config(), HasSubstr("  server api-3 127.0.0.1:18003\n"));

  ASSERT_TRUE(balancer_->drain("api", 3));
  EXPECT_THAT(config(), HasSubstr("  server api-3 127.0.0.1:18003 weight 0\n"));

  ASSERT_TRUE(balancer_->take_out("api", 3));
  EXPECT_EQ(server(3).state, SlotState::free);
  EXPECT_THAT(config(), HasSubstr("  server api-3 127.0.0.1:1 disabled\n"));
  ASSERT_TRUE(balancer_->drain("api", 3)) << "a free one has nothing to drain";
  EXPECT_EQ(server(3).state, SlotState::free);
}

// Clients on kept connections; HAProxy is reloaded three times. No request fails and every server is still there.
TEST_F(HaproxyScene, V6AReloadLosesNoServerAndNoRequest) {
  start_haproxy();
  new_driver();
  ask(3);
  wait_until([&] { return settled(3); });
  Clients clients(stack_.balancer->listen, 4);
  for (int i = 0; i < 3; ++i) {
    const auto reloaded = balancer_->reload();
    ASSERT_TRUE(reloaded) << reloaded.error().message;
    wait_until([&] { return serving() == 3; });
    wait_until([&, before = clients.answered()] { return clients.answered() > before + 50; });
  }
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
}

// A slot whose instance drained across a reload has weight 0 in the new process; the next instance in it gets requests all the
// same.
TEST_F(HaproxyScene, V6ASlotThatDrainedAcrossAReloadServesAgain) {
  start_haproxy();
  new_driver();
  ask(1);
  wait_until([&] { return settled(1); });
  ASSERT_TRUE(balancer_->drain("api", 1));
  ASSERT_TRUE(balancer_->reload());
  wait_until([&] { return balancer_->servers() && server(1).state == SlotState::draining; });
  ASSERT_TRUE(balancer_->take_out("api", 1));
  ASSERT_TRUE(balancer_->put("api", 1, "127.0.0.1", instance("api-1")->port));
  Clients clients(stack_.balancer->listen, 1);
  wait_until([&] { return clients.answered() > 10; });
  clients.stop();
  EXPECT_THAT(clients.failures(), IsEmpty());
}

TEST_F(HaproxyScene, H23KilledHaproxyComesBackWithItsServers) {
  start_haproxy();
  new_driver();
  ask(3);
  wait_until([&] { return settled(3); });
  ::kill(haproxy_->info().pid, SIGKILL);
  wait_until([&] { return !haproxy_->running(); });
  wait_until([&] { return static_cast<bool>(haproxy_->check()); });  // its workers go with it, and the port is free
  ASSERT_TRUE(haproxy_->start());
  wait_until([&] { return haproxy_->ready() == Readiness::ready; });
  EXPECT_EQ(serving(), 3);
}

TEST_F(HaproxyScene, WhatSomebodyChangedByHandIsPutRight) {
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  ASSERT_TRUE(balancer_->socket().order("set server api/api-1 state maint", 1s));
  ASSERT_EQ(serving(), 1);
  wait_until([&] { return serving() == 2; });
}

TEST_F(HaproxyScene, FoundRunningItIsReloadedOnlyIfItsSettingsChanged) {
  start_haproxy();
  new_driver();
  ask(2);
  wait_until([&] { return settled(2); });
  const int pid = haproxy_->info().pid;
  const auto uptime_restarts = [&] { return balancer_->socket().command("show info", 1s).value(); };
  const auto worker = [&] {
    const std::string info = uptime_restarts();
    return info.substr(info.find("Pid: "), info.find('\n', info.find("Pid: ")) - info.find("Pid: "));
  };
  const std::string before = worker();
  start_haproxy();  // new objects, as after a crash
  EXPECT_EQ(haproxy_->info().pid, pid);
  EXPECT_EQ(worker(), before);
  EXPECT_EQ(serving(), 2);
  driver_.reset();

  stack_.balancer->algorithm = BalancerAlgorithm::roundrobin;
  start_haproxy();
  EXPECT_EQ(haproxy_->info().pid, pid) << "the master stays";
  wait_until([&] { return balancer_->version() && worker() != before; });
  EXPECT_THAT(config(), HasSubstr("balance roundrobin"));
  wait_until([&] { return serving() == 2; });
}

// plimsoll dies between the file and the reload: the next one finds the text it wants, and that HAProxy may not know it.
TEST_F(HaproxyScene, H23AReloadThatWasStillDueIsMadeUpFor) {
  start_haproxy();
  const auto worker = [&] {
    const std::string info = balancer_->socket().command("show info", 1s).value_or("");
    const std::size_t at = info.find("\nPid: ");
    return info.substr(at, info.find('\n', at + 1) - at);
  };
  const std::string before = worker();
  stack_.balancer->algorithm = BalancerAlgorithm::roundrobin;
  balancer::Haproxy dying(stack_, place_);
  ASSERT_TRUE(dying.learn());
  EXPECT_EQ(dying.write(), true);
  EXPECT_EQ(dying.write(), true) << "as long as it was not done";
  start_haproxy();
  EXPECT_NE(worker(), before);
  const std::string reloaded = worker();
  start_haproxy();
  EXPECT_EQ(worker(), reloaded) << "once";
}

// HAProxy won't take one slot: the others are put right, and what was seen is told.
TEST_F(HaproxyScene, ASlotThatIsRefusedKeepsNoneFromBeingSeen) {
  start_haproxy();
  ASSERT_TRUE(balancer_->put("api", 2, "127.0.0.1", 18002));
  EXPECT_FALSE(balancer_->put("api", 1, "no-address.invalid", 18001));
  ASSERT_TRUE(balancer_->socket().order("set server api/api-2 state maint", 1s));
  const auto seen = balancer_->repair();
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->size(), 12U);
  EXPECT_EQ(server(2).state, SlotState::serving);
}

TEST_F(HaproxyScene, ATakenPortIsNamedWithItsHolder) {
  start_haproxy();
  Stack other = stack_;
  other.name = "other";
  const Place elsewhere = make_place(folder_, "other", std::nullopt).value();
  balancer::Haproxy slots(other, elsewhere);
  HaproxyComponent second(other, elsewhere, ProgramPaths::of_this_machine(), slots);
  const Result<void> checked = second.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::exhausted);
  EXPECT_THAT(checked.error().message,
              HasSubstr("port " + std::to_string(stack_.balancer->listen) + " of 127.0.0.1 is taken by haproxy (pid "));
  EXPECT_TRUE(haproxy_->check()) << "held by ourselves";

  HaproxyComponent missing(other, elsewhere, ProgramPaths{{folder_}, folder_}, slots);
  EXPECT_EQ(missing.check().error().message, "haproxy not found: apt-get install haproxy");
}

TEST_F(HaproxyScene, ABadSettingIsAnErrorWithHaproxysOwnWords) {
  stack_.balancer->address = "not an address";
  balancer_ = std::make_unique<balancer::Haproxy>(stack_, place_);
  haproxy_ = std::make_unique<HaproxyComponent>(stack_, place_, ProgramPaths::of_this_machine(), *balancer_);
  ASSERT_TRUE(haproxy_->start());
  Result<Readiness> ready = Readiness::not_yet;
  for (int i = 0; i < 500 && ready && *ready == Readiness::not_yet; ++i) {
    ready = haproxy_->ready();
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_FALSE(ready);
  EXPECT_THAT(ready.error().message, HasSubstr("haproxy has ended"));
  EXPECT_THAT(ready.error().message, HasSubstr("'bind' : missing port specification"));
}

// A place so deep that its sockets' paths are longer than a UNIX socket's may be.
TEST_F(HaproxyScene, APlaceWithALongPathWorks) {
  const std::string deep = folder_ + "/" + std::string(120, 'd');
  place_ = make_place(deep, "tiny", std::nullopt).value();
  start_haproxy();
  ASSERT_TRUE(balancer_->put("api", 1, "127.0.0.1", 18001));
  EXPECT_TRUE(balancer_->reload());
  EXPECT_THAT(haproxy_->info().version, testing::StartsWith("2."));
}

TEST_F(HaproxyScene, StoppedItIsGoneAndNotRunningIsSuccess) {
  start_haproxy();
  EXPECT_TRUE(haproxy_->stop(5s));
  EXPECT_FALSE(haproxy_->running());
  EXPECT_TRUE(port_free("127.0.0.1", stack_.balancer->listen));
  EXPECT_TRUE(haproxy_->stop(5s));
  EXPECT_EQ(balancer_->put("api", 1, "127.0.0.1", 18001).error().code, Errc::unreachable);
}

}  // namespace
}  // namespace plimsoll::local
