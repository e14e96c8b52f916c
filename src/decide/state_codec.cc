#include "decide/state_codec.h"

#include "decide/codec.h"

namespace plimsoll {
namespace codec {
namespace {

// "PLS" and the version of the layout below; a new layout gets a new number.
constexpr std::uint32_t state_magic = 0x02534C50;

template <class Ar, Maybe<WishWindow> T>
void layout(Ar& ar, T& window) {
  ar.ring(window.ring, window.begin, window.count, 12, [&](auto& wish) {
    ar(wish.at);
    ar(wish.wish);
  });
}

template <class Ar, Maybe<ChangeHistory> T>
void layout(Ar& ar, T& history) {
  ar.ring(history.ring, history.begin, history.count, 12, [&](auto& change) {
    ar(change.at);
    ar(change.delta);
  });
}

template <class Ar, Maybe<Recent> T>
void layout(Ar& ar, T& recent) {
  for (auto& at : recent.at) ar(at);
}

template <class Ar, Maybe<Expectation> T>
void layout(Ar& ar, T& expected) {
  ar(expected.open);
  ar(expected.policy);
  ar(expected.from);
  ar(expected.to);
  ar(expected.value);
  ar(expected.load);
  ar(expected.due);
}

template <class Ar, Maybe<TierState> T>
void layout(Ar& ar, T& tier) {
  ar(tier.asked);
  ar(tier.wanted);
  ar(tier.decided);
  ar(tier.changed);
  ar(tier.grown);
  ar(tier.shrunk);
  ar(tier.active);
  ar(tier.frozen_until);
  ar(tier.frozen_by);
  ar(tier.frozen_policy);
  ar(tier.turned);
  ar(tier.heading);
  ar(tier.by_policy);
  layout(ar, tier.reversals);
  ar(tier.damped);
  ar(tier.regretted);
  layout(ar, tier.contests);
  ar(tier.emptied);
  layout(ar, tier.expectation);
  layout(ar, tier.up);
  layout(ar, tier.down);
  layout(ar, tier.changes);
}

template <class Ar, Maybe<hpa::Condition> T>
void layout(Ar& ar, T& condition) {
  ar.name(condition.status, hpa::Status::no);
  ar.name(condition.reason, hpa::Reason::not_scaled_to_zero);
}

template <class Ar, Maybe<keda::LoopState> T>
void layout(Ar& ar, T& loop) {
  ar(loop.created);
  ar.maybe(loop.last_active);
  ar.maybe(loop.last_poll);
  for (auto& health : loop.health) {
    ar(health.failures);
    ar(health.failing_since);
  }
  for (auto& cached : loop.cached) {
    ar(cached.milli);
    ar.name(cached.kind, keda::Cached::Kind::value);
  }
}

template <class Ar, Maybe<LikeState> T>
void layout(Ar& ar, T& like) {
  const auto event = [&](auto& one) {
    ar(one.at);
    ar(one.change);
    ar(one.outdated);
  };
  ar(like.kept.recommendations);
  ar(like.kept.ups);
  ar(like.kept.downs);
  ar(like.kept.started);
  ar(like.kept.scaled_to_zero);
  ar.list(like.recommendations, 12, [&](auto& one) {
    ar(one.at);
    ar(one.replicas);
  });
  ar.list(like.ups, 13, event);
  ar.list(like.downs, 13, event);
  ar.list(like.failing_since, 8, [&](auto& since) { ar(since); });
  layout(ar, like.conditions.able_to_scale);
  layout(ar, like.conditions.scaling_active);
  layout(ar, like.conditions.scaling_limited);
  layout(ar, like.conditions.scaled_to_zero);
  layout(ar, like.loop);
  ar(like.rescale_to);
  if constexpr (Ar::reads) {
    const hpa::Kept& kept = like.kept;
    if (kept.recommendations > like.recommendations.size() || kept.ups > like.ups.size() || kept.downs > like.downs.size())
      ar.damage();
  }
}

template <class Ar, Maybe<StackState> T>
void layout(Ar& ar, T& state) {
  ar(state.shape);
  ar.list(state.tiers, 64, [&](auto& tier) { layout(ar, tier); });
  ar.list(state.clocks, 9, [&](auto& clock) {
    ar(clock.since);
    ar(clock.holds);
  });
  ar.list(state.likes, 64, [&](auto& like) { layout(ar, like); });
  ar.list(state.poolers, 4, [&](auto& instances) { ar(instances); });
}

}  // namespace
}  // namespace codec

ByteVector encode(const StackState& state) {
  codec::Put out;
  out(codec::state_magic);
  codec::layout(out, state);
  return out.take();
}

Result<StackState> decode_state(std::span<const std::uint8_t> bytes) {
  codec::Get in(bytes);
  std::uint32_t magic = 0;
  in(magic);
  if (magic != codec::state_magic) return fail(Errc::malformed, "stored state: not written by this version of plimsoll");
  StackState state;
  codec::layout(in, state);
  if (!in.whole()) return fail(Errc::malformed, "stored state: damaged");
  return state;
}

std::optional<std::uint64_t> shape_of(std::span<const std::uint8_t> state) {
  ByteReader in(state);
  if (in.get<std::uint32_t>() != codec::state_magic) return std::nullopt;
  const auto shape = in.get<std::uint64_t>();
  return in.ok() ? std::optional(shape) : std::nullopt;
}

bool fits(const StackState& state, const Plan& plan) {
  const StackState fresh = initial_state(plan);
  if (state.shape != fresh.shape || state.tiers.size() != fresh.tiers.size() || state.clocks.size() != fresh.clocks.size() ||
      state.likes.size() != fresh.likes.size() || state.poolers.size() != fresh.poolers.size())
    return false;
  for (const TierState& tier : state.tiers)
    if (tier.asked < -1 || tier.asked > capacity::most_instances) return false;
  for (const int instances : state.poolers)
    if (instances < 0) return false;
  for (std::size_t i = 0; i < state.likes.size(); ++i) {
    const LikeState& a = state.likes[i];
    const LikeState& b = fresh.likes[i];
    if (a.recommendations.size() != b.recommendations.size() || a.ups.size() != b.ups.size() ||
        a.downs.size() != b.downs.size() || a.failing_since.size() != b.failing_since.size())
      return false;
  }
  return true;
}

}  // namespace plimsoll
