// What runs from before: found by pidfiles and by the stack's mark in the environment, matched with the journal and the balancer.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "drive/local/driver.h"
#include "drive/local/instance_text.h"
#include "drive/local/purge.h"
#include "proc/stat.h"

namespace plimsoll::local {

struct LocalDriver::Found {
  TierId tier;
  std::uint32_t number = 0;
  proc::Process process;
};

namespace {

const balancer::ServerSeen* server_of(const std::vector<balancer::ServerSeen>& servers, const std::string& tier,
                                      std::uint32_t number) {
  for (const balancer::ServerSeen& one : servers)
    if (one.tier == tier && one.number == number) return &one;
  return nullptr;
}

/// The last thing that was begun for an instance and not finished.
const Action* last_of(const std::vector<Action>& open, const std::string& instance) {
  const Action* last = nullptr;
  for (const Action& action : open)
    if (action.instance == instance && (last == nullptr || action.id > last->id)) last = &action;
  return last;
}

}  // namespace

std::optional<std::pair<TierId, std::uint32_t>> LocalDriver::instance_of(const std::string& name) const {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  std::uint32_t number = 0;
  const char* end = name.data() + name.size();
  const auto [last, bad] = std::from_chars(name.data() + dash + 1, end, number);
  if (bad != std::errc() || last != end || number == 0 || name[dash + 1] == '0') return std::nullopt;
  for (std::uint32_t i = 0; i < tiers_.size(); ++i) {
    if (tiers_[i].tier->name != name.substr(0, dash)) continue;
    const bool slot = !balanced(TierId{i}) || static_cast<int>(number) <= balancer_->slots(tiers_[i].tier->name);
    return slot ? std::optional(std::pair(TierId{i}, number)) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<LocalDriver::Found> LocalDriver::find_processes() {
  std::vector<Found> found;
  // The process of an instance, or one that it started.
  const auto known = [&](int pid) {
    for (int generations = 0; pid > 1 && generations < 16; ++generations) {
      if (std::ranges::any_of(found, [&](const Found& f) { return f.process.pid() == pid; })) return true;
      const std::optional<proc::Stat> stat = proc::read_stat(pid);
      pid = stat ? stat->parent : 0;
    }
    return false;
  };
  std::error_code error;
  for (std::filesystem::directory_iterator at(place_.root + "/run", error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".pid") continue;
    const auto instance = instance_of(at->path().stem().string());
    if (!instance) continue;
    Result<std::optional<proc::Process>> process = proc::adopt(at->path().string());
    if (process && *process) {
      found.push_back({instance->first, instance->second, std::move(**process)});
    } else {
      ::unlink(at->path().c_str());
      proc::remove_limits(instance_cgroup(place_, at->path().stem().string()));
    }
  }
  // Marked processes without a pidfile: an instance if it leads its session and its name is free; nobody's otherwise. What such a
  // leader has started goes with it. Components have no INSTANCE.
  const std::vector<proc::Identity> marked = proc::find_by_environment(stack_marker, place_.root);
  for (const proc::Identity& who : marked) {
    const std::optional<std::string> name = proc::environment_of(who, "INSTANCE");
    const int leader = proc::session_of(who);
    if (!name || known(who.pid) || known(leader)) continue;
    if (leader != who.pid && std::ranges::find(marked, leader, &proc::Identity::pid) != marked.end()) continue;
    std::optional<proc::Process> process = proc::adopt(who);
    if (!process) continue;
    const auto instance = instance_of(*name);
    const bool taken = instance && std::ranges::any_of(found, [&](const Found& f) {
                         return f.tier == instance->first && f.number == instance->second;
                       });
    if (instance && !taken && leader == who.pid && proc::write_pidfile(place_.pidfile(*name), who)) {
      found.push_back({instance->first, instance->second, std::move(*process)});
    } else {
      static_cast<void>(process->signal(SIGTERM));
      strays_.push_back({*name, std::move(*process), {}});
    }
  }
  return found;
}

void LocalDriver::adopt_one(Found& found, const std::vector<Action>& open, const std::vector<balancer::ServerSeen>& servers,
                            TimePoint now) {
  const Tier& its = tier(found.tier);
  auto made = std::make_unique<Member>();
  Member& member = *made;
  Instance& seen = member.seen;
  const proc::Identity who = found.process.identity();
  const Duration age = proc::age_of(who).value_or(Duration::zero());
  seen.tier = found.tier;
  seen.number = found.number;
  seen.name = fmt::format("{}-{}", its.name, found.number);
  seen.pid = who.pid;
  seen.address = "127.0.0.1";
  seen.started = now - age;
  member.since = now;
  member.process = std::move(found.process);
  if (const std::optional<std::string> port = proc::environment_of(who, "PORT"))
    std::from_chars(port->data(), port->data() + port->size(), seen.port);
  if (seen.port == 0) seen.port = ports_.known(seen.name).value_or(0);

  const Action* action = last_of(open, seen.name);
  if (action != nullptr) member.action = action->id;
  const balancer::ServerSeen* server = server_of(servers, its.name, seen.number);
  const bool has_slot = server != nullptr && server->state != render::SlotState::free && server->port == seen.port;
  member.in_balancer = has_slot;
  say(now, InstanceEvent::Kind::started, member,
      fmt::format("{} found running on port {} (pid {}), for {}", seen.name, seen.port, seen.pid, span_text(age)));
  if (action != nullptr && action->kind == Action::Kind::stop) {
    member.asked_to_stop = true;
    if (has_slot) {
      member.stage = Stage::draining;
      static_cast<void>(balancer_->drain(its.name, seen.number));
    } else {
      terminate(member, now);
    }
  } else if (has_slot && server->state == render::SlotState::serving) {
    member.stage = Stage::ready;
    seen.ready_since = now;
    member.up = server->up;
    finish(member.action, ActionResult::done, "found ready", now);
  }
  members_.push_back(std::move(made));
}

void LocalDriver::close_actions(const std::vector<Action>& open, TimePoint now) {
  for (const Action& action : open) {
    if (std::ranges::any_of(members_, [&](const auto& member) { return member->action == action.id; })) continue;
    const bool still_there =
        std::ranges::any_of(members_, [&](const auto& member) { return member->seen.name == action.instance; });
    std::int64_t id = action.id;
    if (action.kind == Action::Kind::stop && !still_there)
      finish(id, ActionResult::done, "it had ended when plimsoll came back", now);
    else
      finish(id, ActionResult::abandoned,
             still_there ? "something newer was begun" : "it was not running when plimsoll came back", now);
  }
}

Result<void> LocalDriver::adopt(TimePoint now) {
  const Result<std::vector<Action>> open = store_.open_actions();
  if (!open) return fail(open.error());
  std::vector<balancer::ServerSeen> servers;
  if (balancer_ != nullptr && balancer_->learn())
    if (Result<std::vector<balancer::ServerSeen>> seen = balancer_->servers()) servers = std::move(*seen);
  for (Found& found : find_processes()) adopt_one(found, *open, servers, now);
  // A ready one's action was finished just now and is not open any more.
  std::vector<Action> left = *open;
  std::erase_if(left, [&](const Action& action) {
    return std::ranges::any_of(members_, [&](const auto& m) {
      return m->stage == Stage::ready && m->seen.name == action.instance && last_of(*open, action.instance)->id == action.id;
    });
  });
  close_actions(left, now);
  for (const balancer::ServerSeen& server : servers) {
    const bool ours = std::ranges::any_of(members_, [&](const auto& m) {
      return m->in_balancer && m->seen.number == server.number && tier(m->seen.tier).name == server.tier;
    });
    if (ours || server.state == render::SlotState::free || !balancer_->serves(server.tier) ||
        static_cast<int>(server.number) > balancer_->slots(server.tier))
      continue;
    if (Result<void> out = balancer_->take_out(server.tier, server.number); !out) return out;
  }
  for (Stray& stray : strays_) stray.kill_at = now + leftover_stop_within;
  show();
  return {};
}

}  // namespace plimsoll::local
