// Many instances from running to gone while the caller waits: all of them, or those a failed start has begun.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "drive/local/driver.h"
#include "drive/local/purge.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

constexpr Duration slack = 5s;  // over what an orderly stop may take; a killed process is gone within it, too

struct HeldStarts {
  explicit HeldStarts(bool& flag) : held(flag) { held = true; }
  ~HeldStarts() { held = false; }
  HeldStarts(const HeldStarts&) = delete;
  HeldStarts& operator=(const HeldStarts&) = delete;
  bool& held;
};

}  // namespace

/// Drives advance() until what was to go is gone. The driver's clock goes on from `now` as the steady clock does.
class LocalDriver::Wait {
 public:
  Wait(LocalDriver& driver, TimePoint now, const OnEvent& on_event) : driver_(driver), now_(now), on_event_(on_event) {}

  [[nodiscard]] TimePoint now() const { return now_ + Duration(std::chrono::steady_clock::now() - begun_); }

  /// True if `gone` within `time`.
  bool until(const std::function<bool()>& gone, Duration time) const {
    const TimePoint end = now() + time;
    for (;;) {
      for (const InstanceEvent& event : driver_.advance(now()))
        if (on_event_) on_event_(event);
      if (gone()) return true;
      if (now() >= end) return false;
      std::this_thread::sleep_for(20ms);
    }
  }

 private:
  LocalDriver& driver_;
  TimePoint now_;
  const OnEvent& on_event_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

Duration LocalDriver::longest_stop(TierKind kind) const {
  Duration longest{};
  for (const TierState& one : tiers_)
    if (one.tier->kind == kind) longest = std::max<Duration>(longest, one.tier->run.stop_within);
  return longest;
}

void LocalDriver::stop_chosen(TierKind kind, const std::vector<std::string>& names, Duration time, const Wait& wait) {
  const auto chosen = [&](const Member& member) {
    return tier(member.seen.tier).kind == kind && std::ranges::find(names, member.seen.name) != names.end();
  };
  const auto gone = [&] { return std::ranges::none_of(members_, [&](const auto& member) { return chosen(*member); }); };
  for (const auto& member : members_)
    if (chosen(*member) && member->counts()) stop(*member, wait.now());
  if (wait.until(gone, time)) return;
  // Its time is over because this thread was held up, by a balancer that doesn't answer, say. SIGTERM comes before SIGKILL all
  // the same.
  for (const auto& member : members_)
    if (chosen(*member) && member->stage == Stage::draining) terminate(*member, wait.now());
  if (wait.until(gone, longest_stop(kind) + slack)) return;
  for (const auto& member : members_) {
    if (!chosen(*member)) continue;
    static_cast<void>(member->process.signal(SIGKILL));
    member->stage = Stage::killing;
  }
  static_cast<void>(wait.until(gone, slack));
}

Result<void> LocalDriver::stop_named(const std::vector<std::string>& names, const Wait& wait, Duration deadline) {
  const Duration drain = stack_.balancer ? Duration(stack_.balancer->drain) : Duration::zero();
  const Duration services = drain + longest_stop(TierKind::service) + slack;
  const Duration workers = longest_stop(TierKind::worker) + slack;
  // Services first: what they still publish the workers get to see.
  stop_chosen(TierKind::service, names, std::max(services, deadline - workers), wait);
  stop_chosen(TierKind::worker, names, workers, wait);
  std::string left;
  for (const auto& member : members_)
    if (std::ranges::find(names, member->seen.name) != names.end())
      left += fmt::format("{}{} (pid {})", left.empty() ? "" : ", ", member->seen.name, member->seen.pid);
  if (left.empty()) return {};
  return fail(Errc::timed_out, fmt::format("killed, but not gone: {}", left));
}

Result<void> LocalDriver::stop_all(TimePoint now, Duration deadline, const OnEvent& on_event) {
  const HeldStarts held(starts_held_);
  std::vector<std::string> names;
  for (const auto& member : members_) names.push_back(member->seen.name);
  for (TierState& one : tiers_) one.asked = 0;
  const Wait wait(*this, now, on_event);
  const Result<void> stopped = stop_named(names, wait, deadline);
  const bool cleared = wait.until([&] { return strays_.empty(); }, leftover_stop_within + slack);
  if (!stopped || cleared) return stopped;
  return fail(Errc::timed_out, fmt::format("process {} of the stack is killed, but not gone", strays_.front().process.pid()));
}

Result<void> LocalDriver::stop_some(const std::function<bool(const Instance&)>& which, TimePoint now, Duration deadline,
                                    const OnEvent& on_event) {
  const HeldStarts held(starts_held_);
  std::vector<std::string> names;
  std::vector<int> stay(tiers_.size());
  for (const auto& member : members_) {
    Instance shown = member->seen;
    shown.phase = member->phase();
    if (which(shown))
      names.push_back(shown.name);
    else if (member->counts())
      ++stay[shown.tier.index];
  }
  // Or they would be started anew afterwards.
  for (std::size_t i = 0; i < tiers_.size(); ++i) tiers_[i].asked = std::min(tiers_[i].asked, stay[i]);
  return stop_named(names, Wait(*this, now, on_event), deadline);
}

}  // namespace plimsoll::local
