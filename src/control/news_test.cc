#include "control/news.h"

#include <gmock/gmock.h>

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One tier, `api`, told second by second how it was decided.
struct Desk {
  explicit Desk(Duration period = 0s) {
    plan.tiers.resize(1);
    plan.tiers[0].name = "api";
    plan.tiers[0].period = period;
    plan.tiers[0].policies.push_back({PolicyKind::target, 0, 0, "p95"});
    plan.tiers[0].targets.push_back({TargetType::utilization, 0.5});
    plan.tiers[0].signals.push_back({SignalKind::p95});
    plan.components.push_back({ComponentKind::pooler, "pooler"});
    plan.limits.push_back({LimitKind::pooler_clients, "pooler's clients", ComponentId{0}, 100, 0});
    news = std::make_unique<News>(plan);
    why.decision = {3, 3, 3, 3, Reason::steady};
  }
  News::Told held(Reason reason) {
    why.decision.reason = reason;
    return tell();
  }
  News::Told tell() {
    now += 1s;
    return news->of(plan, decision, {&why, 1}, orders, now);
  }

  Plan plan;
  Decision decision;
  Explanation why;
  std::vector<Order> orders;
  std::unique_ptr<News> news;
  TimePoint now{std::chrono::hours(24 * 365 * 56)};
};

TEST(News, AHeldTierIsToldOncePerReason) {
  Desk desk;
  EXPECT_EQ(desk.held(Reason::steady).held.size(), 1U) << "the first decision of a controller";
  EXPECT_FALSE(desk.held(Reason::steady).worth_a_record());
  EXPECT_EQ(desk.held(Reason::bound_max).held.size(), 1U);
  for (int i = 0; i < 3600; ++i) ASSERT_FALSE(desk.held(Reason::bound_max).worth_a_record());
}

// A tier on the edge of its window changes reason each second: each reason comes at most once a minute, and what stands at the
// end is told in the end.
TEST(News, AtMostOncePerReasonAndMinute) {
  Desk desk;
  std::size_t told = 0;
  for (int i = 0; i < 600; ++i) told += desk.held(i % 2 == 0 ? Reason::steady : Reason::window_up).held.size();
  EXPECT_GE(told, 10U);
  EXPECT_LE(told, 20U + 2U);
  std::vector<std::string> last;
  for (int i = 0; i < 61; ++i)
    if (News::Told one = desk.held(Reason::bound_max); one.worth_a_record()) last = one.held;
  EXPECT_EQ(last.size(), 1U);
}

TEST(News, BetweenTwoPollsIsNoNews) {
  Desk desk(15s);
  desk.held(Reason::bound_max);
  std::size_t told = 0;
  for (int i = 0; i < 900; ++i) told += desk.held(i % 15 == 14 ? Reason::bound_max : Reason::between_polls).held.size();
  EXPECT_EQ(told, 3U) << "its evaluation again every five minutes";
}

TEST(News, ChangesAreToldEachTimeWithTheOrdersReason) {
  Desk desk;
  desk.why.decision = {3, 5, 5, 5, Reason::order_hold};
  desk.why.steps.push_back({Step::order, 3, 5, Reason::order_hold, {}, 7});
  Order hold;
  hold.id = 7;
  hold.why = "release day";
  desk.orders = {hold};
  EXPECT_THAT(desk.tell().changes, ElementsAre("api 3→5: held at 5 by order 7 (release day)"));
  EXPECT_THAT(desk.tell().changes, ElementsAre("api 3→5: held at 5 by order 7 (release day)"));
}

TEST(News, AnEnablingChangeIsSaidOnceWhenItAppears) {
  Desk desk;
  desk.tell();
  desk.decision.enabling.push_back({Enabling::Kind::add_pooler, LimitId{0}, ComponentId{0}, 1, 2});
  EXPECT_THAT(desk.tell().notes, ElementsAre("pooler instances 1→2 would make room"));
  EXPECT_THAT(desk.tell().notes, IsEmpty());
  desk.decision.enabling.clear();
  for (int i = 0; i < 60; ++i) desk.tell();
  desk.decision.enabling.push_back({Enabling::Kind::add_pooler, LimitId{0}, ComponentId{0}, 1, 3});
  EXPECT_THAT(desk.tell().notes, IsEmpty()) << "it was away for a minute only";
  desk.decision.enabling.clear();
  for (int i = 0; i < 601; ++i) desk.tell();
  desk.decision.enabling.push_back({Enabling::Kind::add_pooler, LimitId{0}, ComponentId{0}, 1, 2});
  EXPECT_EQ(desk.tell().notes.size(), 1U);
}

TEST(News, AGrowthThatDidNotHelpIsSaid) {
  Desk desk;
  desk.tell();
  desk.why.verify = {VerifyLine::Verdict::no_help, PolicyId{0}, 0.8, 0.5, 0.79, desk.now};
  EXPECT_THAT(desk.tell().notes, ElementsAre("api: the last growth: it did not help: p95 was 800 ms, is 790 ms, target 500 ms"));
}

TEST(News, AContestedCountIsSaidOnce) {
  Desk desk;
  desk.tell();
  desk.why.steps.push_back({Step::safety, 5, 3, Reason::contended, {}, 0});
  EXPECT_THAT(desk.held(Reason::contended).notes, ElementsAre(HasSubstr("somebody else keeps changing the count")));
  EXPECT_FALSE(desk.held(Reason::contended).worth_a_record());
}

// What could not be journalled is asked again: the copy that was asked is thrown away.
TEST(News, IsAValue) {
  Desk desk;
  News copy = *desk.news;
  EXPECT_TRUE(copy.of(desk.plan, desk.decision, {&desk.why, 1}, {}, desk.now).worth_a_record());
  EXPECT_TRUE(desk.tell().worth_a_record());
}

}  // namespace
}  // namespace plimsoll
