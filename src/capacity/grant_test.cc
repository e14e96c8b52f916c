#include "capacity/grant.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace plimsoll::capacity {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Tiers and limits by hand; ids are positions unless set.
struct Scene {
  std::vector<GrantTier> tiers;
  std::vector<double> capacity;
  std::vector<GrantUse> uses;
  std::vector<double> used = {};

  std::vector<Granted> granted() {
    const GrantShape shape(tiers.size(), capacity.size(), uses);
    GrantScratch scratch(shape);
    std::vector<Granted> out(tiers.size());
    used.assign(capacity.size(), -1);
    grant(shape, tiers, capacity, scratch, out, used);
    return out;
  }
  std::vector<int> counts() {
    std::vector<int> all;
    for (const Granted& one : granted()) all.push_back(one.count);
    return all;
  }
};

using Counts = std::vector<int>;

TEST(Grant, WhatFitsIsGranted) {
  Scene scene{{{.id = {0}, .before = 2, .wish = 5}, {.id = {1}, .before = 4, .wish = 1}}, {80}, {{0, 0, 5}, {0, 1, 3}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{5, no_limit}, {1, no_limit}}));
  EXPECT_EQ(scene.used, std::vector<double>{28});
}

// 100 connections less 20 in reserve, 10 API with 5 each: the 30 left are ten workers with 3 each, however many are wished for.
TEST(K20, TheBudgetEndsAtTenAndTen) {
  Scene scene{{{.id = {0}, .before = 10, .wish = 10}, {.id = {1}, .before = 7, .wish = 14}}, {80}, {{0, 0, 5}, {0, 1, 3}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{10, no_limit}, {10, 0}}));
  EXPECT_EQ(scene.used, std::vector<double>{80});
}

// 12 in all: 4 run. Of 8 left, the first misses 12 and the second 4: six and two.
TEST(Grant, SharesInProportionToWhatIsMissing) {
  Scene scene{{{.id = {0}, .before = 2, .wish = 14}, {.id = {1}, .before = 2, .wish = 6}}, {12}, {{0, 0, 1}, {0, 1, 1}}};
  EXPECT_EQ(scene.counts(), (Counts{8, 4}));
}

// Three that miss three each, seven left: two each, and of the equal remainders the lower id's comes first, wherever it stands.
TEST(Grant, LargestRemainderThenLowerId) {
  Scene scene{{{.id = {9}, .wish = 3}, {.id = {4}, .wish = 3}, {.id = {7}, .wish = 3}}, {7}, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}}};
  EXPECT_EQ(scene.counts(), (Counts{2, 3, 2}));
  Scene five{{{.id = {0}, .wish = 2}, {.id = {1}, .wish = 5}}, {4}, {{0, 0, 1}, {0, 1, 1}}};  // 1.14 and 2.86
  EXPECT_EQ(five.counts(), (Counts{1, 3}));
}

TEST(Grant, PriorityIsServedFirst) {
  Scene scene{{{.id = {0}, .before = 1, .wish = 9, .priority = 1}, {.id = {1}, .before = 1, .wish = 9, .priority = 2}},
              {12},
              {{0, 0, 1}, {0, 1, 1}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{3, 0}, {9, no_limit}}));
}

TEST(Grant, ShrinkingFreesFirstUnlessItStillHolds) {
  Scene scene{{{.id = {0}, .before = 8, .wish = 5}, {.id = {1}, .before = 2, .wish = 6}}, {10}, {{0, 0, 1}, {0, 1, 1}}};
  EXPECT_EQ(scene.counts(), (Counts{5, 5}));
  scene.tiers[0].besides = 3;  // three that drain
  EXPECT_EQ(scene.counts(), (Counts{5, 2}));
  EXPECT_EQ(scene.used, std::vector<double>{10});
}

TEST(Grant, ARolloutsSurgeCounts) {
  Scene scene{{{.id = {0}, .before = 3, .wish = 6, .besides = 1}}, {60}, {{0, 0, 10}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{5, 0}}));
}

// The limit was lowered under what runs: nobody is forced down, nobody grows, shrinking goes on.
TEST(Grant, AnExceededLimitAdmitsNoneAndForcesNone) {
  Scene scene{{{.id = {0}, .before = 8, .wish = 9}, {.id = {1}, .before = 8, .wish = 7}}, {10}, {{0, 0, 1}, {0, 1, 1}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{8, 0}, {7, no_limit}}));
  scene.capacity = {-5};
  EXPECT_EQ(scene.counts(), (Counts{8, 7}));
}

// Cores bind the first two, connections the last two; the first leaves its neighbour no more than its share of the cores, and
// what the second can't use of the connections the third gets.
TEST(Grant, EachIsHeldByItsTightestLimit) {
  Scene scene{{{.id = {0}, .wish = 10}, {.id = {1}, .wish = 10}, {.id = {2}, .wish = 10}},
              {4, 10, infinity},
              {{0, 0, 1}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}, {2, 0, 1}, {2, 2, 1}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{2, 0}, {2, 0}, {8, 1}}));
  EXPECT_EQ(scene.used, (std::vector<double>{4, 10, 10}));
}

// A large one that no longer fits leaves its share to the small ones.
TEST(Grant, NothingIsLeftIdleThatFits) {
  Scene scene{{{.id = {0}, .wish = 4}, {.id = {1}, .wish = 1000}}, {999}, {{0, 0, 1000}, {0, 1, 1}}};
  EXPECT_EQ(scene.granted(), (std::vector<Granted>{{0, 0}, {999, 0}}));
}

TEST(Grant, FractionsOfACoreAddUp) {
  Scene scene{{{.id = {0}, .wish = 20}}, {1}, {{0, 0, 0.1}}};
  EXPECT_EQ(scene.counts(), Counts{10}) << "ten times 0.1 is not quite 1 for a double";
}

TEST(Grant, UsesOfOneTierAndLimitAddUpAndZeroUsesNothing) {
  Scene scene{{{.id = {0}, .wish = 20}, {.id = {1}, .wish = 3}}, {30}, {{0, 0, 2}, {0, 0, 3}, {0, 1, 0}}};
  EXPECT_EQ(scene.counts(), (Counts{6, 3}));
  EXPECT_EQ(GrantShape(2, 1, scene.uses).entries(), 1U);
}

TEST(Grant, NothingToShare) {
  Scene none{{}, {}, {}};
  EXPECT_EQ(none.counts(), Counts{});
  Scene free{{{.id = {0}, .before = 1, .wish = 7}}, {}, {}};
  EXPECT_EQ(free.counts(), Counts{7});
}

/// Uses are quarters, so that sums are exact and only the rule decides.
Scene any_scene(bool one_limit = false) {
  Scene scene;
  const int tiers = *rc::gen::inRange(1, 8);
  const int limits = one_limit ? 1 : *rc::gen::inRange(1, 5);
  for (int t = 0; t < tiers; ++t)
    scene.tiers.push_back({.id = {static_cast<std::uint32_t>(100 - t)},
                           .before = *rc::gen::inRange(0, 12),
                           .wish = *rc::gen::inRange(0, 60),
                           .besides = *rc::gen::inRange(0, 3),
                           .priority = *rc::gen::inRange(0, 3)});
  for (int l = 0; l < limits; ++l) {
    scene.capacity.push_back(*rc::gen::inRange(0, 600) / 4.0);
    for (int t = 0; t < tiers; ++t)
      if (one_limit || *rc::gen::inRange(0, 3) > 0)
        scene.uses.push_back({static_cast<std::uint32_t>(l), static_cast<std::uint32_t>(t), *rc::gen::inRange(0, 30) / 4.0});
  }
  return scene;
}

double use_of(const Scene& scene, std::size_t limit, const std::vector<int>& counts) {
  double sum = 0;
  for (const GrantUse& use : scene.uses)
    if (use.limit == limit) sum += use.per_instance * (counts[use.tier] + scene.tiers[use.tier].besides);
  return sum;
}

RC_GTEST_PROP(Grant, StaysBetweenWhatRunsAndTheWishAndWithinEveryLimit, ()) {
  Scene scene = any_scene();
  const std::vector<Granted> granted = scene.granted();
  std::vector<int> counts, floor;
  for (std::size_t t = 0; t < granted.size(); ++t) {
    const GrantTier& tier = scene.tiers[t];
    floor.push_back(std::min(tier.before, tier.wish));
    counts.push_back(granted[t].count);
    RC_ASSERT(counts[t] >= floor[t]);
    RC_ASSERT(counts[t] <= tier.wish);
    RC_ASSERT((granted[t].limit == no_limit) == (counts[t] == tier.wish));
  }
  for (std::size_t l = 0; l < scene.capacity.size(); ++l) {
    RC_ASSERT(use_of(scene, l, counts) == scene.used[l]);
    RC_ASSERT(scene.used[l] <= std::max(scene.capacity[l], use_of(scene, l, floor)));
  }
}

RC_GTEST_PROP(Grant, WhoIsRefusedReallyDoesNotFitTheNamedLimit, ()) {
  Scene scene = any_scene();
  const std::vector<Granted> granted = scene.granted();
  for (std::size_t t = 0; t < granted.size(); ++t) {
    if (granted[t].limit == no_limit) continue;
    double per_instance = 0;
    for (const GrantUse& use : scene.uses)
      if (use.tier == t && use.limit == granted[t].limit) per_instance += use.per_instance;
    RC_ASSERT(scene.used[granted[t].limit] + per_instance > scene.capacity[granted[t].limit]);
  }
}

RC_GTEST_PROP(Grant, TheOrderOfTiersAndUsesChangesNothing, ()) {
  Scene scene = any_scene();
  const std::vector<Granted> granted = scene.granted();
  std::vector<std::uint32_t> order(scene.tiers.size()), place(scene.tiers.size());
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  Scene mixed{{}, scene.capacity, scene.uses};
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    mixed.tiers.push_back(scene.tiers[order[i]]);
    place[order[i]] = i;
  }
  for (GrantUse& use : mixed.uses) use.tier = place[use.tier];
  std::reverse(mixed.uses.begin(), mixed.uses.end());
  const std::vector<Granted> again = mixed.granted();
  for (std::size_t t = 0; t < granted.size(); ++t) RC_ASSERT(again[place[t]] == granted[t]);
}

RC_GTEST_PROP(Grant, LowerPrioritiesTakeNothingFromHigherOnes, ()) {
  Scene scene = any_scene();
  const std::vector<Granted> granted = scene.granted();
  const int level = *rc::gen::inRange(0, 3);
  Scene alone = scene;
  for (GrantTier& tier : alone.tiers)
    if (tier.priority < level) tier.wish = std::min(tier.before, tier.wish);
  const std::vector<Granted> without = alone.granted();
  for (std::size_t t = 0; t < granted.size(); ++t)
    if (scene.tiers[t].priority >= level) RC_ASSERT(without[t].count == granted[t].count);
}

RC_GTEST_PROP(Grant, MoreOfASingleLimitNeverGrantsLessInTotal, ()) {
  Scene scene = any_scene(true);
  const double per_instance = *rc::gen::inRange(1, 30) / 4.0;
  for (GrantUse& use : scene.uses) use.per_instance = per_instance;
  const Counts less = scene.counts();
  scene.capacity[0] += *rc::gen::inRange(0, 200) / 4.0;
  const Counts more = scene.counts();
  RC_ASSERT(std::accumulate(more.begin(), more.end(), 0) >= std::accumulate(less.begin(), less.end(), 0));
}

// Of tiers of different weight one may get fewer when a heavy neighbour fits at last, but never less than the whole part of
// its proportional share.
RC_GTEST_PROP(Grant, EachGetsTheWholePartOfItsShareOfASingleLimit, ()) {
  Scene scene = any_scene(true);
  for (GrantTier& tier : scene.tiers) tier.priority = 0;
  const std::vector<Granted> granted = scene.granted();
  std::vector<int> floor;
  double missing = 0;
  std::vector<double> per_instance(scene.tiers.size());
  for (const GrantTier& tier : scene.tiers) floor.push_back(std::min(tier.before, tier.wish));
  for (const GrantUse& use : scene.uses) {
    per_instance[use.tier] += use.per_instance;
    missing += use.per_instance * (scene.tiers[use.tier].wish - floor[use.tier]);
  }
  RC_PRE(missing > 0);
  const double share = std::clamp((scene.capacity[0] - use_of(scene, 0, floor)) / missing, 0.0, 1.0);
  for (std::size_t t = 0; t < granted.size(); ++t)
    if (per_instance[t] > 0) RC_ASSERT(granted[t].count >= floor[t] + std::floor(share * (scene.tiers[t].wish - floor[t])));
}

}  // namespace
}  // namespace plimsoll::capacity
