#pragma once
// A stack of tiny servers under a real LocalDriver and a real HAProxy, in a folder and on ports of its own; nothing is left of it
// afterwards.

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "drive/balancer/haproxy.h"
#include "drive/local/driver.h"
#include "drive/local/haproxy_component.h"
#include "drive/local/place.h"
#include "ports/fakes.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

class Rig : public testing::Test {
 protected:
  Rig() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-drive-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    place_ = make_place(folder_, "tiny", std::nullopt).value();
    ports_ = Ports::open(place_).value();
    stack_.name = "tiny";
    stack_.balancer = Balancer{};
    stack_.balancer->listen = ports_->of("test-listen").value();
    stack_.balancer->health.every = 200ms;
    stack_.balancer->drain = 5s;
    stack_.tiers = {tier("api", TierKind::service), tier("worker", TierKind::worker)};
  }

  ~Rig() override {
    driver_.reset();
    if (haproxy_) static_cast<void>(haproxy_->stop(2s));
    for (int attempt = 0; attempt < 200; ++attempt) {
      const auto left = processes();
      if (left.empty()) break;
      for (const proc::Identity& who : left) ::kill(who.pid, SIGKILL);
      std::this_thread::sleep_for(10ms);
    }
    std::filesystem::remove_all(folder_);
  }

  static Tier tier(const std::string& name, TierKind kind) {
    Tier made;
    made.name = name;
    made.kind = kind;
    made.run.command = {PLIMSOLL_BINARY_DIR "/bin/tiny_server", name};
    made.run.ready_within = 5s;
    made.run.stop_within = 3s;
    made.replicas = {1, 5};
    return made;
  }

  /// Processes of the stack's instances.
  [[nodiscard]] std::vector<proc::Identity> processes() const { return proc::find_by_environment(stack_marker, place_.root); }

  void start_haproxy() {
    balancer_ = std::make_unique<balancer::Haproxy>(stack_, place_);
    haproxy_ = std::make_unique<HaproxyComponent>(stack_, place_, ProgramPaths::of_this_machine(), *balancer_);
    const Result<void> fine = haproxy_->check();
    ASSERT_TRUE(fine) << fine.error().message;
    const Result<bool> adopted = haproxy_->adopt();
    ASSERT_TRUE(adopted) << adopted.error().message;
    if (!*adopted) {
      const Result<void> started = haproxy_->start();
      ASSERT_TRUE(started) << started.error().message;
    }
    wait_until([&] { return haproxy_->ready() == Readiness::ready; });
  }

  /// As after a crash of plimsoll: the store and what runs are all there is.
  void new_driver() {
    driver_ = std::make_unique<LocalDriver>(
        stack_, place_, *ports_, store_, [](const Tier&) { return Endpoints{}; }, balancer_.get());
    const Result<void> adopted = driver_->adopt(now());
    ASSERT_TRUE(adopted) << adopted.error().message;
  }

  void ask(int api, int worker = 0) {
    Decision decision;
    decision.tiers = {{.before = asked_[0], .asked = api}, {.before = asked_[1], .asked = worker}};
    outcomes_ = driver_->carry_out(decision, now());
    asked_[0] = api;
    asked_[1] = worker;
  }

  static TimePoint now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

  void advance() {
    for (InstanceEvent& event : driver_->advance(now())) events_.push_back(std::move(event));
  }

  /// Lets the driver work until it is true; a failed expectation after `deadline`.
  void wait_until(const std::function<bool()>& condition, Duration deadline = 15s) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "not in time. What happened:" << history();
      if (driver_) advance();
      std::this_thread::sleep_for(10ms);
    }
  }
  void work_for(Duration time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      advance();
      std::this_thread::sleep_for(10ms);
    }
  }

  /// All there is is ready, and there are so many.
  [[nodiscard]] bool settled(int api, int worker = 0) const {
    int ready[2] = {0, 0};
    for (const Instance& one : driver_->fleet().instances) {
      if (one.phase != Phase::ready) return false;
      ++ready[one.tier.index];
    }
    return ready[0] == api && ready[1] == worker;
  }

  [[nodiscard]] const Instance* instance(const std::string& name) const {
    for (const Instance& one : driver_->fleet().instances)
      if (one.name == name) return &one;
    return nullptr;
  }

  [[nodiscard]] int count(InstanceEvent::Kind kind) const {
    return static_cast<int>(std::ranges::count(events_, kind, &InstanceEvent::kind));
  }
  [[nodiscard]] std::string text_of(InstanceEvent::Kind kind) const {
    for (const InstanceEvent& event : events_)
      if (event.kind == kind) return event.text;
    return "";
  }
  [[nodiscard]] std::string history() const {
    std::string all;
    for (const InstanceEvent& event : events_) all += "\n  " + event.text;
    return all;
  }

  /// Servers of the api tier that HAProxy gives requests to.
  [[nodiscard]] int serving() const {
    const auto servers = balancer_->servers();
    if (!servers) return -1;
    return static_cast<int>(std::ranges::count_if(
        *servers, [](const balancer::ServerSeen& one) { return one.state == render::SlotState::serving && one.up; }));
  }

  std::string folder_;
  Place place_;
  std::optional<Ports> ports_;
  Stack stack_;
  FakeStore store_;
  std::unique_ptr<balancer::Haproxy> balancer_;
  std::unique_ptr<HaproxyComponent> haproxy_;
  std::unique_ptr<LocalDriver> driver_;
  std::vector<InstanceEvent> events_;
  std::vector<Outcome> outcomes_;
  int asked_[2] = {0, 0};
};

}  // namespace plimsoll::local
