#include "decide/state_codec.h"

namespace plimsoll {
namespace {

// "PLS" and the version of the layout below; a new layout gets a new number and keeps reading the old ones.
constexpr std::uint32_t state_magic = 0x01534C50;

void put(ByteWriter& out, const WishWindow& window) {
  out.put(window.count);
  for (std::uint32_t i = 0; i < window.count; ++i) {
    const WishWindow::Slice& slice = window.ring[(window.begin + i) % WishWindow::slices];
    out.put(slice.first);
    out.put(slice.last);
    out.put(slice.wish);
    out.put(slice.at);
  }
}

bool get(ByteReader& in, WishWindow& window) {
  const std::size_t count = in.get_count(28);
  if (count > WishWindow::slices) return false;
  window.count = static_cast<std::uint32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    WishWindow::Slice& slice = window.ring[i];
    slice.first = in.get_time();
    slice.last = in.get_time();
    slice.wish = in.get<std::int32_t>();
    slice.at = in.get_time();
  }
  return in.ok();
}

void put(ByteWriter& out, const ChangeHistory& history) {
  out.put(history.count);
  for (std::uint32_t i = 0; i < history.count; ++i) {
    const ChangeHistory::Change& change = history.ring[(history.begin + i) % ChangeHistory::capacity];
    out.put(change.at);
    out.put(change.delta);
  }
}

bool get(ByteReader& in, ChangeHistory& history) {
  const std::size_t count = in.get_count(12);
  if (count > ChangeHistory::capacity) return false;
  history.count = static_cast<std::uint32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    history.ring[i].at = in.get_time();
    history.ring[i].delta = in.get<std::int32_t>();
  }
  return in.ok();
}

}  // namespace

ByteVector encode(const StackState& state) {
  ByteWriter out;
  out.put(state_magic);
  out.put(state.shape);
  out.put(static_cast<std::uint32_t>(state.tiers.size()));
  for (const TierState& tier : state.tiers) {
    out.put(tier.asked);
    out.put(tier.changed);
    put(out, tier.up);
    put(out, tier.down);
    put(out, tier.changes);
  }
  out.put(static_cast<std::uint32_t>(state.rules.size()));
  for (const RuleClock& clock : state.rules) {
    out.put(clock.true_since);
    out.put(static_cast<std::uint8_t>(clock.holds));
  }
  return out.take();
}

Result<StackState> decode_state(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint32_t>() != state_magic)
    return fail(Errc::malformed, "stored state: not written by this or an older version of plimsoll");
  StackState state;
  state.shape = in.get<std::uint64_t>();
  state.tiers.resize(in.get_count(24));
  for (TierState& tier : state.tiers) {
    tier.asked = in.get<std::int32_t>();
    tier.changed = in.get_time();
    if (!get(in, tier.up) || !get(in, tier.down) || !get(in, tier.changes))
      return fail(Errc::malformed, "stored state: damaged history");
  }
  state.rules.resize(in.get_count(9));
  for (RuleClock& clock : state.rules) {
    clock.true_since = in.get_time();
    clock.holds = in.get<std::uint8_t>() != 0;
  }
  if (!in.at_end()) return fail(Errc::malformed, "stored state: damaged");
  return state;
}

}  // namespace plimsoll
