#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

class Helm : public testing::TestWithParam<const char*> {};
TEST_P(Helm, ReadsAsItsGolden) { expect_golden_files(GetParam(), helm(reference_stack(GetParam()), {})); }
std::string name_of(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(T3, Helm, testing::Values("triage-warden"), name_of);
INSTANTIATE_TEST_SUITE_P(Stacks, Helm,
                         testing::Values("kaireon", "kaireon-pools", "health-agent", "voiceassist", "quickstart", "acme"),
                         name_of);

Stack shop(const std::string& run, const std::string& more = "") {
  return stack_from(
      "apiVersion: plimsoll/v1\nname: shop\nbalancer: {listen: 8080}\ntiers:\n  api:\n    kind: service\n    run: " + run +
      "\n    instance: {cpu: 1, memory: 1Gi}\n" + more);
}

std::string values(const Stack& stack) { return file_of(helm(stack, {}), "helm/api-values.yaml"); }

void expect_in(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

TEST(HelmImage, IsSplitBeforeItsTag) {
  expect_in(values(shop("{command: [a], image: \"registry:5000/shop/api:1.4\"}")),
            "repository: registry:5000/shop/api\n  tag: \"1.4\"\n");
  expect_in(values(shop("{command: [a], image: \"registry:5000/shop/api\"}")), "repository: registry:5000/shop/api\n  tag: \"\"");
  expect_in(
      values(shop("{command: [a], image: \"shop/api@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}")),
      "repository: shop/api@sha256\n  tag: \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n");
}

TEST(HelmValues, WhatTheChartHasByItselfIsTakenAway) {
  const std::string text = values(shop("{command: [a]}", "    scale: {metrics: [{memory: 80%}]}\n"));
  EXPECT_EQ(text.find("initialDelaySeconds"), std::string::npos);
  expect_in(text, "livenessProbe: null");
  expect_in(text, "targetCPUUtilizationPercentage: null");
  expect_in(text, "targetMemoryUtilizationPercentage: 80\n");
}

TEST(HelmValues, WithoutAStartupProbeTheLivenessProbeWaits) {
  expect_in(values(shop("{command: [a], live: /live, ready_within: 90s}")),
            "    path: /live\n    port: http\n  periodSeconds: 10\n  initialDelaySeconds: 90  # run.ready_within");
}

TEST(HelmValues, HostileValuesStayData) {
  const std::string text = values(shop(R"({command: [a], env: {A: "x # y: \"z\" $(HOME) {{ .Values }}", B: "one\ntwo"}})"));
  expect_in(text, R"(value: "x # y: \"z\" $$(HOME) {{ .Values }}")");
  expect_in(text, "one\n");
}

std::string note_of(const Rendered& made, std::string_view path) {
  for (const Note& one : made.notes)
    if (one.path == path) return one.text;
  return {};
}

TEST(HelmScaling, K6_AnUpgradeDoesNotSetKedasCountBack) {
  const Rendered made = helm(reference_stack("kaireon"), {});
  const std::string text = file_of(made, "helm/worker-values.yaml");
  expect_in(text, "\nreplicaCount: null  # KEDA sets it");
  expect_in(text, "\nautoscaling:\n  enabled: false  # the ScaledObject scales it, in worker-objects.yaml");
  expect_in(note_of(made, "tiers.worker.replicas"), "{{- with .Values.replicaCount }}");
}

TEST(HelmScaling, K6_WhatScalesItIsAFileWithoutADeployment) {
  const std::string text = file_of(helm(reference_stack("kaireon"), {}), "helm/worker-objects.yaml");
  expect_in(text, "kind: ScaledObject\n");
  expect_in(text, "kind: TriggerAuthentication\n");
  EXPECT_EQ(text.find("kind: Deployment"), std::string::npos);
  EXPECT_EQ(text.find("kind: Service\n"), std::string::npos);
}

TEST(HelmScaling, AnHpaThatTheChartHasNoWordsForIsBesideIt) {
  const Rendered made = helm(shop("{command: [a], metrics: /metrics}",
                                  "    replicas: 2..6\n    scale: {metrics: [{signal: requests_per_second, average: 40}]}\n"),
                             {});
  expect_in(file_of(made, "helm/api-objects.yaml"), "kind: HorizontalPodAutoscaler\n");
  expect_in(file_of(made, "helm/api-values.yaml"), "replicaCount: null  # an HPA of its own sets it");
}

TEST(HelmScaling, T3_TheChartsOwnHpaStandsAlone) {
  const Rendered made = helm(reference_stack("triage-warden"), {});
  expect_in(file_of(made, "helm/api-values.yaml"), "autoscaling:\n  enabled: true\n  minReplicas: 2\n  maxReplicas: 10\n");
  EXPECT_EQ(file_of(made, "helm/api-objects.yaml").find("HorizontalPodAutoscaler"), std::string::npos);
  expect_in(note_of(made, "tiers.api.scale.metrics[2]"), "set autoscaling.enabled: false and replicaCount: null");
}

TEST(HelmScaling, AFixedCountIsTheCharts) {
  expect_in(values(shop("{command: [a]}", "    replicas: 3\n")), "\nreplicaCount: 3\n");
}

TEST(HelmValues, T4_ALeaderHasItsAccountAndItsRole) {
  const Rendered made = helm(reference_stack("triage-warden"), {});
  expect_in(file_of(made, "helm/orchestrator-values.yaml"), "serviceAccount:\n  create: true\n  name: orchestrator");
  const std::string objects = file_of(made, "helm/orchestrator-objects.yaml");
  expect_in(objects, "kind: Role\n");
  expect_in(objects, "kind: RoleBinding\n");
  EXPECT_EQ(objects.find("kind: ServiceAccount\nmetadata"), std::string::npos);
}

TEST(HelmValues, K10_OneImageOfSeveralTiersHasACommandEach) {
  const Rendered made = helm(stack_from(R"yaml(
apiVersion: plimsoll/v1
name: shop
tiers:
  a: {kind: worker, run: {command: [app, "$(A)"], image: "shop/app:1"}}
  b: {kind: worker, run: {command: [app, b], image: "shop/app:1"}}
  c: {kind: worker, run: {command: [app, c], image: "shop/other:1"}}
)yaml"),
                             {});
  expect_in(file_of(made, "helm/a-values.yaml"), "\ncommand: [app, $$(A)]\n");
  expect_in(file_of(made, "helm/b-values.yaml"), "\ncommand: [app, b]\n");
  EXPECT_EQ(file_of(made, "helm/c-values.yaml").find("\ncommand:"), std::string::npos);
  EXPECT_NE(note_of(made, "tiers.c.run.command"), "");
}

/// What neither values nor objects have is a note, the same as target kubernetes has.
TEST(HelmNotes, NameWhatIsLeftOut) {
  const Rendered pools = helm(reference_stack("kaireon-pools"), {});
  EXPECT_NE(note_of(pools, "tiers.decisions.priority"), "");
  const Rendered voice = helm(reference_stack("voiceassist"), {});
  EXPECT_NE(note_of(voice, "tiers.server.scale.rules[0]"), "");
  EXPECT_NE(note_of(voice, "tiers.server.uses.main.overflow"), "") << "V15";
  EXPECT_NE(note_of(helm(reference_stack("kaireon"), {}), "tiers.api.scale.schedule[0]"), "");
}

TEST(HelmValues, AMonitorFindsTheChartsServiceByWhatItHas) {
  const std::string text = file_of(helm(shop("{command: [a], metrics: /metrics}"), {}), "helm/api-objects.yaml");
  expect_in(text, "kind: ServiceMonitor\n");
  expect_in(text, "selector:\n    matchLabels:\n      app.kubernetes.io/name: api");
  EXPECT_EQ(text.find("      app.kubernetes.io/part-of"), std::string::npos);
}

TEST(HelmValues, NoTierNoFiles) {
  const Rendered made = helm(Stack{}, {});
  EXPECT_TRUE(made.files.empty());
  EXPECT_EQ(made.notes.size(), 1U);
}

}  // namespace
}  // namespace plimsoll::render
