#pragma once
// The tiers' instances as processes of this machine.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stack.h"
#include "drive/balancer/haproxy.h"
#include "drive/local/backoff.h"
#include "drive/local/component.h"
#include "drive/local/environment.h"
#include "drive/local/member.h"
#include "drive/local/place.h"
#include "ports/driver.h"
#include "ports/store.h"

namespace plimsoll::local {

/// Name of an instance's cgroup, for proc::remove_limits by those who end instances without a driver:
/// "quickstart-1f3a90c2-api-3".
std::string instance_cgroup(const Place&, const std::string& instance);

struct DriverOptions {
  std::string working_directory;  // of the instances; a command such as ./server is looked up there. Empty: the place's root
  std::vector<std::string> program_folders;  // searched after PATH, e.g. where plimsoll itself is
};

/// start   journal, port, process; its own /ready; then a slot of the balancer (services)
/// stop    journal, HAProxy drain until it has no request, is gone or balancer.drain is over; SIGTERM; SIGKILL after
///         run.stop_within
/// An instance that is being stopped doesn't count towards what is asked; if more are asked meanwhile new ones are started. Of
/// too many, those that are not ready yet go first, then those the balancer finds unwell, then those with the highest number. One
/// that dies is replaced (backoff.h). Every start and stop is begun in the store before it is done: what can't be begun isn't
/// done, and is tried again. Instances run on when this object is destroyed.
class LocalDriver final : public Driver {
 public:
  using EndpointsOf = std::function<Result<Endpoints>(const Tier&)>;

  /// Borrows ports, store and balancer; they must outlive it. balancer may be null if no tier is a service.
  LocalDriver(Stack stack, Place place, Ports& ports, Store& store, EndpointsOf endpoints, balancer::Haproxy* balancer,
              DriverOptions options = {});

  /// Before anything is started: every tier's program is there. The Error has a line for each that is not. Changes nothing.
  Result<void> check() const;

  /// Finds the instances that run, and goes on with what was begun: to be called once, before anything else and with the balancer
  /// running, if it is to run at all. An instance that is in the balancer is ready; others are asked. Actions left open are
  /// continued or closed; processes of the stack that are nobody's instance are ended: SIGTERM, SIGKILL after 30 s.
  Result<void> adopt(TimePoint now);

  std::vector<Outcome> carry_out(const Decision&, TimePoint now) override;
  std::vector<InstanceEvent> advance(TimePoint now) override;
  const Fleet& fleet() const override { return fleet_; }

  using OnEvent = std::function<void(const InstanceEvent&)>;

  /// Stops every instance in order, services first, and waits for it; then for what adopt() found to be nobody's.
  /// Services have balancer.drain + their largest run.stop_within + 5 s; workers, from when the services are gone, their
  /// largest run.stop_within and 5 s; if `deadline` is more than both, the services have the rest as well. Whoever had no
  /// SIGTERM when that is over gets it then, and SIGKILL after run.stop_within. What the store can't begin is stopped all
  /// the same. timed_out: some are there even after SIGKILL; named. `now` is the time at the call; nothing is started
  /// meanwhile, and none are asked afterwards.
  Result<void> stop_all(TimePoint now, Duration deadline, const OnEvent& on_event = {});

  /// The same for some instances, as when a start that failed is taken back; what else runs is left alone. Of a tier no more are
  /// asked afterwards than stay.
  Result<void> stop_some(const std::function<bool(const Instance&)>& which, TimePoint now, Duration deadline,
                         const OnEvent& on_event = {});

 private:
  struct TierState {
    const Tier* tier = nullptr;
    int asked = -1;
    Backoff backoff;
    Pending pending = Pending::none;
    std::string trouble;  // of the last failure, for Pending
    bool refused = false;
  };
  using Members = std::vector<std::unique_ptr<Member>>;

  // converge.cc: what is asked against what is there
  void converge(TierId, TimePoint now, int& starts_left);
  void start_missing(TierId, int missing, TimePoint now, int& starts_left);
  [[nodiscard]] std::vector<std::uint32_t> free_numbers(TierId, int count) const;
  [[nodiscard]] Member* choose_to_stop(TierId);
  [[nodiscard]] int counted(TierId) const;

  // start.cc: from the journal to ready
  bool start(TierId, std::uint32_t number, TimePoint now);
  Result<std::unique_ptr<Member>> launch(TierId, std::uint32_t number, TimePoint now);
  Result<proc::Command> command_of(const Tier&, const std::string& name, std::uint16_t port) const;
  Result<std::string> program_of(const Tier&) const;
  void probe(TimePoint now);
  void make_ready(Member&, TimePoint now);
  void give_up_starting(Member&, TimePoint now);
  void announce(Member&, const balancer::ServerSeen*, TimePoint now);

  // stop.cc: from the journal to gone
  bool stop(Member&, TimePoint now);
  void drain(Member&, const balancer::ServerSeen*, TimePoint now);
  void terminate(Member&, TimePoint now);
  void watch(TimePoint now);
  void ended(Member&, TimePoint now);
  void end_strays(TimePoint now);

  // stop_all.cc
  class Wait;
  Result<void> stop_named(const std::vector<std::string>& names, const Wait&, Duration deadline);
  void stop_chosen(TierKind, const std::vector<std::string>& names, Duration time, const Wait&);
  [[nodiscard]] Duration longest_stop(TierKind) const;

  // adopt.cc
  struct Found;
  std::vector<Found> find_processes();
  void adopt_one(Found&, const std::vector<Action>& open, const std::vector<balancer::ServerSeen>& servers, TimePoint now);
  void close_actions(const std::vector<Action>& open, TimePoint now);
  std::optional<std::pair<TierId, std::uint32_t>> instance_of(const std::string& name) const;

  // driver.cc
  void look_at_balancer(TimePoint now);
  void finish(std::int64_t& action, ActionResult, const std::string& detail, TimePoint now);
  void retry_finishes(TimePoint now);
  void say(TimePoint now, InstanceEvent::Kind, const Member&, std::string text);
  void show();
  [[nodiscard]] bool balanced(TierId) const;
  [[nodiscard]] std::string end_text(const Member&, TimePoint now) const;
  TierState& state(TierId tier) { return tiers_[tier.index]; }
  const Tier& tier(TierId tier) const { return *tiers_[tier.index].tier; }
  void fail_tier(TierId, const std::string& why, bool refused);

  struct Unfinished {
    std::int64_t action;
    ActionResult result;
    std::string detail;
  };
  struct Stray {
    std::string name;  // the instance it says it is
    proc::Process process;
    TimePoint kill_at{};
  };

  Stack stack_;
  Place place_;
  Ports& ports_;
  Store& store_;
  EndpointsOf endpoints_;
  balancer::Haproxy* balancer_;
  DriverOptions options_;
  Environment inherited_;

  std::vector<TierState> tiers_;
  Members members_;
  std::vector<Stray> strays_;
  std::vector<Unfinished> unfinished_;  // the store refused them; tried again
  std::vector<InstanceEvent> events_;
  bool starts_held_ = false;        // many are being stopped
  TimePoint last_look_{};           // at the balancer
  int looks_without_balancer_ = 0;  // in a row, up to now: nobody was there
  TimePoint balancer_gone_since_{};
  Fleet fleet_;
};

}  // namespace plimsoll::local
