// What is asked against what is there: which instances to start, which to stop.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "drive/local/driver.h"
#include "drive/local/instance_text.h"

namespace plimsoll::local {

int LocalDriver::counted(TierId id) const {
  return static_cast<int>(std::ranges::count_if(members_, [&](const auto& m) { return m->seen.tier == id && m->counts(); }));
}

void LocalDriver::converge(TierId id, TimePoint now, int& starts_left) {
  TierState& one = state(id);
  if (one.asked < 0) return;
  int have = counted(id);
  for (; have > one.asked; --have)
    if (Member* member = choose_to_stop(id); member == nullptr || !stop(*member, now)) break;
  if (have < one.asked) {
    start_missing(id, one.asked - have, now, starts_left);
  } else if (std::ranges::none_of(members_, [&](const auto& m) { return m->seen.tier == id && m->stage == Stage::starting; })) {
    one.pending = Pending::none;
    one.refused = false;
  }
}

void LocalDriver::start_missing(TierId id, int missing, TimePoint now, int& starts_left) {
  TierState& one = state(id);
  const std::vector<std::uint32_t> numbers = free_numbers(id, missing);
  TimePoint next = TimePoint::max();
  bool held = false;
  for (const std::uint32_t number : numbers) {
    // A number that must wait keeps its place: another one started instead would be no waiting.
    if (const TimePoint from = one.backoff.not_before(number); from > now) {
      held = true;
      next = std::min(next, from);
    } else if (starts_left > 0) {
      --starts_left;
      if (!start(id, number, now)) held = true;
    }
  }
  if (std::ssize(numbers) < missing) {
    fail_tier(id, fmt::format("no slot of the balancer is free for {} until an instance has drained", tier(id).name), true);
  } else if (held) {
    one.pending = one.refused ? Pending::refused : Pending::backing_off;
  }
}

std::vector<std::uint32_t> LocalDriver::free_numbers(TierId id, int count) const {
  std::vector<std::uint32_t> numbers;
  const std::uint32_t last =
      balanced(id) ? static_cast<std::uint32_t>(balancer_->slots(tier(id).name)) : std::numeric_limits<std::uint32_t>::max();
  for (std::uint32_t number = 1; number <= last && std::ssize(numbers) < count; ++number)
    if (std::ranges::none_of(members_, [&](const auto& m) { return m->seen.tier == id && m->seen.number == number; }))
      numbers.push_back(number);
  return numbers;
}

Member* LocalDriver::choose_to_stop(TierId id) {
  const auto rank = [](const Member& m) { return std::tuple(m.stage == Stage::starting, !m.up, m.seen.number); };
  Member* chosen = nullptr;
  for (const auto& member : members_)
    if (member->seen.tier == id && member->counts() && (chosen == nullptr || rank(*member) > rank(*chosen)))
      chosen = member.get();
  return chosen;
}

}  // namespace plimsoll::local
