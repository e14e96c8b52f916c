// A year of a stack, a tick every 15 s: daily and weekly load with noise, gaps, orders, rollouts, failed starts, fail-overs. No
// tick may break what always holds.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/rng.h"
#include "decide/decide.h"
#include "decide/state_codec.h"
#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

constexpr Duration tick_every = 15s;
constexpr int ticks_a_month = 365 * 24 * 60 * 4 / 12;
#ifdef __SANITIZE_ADDRESS__
constexpr int months = 1;  // under sanitizers a tick costs ten times as much
#else
constexpr int months = 12;
#endif
constexpr std::size_t api = 0, worker = 1, legacy = 2;

/// api: arrivals, CPU, rules and a weekday floor. worker: two queues, down to zero. legacy: exact HPA. All behind one pooler of
/// 150 clients (5 x api + 3 x worker + 2 x legacy), and on one machine of 40 cores.
Stack stack() {
  Tier front = plain_tier("api", {2, 24});
  front.capacity = Capacity{.concurrency = 4, .service_mean = 20ms};
  front.instance.start = 45s;
  front.surge = 1;
  front.priority = 1;
  front.uses = {{.component = "main", .through = "pooler", .connections = 5}};
  front.scale.metrics = {utilization_of(0.7)};
  front.scale.behavior.down.window = 10min;
  front.scale.step.in = Ratio{0.25};
  front.scale.rules = {
      {.signal = SignalKind::p95, .threshold = 2, .held = 2min, .every = 5min, .step = 1, .urgency = Urgency::high},
      {.signal = SignalKind::errors, .threshold = 0.05, .held = 5min, .investigate = true}};
  front.scale.schedule = {{.replicas = 6, .why = "weekdays"}};
  front.scale.schedule[0].when.start = "0 8 * * MON-FRI";
  front.scale.schedule[0].when.end = "0 18 * * MON-FRI";

  Tier jobs = plain_tier("worker", {0, 20}, TierKind::worker);
  jobs.consumes = {{"decisions", 50}, {"pipelines", 20}};
  jobs.uses = {{.component = "main", .through = "pooler", .connections = 3}};
  jobs.scale.behavior.up.policies = {{RatePolicy::Unit::instances, 4, 60s}};

  Tier old = plain_tier("legacy", {1, 12});
  old.scale.like = Like::hpa;
  old.scale.metrics = {utilization_of(0.6)};
  old.uses = {{.component = "main", .through = "pooler", .connections = 2}};

  Stack made = stack_of({front, jobs, old});
  made.balancer = Balancer{};
  made.databases = {{.name = "main", .max_connections = 200}};
  made.poolers = {{.name = "pooler", .database = "main", .replicas = {1, 1}, .default_pool_size = 50, .max_client_conn = 150}};
  made.limits.cores = Cores{40};
  return made;
}

/// Instances come and go; the driver reports what it does.
struct Fleet {
  std::vector<InstanceSeen> instances;
  std::uint32_t next = 0;
  int asked = -1;
  int surge = 0;
  bool fails = false;

  [[nodiscard]] int there() const {
    return static_cast<int>(std::ranges::count_if(instances, [](const InstanceSeen& i) { return i.phase != Phase::draining; }));
  }
  [[nodiscard]] int ready() const { return static_cast<int>(std::ranges::count(instances, Phase::ready, &InstanceSeen::phase)); }
  void live(TimePoint now) {
    std::erase_if(instances, [&](const InstanceSeen& i) { return i.phase == Phase::draining && now - i.ready_since >= 30s; });
    for (InstanceSeen& one : instances)
      if (one.phase == Phase::starting && !fails && now - one.started >= 45s) one.phase = Phase::ready, one.ready_since = now;
    for (int i = there(); i < asked + surge; ++i) instances.push_back({++next, Phase::starting, now, now});
    for (std::size_t i = instances.size(), left = static_cast<std::size_t>(std::max(there() - std::max(asked, 0) - surge, 0));
         i-- > 0 && left > 0;) {
      if (instances[i].phase == Phase::draining) continue;
      instances[i].phase = Phase::draining;
      instances[i].ready_since = now;
      --left;
    }
  }
};

class Year {
 public:
  Year() : plan_(compile(stack())), state_(initial_state(plan_)), rng_(2026), why_(plan_.tiers.size()) {
    seen_.tiers.resize(plan_.tiers.size());
    for (std::size_t i = 0; i < plan_.tiers.size(); ++i) seen_.tiers[i].samples.resize(plan_.tiers[i].signals.size());
    seen_.components.resize(plan_.components.size());
    state_bytes_ = sizes();
  }

  void run(int ticks) {
    for (tick_ = 0; tick_ < ticks && !testing::Test::HasFailure(); ++tick_) tick();
  }
  int changes = 0, most_api = 0, gaps = 0, restarts = 0, orders_given = 0, at_zero = 0, limited = 0;

 private:
  bool chance(double each_tick) { return rng_.uniform() < each_tick; }

  void load() {
    const double hours = seconds(now_.time_since_epoch()) / 3600;
    const double daily = 0.55 - 0.45 * std::cos(hours / 24 * 2 * 3.14159265);
    const bool weekend = static_cast<int>(hours / 24) % 7 >= 5;
    walk_ = std::clamp(walk_ + 0.02 * (rng_.uniform() - 0.5), 0.6, 1.6);
    if (chance(1.0 / 20000)) spike_ = 240;
    spike_ = std::max(spike_ - 1, 0);
    rate_ = 2200 * daily * (weekend ? 0.4 : 1) * walk_ * (spike_ > 0 ? 2.5 : 1);
    for (std::size_t q = 0; q < 2; ++q) {
      const double jobs = chance(daily * 0.02) ? 4000 * rng_.uniform() : 0;
      backlog_[q] = std::clamp(backlog_[q] + jobs - 40.0 * fleets_[worker].ready(), 0.0, 20000.0);
    }
  }

  void happen() {
    for (Fleet& fleet : fleets_) {
      if (chance(1.0 / 30000)) fleet.fails = true;
      if (fleet.fails && chance(1.0 / 60)) fleet.fails = false;
    }
    if (rollout_ == 0 && chance(1.0 / 8000)) rollout_ = 40;
    rollout_ = std::max(rollout_ - 1, 0);
    fleets_[api].surge = rollout_ > 0 ? 1 : 0;
    for (int& outage : outage_) {
      if (outage == 0 && chance(1.0 / 6000)) outage = 1 + static_cast<int>(rng_.uniform() * 200);
      outage = std::max(outage - 1, 0);
    }
    std::erase_if(seen_.orders, [&](const Order& order) { return order.until && *order.until <= now_; });
    if (chance(1.0 / 10000)) {
      const auto tier = static_cast<std::uint32_t>(rng_.uniform() * 3);
      const auto kind = static_cast<OrderKind>(static_cast<int>(rng_.uniform() * 4));
      seen_.orders.push_back({.id = ++orders_given,
                              .kind = kind,
                              .tier = TierId{tier},
                              .value = static_cast<int>(rng_.uniform() * 14),
                              .given = now_,
                              .until = now_ + 10min});
    }
  }

  double value(std::size_t tier, const SignalPlan& signal) {
    const double ready = std::max(fleets_[tier].ready(), 1);
    const double share = tier == legacy ? rate_ / 300 / ready : rate_ / 200 / ready;
    switch (signal.kind) {
      case SignalKind::cpu:
        return std::min(share, 1.5);
      case SignalKind::requests_per_second:
        return tier == api ? rate_ : rate_ / 3;
      case SignalKind::p95:
        return share > 1 ? 3 : 0.1;
      case SignalKind::errors:
        return share > 1.3 ? 0.1 : 0;
      default:
        return backlog_[signal.list == "decisions" ? 0 : 1];
    }
  }

  void observe() {
    for (std::size_t i = 0; i < fleets_.size(); ++i) {
      OwnedObservation::Tier& tier = seen_.tiers[i];
      fleets_[i].live(now_);
      tier.instances = fleets_[i].instances;
      tier.seen.asked = fleets_[i].asked;
      tier.seen.reported = fleets_[i].there();
      tier.seen.rollout = i == api && rollout_ > 0;
      tier.seen.unsettled = fleets_[i].ready() != static_cast<int>(tier.instances.size());
      tier.seen.pending = fleets_[i].fails && tier.seen.unsettled ? Pending::backing_off : Pending::none;
      for (std::size_t s = 0; s < tier.samples.size(); ++s) {
        const bool lost = outage_[(i + s) % outage_.size()] > 0;
        const bool nobody = plan_.tiers[i].signals[s].per_instance && fleets_[i].ready() == 0;
        tier.samples[s] = {value(i, plan_.tiers[i].signals[s]), now_ - 3s, tick_every,
                           nobody ? Gap::empty
                           : lost ? Gap::unreachable
                                  : Gap::none};
        gaps += lost;
      }
    }
    for (Sample& one : seen_.components) one = {spike_ > 200 ? 0.97 : 0.5, now_, {}, Gap::none};
  }

  void tick() {
    now_ += tick_every;
    load();
    happen();
    observe();
    decide(plan_, state_, seen_.view(), now_, decision_, why_);
    const bool compared = tick_ % 1000 == 0;
    check(compared);
    for (std::uint32_t i = 0; i < fleets_.size(); ++i) {
      const TierDecision& tier = decision_.tiers[i];
      limited += tier.reason == Reason::limit;
      if (tier.asked == fleets_[i].asked) continue;
      ++changes;
      fleets_[i].asked = tier.asked;
      settle(plan_, state_, {TierId{i}, Outcome::Kind::accepted, tier.before, tier.asked}, now_);
    }
    std::ranges::rotate(a_minute_ago_, a_minute_ago_.begin() + 1);
    a_minute_ago_.back() = decision_.tiers[worker].asked;
    most_api = std::max(most_api, decision_.tiers[api].asked);
    at_zero += decision_.tiers[worker].asked == 0;
    if (tick_ % 5000 == 4999) {
      state_ = *decode_state(encode(state_));
      ++restarts;
    }
  }

  [[nodiscard]] bool ordered(std::size_t tier) const {
    return std::ranges::any_of(seen_.orders, [&](const Order& o) { return o.tier.index == tier; });
  }

  void check(bool compared) {
    for (std::size_t i = 0; i < fleets_.size(); ++i) check_tier(i);
    check_budget();
    if (!compared) return;
    ASSERT_EQ(sizes(), state_bytes_) << "the state grew, tick " << tick_;
    const ByteVector bytes = encode(state_);
    const Result<StackState> back = decode_state(bytes);
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(encode(*back), bytes) << tick_;
    ASSERT_TRUE(fits(*back, plan_));
    // The tick after, decided by both.
    StackState copy = *back, lived = state_;
    Decision other;
    std::vector<Explanation> why(why_.size());
    decide(plan_, copy, seen_.view(), now_ + 1s, other, why);
    const ByteVector explained = encode(std::span<const Explanation>(why));
    decide(plan_, lived, seen_.view(), now_ + 1s, other, why);
    ASSERT_EQ(encode(copy), encode(lived)) << tick_;
    ASSERT_EQ(encode(std::span<const Explanation>(why)), explained) << tick_;
  }

  void check_tier(std::size_t i) {
    const TierDecision& tier = decision_.tiers[i];
    const TierPlan& plan = plan_.tiers[i];
    const int least = std::min(plan.idle, plan.bounds.min);
    ASSERT_GE(tier.asked, 0);
    if (!ordered(i) && tier.reason != Reason::contended) {
      ASSERT_TRUE((tier.asked >= least && tier.asked <= plan.bounds.max) || tier.before > plan.bounds.max || tier.before < least)
          << plan.name << " " << tier.before << " to " << tier.asked << ", tick " << tick_;
    }
    const bool held =
        std::ranges::any_of(seen_.orders, [&](const Order& o) { return o.tier.index == i && o.kind == OrderKind::hold; });
    if (held && tier.asked < tier.before) return;
    const bool shrinks = tier.asked < tier.before && tier.before <= plan.bounds.max;
    const bool gap = std::ranges::any_of(why_[i].policies, [](const PolicyLine& line) { return line.gap != Gap::none; });
    if (shrinks) {
      ASSERT_FALSE(gap) << plan.name << " shrank on a gap, tick " << tick_;
      if (i != legacy) {
        ASSERT_FALSE(seen_.tiers[i].seen.rollout) << plan.name << " shrank in a rollout, tick " << tick_;
      }
    }
    if (i == api && shrinks) {
      ASSERT_GE(tier.asked, tier.before - std::max(1, tier.before / 4)) << "step, tick " << tick_;
    }
    if (i == worker && tier.asked > tier.before && !ordered(i)) {
      ASSERT_LE(tier.asked, a_minute_ago_.front() + 4) << "rate, tick " << tick_;
    }
  }

  /// Growth never takes more than there is. A person's hold may find a limit full, never a growth.
  void check_budget() {
    double clients = 0, cores = 0;
    bool grows = false;
    constexpr std::array each = {5, 3, 2};
    for (std::size_t i = 0; i < fleets_.size(); ++i) {
      const TierDecision& tier = decision_.tiers[i];
      const auto& all = fleets_[i].instances;
      const auto draining = std::ranges::count(all, Phase::draining, &InstanceSeen::phase);
      const double held =
          std::max(tier.asked, tier.before) + static_cast<double>(draining) + std::max(plan_.tiers[i].surge, fleets_[i].surge);
      clients += each[i] * held;
      cores += held;
      grows = grows || tier.asked > tier.before;
    }
    if (!grows) return;
    ASSERT_LE(clients, 150) << tick_;
    ASSERT_LE(cores, 40) << tick_;
  }

  [[nodiscard]] std::size_t sizes() const {
    std::size_t bytes = state_.tiers.capacity() * sizeof(TierState) + state_.clocks.capacity() * sizeof(PolicyClock);
    for (const LikeState& like : state_.likes)
      bytes += like.recommendations.size() * sizeof(hpa::Recommendation) +
               (like.ups.size() + like.downs.size()) * sizeof(hpa::ScaleEvent);
    return bytes;
  }

  Plan plan_;
  StackState state_;
  Rng rng_;
  OwnedObservation seen_;
  std::array<Fleet, 3> fleets_;
  std::array<double, 2> backlog_{};
  std::array<int, 4> outage_{};
  std::array<int, 4> a_minute_ago_{};  // the workers' counts of the last ticks, oldest first
  Decision decision_;
  std::vector<Explanation> why_;
  TimePoint now_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 5);
  std::size_t state_bytes_ = 0;
  double rate_ = 0, walk_ = 1;
  int tick_ = 0, spike_ = 0, rollout_ = 0;
};

TEST(Year, NoInvariantIsViolated) {
  Year year;
  year.run(months * ticks_a_month);
  RecordProperty("changes", year.changes);
  RecordProperty("limited", year.limited);
  EXPECT_GT(year.changes, 100 * months) << "it has lived";
  EXPECT_GT(year.gaps, 100 * months);
  EXPECT_GT(year.restarts, 30 * months);
  EXPECT_GT(year.orders_given, 8 * months);
  EXPECT_GT(year.limited, 10 * months);
  EXPECT_GT(year.at_zero, 100 * months);
  EXPECT_GT(year.most_api, 12);
}

}  // namespace
}  // namespace plimsoll
