#include "collect/sources.h"

#include "collect/testing/named.h"

namespace plimsoll::collect {
namespace {

using From = NamedSignal::From;
using testing::ElementsAre;

std::vector<std::string> names(const std::vector<std::unique_ptr<Collector>>& made) {
  std::vector<std::string> all;
  for (const auto& one : made) all.emplace_back(one->name());
  return all;
}

TEST(Sources, OnlyWhatSomePolicyReadsIsAsked) {
  OneTier tier =
      reads({{"pool", From::json, "/m", "/a"}, {"jobs", From::metrics, "", "jobs"}, {"load", From::prometheus, "http://h", "x"}});
  EXPECT_THAT(names(signal_collectors(tier.plan, tier.stack)), ElementsAre("metrics", "json pages", "prometheus"));
  tier.plan.tiers[0].signals.pop_back();
  tier.plan.tiers[0].signals.erase(tier.plan.tiers[0].signals.begin());
  EXPECT_THAT(names(signal_collectors(tier.plan, tier.stack)), ElementsAre("metrics"));
}

// Two caches: the backlogs are asked of the one that holds queues, and only there.
TEST(Sources, ComponentsWithAnAddressAreMeasured) {
  OneTier tier({{SignalKind::backlog, "decisions"}});
  tier.plan.components = {{ComponentKind::database, "main"},
                          {ComponentKind::pooler, "pooler"},
                          {ComponentKind::cache, "sessions"},
                          {ComponentKind::cache, "redis"},
                          {ComponentKind::external, "llm"}};
  tier.stack.caches.resize(2);
  tier.stack.caches[0].name = "sessions";
  tier.stack.caches[0].used_for = {CacheUse::session};
  tier.stack.caches[1].name = "redis";
  tier.stack.caches[1].used_for = {CacheUse::queue};
  const auto made = component_collectors(tier.plan, tier.stack,
                                         {{"main", "postgresql://127.0.0.1:1/main"},
                                          {"sessions", "redis://127.0.0.1:1"},
                                          {"redis", "redis://127.0.0.1:1"},
                                          {"llm", "http://127.0.0.1:1"}});
  EXPECT_THAT(names(made), ElementsAre("main", "sessions", "redis"));
  for (const auto& one : made) {
    const Round round(*one, {}, 1s, 1s);
    EXPECT_FALSE(round.outcome) << "nobody listens there";
    EXPECT_EQ(round.samples.size(), one->name() == "redis" ? 1U : 0U);
    ASSERT_EQ(round.components.size(), 1U);
    EXPECT_EQ(tier.plan.components[round.components[0].component.index].name, one->name());
    EXPECT_EQ(round.components[0].sample.gap, Gap::unreachable);
  }
}

}  // namespace
}  // namespace plimsoll::collect
