#include "decide/state_codec.h"

namespace plimsoll {
namespace {

constexpr std::uint32_t observation_magic = 0x014F4C50;   // "PLO", version 1
constexpr std::uint32_t explanations_magic = 0x01454C50;  // "PLE", version 1

template <class E>
void put_enum(ByteWriter& out, E value) {
  out.put(static_cast<std::uint8_t>(value));
}

/// A value past the last enumerator makes the whole text damaged: it is read by name later.
template <class E>
E get_enum(ByteReader& in, E last, bool& sound) {
  const auto value = in.get<std::uint8_t>();
  sound = sound && value <= static_cast<std::uint8_t>(last);
  return static_cast<E>(value);
}

void put(ByteWriter& out, const Sample& sample) {
  out.put(sample.value);
  out.put(sample.measured);
  out.put(sample.window);
  put_enum(out, sample.gap);
  out.put(sample.instances);
}

void put(ByteWriter& out, const Order& order) {
  out.put(order.id);
  put_enum(out, order.kind);
  out.put(order.tier.index);
  out.put(order.value);
  out.put(std::string_view(order.who));
  out.put(std::string_view(order.why));
  out.put(order.given);
  out.put(static_cast<std::uint8_t>(order.until.has_value()));
  out.put(order.until.value_or(TimePoint{}));
}

Order get_order(ByteReader& in, bool& sound) {
  Order order;
  order.id = in.get<std::int64_t>();
  order.kind = get_enum(in, OrderKind::floor, sound);
  order.tier.index = in.get<std::uint32_t>();
  order.value = in.get<std::int32_t>();
  order.who = in.get_text();
  order.why = in.get_text();
  order.given = in.get_time();
  const bool ends = in.get<std::uint8_t>() != 0;
  const TimePoint until = in.get_time();
  if (ends) order.until = until;
  return order;
}

void put(ByteWriter& out, const TierSeen& tier) {
  out.put(tier.asked);
  out.put(tier.reported);
  out.put(static_cast<std::uint8_t>(tier.unsettled));
  put_enum(out, tier.pending);
  out.put(static_cast<std::uint32_t>(tier.instances.size()));
  for (const InstanceSeen& instance : tier.instances) {
    out.put(instance.number);
    put_enum(out, instance.phase);
    out.put(instance.started);
    out.put(instance.ready_since);
  }
  out.put(static_cast<std::uint32_t>(tier.samples.size()));
  for (const Sample& sample : tier.samples) put(out, sample);
}

OwnedObservation::Tier get_tier(ByteReader& in, bool& sound) {
  OwnedObservation::Tier tier;
  tier.seen.asked = in.get<std::int32_t>();
  tier.seen.reported = in.get<std::int32_t>();
  tier.seen.unsettled = in.get<std::uint8_t>() != 0;
  tier.seen.pending = get_enum(in, Pending::refused, sound);
  tier.instances.resize(in.get_count(21));
  for (InstanceSeen& instance : tier.instances) {
    instance.number = in.get<std::uint32_t>();
    instance.phase = get_enum(in, Phase::draining, sound);
    instance.started = in.get_time();
    instance.ready_since = in.get_time();
  }
  tier.samples.resize(in.get_count(29));
  for (Sample& sample : tier.samples) {
    sample.value = in.get_double();
    sample.measured = in.get_time();
    sample.window = in.get_duration();
    sample.gap = get_enum(in, Gap::malformed, sound);
    sample.instances = in.get<std::uint32_t>();
  }
  return tier;
}

void put(ByteWriter& out, const Explanation& why) {
  out.put(why.tier.index);
  out.put(why.ready);
  out.put(why.starting);
  out.put(why.draining);
  out.put(why.winner.index);
  out.put(static_cast<std::uint8_t>(why.has_winner));
  put_enum(out, why.pending);
  out.put(static_cast<std::uint32_t>(why.policies.size()));
  for (const PolicyLine& line : why.policies) {
    out.put(line.policy.index);
    out.put(line.value);
    out.put(line.target);
    out.put(line.age);
    out.put(line.proposal);
    put_enum(out, line.gap);
  }
  out.put(static_cast<std::uint32_t>(why.steps.size()));
  for (const StepLine& line : why.steps) {
    put_enum(out, line.step);
    out.put(line.in);
    out.put(line.out);
    put_enum(out, line.reason);
    out.put(line.since);
    out.put(line.order);
  }
  out.put(why.decision.before);
  out.put(why.decision.wanted);
  out.put(why.decision.granted);
  out.put(why.decision.asked);
  put_enum(out, why.decision.reason);
}

Explanation get_explanation(ByteReader& in, bool& sound) {
  Explanation why;
  why.tier.index = in.get<std::uint32_t>();
  why.ready = in.get<std::int32_t>();
  why.starting = in.get<std::int32_t>();
  why.draining = in.get<std::int32_t>();
  why.winner.index = in.get<std::uint32_t>();
  why.has_winner = in.get<std::uint8_t>() != 0;
  why.pending = get_enum(in, Pending::refused, sound);
  for (std::size_t left = in.get_count(33); left > 0; --left) {
    PolicyLine line;
    line.policy.index = in.get<std::uint32_t>();
    line.value = in.get_double();
    line.target = in.get_double();
    line.age = in.get_duration();
    line.proposal = in.get<std::int32_t>();
    line.gap = get_enum(in, Gap::malformed, sound);
    why.policies.push_back(line);
  }
  for (std::size_t left = in.get_count(26); left > 0; --left) {
    StepLine line;
    line.step = get_enum(in, Step::order, sound);
    line.in = in.get<std::int32_t>();
    line.out = in.get<std::int32_t>();
    line.reason = get_enum(in, Reason::order_floor, sound);
    line.since = in.get_time();
    line.order = in.get<std::int64_t>();
    why.steps.push_back(line);
  }
  why.decision.before = why.before = in.get<std::int32_t>();
  why.decision.wanted = in.get<std::int32_t>();
  why.decision.granted = in.get<std::int32_t>();
  why.decision.asked = in.get<std::int32_t>();
  why.decision.reason = get_enum(in, Reason::order_floor, sound);
  return why;
}

}  // namespace

ByteVector encode(const Observation& seen) {
  ByteWriter out;
  out.put(observation_magic);
  out.put(static_cast<std::uint32_t>(seen.tiers.size()));
  for (const TierSeen& tier : seen.tiers) put(out, tier);
  out.put(static_cast<std::uint32_t>(seen.orders.size()));
  for (const Order& order : seen.orders) put(out, order);
  return out.take();
}

Result<OwnedObservation> decode_observation(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint32_t>() != observation_magic)
    return fail(Errc::malformed, "stored observation: not one that this version reads");
  OwnedObservation seen;
  bool sound = true;
  for (std::size_t left = in.get_count(18); left > 0; --left) seen.tiers.push_back(get_tier(in, sound));
  for (std::size_t left = in.get_count(42); left > 0; --left) seen.orders.push_back(get_order(in, sound));
  if (!in.at_end() || !sound) return fail(Errc::malformed, "stored observation: damaged");
  return seen;
}

ByteVector encode(std::span<const Explanation> explanations) {
  ByteWriter out;
  out.put(explanations_magic);
  out.put(static_cast<std::uint32_t>(explanations.size()));
  for (const Explanation& why : explanations) put(out, why);
  return out.take();
}

Result<std::vector<Explanation>> decode_explanations(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint32_t>() != explanations_magic)
    return fail(Errc::malformed, "stored explanation: not one that this version reads");
  std::vector<Explanation> explanations;
  bool sound = true;
  for (std::size_t left = in.get_count(46); left > 0; --left) explanations.push_back(get_explanation(in, sound));
  if (!in.at_end() || !sound) return fail(Errc::malformed, "stored explanation: damaged");
  return explanations;
}

}  // namespace plimsoll
