#include "render/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "render/promql.h"
#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The rule of a name; null: there is none.
const Yaml* rule_in(const Yaml& groups, std::string_view name) {
  for (const Yaml& group : groups.items())
    for (const Yaml& rule : group.at("rules").items())
      if (rule.at("alert").text() == name) return &rule;
  return nullptr;
}

struct Row {
  const char* stack;
  const char* alert;
  const char* ends;  // of the expression
  const char* held;
  const char* severity;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.stack << " " << row.alert; }
std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.alert; }

class Figures : public testing::TestWithParam<Row> {};

TEST_P(Figures, StandInTheRule) {
  std::vector<Note> notes;
  const Yaml groups = rule_groups(reference_stack(GetParam().stack), notes);
  const Yaml* rule = rule_in(groups, GetParam().alert);
  ASSERT_NE(rule, nullptr);
  EXPECT_THAT(rule->at("expr").text(), EndsWith(GetParam().ends));
  EXPECT_EQ(rule->at("for").text(), GetParam().held);
  EXPECT_EQ(rule->at("labels").at("severity").text(), GetParam().severity);
  EXPECT_EQ(rule->at("labels").at("stack").text(), GetParam().stack);
}

INSTANTIATE_TEST_SUITE_P(A6, Figures,
                         testing::Values(Row{"kaireon", "ApiLatencyP99High", " > 0.5", "5m", "warning"},
                                         Row{"kaireon", "ApiPoolNearlyFull", " > 0.9", "5m", "warning"}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(K23, Figures,
                         testing::Values(Row{"kaireon", "ApiCpuGrowing", " / 2 > 0.6", "30m", "info"},
                                         Row{"kaireon", "ApiMemoryGrowing", " / 2147483648 > 0.75", "30m", "info"},
                                         Row{"kaireon", "WorkerDecisionsBacklogGrowing", ",key=\"decisions\"}[30m])) > 0", "30m",
                                             "info"},
                                         Row{"kaireon", "MainCpuHigh", " / 100 > 0.7", "15m", "warning"},
                                         Row{"kaireon", "MainConnectionsHigh", " > 280", "10m", "warning"},
                                         Row{"kaireon", "MainStorageHigh", " > 375809638400", "30m", "warning"},
                                         Row{"kaireon", "RedisMemoryHigh", " > 0.7", "30m", "warning"},
                                         Row{"kaireon", "RedisOperationsHigh", " > 80000", "10m", "warning"}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(T5, Figures,
                         testing::Values(Row{"triage-warden", "ApiP99Above500ms", " > 0.5", "5m", "warning"},
                                         Row{"triage-warden", "ApiP99Above1s", " > 1", "1m", "critical"},
                                         Row{"triage-warden", "ApiCpuHigh", " > 0.7", "10m", "warning"},
                                         Row{"triage-warden", "ApiCpuCritical", " > 0.85", "5m", "critical"},
                                         Row{"triage-warden", "ApiMemoryHigh", " > 0.8", "10m", "warning"},
                                         Row{"triage-warden", "ApiMemoryCritical", " > 0.9", "5m", "critical"},
                                         Row{"triage-warden", "OrchestratorIncidentsBacklogAbove100", " > 100", "5m", "warning"},
                                         Row{"triage-warden", "OrchestratorIncidentsBacklogAbove500", " > 500", "1m", "critical"},
                                         Row{"triage-warden", "ApiPoolWaiting", " > 0", "5m", "warning"},
                                         Row{"triage-warden", "ApiPoolWaitingCritical", " > 5", "1m", "critical"},
                                         Row{"triage-warden", "RedisClientsHigh", " > 8000", "5m", "warning"},
                                         Row{"triage-warden", "RedisClientsCritical", " > 9500", "1m", "critical"}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(H5, Figures,
                         testing::Values(Row{"health-agent", "ApiCpuAbove80Percent", " > 0.8", "10m", "warning"},
                                         Row{"health-agent", "ApiP95Above5s", " > 5", "10m", "warning"},
                                         Row{"health-agent", "ApiErrorsAbove5Percent", " > 0.05", "5m", "critical"},
                                         Row{"health-agent", "RedisHitRatioLow", " < 0.3", "20m", "warning"}),
                         name_of);

std::vector<std::string> names_in(const Yaml& groups) {
  std::vector<std::string> names;
  for (const Yaml& group : groups.items())
    for (const Yaml& rule : group.at("rules").items()) names.push_back(rule.at("alert").text());
  return names;
}

std::vector<std::string> names_of(const Stack& stack) {
  std::vector<Note> notes;
  return names_in(rule_groups(stack, notes));
}

TEST(Alerts, H4_ARuleOfTheSpecTakesThePlaceOfTheUsualLevels) {
  const std::vector<std::string> names = names_of(reference_stack("health-agent"));
  EXPECT_THAT(names, Contains("ApiCpuAbove80Percent"));
  EXPECT_THAT(names, Not(Contains(StartsWith("ApiCpuHigh"))));
  EXPECT_THAT(names, Contains("ApiMemoryHigh"));      // no rule on memory
  EXPECT_THAT(names, Contains("ApiLatencyP95High"));  // 3 s is promised, the rule begins at 5 s
}

TEST(Alerts, NamesAreUnique) {
  for (const char* stack : reference_stacks) {
    std::vector<std::string> names = names_of(reference_stack(stack));
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << stack;
  }
}

TEST(Alerts, A10_NoneIsOnAMeanLatency) {
  for (const char* stack : reference_stacks) {
    std::vector<Note> notes;
    Yaml root;
    root["groups"] = rule_groups(reference_stack(stack), notes);
    EXPECT_THAT(to_yaml(root), Not(HasSubstr("duration_seconds_sum"))) << stack;
  }
}

// Four cores asked for and none above, a target of 70 %: with its tolerance 77 % is what the autoscaler leaves alone.
TEST(Alerts, ALevelTheAutoscalerKeepsCountsOnceAllReplicasRun) {
  const Stack stack = stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run: {command: [x], metrics: /metrics}
    instance: {cpu: 4}
    replicas: 2..6
    scale: {metrics: [{cpu: 70%}]}
)");
  std::vector<Note> notes;
  const Yaml groups = rule_groups(stack, notes);
  EXPECT_THAT(rule_in(groups, "ApiCpuHigh")->at("expr").text(), EndsWith(" and on () (count(up{job=\"api\"} == 1) >= 6)"));
  EXPECT_THAT(rule_in(groups, "ApiCpuCritical")->at("expr").text(), EndsWith(" > 0.85"));
}

TEST(Alerts, WhatCannotBeAnAlertIsNoted) {
  std::vector<Note> notes;
  rule_groups(reference_stack("health-agent"), notes);
  EXPECT_THAT(notes, Contains(testing::Field(&Note::path, "tiers.api.scale.rules[2]")));
  notes.clear();
  rule_groups(reference_stack("kaireon"), notes);
  EXPECT_THAT(notes, Contains(testing::Field(&Note::path, "tiers.worker.run.metrics")));
}

// A query may hold what it likes: it stays between its brackets, and one line's comment does not swallow the comparison.
TEST(Alerts, AQueryOfTheSpecStaysData) {
  const Stack stack = stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
signals:
  odd: {from: prometheus, url: "http://p:9090", query: "sum(x{a=\"}\\\"\"}) # $HOME {{ .Boom }}"}
tiers:
  api:
    kind: service
    run: {command: [x]}
    instance: {cpu: 1}
    replicas: 1..2
    scale: {rules: [{when: odd > 5, for: 5m, investigate: true}]}
)");
  std::vector<Note> notes;
  const Yaml groups = rule_groups(stack, notes);
  const Yaml* rule = rule_in(groups, "ApiOddAbove5");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->at("expr").text(), "(\n" + stack.signals[0].query + "\n) > 5");
  EXPECT_THAT(rule->at("annotations").at("summary").text(), Not(HasSubstr("Boom")));
}

// Reserves of a third: 70 % of all would be beyond 90 % of what is left.
TEST(Alerts, ConnectionsAreHighBeforeTheyAreCritical) {
  const auto figure = [](const Yaml& groups, std::string_view name) {
    const std::string expr = rule_in(groups, name)->at("expr").text();
    return std::stod(expr.substr(expr.rfind(' ')));
  };
  for (int reserve = 3; reserve < 200; ++reserve) {
    Stack stack;
    stack.databases.push_back({.name = "main", .max_connections = 200, .reserve = {.superuser = reserve}});
    std::vector<Note> notes;
    const Yaml groups = rule_groups(stack, notes);
    const double high = figure(groups, "MainConnectionsHigh"), critical = figure(groups, "MainConnectionsCritical");
    EXPECT_LT(high, critical) << reserve;
    EXPECT_DOUBLE_EQ(high, reserve <= 25 ? 140 : 0.8 * (200 - reserve)) << reserve;
  }
}

TEST(Alerts, ARuleOnAnotherPrometheusIsNoted) {
  std::vector<Note> notes;
  rule_groups(stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
signals:
  slow: {from: prometheus, url: "http://metrics.example:9090", query: slow_seconds
}
tiers:
  api:
    kind: service
    run: {command: [x]}
    instance: {cpu: 1}
    replicas: 1..2
    scale: {rules: [{
when: slow > 5, for: 5m, investigate: true}]}
)"),
              notes);
  EXPECT_THAT(notes, Contains(testing::AllOf(testing::Field(&Note::path, "tiers.api.scale.rules[0]"),
                                             testing::Field(&Note::text, HasSubstr("http://metrics.example:9090")))));
}

// KEDA keeps up to per_instance for each that runs; of workers without a page nobody knows how many those are.
TEST(Alerts, K23_ABacklogGrowsBeyondTheWorkersThatRun) {
  std::vector<Note> notes;
  Stack stack = reference_stack("kaireon");
  const auto expr = [&] { return rule_in(rule_groups(stack, notes), "WorkerDecisionsBacklogGrowing")->at("expr").text(); };
  EXPECT_THAT(expr(), HasSubstr(") > 50 and max(deriv("));
  for (Tier& tier : stack.tiers)
    if (tier.name == "worker") tier.run.metrics = "/metrics";
  EXPECT_THAT(expr(), EndsWith(") > 50 * count(up{job=\"worker\"} == 1)"));
}

TEST(Alerts, TheBalancersOwnAreOnlyWhereItTells) {
  const auto of = [](const char* name) {
    Yaml groups = Yaml::list();
    add_balancer_group(reference_stack(name), groups);
    return names_in(groups);
  };
  EXPECT_THAT(of("kaireon"),
              testing::ElementsAre("BalancerDown", "BalancerNoServer", "BalancerErrorsHigh", "BalancerMetricsMissing"));
  EXPECT_EQ(of("triage-warden"), of("kaireon"));
  EXPECT_THAT(of("voiceassist"), testing::IsEmpty());  // nginx
  EXPECT_THAT(names_of(reference_stack("kaireon")), Not(Contains(StartsWith("Balancer"))));
}

TEST(Promql, TextsAreQuoted) {
  EXPECT_EQ(promql::series("x", "a\"b\\\n"), "x{job=\"a\\\"b\\\\\\n\"}");
  EXPECT_EQ(promql::number(0.7 * 2), "1.4");
  EXPECT_EQ(promql::number(375809638400), "375809638400");
}

}  // namespace
}  // namespace plimsoll::render
