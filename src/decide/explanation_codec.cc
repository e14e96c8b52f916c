#include "decide/codec.h"
#include "decide/state_codec.h"

namespace plimsoll {
namespace codec {
namespace {

constexpr std::uint32_t explanations_magic = 0x02454C50;  // "PLE", version 2

template <class Ar, Maybe<PolicyLine> T>
void layout(Ar& ar, T& line) {
  ar(line.policy);
  ar(line.value);
  ar(line.target);
  ar(line.age);
  ar(line.proposal);
  ar.name(line.gap, Gap::malformed);
  ar.name(line.note, Note::no_traffic);
}

template <class Ar, Maybe<StepLine> T>
void layout(Ar& ar, T& line) {
  ar.name(line.step, Step::verify);
  ar(line.in);
  ar(line.out);
  ar.name(line.reason, Reason::contended);
  ar(line.since);
  ar(line.subject);
}

template <class Ar, Maybe<VerifyLine> T>
void layout(Ar& ar, T& line) {
  ar.name(line.verdict, VerifyLine::Verdict::not_judged);
  ar(line.policy);
  ar(line.before);
  ar(line.expected);
  ar(line.seen);
  ar(line.due);
}

template <class Ar, Maybe<TierDecision> T>
void layout(Ar& ar, T& decision) {
  ar(decision.before);
  ar(decision.wanted);
  ar(decision.granted);
  ar(decision.asked);
  ar.name(decision.reason, Reason::contended);
}

template <class Ar, Maybe<Explanation> T>
void layout(Ar& ar, T& why) {
  ar(why.tier);
  ar(why.before);
  ar(why.ready);
  ar(why.starting);
  ar(why.draining);
  ar(why.winner);
  ar(why.has_winner);
  ar(why.flapping);
  ar.name(why.pending, Pending::refused);
  ar.list(why.policies, 34, [&](auto& line) { layout(ar, line); });
  ar.list(why.steps, 26, [&](auto& line) { layout(ar, line); });
  ar.list(why.limits, 20, [&](auto& line) {
    ar(line.limit);
    ar(line.used);
    ar(line.total);
  });
  layout(ar, why.verify);
  ar(why.cost_before);
  ar(why.cost_after);
  layout(ar, why.decision);
}

}  // namespace
}  // namespace codec

ByteVector encode(std::span<const Explanation> all) {
  codec::Put out;
  out(codec::explanations_magic);
  out(static_cast<std::uint32_t>(all.size()));
  for (const Explanation& why : all) codec::layout(out, why);
  return out.take();
}

Result<std::vector<Explanation>> decode_explanations(std::span<const std::uint8_t> bytes) {
  codec::Get in(bytes);
  std::uint32_t magic = 0;
  in(magic);
  if (magic != codec::explanations_magic)
    return fail(Errc::malformed, "stored explanation: not written by this version of plimsoll");
  std::vector<Explanation> all;
  in.list(all, 100, [&](Explanation& why) { codec::layout(in, why); });
  if (!in.whole()) return fail(Errc::malformed, "stored explanation: damaged");
  return all;
}

}  // namespace plimsoll
