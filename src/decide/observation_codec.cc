#include "decide/codec.h"
#include "decide/state_codec.h"

namespace plimsoll {
namespace codec {
namespace {

constexpr std::uint32_t observation_magic = 0x024F4C50;  // "PLO", version 2

template <class Ar, Maybe<Sample> T>
void layout(Ar& ar, T& sample) {
  ar(sample.value);
  ar(sample.measured);
  ar(sample.window);
  ar.name(sample.gap, Gap::malformed);
  ar(sample.instances);
}

template <class Ar, Maybe<Order> T>
void layout(Ar& ar, T& order) {
  ar(order.id);
  ar.name(order.kind, OrderKind::maintenance);
  ar(order.tier);
  ar(order.value);
  ar.name(order.direction, Direction::down);
  ar(order.who);
  ar(order.why);
  ar(order.given);
  ar.maybe(order.until);
}

template <class Ar, Maybe<InstanceSeen> T>
void layout(Ar& ar, T& instance) {
  ar(instance.number);
  ar.name(instance.phase, Phase::draining);
  ar(instance.started);
  ar(instance.ready_since);
}

template <class Ar, Maybe<OwnedObservation::Tier> T>
void layout(Ar& ar, T& tier) {
  ar(tier.seen.asked);
  ar(tier.seen.reported);
  ar(tier.seen.unsettled);
  ar(tier.seen.rollout);
  ar.name(tier.seen.pending, Pending::refused);
  ar.list(tier.instances, 21, [&](auto& one) { layout(ar, one); });
  ar.list(tier.samples, 29, [&](auto& one) { layout(ar, one); });
  ar.list(tier.own, 16, [&](auto& one) {
    ar(one.measured);
    ar(one.value);
  });
  if constexpr (Ar::reads)  // whole rows
    if (tier.instances.empty() ? !tier.own.empty() : tier.own.size() % tier.instances.size() != 0) ar.damage();
}

template <class Ar, Maybe<OwnedObservation> T>
void layout(Ar& ar, T& seen) {
  ar.list(seen.tiers, 23, [&](auto& tier) { layout(ar, tier); });
  ar.list(seen.orders, 36, [&](auto& order) { layout(ar, order); });
  ar.list(seen.components, 29, [&](auto& one) { layout(ar, one); });
}

/// A copy that owns: encoding is the cold path.
OwnedObservation owned(const Observation& seen) {
  OwnedObservation copy;
  for (const TierSeen& tier : seen.tiers)
    copy.tiers.push_back({tier, {tier.instances.begin(), tier.instances.end()}, {tier.samples.begin(), tier.samples.end()},
                          {tier.own.begin(), tier.own.end()}});
  copy.orders.assign(seen.orders.begin(), seen.orders.end());
  copy.components.assign(seen.components.begin(), seen.components.end());
  return copy;
}

}  // namespace
}  // namespace codec

ByteVector encode(const Observation& seen) {
  codec::Put out;
  out(codec::observation_magic);
  const OwnedObservation copy = codec::owned(seen);
  codec::layout(out, copy);
  return out.take();
}

Result<OwnedObservation> decode_observation(std::span<const std::uint8_t> bytes) {
  codec::Get in(bytes);
  std::uint32_t magic = 0;
  in(magic);
  if (magic != codec::observation_magic)
    return fail(Errc::malformed, "stored observation: not written by this version of plimsoll");
  OwnedObservation seen;
  codec::layout(in, seen);
  if (!in.whole()) return fail(Errc::malformed, "stored observation: damaged");
  return seen;
}

}  // namespace plimsoll
