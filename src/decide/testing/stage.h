#pragma once
// A whole stack under the engine: tiers whose instances take their time to start and to drain, components, orders, a driver that
// does what it is told, a controller that restarts.

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "decide/decide.h"
#include "decide/state_codec.h"

namespace plimsoll::testing_ {

inline constexpr TimePoint stage_begins{std::chrono::hours(24 * 365 * 56)};

/// What a tier's instances are like.
struct Manner {
  Duration start{};    // until ready
  Duration drain{};    // until gone
  bool fails = false;  // those started from now on never get ready
  bool rollout = false;
  int beyond = 0;  // ready instances beyond the count: a rollout's surge
  Pending pending = Pending::none;
  bool refuses = false;  // the driver refuses every change
};

class Stage {
 public:
  /// What one instance measures of a signal of its own; absent: nothing yet.
  using Own = std::function<std::optional<double>(const InstanceSeen&)>;

  explicit Stage(const Stack& stack, const TimeZones& zones = {}, Abilities abilities = {}, TimePoint begins = stage_begins)
      : plan_(compile(stack, zones, abilities)), state_(initial_state(plan_)), now_(begins), manners_(plan_.tiers.size()) {
    seen_.tiers.resize(plan_.tiers.size());
    numbers_.resize(plan_.tiers.size());
    own_.resize(plan_.tiers.size());
    why_.resize(plan_.tiers.size());
    seen_.components.resize(plan_.components.size());
    for (std::size_t i = 0; i < plan_.tiers.size(); ++i) {
      seen_.tiers[i].samples.resize(plan_.tiers[i].signals.size());
      own_[i].resize(plan_.tiers[i].own_signals);
    }
  }

  std::vector<Order> orders;
  /// Before each tick: what is seen then.
  std::function<void(Stage&)> world;
  /// Managed enabling changes are carried out.
  bool enables = false;

  Manner& manner(std::size_t tier) { return manners_.at(tier); }
  /// Instances that were there before the controller came.
  void runs(std::size_t tier, int count) {
    while (static_cast<int>(seen_.tiers[tier].instances.size()) < count) add(tier, Phase::ready);
  }

  void see(std::size_t tier, SignalKind kind, double value, const std::string& list = {}) {
    if (Sample* one = sample(tier, kind, list)) *one = {value, now_, std::chrono::seconds(1), Gap::none};
  }
  void lose(std::size_t tier, SignalKind kind, Gap gap, const std::string& list = {}) {
    if (Sample* one = sample(tier, kind, list)) one->gap = gap;
  }
  void see_each(std::size_t tier, SignalKind kind, Own own) {
    const int row = plan_.tiers[tier].signals[signal_index(plan_.tiers[tier], kind)].own;
    own_.at(tier).at(static_cast<std::size_t>(row)) = std::move(own);
  }
  void see_component(std::string_view name, double used) {
    for (std::size_t i = 0; i < plan_.components.size(); ++i)
      if (plan_.components[i].name == name) seen_.components[i] = {used, now_, {}, Gap::none};
  }
  /// Samples keep their age from now on.
  void freeze(bool on = true) { frozen_ = on; }
  /// Somebody else sets the count just before the next tick.
  void set_by_somebody_else(std::size_t tier, int count) {
    asked_.resize(plan_.tiers.size(), -1);
    asked_[tier] = count;
    follow(tier, count);
  }
  /// The controller is replaced by another that has only what was stored.
  void restart() { state_ = *decode_state(encode(state_)); }
  /// The controller forgets everything.
  void forget() { state_ = initial_state(plan_); }

  const Decision& tick(Duration step = std::chrono::seconds(1)) {
    now_ += step;
    asked_.resize(plan_.tiers.size(), -1);
    for (std::size_t i = 0; i < plan_.tiers.size(); ++i) live(i);
    if (world) world(*this);
    for (std::size_t i = 0; i < plan_.tiers.size(); ++i) show(i);
    seen_.orders = orders;
    if (!frozen_)
      for (Sample& one : seen_.components) one.measured = now_;
    decide(plan_, state_, seen_.view(), now_, decision_, why_);
    for (std::size_t i = 0; i < plan_.tiers.size(); ++i) carry_out(i);
    if (enables)
      for (const Enabling& change : decision_.enabling)
        if (change.managed) settle(plan_, state_, change);
    return decision_;
  }
  const Decision& run_for(Duration time, Duration step = std::chrono::seconds(1)) {
    for (Duration done{}; done < time; done += step) tick(step);
    return decision_;
  }

  [[nodiscard]] int asked(std::size_t tier = 0) const { return decision_.tiers[tier].asked; }
  [[nodiscard]] Reason reason(std::size_t tier = 0) const { return decision_.tiers[tier].reason; }
  [[nodiscard]] int count(std::size_t tier, Phase phase) const {
    return static_cast<int>(std::ranges::count(seen_.tiers[tier].instances, phase, &InstanceSeen::phase));
  }
  [[nodiscard]] const std::vector<InstanceSeen>& instances(std::size_t tier) const { return seen_.tiers[tier].instances; }
  [[nodiscard]] int ready(std::size_t tier = 0) const { return count(tier, Phase::ready); }
  [[nodiscard]] const Explanation& why(std::size_t tier = 0) const { return why_[tier]; }
  [[nodiscard]] const std::vector<Explanation>& whys() const { return why_; }
  [[nodiscard]] const Decision& decision() const { return decision_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const StackState& state() const { return state_; }
  StackState& state() { return state_; }
  [[nodiscard]] TimePoint now() const { return now_; }

 private:
  Sample* sample(std::size_t tier, SignalKind kind, const std::string& list) {
    const std::size_t index = signal_index(plan_.tiers[tier], kind, list);
    return index < plan_.tiers[tier].signals.size() ? &seen_.tiers[tier].samples[index] : nullptr;
  }
  void add(std::size_t tier, Phase phase) {
    InstanceSeen one{++numbers_[tier], phase, now_, now_};
    seen_.tiers[tier].instances.push_back(one);
  }
  void live(std::size_t tier) {
    const Manner& manner = manners_[tier];
    std::vector<InstanceSeen>& all = seen_.tiers[tier].instances;
    std::erase_if(
        all, [&](const InstanceSeen& one) { return one.phase == Phase::draining && now_ - one.ready_since >= manner.drain; });
    for (InstanceSeen& one : all) {
      if (one.phase != Phase::starting || manner.fails || now_ - one.started < manner.start) continue;
      one.phase = Phase::ready;
      one.ready_since = now_;
    }
  }
  void show(std::size_t tier) {
    OwnedObservation::Tier& one = seen_.tiers[tier];
    const Manner& manner = manners_[tier];
    one.seen.asked = asked_[tier];
    one.seen.reported = static_cast<int>(one.instances.size()) - count(tier, Phase::draining);
    one.seen.rollout = manner.rollout;
    one.seen.pending = manner.pending;
    one.seen.unsettled = count(tier, Phase::ready) != static_cast<int>(one.instances.size());
    if (!frozen_)
      for (Sample& sample : one.samples) sample.measured = now_;
    one.own.clear();
    for (const Own& own : own_[tier])
      for (const InstanceSeen& instance : one.instances) {
        const std::optional<double> value = own ? own(instance) : std::nullopt;
        one.own.push_back(value ? InstanceSample{now_, *value} : InstanceSample{});
      }
    if (std::ranges::none_of(own_[tier], [](const Own& own) { return own != nullptr; })) one.own.clear();
  }
  void follow(std::size_t tier, int count) {
    std::vector<InstanceSeen>& all = seen_.tiers[tier].instances;
    const int wanted = count + manners_[tier].beyond;
    int there = static_cast<int>(std::ranges::count_if(all, [](const InstanceSeen& i) { return i.phase != Phase::draining; }));
    for (; there < wanted; ++there) add(tier, manners_[tier].start == Duration::zero() ? Phase::ready : Phase::starting);
    for (std::size_t i = all.size(); i-- > 0 && there > wanted;) {
      if (all[i].phase == Phase::draining) continue;
      all[i].phase = Phase::draining;
      all[i].ready_since = now_;  // of a draining one: since when it drains
      --there;
    }
  }
  void carry_out(std::size_t tier) {
    const TierDecision& decision = decision_.tiers[tier];
    if (decision.asked == asked_[tier]) {
      follow(tier, asked_[tier]);
      return;
    }
    const bool accepted = !manners_[tier].refuses;
    const auto id = TierId{static_cast<std::uint32_t>(tier)};
    if (accepted) {
      asked_[tier] = decision.asked;
      follow(tier, decision.asked);
    }
    settle(plan_, state_, {id, accepted ? Outcome::Kind::accepted : Outcome::Kind::refused, decision.before, decision.asked},
           now_);
  }

  Plan plan_;
  StackState state_;
  TimePoint now_;
  std::vector<Manner> manners_;
  OwnedObservation seen_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::vector<Own>> own_;
  std::vector<int> asked_;
  Decision decision_;
  std::vector<Explanation> why_;
  bool frozen_ = false;
};

/// A tier with these bounds and nothing else.
inline Tier plain_tier(std::string name, Bounds bounds, TierKind kind = TierKind::service) {
  Tier tier;
  tier.name = std::move(name);
  tier.kind = kind;
  tier.replicas = bounds;
  return tier;
}

inline Stack stack_of(std::vector<Tier> tiers) {
  Stack stack;
  stack.name = "stage";
  stack.tiers = std::move(tiers);
  return stack;
}

inline MetricTarget utilization_of(double target, SignalKind kind = SignalKind::cpu) {
  return {.signal = kind, .target = target};
}
inline MetricTarget rate_of(double target) {
  return {.signal = SignalKind::requests_per_second, .type = TargetType::average, .target = target};
}

}  // namespace plimsoll::testing_
