#include "control/loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/say.h"
#include "decide/state_codec.h"

namespace plimsoll {
namespace {

bool same_shape(const StackState& a, const StackState& b) {
  return a.shape == b.shape && a.tiers.size() == b.tiers.size() && a.rules.size() == b.rules.size();
}

/// " (release day)": why the order that decided was given; empty if no order did, or none was said.
std::string order_reason(const Explanation& why, std::span<const Order> orders) {
  for (const StepLine& step : why.steps) {
    if (step.step != Step::order) continue;
    const auto order = std::ranges::find(orders, step.order, &Order::id);
    if (order != orders.end() && !order->why.empty()) return fmt::format(" ({})", order->why);
  }
  return {};
}

bool changes(const Decision& decision) { return std::ranges::any_of(decision.tiers, &TierDecision::changes); }

}  // namespace

Loop::Loop(const Plan& plan, Clock& clock, Samples& samples, Driver& driver, Store& store, std::string version)
    : plan_(plan),
      clock_(clock),
      samples_(samples),
      driver_(driver),
      store_(store),
      version_(std::move(version)),
      state_(initial_state(plan)),
      why_(plan.tiers.size()) {
  seen_.tiers.resize(plan.tiers.size());
}

Result<void> Loop::restore() {
  const Result<std::optional<ByteVector>> stored = store_.latest_state();
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  Result<StackState> state = decode_state(**stored);
  if (state && same_shape(*state, state_)) state_ = std::move(*state);
  return {};
}

Result<void> Loop::take_orders(TimePoint now) {
  Result<std::vector<Store::NamedOrder>> orders = store_.orders(now);
  if (!orders) return fail(orders.error());
  seen_.orders.clear();
  for (Store::NamedOrder& named : *orders) {
    const auto tier = std::ranges::find(plan_.tiers, named.tier, &TierPlan::name);
    if (tier == plan_.tiers.end()) continue;
    named.order.tier = tier->id;
    seen_.orders.push_back(std::move(named.order));
  }
  return {};
}

Result<void> Loop::observe(TimePoint now) {
  const Fleet& fleet = driver_.fleet();
  samples_.publish(fleet);
  for (std::size_t i = 0; i < seen_.tiers.size(); ++i) {
    OwnedObservation::Tier& tier = seen_.tiers[i];
    tier.instances.clear();
    tier.seen = TierSeen{};
    tier.seen.asked = fleet.tiers[i].asked;
    tier.seen.pending = fleet.tiers[i].pending;
  }
  for (const Instance& instance : fleet.instances) {
    OwnedObservation::Tier& tier = seen_.tiers[instance.tier.index];
    tier.instances.push_back({instance.number, instance.phase, instance.started, instance.ready_since});
    tier.seen.reported += instance.phase != Phase::draining;
    tier.seen.unsettled = tier.seen.unsettled || instance.phase != Phase::ready;
  }
  samples_.fill(now, seen_);
  return take_orders(now);
}

Result<void> Loop::journal(const ByteVector& state_before, TimePoint now, const std::vector<std::string>& sentences) {
  if (!changes(decision_) && now - last_keyframe_ < keyframe_every) return {};
  const ByteVector observation = encode(seen_.view());
  const ByteVector explanations = encode(std::span<const Explanation>(why_));
  TickRecord record;
  record.at = now;
  record.keyframe = true;
  record.state = state_before;
  record.observation = observation;
  record.explanations = explanations;
  record.engine = version_;
  for (const std::string& one : sentences) record.sentences += one + "\n";
  const Result<void> kept = store_.record(record);
  if (kept) last_keyframe_ = now;
  return kept;
}

Result<Tick> Loop::tick() {
  Tick report;
  report.at = clock_.now();
  if (const Result<void> observed = observe(report.at); !observed) return fail(observed.error());

  const ByteVector before = encode(state_);
  decide(plan_, state_, seen_.view(), report.at, decision_, why_);
  for (const Explanation& why : why_)
    if (why.decision.changes()) report.sentences.push_back(sentence(plan_, why) + order_reason(why, seen_.orders));

  if (const Result<void> kept = journal(before, report.at, report.sentences); !kept) {
    state_ = *decode_state(before);
    return fail(kept.error());
  }
  for (const Outcome& outcome : driver_.carry_out(decision_, report.at)) {
    settle(plan_, state_, outcome, clock_.now());
    if (outcome.kind == Outcome::Kind::refused)
      report.sentences.push_back(fmt::format("{} stays at {}: the driver refused {}", plan_.tiers[outcome.tier.index].name,
                                             std::max(outcome.from, 0), outcome.to));
  }
  if (const Result<void> saved = store_.save_state(encode(state_), report.at); !saved)
    report.sentences.push_back("state not saved: " + saved.error().message);
  report.decision = &decision_;
  report.why = why_;
  report.seen = &seen_;
  return report;
}

std::vector<InstanceEvent> Loop::advance() { return driver_.advance(clock_.now()); }

bool Loop::unsettled() const {
  return std::ranges::any_of(driver_.fleet().instances, [](const Instance& i) { return i.phase != Phase::ready; });
}

}  // namespace plimsoll
