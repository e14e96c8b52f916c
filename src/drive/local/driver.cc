#include "drive/local/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/assert.h"
#include "drive/local/instance_text.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

constexpr Duration look_every = 1s;
constexpr int starts_at_once = 4;  // each takes some milliseconds of the control thread

}  // namespace

std::string instance_cgroup(const Place& place, const std::string& instance) {
  // Two stacks of one name in two places are two stacks. FNV-1a: the same in every build of plimsoll, for it must find the groups
  // of an older one.
  std::uint32_t hash = 2166136261U;
  for (const char c : place.root) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{}-{:08x}-{}", place.root.substr(place.root.rfind('/') + 1), hash, instance);
}

LocalDriver::LocalDriver(Stack stack, Place place, Ports& ports, Store& store, EndpointsOf endpoints, balancer::Haproxy* balancer,
                         DriverOptions options)
    : stack_(std::move(stack)),
      place_(std::move(place)),
      ports_(ports),
      store_(store),
      endpoints_(std::move(endpoints)),
      balancer_(balancer),
      options_(std::move(options)),
      inherited_(inherited_environment()) {
  if (options_.working_directory.empty()) options_.working_directory = place_.root;
  for (const Tier& tier : stack_.tiers) {
    PLIMSOLL_ASSERT(tier.kind == TierKind::worker || balancer_ != nullptr);
    tiers_.emplace_back().tier = &tier;
  }
  fleet_.tiers.resize(tiers_.size());
}

Result<void> LocalDriver::check() const {
  std::string problems;
  for (const TierState& one : tiers_)
    if (const Result<std::string> program = program_of(*one.tier); !program)
      problems += (problems.empty() ? "" : "\n") + program.error().message;
  if (problems.empty()) return {};
  return fail(Errc::not_found, problems);
}

std::vector<Outcome> LocalDriver::carry_out(const Decision& decision, TimePoint) {
  PLIMSOLL_ASSERT(decision.tiers.size() == tiers_.size());
  std::vector<Outcome> outcomes;
  for (std::uint32_t i = 0; i < tiers_.size(); ++i) {
    TierState& one = tiers_[i];
    const int to = decision.tiers[i].asked;
    if (to == one.asked) continue;
    Outcome outcome{TierId{i}, Outcome::Kind::accepted, decision.tiers[i].before, to};
    if (balanced(TierId{i}) && to > balancer_->slots(one.tier->name)) {
      outcome.kind = Outcome::Kind::refused;
      fail_tier(
          TierId{i},
          fmt::format("the balancer has {} slots for {}, {} were asked", balancer_->slots(one.tier->name), one.tier->name, to),
          true);
    } else {
      one.asked = to;
    }
    outcomes.push_back(outcome);
  }
  show();
  return outcomes;
}

std::vector<InstanceEvent> LocalDriver::advance(TimePoint now) {
  retry_finishes(now);
  watch(now);
  probe(now);
  look_at_balancer(now);
  int starts_left = starts_at_once;
  for (std::uint32_t i = 0; i < tiers_.size() && !starts_held_; ++i) converge(TierId{i}, now, starts_left);
  end_strays(now);
  show();
  return std::exchange(events_, {});
}

void LocalDriver::look_at_balancer(TimePoint now) {
  if (balancer_ == nullptr) return;
  const bool due = now - last_look_ >= look_every;
  const bool wanted =
      std::ranges::any_of(members_, [now](const auto& m) { return m->stage == Stage::draining || m->awaits_traffic(now); });
  if (!due && !wanted) return;
  const Result<std::vector<balancer::ServerSeen>> servers = due ? balancer_->repair() : balancer_->servers();
  if (due) last_look_ = now;
  // One that is slow, or would not do something, still has its requests.
  const bool absent = !servers && (servers.error().code == Errc::unreachable || servers.error().code == Errc::not_found);
  if (!absent) looks_without_balancer_ = 0;
  if (absent && looks_without_balancer_++ == 0) balancer_gone_since_ = now;
  for (const auto& member : members_) {
    if (!balanced(member->seen.tier)) continue;
    const balancer::ServerSeen* seen = nullptr;
    if (servers)
      for (const balancer::ServerSeen& one : *servers)
        if (one.number == member->seen.number && one.tier == tier(member->seen.tier).name) seen = &one;
    if (seen != nullptr) member->up = seen->up;
    if (member->awaits_traffic(now)) announce(*member, seen, now);
    if (member->stage == Stage::draining) drain(*member, seen, now);
  }
}

void LocalDriver::finish(std::int64_t& action, ActionResult result, const std::string& detail, TimePoint now) {
  const std::int64_t id = std::exchange(action, 0);
  if (id != 0 && !store_.finish(id, result, detail, now)) unfinished_.push_back({id, result, detail});
}

void LocalDriver::retry_finishes(TimePoint now) {
  for (Unfinished& one : std::exchange(unfinished_, {})) finish(one.action, one.result, one.detail, now);
}

void LocalDriver::say(TimePoint now, InstanceEvent::Kind kind, const Member& member, std::string text) {
  events_.push_back({now, kind, member.seen.tier, member.seen.name, std::move(text)});
}

void LocalDriver::show() {
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const TierState& one = tiers_[i];
    fleet_.tiers[i] = {one.asked, one.pending, one.pending == Pending::none ? "" : one.trouble};
  }
  fleet_.instances.clear();
  for (const auto& member : members_) {
    fleet_.instances.push_back(member->seen);
    fleet_.instances.back().phase = member->phase();
  }
  std::ranges::sort(fleet_.instances, {}, [](const Instance& i) { return std::pair(i.tier, i.number); });
}

bool LocalDriver::balanced(TierId id) const { return balancer_ != nullptr && tiers_[id.index].tier->kind == TierKind::service; }

std::string LocalDriver::end_text(const Member& member, TimePoint now) const {
  const std::string log = place_.log(member.seen.name);
  const std::string last = last_log_line(log, member.log_start);
  return fmt::format("{} {} after {}{}{}; see {}", member.seen.name, fate(member.process.exit_code()),
                     span_text(now - member.seen.started), last.empty() ? "" : ": ", last, log);
}

void LocalDriver::fail_tier(TierId id, const std::string& why, bool refused) {
  state(id).trouble = why;
  state(id).refused = refused;
  if (refused) state(id).pending = Pending::refused;
}

}  // namespace plimsoll::local
