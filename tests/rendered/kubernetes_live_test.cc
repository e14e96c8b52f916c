// What the target kubernetes writes, handed to a real API server: it is checked, defaulted and admitted as on a cluster, and not
// stored.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kube/cluster.h"
#include "rendered/hostile.h"
#include "rendered/support.h"

namespace plimsoll::render {
namespace {

using kube_test::Cluster;
using kube_test::Ran;
using testing::HasSubstr;

/// One for the whole program.
const Cluster& cluster() {
  static const Cluster one;
  return one;
}

/// The client finds unknown fields, the server all the rest.
Ran dry_run(const std::string& file, const std::string& input = "") {
  return cluster().kubectl({"apply", "--dry-run=server", "--validate=true", "-f", file}, input);
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

void expect_accepted(const Stack& stack) {
  const live::Rendering files(stack, Target::kubernetes, {.kube = {1, 20}});
  // For real: all others stand in it. `kubectl apply -f kubernetes/` goes by name, so it must be the first.
  const std::string name_space = std::ranges::min_element(files.rendered().files, {}, &File::path)->path;
  EXPECT_EQ(name_space, "kubernetes/00-namespace.yaml");
  const Ran made = cluster().kubectl({"apply", "--validate=true", "-f", files.path(name_space)});
  ASSERT_EQ(made.code, 0) << made.output;
  ASSERT_GT(files.rendered().files.size(), 1U) << "a namespace and nothing in it";
  for (const File& file : files.rendered().files) {
    if (file.path == name_space) continue;
    const Ran ran = dry_run(files.path(file.path));
    EXPECT_EQ(ran.code, 0) << file.path << ": " << ran.output;
    EXPECT_EQ(count_of(ran.output, "(server dry run)"), count_of("\n" + file.text, "\nkind: "))
        << file.path << ": " << ran.output;
  }
}

// As the reader does it: the folder, once. A dry run can't see a namespace of a dry run, so that one is there from before.
TEST(KubeApiserver, AcceptsTheFolderAsAWhole) {
  const live::Rendering files(reference_stack("acme"), Target::kubernetes, {.kube = {1, 20}});
  const Ran made = cluster().kubectl({"apply", "--validate=true", "-f", files.path("kubernetes/00-namespace.yaml")});
  ASSERT_EQ(made.code, 0) << made.output;
  const Ran ran = dry_run(files.path("kubernetes"));
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, testing::StartsWith("namespace/acme "));
  std::size_t objects = 0;
  for (const File& file : files.rendered().files) objects += count_of("\n" + file.text, "\nkind: ");
  EXPECT_EQ(count_of(ran.output, "(server dry run)"), objects) << ran.output;
}

class Accepts : public testing::TestWithParam<const char*> {};

TEST_P(Accepts, EveryManifest) { expect_accepted(reference_stack(GetParam())); }

INSTANTIATE_TEST_SUITE_P(KubeApiserver, Accepts, testing::ValuesIn(reference_stacks), [](const auto& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(KubeApiserver, AcceptsHostileNamesAndValues) { expect_accepted(hostile_stack()); }

// That it can refuse: by the client's schema, the server's own types and rules, and the CRDs'.
TEST(KubeApiserver, RefusesWhatIsWrong) {
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: default}\n"
      "spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: "
      "a}]}}}\n";
  const Ran right = dry_run("-", deployment);
  ASSERT_EQ(right.code, 0) << right.output;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = deployment;
    return text.replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::string text;
    const char* says;
  };
  const std::vector<Case> cases = {
      {with("spec: {sel", "spec: {replcias: 1, sel"), "replcias"},
      {with("spec: {sel", "spec: {replicas: three, sel"), "replicas"},
      {with("image: a}", "image: a, resources: {requests: {cpu: 1 core}}}"), "quantities"},
      {with("labels: {app: a}", "labels: {app: b}"), "selector"},
      {with("name: a,", "name: A_a,"), "RFC 1123"},
      {with("namespace: default", "namespace: nowhere"), "not found"},
      {"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a, namespace: default}\n"
       "spec: {scaleTargetRef: {name: a}, triggers: [{type: redis}]}\n",
       "metadata"},
      {"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a, namespace: default}\n"
       "spec: {scaleTargetRef: {name: a}, polling: 3, triggers: [{type: redis, metadata: {a: b}}]}\n",
       "polling"},
      {"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, namespace: default}\n"
       "spec: {groups: [{name: a, rules: [{alert: A, expr: {}}]}]}\n",
       "expr"},
  };
  for (const Case& one : cases) {
    const Ran ran = dry_run("-", one.text);
    EXPECT_NE(ran.code, 0) << one.text << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(one.says)) << one.text;
  }
}

}  // namespace
}  // namespace plimsoll::render
