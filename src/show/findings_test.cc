#include "show/findings.h"

#include <nlohmann/json.hpp>

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using testing::Test;

/// Three files with the mistakes of journey 1, as an import would leave them.
struct Manifests {
  std::vector<SourceFile> files = {
      {"k8s/api-hpa.yaml", "spec:\n  minReplicas: 3\n  maxReplicas: 20\n"},
      {"k8s/pgbouncer.yaml", "data:\n  pgbouncer.ini: |\n    [pgbouncer]\n    max_db_connections = 0\n"},
      {"k8s/worker.yaml", "args: [\"--maxmemory-policy\", \"allkeys-lru\"]\n"},
      {"k8s/api.yaml", "spec:\n  terminationGracePeriodSeconds: 10\n"}};
  Origins origins;
  std::vector<Finding> findings;

  Manifests() {
    origins.add("tiers.api.replicas.max", {{0, {3, 3, 11}}, {0, {3, 16, 2}}, "maxReplicas: "});
    origins.add("poolers.pooler.max_db_connections", {{1, {4, 5, 18}}, {1, {4, 26, 1}}, "max_db_connections = "});
    origins.add("caches.jobs", {{2, {1, 1, 4}}, {2, {1, 1, 4}}, ""});
    findings.push_back({"cache-evicts-jobs",
                        Level::warning,
                        "caches.jobs.policy",
                        {},
                        "redis 'jobs' is queue and cache under allkeys-lru: jobs can be evicted",
                        {},
                        {},
                        "split it in two",
                        {"K19"}});
    findings.push_back(
        {"connection-budget",
         Level::error,
         "tiers.api.replicas.max",
         {},
         "connections: api can reach 20 × 5 = 100, worker 30 × 3 = 90, reserved 20: 210 of postgres max_connections 200",
         {"at maxReplicas the last 2 api instances cannot connect"},
         {{"tiers.api.replicas.max", "18", "replicas: 3..18", "all can connect"},
          {"poolers.pooler.max_db_connections", "180", "max_db_connections: 180", "covers both"},
          {"databases.main.max_connections", "220", "max_connections: 220", ""}},
         "",
         {"K20"}});
    Finding grace{"grace-too-short", Level::note, "tiers.api.run.stop_within"};
    grace.spot = Spot{3, {2, 3, 29}};
    grace.message = "terminationGracePeriodSeconds 10 < drain 30 s: requests are cut on every scale-in";
    findings.push_back(grace);
  }

  [[nodiscard]] CheckReport report() const {
    CheckReport out;
    out.findings = placed(findings, origins, files);
    sort_findings(out);
    out.files = 14;
    Stack stack;
    stack.tiers.resize(2);
    stack.poolers.resize(1);
    stack.databases.resize(1);
    stack.caches.resize(1);
    count_model(out, stack);
    out.questions = {
        {"tiers.api.capacity", "how long does a request of api take?", "capacity: {concurrency: …, service_time: {mean: …}}"}};
    for (const char* name : {"values.yaml", "Chart.yaml"})
      out.passed.push_back({std::string("k8s/") + name, "nothing plimsoll reads"});
    for (const char* kind : {"Role", "Secret", "Namespace"})
      out.passed.push_back({std::string("k8s/") + kind + ".yaml", std::string(kind) + ": says nothing of a stack's size"});
    out.passed.push_back({"k8s/templates/a.yaml", "a Helm template; render it first: helm template CHART | plimsoll check -"});
    return out;
  }
};

TEST(Check, Journey1_LooksLikeTheSketch) {
  const CheckReport report = Manifests().report();
  std::string text;
  for (const int columns : {120, 80, 40}) text += render_check(report, kPlain, columns) + std::string(20, '-') + "\n";
  expect_golden("check.txt", text);
}

TEST(Check, SortsByFileAndLineAsCompilersDo) {
  std::vector<std::string> places;
  for (const PlacedFinding& one : Manifests().report().findings) places.push_back(place_text(one.place));
  EXPECT_EQ(places, (std::vector<std::string>{"k8s/api-hpa.yaml:3", "k8s/api.yaml:2", "k8s/worker.yaml:1"}));
}

TEST(Check, AFixIsALineOfTheFileThatSaysTheValue) {
  const CheckReport report = Manifests().report();
  const std::vector<PlacedFix>& fixes = report.findings[0].fixes;
  ASSERT_EQ(fixes.size(), 3U);
  EXPECT_EQ(fixes[0].text, "maxReplicas: 18");
  EXPECT_EQ(fixes[0].replace, "18") << "the place is exactly one plain value";
  EXPECT_EQ(fixes[1].text, "max_db_connections = 180");
  EXPECT_EQ(place_text(fixes[1].place), "k8s/pgbouncer.yaml:4");
  EXPECT_EQ(fixes[2].text, "max_connections: 220") << "nobody wrote it down: a line of a spec";
  EXPECT_EQ(fixes[2].replace, "");
}

struct Value {
  const char* name;
  const char* text;
  Position at;
  bool plain;
};
class Replaceable : public testing::TestWithParam<Value> {};
TEST_P(Replaceable, OnlyOnePlainValue) {
  const std::vector<SourceFile> files = {{"f", GetParam().text}};
  Origins origins;
  origins.add("a", {{0, {1, 1, 1}}, {0, GetParam().at}, "a: "});
  const std::vector<Finding> findings = {{"r", Level::note, "a", {}, "m", {}, {{"a", "9", "", ""}}}};
  EXPECT_EQ(!placed(findings, origins, files)[0].fixes[0].replace.empty(), GetParam().plain);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, Replaceable,
    testing::Values(Value{"alone", "a: 20\n", {1, 4, 2}, true}, Value{"in_a_map", "{a: 20, b: 1}", {1, 5, 2}, true},
                    Value{"quoted", "a: \"20\"\n", {1, 4, 4}, false}, Value{"part_of_a_word", "a: 205\n", {1, 4, 2}, false},
                    Value{"past_the_end", "a: 20\n", {1, 4, 9}, false}, Value{"no_such_line", "a: 20\n", {7, 4, 2}, false},
                    Value{"after_wide_characters", "ä: 20\n", {1, 4, 2}, false},
                    Value{"carriage_return", "a: 20\r\n", {1, 4, 2}, true}),
    [](const auto& one) { return one.param.name; });

TEST(Check, NoFindingsSaysWhatWasChecked) {
  CheckReport report = Manifests().report();
  report.findings.clear();
  report.questions.clear();
  report.passed.clear();
  report.remarks = {"stack.yaml is a spec and was checked as one."};
  EXPECT_EQ(
      render_check(report, kPlain, 100),
      "No findings in 14 files. Model: 2 tiers, 1 pooler, 1 database, 1 cache.\nstack.yaml is a spec and was checked as one.\n");
}

TEST(Check, AFileWithErrorsIsNoFileWithoutFindings) {
  CheckReport report;
  report.mistakes.push_back({Severity::error, {"stack.yaml", 3, 1, 1}, "unknown key"});
  EXPECT_EQ(render_check(report, kPlain, 100), "1 file with errors could not be judged whole: stack.yaml.\n");
  report.files = 2;
  EXPECT_EQ(render_check(report, kPlain, 100),
            "No findings in 2 files. 1 file with errors could not be judged whole: stack.yaml.\n");
  EXPECT_EQ(render_check({}, kPlain, 100), "Nothing was checked.\n");
}

TEST(Check, AFindingWithoutAPlaceStandsAtTheOnlyFileOrNowhere) {
  const std::vector<Finding> findings = {{"r", Level::warning, "limits.cost", {}, "m"}};
  const std::vector<SourceFile> one = {{"stack.yaml", ""}}, two = {{"a", ""}, {"b", ""}};
  EXPECT_EQ(place_text(placed(findings, {}, one)[0].place), "stack.yaml");
  EXPECT_EQ(place_text(placed(findings, {}, two)[0].place), "(model)");
}

TEST(Check, JsonSaysTheSame) {
  CheckReport report = Manifests().report();
  report.mistakes.push_back({Severity::error, {"k8s/bad.yaml", 3, 1, 1}, "did not find expected key"});
  const nlohmann::json json = nlohmann::json::parse(check_json(report));
  EXPECT_EQ(json["schema"], "plimsoll/check/v1");
  EXPECT_EQ(json["counts"], (nlohmann::json{{"error", 1}, {"warning", 1}, {"note", 1}}));
  const nlohmann::json& first = json["findings"][0];
  EXPECT_EQ(first["rule"], "connection-budget");
  EXPECT_EQ(first["file"], "k8s/api-hpa.yaml");
  EXPECT_EQ(first["line"], 3);
  EXPECT_EQ(first["fixes"][1],
            (nlohmann::json{
                {"file", "k8s/pgbouncer.yaml"}, {"line", 4}, {"text", "max_db_connections = 180"}, {"effect", "covers both"}}));
  EXPECT_EQ(json["model"]["tiers"], 2);
  EXPECT_EQ(json["model"]["vector_stores"], 0);
  EXPECT_EQ(json["questions"][0]["path"], "tiers.api.capacity");
  EXPECT_EQ(json["passed"].size(), 6U);
  EXPECT_EQ(json["diagnostics"][0]["line"], 3);
}

TEST(Sarif, NamesRulesPlacesAndReplacements) {
  CheckReport report = Manifests().report();
  report.findings[1].place.file = "/srv/a b/ä.yaml";
  const nlohmann::json run = nlohmann::json::parse(check_sarif(report, "0.1.0"))["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 3U);
  const nlohmann::json& first = run["results"][0];
  EXPECT_EQ(first["ruleId"], "connection-budget");
  EXPECT_EQ(first["level"], "error");
  EXPECT_EQ(first["locations"][0]["physicalLocation"]["region"],
            (nlohmann::json{{"startLine", 3}, {"startColumn", 3}, {"endColumn", 14}}));
  EXPECT_EQ(first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "18");
  EXPECT_NE(first["message"]["text"].get<std::string>().find("max_db_connections = 180 (covers both) at k8s/pgbouncer.yaml:4"),
            std::string::npos);
  EXPECT_EQ(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "file:///srv/a%20b/%C3%A4.yaml");
  expect_golden("check.sarif", check_sarif(Manifests().report(), "0.1.0"));
}

rc::Gen<CheckReport> any_report() {
  return rc::gen::exec([] {
    CheckReport report;
    const auto any_place = [] {
      return Place{*any_text(), *rc::gen::inRange(0, 2000), *rc::gen::inRange(0, 200), *rc::gen::inRange(0, 9)};
    };
    const int count = *rc::gen::inRange(0, 5);
    for (int i = 0; i < count; ++i) {
      PlacedFinding one{*any_text(), static_cast<Level>(*rc::gen::inRange(0, 3)), any_place(), *any_text(), some(any_text())};
      one.fixes = {{any_place(), *any_text(), *any_text(), ""}};
      one.advice = *any_text();
      report.findings.push_back(one);
    }
    report.model = {{"tier", *rc::gen::arbitrary<int>()}};
    report.questions = {{*any_text(), *any_text(), *any_text()}};
    report.passed = {{*any_text(), *any_text()}};
    report.remarks = some(any_text());
    return report;
  });
}

TEST(Check, FitsAnyWidthAndIsAlwaysJson) {
  EXPECT_TRUE(rc::check([] {
    const CheckReport report = *any_report();
    const Style style = any_style();
    const int columns = *rc::gen::inRange(1, 200);
    check_lines(render_check(report, style, columns), columns, style);
    RC_ASSERT(nlohmann::json::accept(check_json(report)));
    RC_ASSERT(nlohmann::json::accept(check_sarif(report, "1")));
  }));
}

}  // namespace
}  // namespace plimsoll::show
