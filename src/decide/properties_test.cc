// What always holds, whatever is seen.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "decide/state_codec.h"
#include "decide/testing/scene.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing_::Scene;
using testing_::SceneTier;

constexpr TimePoint start{std::chrono::hours(24 * 365 * 56)};

/// RC_GTEST_PROP needs rapidcheck's gtest extension, which Debian does not ship; rc::check says the same.
template <class Property>
void holds(const char* what, Property property) {
  EXPECT_TRUE(rc::check(what, property));
}

SceneTier any_tier() {
  const int min = *rc::gen::inRange(0, 5);
  SceneTier tier{.replicas = {min, min + *rc::gen::inRange(1, 30)}};
  tier.consumes = {{"jobs", *rc::gen::inRange(1, 50) * 1.0}};
  tier.scale.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7},
                        {SignalKind::requests_per_second, "", TargetType::average, 50}};
  tier.scale.behavior.up.window = *rc::gen::inRange(0, 20) * 1s;
  tier.scale.behavior.down.window = *rc::gen::inRange(0, 120) * 1s;
  if (*rc::gen::arbitrary<bool>())
    tier.scale.behavior.up.policies = {{RatePolicy::Unit::instances, *rc::gen::inRange(1, 6) * 1.0, 30s}};
  if (*rc::gen::arbitrary<bool>())
    tier.scale.behavior.down.policies = {{RatePolicy::Unit::percent, *rc::gen::inRange(1, 100) * 1.0, 60s}};
  return tier;
}

void see_anything(Scene& scene) {
  scene.see(SignalKind::cpu, *rc::gen::inRange(0, 500) / 100.0);
  scene.see(SignalKind::requests_per_second, *rc::gen::inRange(0, 5000) * 1.0);
  scene.see(SignalKind::backlog, *rc::gen::inRange(0, 3000) * 1.0, "jobs");
  const int lost = *rc::gen::inRange(0, 8);
  if (lost == 0) scene.lose(SignalKind::cpu, Gap::unreachable);
  if (lost == 1) scene.lose(SignalKind::requests_per_second, Gap::empty);
}

TEST(Decide, StaysWithinBounds) {
  holds("bounds", [] {
    const SceneTier tier = any_tier();
    Scene scene(tier);
    for (int i = 0; i < 60; ++i) {
      see_anything(scene);
      RC_ASSERT(tier.replicas.contains(scene.tick().asked));
    }
  });
}

TEST(Decide, MoreDemandNeverMeansFewer) {
  holds("monotone", [] {
    const SceneTier tier = any_tier();
    Scene less(tier), more(tier);
    double jobs = 0, rate = 0;
    for (int i = 0; i < 60; ++i) {
      jobs = *rc::gen::inRange(0, 1000);
      rate = *rc::gen::inRange(0, 2000);
      for (Scene* scene : {&less, &more}) scene->see(SignalKind::cpu, 0.7);
      less.see(SignalKind::backlog, jobs, "jobs");
      less.see(SignalKind::requests_per_second, rate);
      more.see(SignalKind::backlog, jobs + *rc::gen::inRange(0, 300), "jobs");
      more.see(SignalKind::requests_per_second, rate + *rc::gen::inRange(0, 300));
      less.tick();
      more.tick();
      RC_ASSERT(more.decision().wanted >= less.decision().wanted || more.decision().before != less.decision().before);
    }
  });
}

TEST(Decide, OneHistoryHasOneDecision) {
  holds("deterministic", [] {
    const SceneTier tier = any_tier();
    Scene a(tier), b(tier);
    for (int i = 0; i < 40; ++i) {
      const double cpu = *rc::gen::inRange(0, 300) / 100.0;
      for (Scene* scene : {&a, &b}) {
        scene->see(SignalKind::cpu, cpu);
        scene->see(SignalKind::requests_per_second, cpu * 100);
        scene->see(SignalKind::backlog, cpu * 30, "jobs");
        scene->tick();
      }
      RC_ASSERT(a.decision().asked == b.decision().asked);
      RC_ASSERT(a.decision().reason == b.decision().reason);
    }
  });
}

TEST(Decide, AGapNeverLowers) {
  holds("gaps", [] {
    Scene scene(any_tier());
    for (int i = 0; i < 40; ++i) {
      see_anything(scene);
      scene.tick();
      const bool any_gap =
          std::ranges::any_of(scene.why().policies, [](const PolicyLine& line) { return line.gap != Gap::none; });
      const bool bound = scene.decision().before < 0 || !scene.plan().tiers[0].bounds.contains(scene.decision().before);
      if (any_gap && !bound) RC_ASSERT(scene.decision().wanted >= scene.decision().before);
    }
  });
}

// Whenever a tier grows it has at most three more than a period ago, whatever went up and down in between.
TEST(Decide, NoPolicyMayGrowFasterThanAllowed) {
  holds("rate", [] {
    SceneTier tier = any_tier();
    tier.scale.behavior.up.policies = {{RatePolicy::Unit::instances, 3, 30s}};
    Scene scene(tier);
    std::vector<int> asked;
    for (std::size_t tick = 0; tick < 120; ++tick) {
      see_anything(scene);
      const TierDecision decision = scene.tick();
      if (tick == 0) asked.push_back(decision.before);
      asked.push_back(decision.asked);
      const int a_period_ago = asked[asked.size() > 31 ? asked.size() - 31 : 0];
      if (decision.asked > decision.before) RC_ASSERT(decision.asked <= a_period_ago + 3);
    }
  });
}

constexpr std::size_t few_tiers = 4;

/// A stack with everything in it: other controllers' tiers, queues, rules, capacity, shared limits.
Stack any_stack() {
  Stack stack;
  stack.balancer = Balancer{};
  stack.signals = {{.name = "depth", .from = NamedSignal::From::prometheus, .url = "http://prometheus", .query = "q"}};
  stack.databases = {{.name = "main", .max_connections = *rc::gen::inRange(60, 400), .reserve = {.admin = 10}}};
  stack.poolers = {{.name = "pooler",
                    .database = "main",
                    .replicas = {1, 3},
                    .default_pool_size = 15,
                    .max_client_conn = *rc::gen::inRange(20, 200)}};
  stack.externals = {{.name = "llm", .concurrency = *rc::gen::inRange(5, 80)}};
  stack.limits.cores = Cores{*rc::gen::inRange(10, 80) * 1.0};
  for (std::size_t i = 0; i < few_tiers; ++i) {
    Tier tier;
    tier.name = std::string(1, static_cast<char>('a' + i));
    tier.kind = i % 2 ? TierKind::worker : TierKind::service;
    const int min = *rc::gen::inRange(0, 4);
    tier.replicas = {min, min + *rc::gen::inRange(1, 30)};
    tier.priority = *rc::gen::inRange(0, 2);
    tier.surge = *rc::gen::inRange(0, 3);
    tier.uses = {
        {.component = "main", .through = *rc::gen::arbitrary<bool>() ? "pooler" : "", .connections = *rc::gen::inRange(1, 6)},
        {.component = "llm", .calls = *rc::gen::inRange(1, 4) * 1.0}};
    tier.scale.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7},
                          {SignalKind::named, "depth", TargetType::average, 20}};
    tier.scale.behavior.up.window = *rc::gen::inRange(0, 20) * 1s;
    tier.scale.behavior.down.window = *rc::gen::inRange(0, 60) * 1s;
    tier.scale.rules = {
        {.signal = SignalKind::cpu, .threshold = 0.9, .held = 5s, .every = 20s, .step = 2, .urgency = Urgency::high},
        {.signal = SignalKind::cpu,
         .comparison = ThresholdRule::Comparison::below,
         .threshold = 0.2,
         .held = 5s,
         .every = 20s,
         .percent = -20}};
    if (i == 0) tier.capacity = Capacity{.concurrency = 4, .service_mean = 20ms};
    if (i == 1) tier.consumes = {{"jobs", 10}, {"mails", 25}};
    if (i == 2) tier.scale.like = Like::hpa;
    if (i == 3) {
      tier.scale.like = Like::keda;
      tier.consumes = {{"late", 5}};
      tier.scale.poll = 10s;
    }
    stack.tiers.push_back(tier);
  }
  return stack;
}

double any_value() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return inf;
    case 2:
      return -inf;
    case 3:
      return *rc::gen::element(1e300, -1e300, std::numeric_limits<double>::max(), 1e19, -1e19, 5e-324);
    case 4:
      return -*rc::gen::inRange(0, 1000);
    default:
      return *rc::gen::inRange(0, 3000) / *rc::gen::element(1.0, 100.0, 1000.0);
  }
}

struct Seen {
  OwnedObservation owned;
  /// What a fleet of up to `most` instances a tier might look like, numbers sane or not.
  void any(const Plan& plan, TimePoint now, int most, bool sane, const std::vector<int>& asked) {
    owned.tiers.resize(plan.tiers.size());
    for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
      OwnedObservation::Tier& tier = owned.tiers[i];
      tier.seen.asked =
          sane ? asked[i]
               : *rc::gen::element(-1, 0, asked[i], 7, 500, std::numeric_limits<int>::max(), std::numeric_limits<int>::min());
      tier.seen.reported =
          sane ? std::max(asked[i], 0)
               : *rc::gen::element(0, asked[i], 500, -3, std::numeric_limits<int>::max(), std::numeric_limits<int>::min());
      tier.seen.rollout = !sane && *rc::gen::inRange(0, 8) == 0;
      tier.seen.unsettled = !sane && *rc::gen::arbitrary<bool>();
      tier.instances.clear();
      const int count = sane ? std::max(asked[i], 0) : *rc::gen::inRange(0, most);
      for (int n = 0; n < count; ++n)
        tier.instances.push_back(
            {static_cast<std::uint32_t>(n), sane ? Phase::ready : static_cast<Phase>(n * 7 % 3), now - 20min, now - 19min});
      tier.samples.clear();
      for (std::size_t s = 0; s < plan.tiers[i].signals.size(); ++s) {
        const double value =
            sane ? *rc::gen::inRange(0, 200) / 100.0 * (plan.tiers[i].signals[s].per_instance ? 1 : 200) : any_value();
        const auto gap = *rc::gen::inRange(0, sane ? 12 : 6) == 0 ? static_cast<Gap>(*rc::gen::inRange(1, 5)) : Gap::none;
        const std::uint32_t measured = sane ? 0 : *rc::gen::element(0U, 1U, 5U, 0xffffffffU);
        tier.samples.push_back({value, now - 1s, 1s, gap, measured});
      }
      tier.own.clear();
      if (!sane && *rc::gen::arbitrary<bool>())
        for (std::size_t n = 0; n < plan.tiers[i].own_signals * tier.instances.size(); ++n)
          tier.own.push_back(n % 5 == 0 ? InstanceSample{} : InstanceSample{now - 2s, n % 7 == 0 ? any_value() : 0.5});
    }
    owned.components.clear();
    for (std::size_t c = 0; c < plan.components.size(); ++c)
      owned.components.push_back({sane ? 0.5 : any_value(), now, {}, *rc::gen::inRange(0, 4) == 0 ? Gap::empty : Gap::none});
    owned.orders.clear();
    if (sane) return;
    for (int o = *rc::gen::inRange(0, 3); o > 0; --o)
      owned.orders.push_back(
          {.id = o,
           .kind = static_cast<OrderKind>(*rc::gen::inRange(0, 4)),
           .tier = TierId{*rc::gen::element(0U, 1U, 2U, 3U, 77U)},
           .value = *rc::gen::element(0, 5, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()),
           .direction = static_cast<Direction>(*rc::gen::inRange(0, 3)),
           .given = now});
  }
};

/// One controller over a plan: decides, carries everything out at once.
struct Controller {
  explicit Controller(const Plan& of) : plan(&of), state(initial_state(of)), why(of.tiers.size()) {}
  void tick(Seen& seen, TimePoint now) {
    decide(*plan, state, seen.owned.view(), now, decision, why);
    for (std::uint32_t i = 0; i < decision.tiers.size(); ++i)
      settle(*plan, state, {TierId{i}, Outcome::Kind::accepted, decision.tiers[i].before, decision.tiers[i].asked}, now);
  }
  [[nodiscard]] std::vector<int> asked() const {
    std::vector<int> all;
    for (const TierState& tier : state.tiers) all.push_back(tier.asked);
    return all;
  }
  const Plan* plan;
  StackState state;
  Decision decision;
  std::vector<Explanation> why;
};

ByteVector told(const Controller& one) { return encode(std::span<const Explanation>(one.why)); }

// The same bytes in, the same bytes out: state, decision and explanation; and a restart in between changes none of them, whoever
// decides the tier.
TEST(Engine, IsDeterministicAndSurvivesRestarts) {
  holds("determinism", [] {
    const Plan plan = compile(any_stack());
    Controller a(plan), b(plan), restarted(plan);
    Seen seen;
    for (int i = 0; i < 12; ++i) {
      const TimePoint now = start + i * 5s;
      seen.any(plan, now, 40, false, a.asked());
      a.tick(seen, now);
      b.tick(seen, now);
      restarted.state = *decode_state(encode(restarted.state));
      RC_ASSERT(fits(restarted.state, plan));
      restarted.tick(seen, now);
      RC_ASSERT(encode(a.state) == encode(b.state));
      RC_ASSERT(encode(a.state) == encode(restarted.state));
      RC_ASSERT(told(a) == told(b));
      RC_ASSERT(told(a) == told(restarted));
    }
  });
}

// NaN, infinities, negative and huge numbers, absurd orders, counts that don't fit: no assertion, no overflow (under sanitizers
// too), and counts that are some.
TEST(Engine, AHostileObservationDoesNoHarm) {
  holds("hostile", [] {
    const Plan plan = compile(any_stack());
    Controller one(plan);
    Seen seen;
    for (int i = 0; i < 12; ++i) {
      const TimePoint now = start + i * 5s;
      seen.any(plan, now, 500, false, one.asked());
      one.tick(seen, now);
      for (const TierDecision& tier : one.decision.tiers) RC_ASSERT(tier.asked >= 0 && tier.asked <= 1'000'000);
      RC_ASSERT(std::isfinite(one.decision.cost_after));
    }
  });
}

// Growth never takes more of a shared limit than there is, over all tiers and with their surges.
TEST(Engine, GrowthKeepsEverySharedLimit) {
  holds("budget", [] {
    const Plan plan = compile(any_stack());
    Controller one(plan);
    Seen seen;
    for (int i = 0; i < 20; ++i) {
      const TimePoint now = start + i * 20s;
      seen.any(plan, now, 40, true, one.asked());
      one.tick(seen, now);
      for (std::uint32_t l = 0; l < plan.limits.size(); ++l) {
        bool grows = false;
        double used = 0;
        for (const capacity::GrantShape::Entry& use : plan.grants.of_limit(l)) {
          const TierDecision& tier = one.decision.tiers[use.index];
          grows = grows || tier.asked > tier.before;
          used += use.per_instance * (std::max(tier.asked, tier.before) + plan.tiers[use.index].surge);
        }
        if (grows) RC_ASSERT(used <= one.decision.room.capacities[l] + 1e-6);
      }
      for (std::size_t t = 0; t < plan.tiers.size(); ++t) {
        const TierDecision& tier = one.decision.tiers[t];
        const Bounds& bounds = plan.tiers[t].bounds;
        RC_ASSERT(tier.asked <= std::max(bounds.max, tier.before) && tier.asked >= 0);
      }
    }
  });
}

/// Turns the tiers, and the lists a tier is made of, around.
Stack turned(Stack stack) {
  std::ranges::reverse(stack.tiers);
  for (Tier& tier : stack.tiers) {
    std::ranges::reverse(tier.uses);
    std::ranges::reverse(tier.consumes);
    std::ranges::reverse(tier.scale.metrics);
    std::ranges::reverse(tier.scale.rules);
  }
  return stack;
}

// The order of tiers, uses, queues, metrics and rules in the file changes no count.
TEST(Engine, TheOrderOfTheFileChangesNoCount) {
  holds("order", [] {
    const Stack stack = any_stack();
    const Plan plan = compile(stack), other = compile(turned(stack));
    Controller a(plan), b(other);
    Seen seen, mirrored;
    for (int i = 0; i < 15; ++i) {
      const TimePoint now = start + i * 10s;
      seen.any(plan, now, 40, true, a.asked());
      mirrored.owned = seen.owned;
      std::ranges::reverse(mirrored.owned.tiers);
      for (std::size_t t = 0; t < few_tiers; ++t) {  // the signals come in the plan's own order
        OwnedObservation::Tier& tier = mirrored.owned.tiers[few_tiers - 1 - t];
        for (std::size_t s = 0; s < plan.tiers[t].signals.size(); ++s) {
          const SignalPlan& signal = plan.tiers[t].signals[s];
          tier.samples[signal_index(other.tiers[few_tiers - 1 - t], signal.kind, signal.list)] = seen.owned.tiers[t].samples[s];
        }
      }
      a.tick(seen, now);
      b.tick(mirrored, now);
      for (std::size_t t = 0; t < few_tiers; ++t)
        RC_ASSERT(a.decision.tiers[t].asked == b.decision.tiers[few_tiers - 1 - t].asked);
    }
  });
}

// Each native policy by itself: a higher reading never proposes fewer.
TEST(Engine, NoPolicyProposesFewerForMore) {
  holds("monotone policies", [] {
    SceneTier tier{.replicas = {1, *rc::gen::inRange(2, 200)}};
    const auto type = *rc::gen::element(TargetType::average, TargetType::value);
    tier.consumes = {{"jobs", *rc::gen::inRange(1, 50) * 1.0}};
    tier.scale.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7},
                          {SignalKind::requests_per_second, "", TargetType::average, 50},
                          {SignalKind::p95, "", TargetType::value, 0.5},
                          {SignalKind::queued_requests, "", type, 10}};
    tier.scale.tolerance = Ratio{*rc::gen::inRange(0, 30) / 100.0};
    tier.scale.rules = {{SignalKind::cpu, "", ThresholdRule::Comparison::above, 0.8, 0s, 0s, 2},
                        {SignalKind::cpu, "", ThresholdRule::Comparison::below, 0.3, 0s, 0s, -1}};
    tier.capacity = Capacity{.concurrency = *rc::gen::inRange(1, 10), .service_mean = *rc::gen::inRange(1, 200) * 1ms};
    const double load = *rc::gen::inRange(0, 4000) / 100.0;
    const double more = load + *rc::gen::inRange(0, 400) / 100.0;
    const int ready = *rc::gen::inRange(0, 40);
    const auto measured = static_cast<std::uint32_t>(*rc::gen::inRange(0, 40));
    const auto proposals = [&](double x) {
      Scene scene(tier);
      Order held{.id = 1, .kind = OrderKind::hold, .value = 20};
      scene.orders = {held};
      scene.see(SignalKind::cpu, 0.7);
      scene.tick();
      scene.ready_stays(ready);
      scene.see(SignalKind::cpu, x / 20);
      scene.measured_on(SignalKind::cpu, measured);
      scene.see(SignalKind::requests_per_second, x * 100);
      scene.see(SignalKind::p95, x / 10);
      scene.see(SignalKind::queued_requests, x * 5);
      scene.see(SignalKind::backlog, x * 50, "jobs");
      scene.tick();
      std::vector<int> all;
      for (const PolicyLine& line : scene.why().policies) {
        const bool rule = scene.plan().tiers[0].policies[line.policy.index].kind == PolicyKind::rule;
        all.push_back(rule && line.proposal < 0 ? 20 : line.proposal);  // a rule that does not fire leaves the count
      }
      return all;
    };
    const std::vector<int> less_load = proposals(load), more_load = proposals(more);
    for (std::size_t i = 0; i < less_load.size(); ++i) RC_ASSERT(less_load[i] <= more_load[i]);
  });
}

// Whatever is seen, a tier whose signals have a gap keeps what it has, exact HPA's included.
TEST(Engine, NobodyShrinksWithoutData) {
  holds("blind", [] {
    const Plan plan = compile(any_stack());
    Controller one(plan);
    Seen seen;
    for (int i = 0; i < 30; ++i) {
      const TimePoint now = start + i * 15s;
      seen.any(plan, now, 40, true, one.asked());
      const bool blind = i > 8;
      if (blind)
        for (OwnedObservation::Tier& tier : seen.owned.tiers)
          for (Sample& sample : tier.samples) sample.gap = Gap::unreachable;
      one.tick(seen, now);
      if (!blind) continue;
      for (const TierDecision& tier : one.decision.tiers) RC_ASSERT(tier.asked >= tier.before);
    }
  });
}

}  // namespace
}  // namespace plimsoll
