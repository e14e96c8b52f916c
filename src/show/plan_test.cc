#include "show/plan.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/quantity.h"
#include "show/format.h"
#include "show/money.h"
#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using capacity::CapacityPlan;

Money a_month(double dollars) { return {dollars / hours_a_month}; }

capacity::Month month_of(int i) {
  capacity::Month month;
  month.month = i;
  month.at =
      *parse_time(i < 2 ? (i == 0 ? "2026-11-22T00:00Z" : "2026-12-22T00:00Z") : "2027-0" + std::to_string(i - 1) + "-22T00:00Z");
  const double factor = std::pow(1.5, i);
  month.load = {1000 * factor, Rate{50 * factor}, Bytes{static_cast<std::int64_t>(10e9 * factor)}};
  month.instances = {{"api", static_cast<int>(std::ceil(factor))}, {"worker", 2 + i / 3}};
  month.connections = 100 * static_cast<int>(factor) + 20;
  month.connections_room = 400;
  month.cost = 325 + 120 * factor;
  if (i == 2) month.event = 3;
  if (i == 4) month.gives_way = "main max_connections";
  return month;
}

/// V12 and H19 as a plan would say them: 1,000 users, × 1.5 for six months.
CapacityPlan growth_plan() {
  CapacityPlan plan;
  plan.today = {1000.0, Rate{50}, Bytes{10LL << 30}};
  plan.then = {11'391.0, Rate{569.5}, Bytes{122'300'000'000}};
  plan.lines = {{"api", "instances", "2", "12", "ceil(569.5 / 50)", "", true},
                {"api", "replicas", "2..8", "12..24", "12 to carry the peak, 2 × 12 for an event",
                 "the owner's table has 10 from 1,000 users on", true},
                {"pooler", "max_db_connections", "80", "180", "200 − 20 reserved", "", true},
                {"main", "connections", "10", "1,140", "100 × 11,391 / 1000", "", true},
                {"main", "read replicas", "1", "2", "H13: two from 1,000 users on", "", true},
                {"redis", "memory", "1 GiB", "2 GiB", "100 MB × 11.4 = 1.14 GB, whole GB up", "", true}};
  plan.changes = {{"tiers.api.replicas", "12..24", "the load then"}, {"databases.main.read_replicas", "2", ""}};
  plan.binding = capacity::Binding{"main", "max_connections", "8 × 5 + 30 × 3 + 23 reserved = 153 of 150", 1500.0, 75.0, 2.3};
  plan.cost_today = {{{"api", "t3.medium", 2, a_month(30), a_month(60)}}, a_month(325), {"redis"}};
  plan.cost_then = {{{"api", "t3.medium", 12, a_month(30), a_month(360)},
                     {"main", "db.r6g.xlarge", 1, a_month(300), a_month(300)},
                     {"main (read replica)", "db.r6g.xlarge", 2, a_month(300), a_month(600)},
                     {"redis", "", 1, std::nullopt, std::nullopt}},
                    a_month(1260),
                    {"redis"}};
  plan.cost_per_user_today = 0.65;
  plan.cost_per_user_then = 0.865;
  plan.levers = {{"spot for worker", 63, 81, "3 × $30 × (70 % .. 90 %)", "an instance may go with two minutes' notice"}};
  for (int i = 0; i <= 6; ++i) plan.months.push_back(month_of(i));
  for (const char* name : {"api", "worker"}) {
    plan.recommended.tiers.emplace_back();
    plan.recommended.tiers.back().name = name;
  }
  plan.recommended.budget = a_month(1800);
  plan.bands = {{0, 100, "1", "balancer", "$62", "1", "$60", ""},
                {100, INFINITY, "10+", "balancer, read replicas", "$1,730", "10+", "", "the owner's count has no end"}};
  plan.database_settings = {{"main", "shared_buffers", "", "2GB", "25 % of 8 GB"},
                            {"main", "work_mem", "", "10MB", "(8 − 2) GB / (200 × 3)"}};
  plan.advice = {{"sharding", "last: after read replicas, pooling and caching", "A13"}};
  plan.unknown = {"what worker can do: add tiers.worker.capacity"};
  return plan;
}

PlanView view() {
  return {"shop", "6 months of × 1.5", "AWS list prices, January 2026",
          "--- stack.yaml\n+++ stack.yaml (planned)\n@@ -3,3 +3,3 @@\n   api:\n-    replicas: 2..8\n+    replicas: 12..24\n"};
}

TEST(Plan, Journey5_Screen) {
  std::string text;
  for (const int columns : {80, 120}) text += render_plan(growth_plan(), view(), kPlain, columns) + std::string(20, '-') + "\n";
  text += render_plan(growth_plan(), view(), kAscii, 80);
  expect_golden("plan.txt", text);
}

TEST(Plan, Journey5_ReportIsOneFileThatNeedsNothingFromOutside) {
  const std::string html = plan_html(growth_plan(), view());
  expect_golden("plan.html", html);
  for (const char* outside : {"<script", "http:", "https:", "src=", "@import", "url("})
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  EXPECT_NE(html.find("prefers-color-scheme:dark"), std::string::npos);
  std::size_t charts = 0, descriptions = 0;
  for (std::size_t at = 0; (at = html.find("role=\"img\"", at)) != std::string::npos; ++at) ++charts;
  for (std::size_t at = 0; (at = html.find("<desc id=", at)) != std::string::npos; ++at) ++descriptions;
  EXPECT_EQ(charts, 3U) << "cost, instances, connections";
  EXPECT_EQ(descriptions, charts) << "each has its text alternative";
}

TEST(Plan, JsonHasUnitsAndReasons) {
  CapacityPlan plan = growth_plan();
  plan.binding.reset();
  plan.then.data.reset();
  const nlohmann::json json = nlohmann::json::parse(plan_json(plan, view()));
  EXPECT_EQ(json["schema"], "plimsoll/plan/v1");
  EXPECT_EQ(json["then"]["users"], 11'391);
  EXPECT_TRUE(json["then"]["data_bytes"].is_null());
  EXPECT_TRUE(json["absent"].contains("/then/data_bytes"));
  EXPECT_TRUE(json["absent"].contains("/binding"));
  EXPECT_EQ(json["lines"][0]["formula"], "ceil(569.5 / 50)");
  EXPECT_NEAR(json["cost_then"]["total_usd_month"].get<double>(), 1260, 1e-9);
  EXPECT_TRUE(json["cost_then"]["lines"][3]["each_usd_month"].is_null());
  EXPECT_EQ(json["months"].size(), 7U);
  EXPECT_EQ(json["months"][4]["gives_way"], "main max_connections");
  EXPECT_TRUE(json["bands"][1]["to_users"].is_null()) << "no end";
  EXPECT_EQ(json["changes"][0]["path"], "tiers.api.replicas");
}

TEST(Plan, OfNothingSaysSo) {
  const std::string text = render_plan({}, {"shop", "", "", ""}, kPlain, 80);
  EXPECT_NE(text.find("unknown load today"), std::string::npos) << text;
  EXPECT_NE(text.find("not known whether the spec carries this load"), std::string::npos);
  CapacityPlan known;
  known.known = true;
  EXPECT_NE(render_plan(known, {"shop", "", "", ""}, kPlain, 80).find("none: the spec carries this load as it is"),
            std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(plan_json({}, {})));
  EXPECT_NE(plan_html({}, {}).find("</html>"), std::string::npos);
}

TEST(Plan, AComponentStandsTogetherAndItsCostOnce) {
  CapacityPlan plan;
  plan.lines = {{"api", "instances", "1", "2", "", "", true},
                {"main", "connections", "10", "20", "", "", true},
                {"api", "memory", "1 GB", "2 GB", "", "", true}};
  plan.cost_then = {{{"api", "t3.small", 2, Money{0.1}, Money{123.0 / 730}}}, Money{123.0 / 730}, {}};
  const std::string text = render_plan(plan, {"shop", "", "", ""}, kPlain, 100);
  EXPECT_LT(text.find("memory"), text.find("connections")) << text;
  const std::string figures = text.substr(0, text.find("Cost a month"));
  EXPECT_NE(figures.find("$123"), std::string::npos) << text;
  EXPECT_EQ(figures.find("$123"), figures.rfind("$123")) << text;
}

rc::Gen<CapacityPlan> any_plan() {
  return rc::gen::exec([] {
    CapacityPlan plan;
    const auto any_load = [] {
      capacity::Load load;
      load.users = *maybe(any_value());
      if (const auto rate = *maybe(any_value())) load.rate = Rate{*rate};
      return load;
    };
    const auto any_money = [] { return Money{*any_value()}; };
    plan.today = any_load();
    plan.then = any_load();
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
      plan.lines.push_back(
          {*any_text(), *any_text(), *any_text(), *any_text(), *any_text(), *any_text(), *rc::gen::arbitrary<bool>()});
    for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
      capacity::Month month;
      month.at = TimePoint(std::chrono::hours(24 * *rc::gen::inRange(0, 40'000)));
      month.load = any_load();
      month.event = *any_value();
      month.instances = {{"api", *rc::gen::arbitrary<int>()}};
      month.connections = *rc::gen::arbitrary<int>();
      month.connections_room = *rc::gen::arbitrary<int>();
      month.cost = *any_value();
      month.gives_way = *any_text();
      plan.months.push_back(month);
    }
    plan.recommended.tiers.resize(1);
    plan.recommended.tiers[0].name = "api";
    plan.binding = capacity::Binding{*any_text(), *any_text(), *any_text(), *maybe(any_value()), {}, *maybe(any_value())};
    plan.cost_then = {{{*any_text(), *any_text(), *any_value(), any_money(), any_money()}}, any_money(), {*any_text()}};
    plan.levers = {{*any_text(), *any_value(), *any_value(), *any_text(), *any_text()}};
    plan.bands = {{*any_value(), *any_value(), *any_text(), *any_text(), *any_text(), *any_text(), *any_text(), *any_text()}};
    plan.advice = {{*any_text(), *any_text(), *any_text()}};
    plan.unknown = some(any_text());
    plan.changes = {{*any_text(), *any_text(), *any_text()}};
    return plan;
  });
}

TEST(Plan, FitsAnyWidthAndIsAlwaysJson) {
  EXPECT_TRUE(rc::check([] {
    const CapacityPlan plan = *any_plan();
    const Style style = any_style();
    const int columns = *rc::gen::inRange(1, 200);
    check_lines(render_plan(plan, {"shop", *any_text(), *any_text(), ""}, style, columns), columns, style);
    RC_ASSERT(nlohmann::json::accept(plan_json(plan, view())));
    RC_ASSERT(plan_html(plan, view()).ends_with("</html>\n"));
  }));
}

TEST(Money, ForPeople) {
  for (const auto& [dollars, want] : {std::pair{62.0, "$62"},
                                      {1730.0, "$1,730"},
                                      {0.865, "$0.87"},
                                      {0.65, "$0.65"},
                                      {5.0, "$5"},
                                      {0.0, "$0"},
                                      {9.996, "$10"},
                                      {-3.5, "−$3.50"}})
    EXPECT_EQ(money_text(dollars), want) << dollars;
  EXPECT_EQ(money_text(NAN), absent);
  EXPECT_EQ(money_text(std::nullopt), absent);
  EXPECT_EQ(money_tick(15'000), "$15k");
  EXPECT_EQ(money_tick(1.5), "$1.5");
  EXPECT_EQ(number_text(11'391.0), "11,391");
  EXPECT_EQ(number_text(12.5), "12.5");
  EXPECT_EQ(number_text(NAN), absent);
}

}  // namespace
}  // namespace plimsoll::show
