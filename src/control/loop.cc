#include "control/loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/say.h"
#include "decide/state_codec.h"

namespace plimsoll {
namespace {

/// Between two polls the last evaluation is what a count stands for: its policies and steps, under today's orders and limits.
Explanation with_evaluation(const Explanation& now, const Explanation& last) {
  Explanation shown = now;
  shown.policies = last.policies;
  shown.winner = last.winner;
  shown.has_winner = last.has_winner;
  shown.steps.clear();
  for (const StepLine& step : last.steps)
    if (step.step != Step::order && step.step != Step::couple) shown.steps.push_back(step);
  for (const StepLine& step : now.steps)
    if (step.reason != Reason::between_polls) shown.steps.push_back(step);
  if (now.decision.reason != Reason::between_polls) return shown;
  shown.decision.reason = shown.steps.empty() ? Reason::steady : shown.steps[shown.steps.size() - 1].reason;
  return shown;
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& one : texts) lines += one + "\n";
  return lines;
}

}  // namespace

Loop::Loop(const Plan& plan, Clock& clock, Samples& samples, Driver& driver, Store& store, std::string version)
    : plan_(plan),
      clock_(clock),
      samples_(samples),
      driver_(driver),
      store_(store),
      version_(std::move(version)),
      state_(initial_state(plan)),
      why_(plan.tiers.size()),
      evaluated_(plan.tiers.size()),
      shown_(plan.tiers.size()),
      news_(plan) {
  seen_.tiers.resize(plan.tiers.size());
}

Result<void> Loop::restore() {
  const Result<std::optional<ByteVector>> stored = store_.latest_state();
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  Result<StackState> state = decode_state(**stored);
  if (state && fits(*state, plan_)) {
    take_up(plan_, *state);
    state_ = std::move(*state);
  }
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
    tier.own.clear();
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

Result<void> Loop::journal(TickRecord& record, const News::Told& told) {
  if (!told.worth_a_record() && record.at - last_keyframe_ < keyframe_every) return {};
  record.sentences = lines_of(told.changes) + lines_of(told.held) + lines_of(told.notes);
  const Result<void> kept = store_.record(record);
  if (kept) last_keyframe_ = record.at;
  return kept;
}

std::string Loop::pending() const {
  std::string lines;
  const Fleet& fleet = driver_.fleet();
  for (const TierPlan& tier : plan_.tiers)
    if (const std::string& text = fleet.tiers[tier.id.index].pending_text; !text.empty())
      lines += fmt::format("{}: {}\n", tier.name, text);
  return lines;
}

/// What a crash may lose of it, the next tick makes good.
void Loop::save(const TickRecord& record, Tick& report) {
  if (const Result<void> saved = store_.save_state(encode(state_), report.at); !saved)
    report.sentences.push_back("state not saved: " + saved.error().message);
  if (const Result<void> saved = store_.save_latest(record); !saved)
    report.sentences.push_back("the latest decision was not saved for explain: " + saved.error().message);
}

void Loop::show() {
  for (std::size_t i = 0; i < why_.size(); ++i) {
    const bool unevaluated = between_polls(why_[i]);
    if (!unevaluated) evaluated_[i] = why_[i];
    shown_[i] = unevaluated && !evaluated_[i].policies.empty() ? with_evaluation(why_[i], evaluated_[i]) : why_[i];
  }
}

Result<Tick> Loop::tick() {
  Tick report;
  report.at = clock_.now();
  if (const Result<void> observed = observe(report.at); !observed) return fail(observed.error());

  const ByteVector before = encode(state_);
  const ByteVector observation = encode(seen_.view());
  decide(plan_, state_, seen_.view(), report.at, decision_, why_);
  show();
  const ByteVector explanations = encode(std::span<const Explanation>(shown_));
  TickRecord record{report.at, true, before, observation, explanations, {}, version_, pending()};

  News news = news_;
  const News::Told told = news.of(plan_, decision_, why_, seen_.orders, report.at);
  if (const Result<void> kept = journal(record, told); !kept) {
    state_ = *decode_state(before);
    return fail(kept.error());
  }
  news_ = std::move(news);
  report.sentences = told.changes;
  report.notes = told.notes;
  for (const Outcome& outcome : driver_.carry_out(decision_, report.at)) {
    settle(plan_, state_, outcome, clock_.now());
    if (outcome.kind == Outcome::Kind::refused)
      report.sentences.push_back(fmt::format("{} stays at {}: the driver refused {}", plan_.tiers[outcome.tier.index].name,
                                             std::max(outcome.from, 0), outcome.to));
  }
  save(record, report);
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
