#include "decide/state.h"

#include <algorithm>

namespace plimsoll {

void WishWindow::record(TimePoint now, int wish, Duration window, Keep keep) {
  while (count > 0 && ring[begin].at <= now - window) {
    begin = (begin + 1) % capacity;
    --count;
  }
  const auto beaten = [&](int older) { return keep == Keep::highest ? older <= wish : older >= wish; };
  while (count > 0 && beaten(ring[(begin + count - 1) % capacity].wish)) --count;
  if (count == capacity) {
    const std::uint32_t second = (begin + 1) % capacity;
    ring[second].wish = ring[begin].wish;
    begin = second;
    --count;
  }
  ring[(begin + count) % capacity] = {now, wish};
  ++count;
}

WishWindow::Binding WishWindow::binding(TimePoint now, int wish_now, Duration window) const {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Wish& wish = ring[(begin + i) % capacity];
    if (wish.at > now - window) return wish;
  }
  return {now, wish_now};
}

void ChangeHistory::record(TimePoint now, int delta) {
  if (delta == 0) return;
  if (count == capacity) {
    const std::uint32_t second = (begin + 1) % capacity;
    ring[second].delta += ring[begin].delta;
    begin = second;
    --count;
  }
  ring[(begin + count) % capacity] = {now, delta};
  ++count;
}

int ChangeHistory::grown(TimePoint now, Duration period) const {
  int sum = 0;
  for (std::uint32_t i = count; i-- > 0;) {
    const Change& change = ring[(begin + i) % capacity];
    if (change.at <= now - period) break;
    if (change.delta > 0) sum += change.delta;
  }
  return sum;
}

int ChangeHistory::shrunk(TimePoint now, Duration period) const {
  int sum = 0;
  for (std::uint32_t i = count; i-- > 0;) {
    const Change& change = ring[(begin + i) % capacity];
    if (change.at <= now - period) break;
    if (change.delta < 0) sum -= change.delta;
  }
  return sum;
}

void Recent::record(TimePoint now) { *std::ranges::min_element(at) = now; }

int Recent::after(TimePoint since) const {
  return static_cast<int>(std::ranges::count_if(at, [since](TimePoint t) { return t != TimePoint{} && t > since; }));
}

StackState initial_state(const Plan& plan) {
  StackState state;
  state.shape = shape(plan);
  state.tiers.resize(plan.tiers.size());
  state.clocks.resize(plan.policies);
  for (const PoolerPlan& pooler : plan.poolers) state.poolers.push_back(pooler.fleet.instances);
  for (const LikePlan& like : plan.likes) state.likes.push_back(initial_like(like));
  return state;
}

void take_up(const Plan& plan, StackState& state) {
  for (const TierPlan& tier : plan.tiers)
    for (std::size_t i = 0; i < tier.policies.size(); ++i)
      if (tier.policies[i].kind == PolicyKind::schedule) state.clocks[tier.first_policy + i] = {};
  for (std::size_t i = 0; i < plan.poolers.size(); ++i)
    state.poolers[i] = std::clamp(state.poolers[i], plan.poolers[i].fleet.instances,
                                  std::max(plan.poolers[i].most, plan.poolers[i].fleet.instances));
}

}  // namespace plimsoll
