#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/explain_report.h"
#include "core/quantity.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/tests/golden/show/" + name;
  if (std::getenv("PLIMSOLL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; PLIMSOLL_UPDATE_GOLDEN=1 writes it";
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << "differs from " << path << "; PLIMSOLL_UPDATE_GOLDEN=1 rewrites it";
}

TimePoint time_of(const char* text) { return *parse_time(text); }

/// On call, 03:12: api wants 14 and got 11, the database's connections are used up. A worker tier under orders beside it.
struct Night {
  Plan plan;
  ExplainReport report;

  Night() {
    plan.stack = "shop";
    plan.tiers.resize(2);
    TierPlan& api = plan.tiers[0];
    api.name = "api";
    api.signals = {{SignalKind::cpu}, {SignalKind::requests_per_second}, {SignalKind::p95}};
    api.targets = {{TargetType::utilization, 0.7}, {TargetType::average, 100}, {TargetType::value, 0.5}};
    api.policies = {{PolicyKind::target, 0, 0, "cpu"}, {PolicyKind::target, 1, 1, "requests"}, {PolicyKind::target, 2, 2, "p95"}};
    api.behavior.up.window = 30s;
    api.price_per_hour = 0.05;
    TierPlan& worker = plan.tiers[1];
    worker.id = TierId{1};
    worker.name = "worker";
    worker.signals = {{SignalKind::backlog, "jobs"}};
    worker.queues = {{20}};
    worker.policies = {{PolicyKind::queue, 0, 0, "backlog jobs"}};
    plan.components = {{ComponentKind::database, "main"}, {ComponentKind::pooler, "pooler"}};
    plan.limits = {{LimitKind::database_connections, "main's connections", ComponentId{0}, 160, 20}};
    report.plan = &plan;
    report.now = time_of("2026-11-22T03:12:00Z");
    report.engine = "0.1.0";
    report.controlled = true;
    report.tiers = {{TierId{0}, {api_decision()}, {3, 1}}, {TierId{1}, {worker_decision()}, {0, 0}}};
  }

  static Explained api_decision() {
    Explained what;
    what.at = time_of("2026-11-22T03:11:57Z");
    what.engine = "0.1.0";
    what.again = Explained::Again::same;
    Explanation why;
    why.before = why.ready = 11;
    why.winner = PolicyId{0};
    why.has_winner = true;
    why.policies.push_back({PolicyId{0}, 0.88, 0.7, 4s, 14});
    why.policies.push_back({PolicyId{1}, 118, 100, 2s, 13});
    why.policies.push_back({PolicyId{2}, 0, 0.5, {}, -1, Gap::empty, Note::no_data});
    why.steps.push_back({Step::couple, 14, 11, Reason::limit, {}, 0});
    why.limits.push_back({LimitId{0}, 156, 160});
    why.verify = {VerifyLine::Verdict::helped, PolicyId{0}, 0.9, 0.7, 0.75, what.at};
    why.cost_before = why.cost_after = 0.55;
    why.decision = {11, 14, 11, 11, Reason::limit};
    what.stored = what.now = why;
    what.enabling = {{Enabling::Kind::raise_max_connections, LimitId{0}, ComponentId{0}, 160, 175, false, true}};
    what.said = {"api stays at 11: cpu 88%, target 70%; 14 wanted, main's connections leave room for 11"};
    return what;
  }

  static Explained worker_decision() {
    Explained what;
    what.at = time_of("2026-11-22T03:11:57Z");
    what.engine = "0.1.0";
    what.again = Explained::Again::same;
    Explanation why;
    why.tier = TierId{1};
    why.before = 3;
    why.ready = 2;
    why.pending = Pending::backing_off;
    why.winner = PolicyId{0};
    why.has_winner = true;
    why.policies.push_back({PolicyId{0}, 95, 20, 1s, 5});
    why.steps.push_back({Step::order, 5, 3, Reason::order_pause, {}, 7});
    why.decision = {3, 5, 3, 3, Reason::order_pause};
    what.stored = what.now = why;
    what.pending = "worker-3 exited with 1 after 0.2 s; see log/worker-3.log";
    Order pause;
    pause.id = 7;
    pause.kind = OrderKind::pause;
    pause.direction = Direction::up;
    pause.who = "ann";
    pause.why = "database migration";
    pause.given = time_of("2026-11-22T02:00Z");
    pause.until = time_of("2026-11-22T04:00Z");
    what.orders = {pause};
    return what;
  }
};

constexpr show::Style plain{.color = false, .unicode = true};

TEST(ExplainText, LooksLikeItsGolden) { expect_golden("explain.txt", explain_text(Night().report, plain)); }

TEST(ExplainText, ADifferenceIsShownWithBothAnswers) {
  Night night;
  night.report.tiers.pop_back();
  Explained& what = night.report.tiers[0].decisions[0];
  what.again = Explained::Again::differs;
  what.trouble = "the stack's file says something else now than it did then";
  what.now->decision = {11, 14, 14, 14, Reason::policy};
  what.now->steps.clear();
  what.now->limits.clear();
  what.now->cost_after = 0.7;
  night.report.at = what.at;
  expect_golden("explain-differs.txt", explain_text(night.report, plain));
}

TEST(ExplainText, HistoryIsALineEach) {
  Night night;
  night.report.history = true;
  Explained growth = Night::api_decision();
  growth.at -= 26h;
  growth.stored->decision = {9, 11, 11, 11, Reason::policy};
  growth.stored->steps.clear();
  Explained unreadable;
  unreadable.at = growth.at - 1min;
  unreadable.trouble = "stored explanation: damaged";
  unreadable.said = {"api 8→9: cpu 90%, target 70%"};
  night.report.tiers[0].decisions = {unreadable, growth, Night::api_decision()};
  night.report.tiers.pop_back();
  EXPECT_EQ(explain_text(night.report, plain),
            "2026-11-21 01:10:57  api 8→9: cpu 90%, target 70%\n"
            "2026-11-21 01:11:57  api 9→11: cpu 88%, target 70%; 11 should bring it to 88%\n"
            "03:11:57  api stays at 11: cpu 88%, target 70%; 14 wanted, main's connections leave room for 11\n");
}

TEST(ExplainText, NothingOnRecordIsSaid) {
  Night night;
  for (TierReport& tier : night.report.tiers) tier.decisions.clear();
  EXPECT_THAT(explain_text(night.report, plain), HasSubstr("api: nothing was decided yet\n"));
  night.report.at = night.report.now - 2h;
  EXPECT_THAT(explain_text(night.report, plain), HasSubstr("worker: nothing is on record up to 01:12:00"));
}

TEST(ExplainText, ARecordThatCantBeReadIsSaidWithItsWords) {
  Night night;
  Explained& what = night.report.tiers[0].decisions[0];
  what.stored.reset();
  what.now.reset();
  what.again = Explained::Again::impossible;
  what.trouble = "the stack's tiers or policies are others now than they were then";
  const std::string text = explain_text(night.report, plain);
  EXPECT_THAT(text,
              HasSubstr("api: its decision of 03:11:57 can't be shown in full: the stack's tiers or policies are others now"));
  EXPECT_THAT(text, HasSubstr("it said then: api stays at 11: cpu 88%"));
}

TEST(ExplainText, ColoursOnlyWhereAsked) {
  EXPECT_EQ(explain_text(Night().report, plain).find('\x1b'), std::string::npos);
  EXPECT_NE(explain_text(Night().report, {.color = true, .unicode = true}).find('\x1b'), std::string::npos);
}

TEST(ExplainText, SaysThatNobodyControls) {
  Night night;
  night.report.controlled = false;
  EXPECT_THAT(explain_text(night.report, plain), HasSubstr("nobody controls shop at the moment"));
  night.report.at = night.report.now - 1h;
  EXPECT_EQ(explain_text(night.report, plain).find("nobody controls"), std::string::npos) << "of the past it says nothing";
}

TEST(ExplainJson, LooksLikeItsGolden) { expect_golden("explain.json", explain_json(Night().report)); }

TEST(ExplainJson, WhatIsAbsentIsNullWithAReason) {
  const auto json = nlohmann::json::parse(explain_json(Night().report));
  EXPECT_EQ(json["schema"], "plimsoll/explain/v1");
  for (const auto& [pointer, why] : json["absent"].items()) {
    EXPECT_TRUE(json.at(nlohmann::json::json_pointer(pointer)).is_null()) << pointer;
    EXPECT_NE(why, "") << pointer;
  }
  const auto flat = json.flatten();
  for (const auto& [pointer, value] : flat.items())  // an empty array is null here
    if (json.at(nlohmann::json::json_pointer(pointer)).is_null()) {
      EXPECT_TRUE(json["absent"].contains(pointer)) << pointer << " is null without a reason";
    }
}

TEST(ExplainJson, NothingOnRecordIsSaid) {
  Night night;
  night.report.tiers.resize(1);
  night.report.tiers[0].decisions.clear();
  const auto json = nlohmann::json::parse(explain_json(night.report));
  EXPECT_TRUE(json["tiers"][0]["decisions"].is_null());
  EXPECT_EQ(json["absent"]["/tiers/0/decisions"], "nothing was decided yet");
}

// What was shown with 03:05:10.250 was decided in that millisecond; what was shown with 03:05:10, in that second.
TEST(Explain, AMomentIsTheEndOfWhatItSays) {
  const TimePoint now = time_of("2026-11-22T03:12Z");
  EXPECT_EQ(parse_moment("2026-11-22T03:05:10.250Z", now, {}), time_of("2026-11-22T03:05:10Z") + 251ms - 1ns);
  EXPECT_EQ(parse_moment("03:05:10", now, {}), time_of("2026-11-22T03:05:11Z") - 1ns);
  EXPECT_EQ(parse_moment("03:12", now, {}), now) << "not past what is known";
  EXPECT_EQ(parse_moment("2026-11-22T04:00Z", now, {}), time_of("2026-11-22T04:00Z")) << "still to come: the caller's to refuse";
}

struct Moment {
  const char* text;
  const char* at;  // null: none
};

class ParseMoment : public testing::TestWithParam<Moment> {};

TEST_P(ParseMoment, ReadsWhatPeopleWrite) {
  TimeZone berlin;
  berlin.name = "Europe/Berlin";
  berlin.first_offset = 1h;
  const auto got = parse_moment(GetParam().text, time_of("2026-11-22T03:12Z"), berlin);
  if (!GetParam().at) {
    EXPECT_FALSE(got) << to_text(*got);
  } else {
    ASSERT_TRUE(got);
    EXPECT_EQ(to_text(*got), to_text(time_of(GetParam().at)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Explain, ParseMoment,
    testing::Values(Moment{"03:05", "2026-11-22T02:05Z"}, Moment{"3:05", "2026-11-22T02:05Z"},
                    Moment{"03:05:10", "2026-11-22T02:05:10Z"}, Moment{"23:30", "2026-11-21T22:30Z"},
                    Moment{"2026-11-20 03:05", "2026-11-20T02:05Z"}, Moment{"2026-11-20T03:05:10", "2026-11-20T02:05:10Z"},
                    Moment{"2026-11-20T03:05Z", "2026-11-20T03:05Z"}, Moment{"2026-11-20T03:05+02:00", "2026-11-20T01:05Z"},
                    Moment{"2026-11-20T03:05:10.250Z", "2026-11-20T03:05:10Z"}, Moment{"03:05:10.5", "2026-11-22T02:05:10Z"},
                    Moment{"03:05:10.", nullptr}, Moment{"25:00", nullptr}, Moment{"3", nullptr}, Moment{"", nullptr},
                    Moment{"yesterday", nullptr}, Moment{"2026-13-01 03:05", nullptr}, Moment{":05", nullptr},
                    Moment{"03:05Z", nullptr}));

}  // namespace
}  // namespace plimsoll::cli
