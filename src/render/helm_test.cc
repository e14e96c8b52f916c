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
INSTANTIATE_TEST_SUITE_P(Stacks, Helm, testing::Values("kaireon", "health-agent", "quickstart", "acme"), name_of);

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
  expect_in(text, "livenessProbe: null");
  expect_in(text, "targetCPUUtilizationPercentage: null");
  expect_in(text, "targetMemoryUtilizationPercentage: 80\n");
}

TEST(HelmValues, HostileValuesStayData) {
  const std::string text = values(shop(R"({command: [a], env: {A: "x # y: \"z\" $(HOME) {{ .Values }}", B: "one\ntwo"}})"));
  expect_in(text, R"(value: "x # y: \"z\" $$(HOME) {{ .Values }}")");
  expect_in(text, "one\n");
}

TEST(HelmValues, NoTierNoFiles) {
  const Rendered made = helm(Stack{}, {});
  EXPECT_TRUE(made.files.empty());
  EXPECT_EQ(made.notes.size(), 1U);
}

}  // namespace
}  // namespace plimsoll::render
