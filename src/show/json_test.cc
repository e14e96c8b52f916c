#include "show/json.h"

#include <nlohmann/json.hpp>

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

Summary short_summary() {
  Summary s = demo_summary();
  s.elapsed = 3s;
  s.rate_per_s = {40, 80.5, 120};
  s.p95_s = {NAN, 0.04, 0.05};
  s.tiers = {{"api", {2, 2, 3}}, {"worker", {1, 1, 1}}};
  s.decisions = {{1500ms, "api", 2, 3, "api 2→3: cpu 91% over target 70%"}};
  return s;
}

TEST(DemoReport, LooksLikeItsGolden) { expect_golden("report.json", demo_report_json(short_summary())); }

TEST(DemoReport, WhatIsAbsentIsNullWithAReason) {
  Summary s;
  s.tiers = {{"a/b~c", {NAN}}};
  const json report = json::parse(demo_report_json(s));
  EXPECT_EQ(report["schema"], "plimsoll/demo/v1");
  EXPECT_FALSE(report["well"]);
  for (const char* pointer :
       {"/latency/p50_s", "/latency/p95_s", "/latency/p99_s", "/latency/max_s", "/latency/p95_objective_s", "/jobs"}) {
    EXPECT_TRUE(report.at(json::json_pointer(pointer)).is_null()) << pointer;
    EXPECT_TRUE(report["absent"].contains(pointer)) << pointer;
  }
  EXPECT_EQ(report["absent"]["/latency/p95_s"], "no request was sent");
  EXPECT_TRUE(report["absent"].contains("/timeline/replicas/a~1b~0c"));
}

TEST(DemoReport, IsValidForAnything) {
  EXPECT_TRUE(rc::check([] {
    const json report = json::parse(demo_report_json(*any_summary()));
    RC_ASSERT(report.contains("verdict"));
    for (const auto& [pointer, why] : report["absent"].items()) RC_ASSERT(report.contains(json::json_pointer(pointer)));
  }));
}

TEST(UpJson, ListsWhatRunsWhere) {
  const json up = json::parse(up_json("quickstart", demo_frame(0).components));
  EXPECT_EQ(up["schema"], "plimsoll/up/v1");
  EXPECT_EQ(up["stack"], "quickstart");
  ASSERT_EQ(up["components"].size(), 5U);
  EXPECT_EQ(up["components"][2]["name"], "main-replica-1");
  EXPECT_EQ(up["components"][2]["state"], "ready");
}

}  // namespace
}  // namespace plimsoll::show
