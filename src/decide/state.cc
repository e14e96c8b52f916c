#include "decide/state.h"

#include <algorithm>

namespace plimsoll {
namespace {

template <class Ring>
auto& at(Ring& history, std::uint32_t i) {
  return history.ring[(history.begin + i) % history.ring.size()];
}

bool more_extreme(int a, int b, WishWindow::Keep keep) { return keep == WishWindow::Keep::lowest ? a <= b : a >= b; }

}  // namespace

void WishWindow::record(TimePoint now, int wish, Duration window, Keep keep) {
  while (count > 0 && at(*this, 0).last <= now - window) {
    begin = (begin + 1) % slices;
    --count;
  }
  if (count > 0 && now - at(*this, count - 1).first < window / 40) {
    Slice& slice = at(*this, count - 1);
    slice.last = now;
    if (more_extreme(wish, slice.wish, keep)) slice.wish = wish, slice.at = now;
    return;
  }
  if (count == slices) {
    begin = (begin + 1) % slices;
    --count;
  }
  at(*this, count++) = Slice{now, now, wish, now};
}

WishWindow::Binding WishWindow::binding(TimePoint now, int wish_now, Duration window, Keep keep) const {
  Binding best{wish_now, now};
  for (std::uint32_t i = 0; i < count; ++i)
    if (const Slice& slice = at(*this, i);
        slice.last > now - window && more_extreme(slice.wish, best.wish, keep) && slice.wish != best.wish)
      best = {slice.wish, slice.at};
  return best;
}

void ChangeHistory::record(TimePoint now, int delta) {
  if (delta == 0) return;
  if (count == capacity) {
    // Merged into the younger one's time: a change may count a little longer than it should, never shorter.
    Change& oldest = at(*this, 0);
    Change& next = at(*this, 1);
    next.delta += oldest.delta;
    begin = (begin + 1) % capacity;
    --count;
  }
  at(*this, count++) = {now, delta};
}

int ChangeHistory::grown(TimePoint now, Duration period) const {
  int sum = 0;
  for (std::uint32_t i = 0; i < count; ++i)
    if (const Change& change = at(*this, i); change.at > now - period) sum += std::max(change.delta, 0);
  return sum;
}

int ChangeHistory::shrunk(TimePoint now, Duration period) const {
  int sum = 0;
  for (std::uint32_t i = 0; i < count; ++i)
    if (const Change& change = at(*this, i); change.at > now - period) sum += std::max(-change.delta, 0);
  return sum;
}

StackState initial_state(const Plan& plan) {
  StackState state;
  state.shape = shape(plan);
  state.tiers.resize(plan.tiers.size());
  std::size_t rules = 0;
  for (const TierPlan& tier : plan.tiers) rules += tier.rules.size();
  state.rules.resize(rules);
  return state;
}

}  // namespace plimsoll
