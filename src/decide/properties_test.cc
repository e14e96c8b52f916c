// What always holds, whatever is seen.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "decide/testing/scene.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing_::Scene;
using testing_::SceneTier;

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

}  // namespace
}  // namespace plimsoll
