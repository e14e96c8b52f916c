#pragma once
// One tier, told what it sees, ticked once a second; its driver does at once what it is asked for.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "decide/decide.h"

namespace plimsoll::testing_ {

struct SceneTier {
  TierKind kind = TierKind::service;
  Bounds replicas;
  std::vector<QueueTarget> consumes = {};
  Scale scale = {};
  std::optional<Capacity> capacity = {};
  Objectives objectives = {};
};

inline Stack one_tier(const SceneTier& from) {
  Stack stack;
  stack.name = "scene";
  Tier tier;
  tier.name = "api";
  tier.kind = from.kind;
  tier.replicas = from.replicas;
  tier.consumes = from.consumes;
  tier.scale = from.scale;
  tier.capacity = from.capacity;
  tier.objectives = from.objectives;
  stack.tiers.push_back(tier);
  return stack;
}

class Scene {
 public:
  explicit Scene(const SceneTier& tier) : plan_(compile(one_tier(tier))), state_(initial_state(plan_)) {
    why_.resize(1);
    samples_.resize(plan_.tiers[0].signals.size());
  }

  std::vector<Order> orders;

  void see(SignalKind kind, double value, const std::string& list = {}) {
    samples_.at(signal_index(plan_.tiers[0], kind, list)) = {value, now_, std::chrono::seconds(1), Gap::none};
  }
  /// The signal is the mean of so many of the ready instances.
  void measured_on(SignalKind kind, std::uint32_t instances) {
    samples_.at(signal_index(plan_.tiers[0], kind)).instances = instances;
  }
  void lose(SignalKind kind, Gap gap) { samples_.at(signal_index(plan_.tiers[0], kind)).gap = gap; }
  /// From now on the samples grow old.
  void freeze() { frozen_ = true; }
  /// Whatever is asked for, only so many are ready; the rest is starting.
  void ready_stays(int n) { ready_most_ = n; }
  void rollout(bool on) { rollout_ = on; }
  /// Somebody else sets the count just before the next tick.
  void set_by_somebody_else(int n) { foreign_ = n; }
  void refuse_next() { refuse_next_ = true; }

  TierDecision tick() {
    now_ += std::chrono::seconds(1);
    if (!frozen_)
      for (Sample& sample : samples_) sample.measured = now_;
    std::vector<InstanceSeen> instances;
    int asked = state_.tiers[0].asked < 0 ? plan_.tiers[0].bounds.min : state_.tiers[0].asked;
    if (foreign_ >= 0) asked = foreign_;
    for (int i = 0; i < asked; ++i)
      instances.push_back({static_cast<std::uint32_t>(i + 1), i < ready_most_ ? Phase::ready : Phase::starting, now_, now_});
    TierSeen tier;
    tier.asked = foreign_ >= 0 ? foreign_ : state_.tiers[0].asked;
    foreign_ = -1;
    tier.reported = asked;
    tier.rollout = rollout_;
    tier.instances = instances;
    tier.samples = samples_;
    decide(plan_, state_, Observation{{&tier, 1}, orders, {}}, now_, decision_, why_);
    Outcome outcome{TierId{0}, Outcome::Kind::accepted, decision_.tiers[0].before, decision_.tiers[0].asked};
    if (std::exchange(refuse_next_, false)) outcome.kind = Outcome::Kind::refused;
    settle(plan_, state_, outcome, now_);
    return decision_.tiers[0];
  }

  TierDecision run_for(Duration time) {
    for (Duration done{}; done < time; done += std::chrono::seconds(1)) tick();
    return decision_.tiers[0];
  }

  [[nodiscard]] const Decision& all() const { return decision_; }
  [[nodiscard]] TierDecision decision() const { return decision_.tiers[0]; }
  [[nodiscard]] const Explanation& why() const { return why_[0]; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const StackState& state() const { return state_; }
  StackState& state() { return state_; }
  [[nodiscard]] TimePoint now() const { return now_; }

 private:
  Plan plan_;
  StackState state_;
  std::vector<Sample> samples_;
  Decision decision_;
  std::vector<Explanation> why_;
  TimePoint now_{std::chrono::hours(24 * 365 * 56)};
  int ready_most_ = 1 << 20;
  int foreign_ = -1;
  bool rollout_ = false;
  bool frozen_ = false;
  bool refuse_next_ = false;
};

}  // namespace plimsoll::testing_
