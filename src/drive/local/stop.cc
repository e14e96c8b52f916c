// An instance from the journal to gone; and those that go by themselves.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "drive/local/driver.h"
#include "drive/local/instance_text.h"

namespace plimsoll::local {

namespace {

constexpr int quiet_looks = 2;  // a request may be on its way between the balancer's choice and its count
constexpr Duration balancer_gone_after = std::chrono::seconds(1);
// The control thread may be late: then one missed look would last as long as a dead balancer.
constexpr int balancer_gone_looks = 3;

}  // namespace

bool LocalDriver::stop(Member& member, TimePoint now) {
  const Tier& its = tier(member.seen.tier);
  const Result<std::int64_t> action =
      store_.begin({0, Action::Kind::stop, its.name, member.seen.name, fmt::format("port {}", member.seen.port), now});
  if (!action && !starts_held_) {
    fail_tier(member.seen.tier, fmt::format("{} not stopped: {}", member.seen.name, action.error().message), false);
    return false;
  }
  finish(member.action, ActionResult::abandoned, "no longer wanted", now);
  member.action = action.value_or(0);  // all that the others are for is going: one that ran on would be worse than a gap
  member.asked_to_stop = true;
  if (!member.in_balancer) {
    say(now, InstanceEvent::Kind::draining, member, fmt::format("{} is told to finish and stop", member.seen.name));
    terminate(member, now);
    return true;
  }
  member.stage = Stage::draining;
  if (!member.announced) announce(member, nullptr, now);
  member.since = now;
  member.quiet = 0;
  say(now, InstanceEvent::Kind::draining, member, fmt::format("{} gets no new requests, its last ones finish", member.seen.name));
  // If HAProxy can't be told now, its file says so and the next look puts it right.
  static_cast<void>(balancer_->drain(its.name, member.seen.number));
  return true;
}

void LocalDriver::drain(Member& member, const balancer::ServerSeen* seen, TimePoint now) {
  const bool quiet = seen != nullptr && seen->sessions == 0 && (seen->state == render::SlotState::draining || !seen->up);
  member.quiet = quiet ? member.quiet + 1 : 0;
  // Without a balancer there are no requests of its; a short absence is a reload.
  const bool abandoned = looks_without_balancer_ >= balancer_gone_looks && now - balancer_gone_since_ >= balancer_gone_after;
  const bool late = now - member.since >= stack_.balancer->drain;
  if (member.quiet < quiet_looks && !abandoned && !late) return;
  member.drained_in_time = member.quiet >= quiet_looks || abandoned;
  static_cast<void>(balancer_->take_out(tier(member.seen.tier).name, member.seen.number));
  member.in_balancer = false;
  terminate(member, now);
}

void LocalDriver::terminate(Member& member, TimePoint now) {
  static_cast<void>(member.process.signal(SIGTERM));
  member.stage = Stage::terminating;
  member.since = now;
}

void LocalDriver::watch(TimePoint now) {
  for (const auto& member : members_) {
    if (!member->process.running()) {
      ended(*member, now);
    } else if (member->stage == Stage::terminating && now - member->since >= tier(member->seen.tier).run.stop_within) {
      static_cast<void>(member->process.signal(SIGKILL));
      member->stage = Stage::killing;
      member->since = now;
    }
  }
  std::erase_if(members_, [](const auto& member) { return member->gone; });  // not: that has ended by now
}

void LocalDriver::ended(Member& member, TimePoint now) {
  using Kind = InstanceEvent::Kind;
  const TierId id = member.seen.tier;
  member.gone = true;
  if (member.in_balancer) static_cast<void>(balancer_->take_out(tier(id).name, member.seen.number));
  ::unlink(place_.pidfile(member.seen.name).c_str());
  proc::remove_limits(instance_cgroup(place_, member.seen.name));
  const std::string text = end_text(member, now);
  switch (member.stage) {
    case Stage::starting:
      state(id).backoff.start_failed(now);
      fail_tier(id, text, false);
      finish(member.action, ActionResult::failed, text, now);
      say(now, Kind::start_failed, member, text);
      break;
    case Stage::ready:
      state(id).backoff.died(member.seen.number, now - member.seen.ready_since, now);
      fail_tier(id, text, false);
      say(now, Kind::died, member, text + "; it is replaced");
      break;
    case Stage::draining:
      finish(member.action, ActionResult::done, "ended while it drained", now);
      say(now, Kind::died, member, text + "; it was to be stopped");
      break;
    case Stage::terminating:
      finish(member.action, ActionResult::done, fate(member.process.exit_code()), now);
      say(now, Kind::stopped, member,
          fmt::format("{} stopped after {}{}", member.seen.name, span_text(now - member.since),
                      member.drained_in_time ? "" : "; its requests had not ended within balancer.drain"));
      break;
    case Stage::killing:
      if (!member.asked_to_stop) break;  // its start failed, and that was said
      finish(member.action, ActionResult::done, "killed", now);
      say(now, Kind::killed, member,
          fmt::format("{} did not stop within {} and was killed", member.seen.name, span_text(tier(id).run.stop_within)));
      break;
  }
}

void LocalDriver::end_strays(TimePoint now) {
  std::vector<std::string> ended;
  std::erase_if(strays_, [&](Stray& stray) {
    if (stray.process.running()) {
      if (now >= stray.kill_at) static_cast<void>(stray.process.signal(SIGKILL));
      return false;
    }
    ended.push_back(stray.name);
    return true;
  });
  for (const std::string& name : ended) {
    // Its traces may be those of one that runs on; and what a process says of itself is no path.
    if (name.find('/') != std::string::npos || std::ranges::find(strays_, name, &Stray::name) != strays_.end()) continue;
    if (std::ranges::any_of(members_, [&](const auto& member) { return member->seen.name == name; })) continue;
    if (const auto holder = proc::adopt(place_.pidfile(name)); !holder || *holder) continue;
    ::unlink(place_.pidfile(name).c_str());
    proc::remove_limits(instance_cgroup(place_, name));
  }
}

}  // namespace plimsoll::local
