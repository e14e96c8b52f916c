#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/kubernetes.h"
#include "render/kubernetes_env.h"
#include "render/targets.h"
#include "render/testing/stacks.h"
#include "spec/yaml.h"

namespace plimsoll::render {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

std::string text(const std::string& stack, const std::string& file, const Options& options = {}) {
  return file_of(kubernetes(reference_stack(stack), options), "kubernetes/" + file + ".yaml");
}

/// A stack of one service tier; `more` goes into the tier.
Stack one_tier(const std::string& more, const std::string& around = "") {
  return stack_from("apiVersion: plimsoll/v1\nname: shop\nbalancer: {}\ntiers:\n  api:\n    kind: service\n" + more + around);
}

std::string api_of(const Stack& stack, const Options& options = {}) {
  return file_of(kubernetes(stack, options), "kubernetes/api.yaml");
}

// --- resources, placement, rollout

TEST(KubernetesWorkload, K4_RequestAndLimitOfAnApi) {
  EXPECT_THAT(text("kaireon", "api"), HasSubstr("          resources:\n"
                                                "            requests:\n"
                                                "              cpu: 500m\n"
                                                "              memory: 512Mi\n"
                                                "            limits:\n"
                                                "              cpu: \"2\"\n"
                                                "              memory: 2Gi\n"));
}

TEST(KubernetesWorkload, K9_RequestAndLimitOfAWorker) {
  EXPECT_THAT(text("kaireon", "worker"), HasSubstr("          resources:\n"
                                                   "            requests:\n"
                                                   "              cpu: \"1\"\n"
                                                   "              memory: 1Gi\n"
                                                   "            limits:\n"
                                                   "              cpu: \"4\"\n"
                                                   "              memory: 4Gi\n"));
}

TEST(KubernetesWorkload, K10_APoolPerQueueAndOneOfThemSpot) {
  EXPECT_THAT(text("kaireon-pools", "batch"), AllOf(HasSubstr("karpenter.sh/capacity-type: spot"),
                                                    HasSubstr("kubernetes.io/arch: arm64"), HasSubstr("value: batch")));
  EXPECT_THAT(text("kaireon-pools", "decisions"),
              AllOf(Not(HasSubstr("spot")), HasSubstr("kubernetes.io/arch: arm64"), HasSubstr("value: decisions")));
  EXPECT_THAT(text("kaireon-pools", "pipelines"), AllOf(Not(HasSubstr("spot")), HasSubstr("value: pipelines")));
}

TEST(KubernetesWorkload, T14_AvoidsOneHostAndSpreadsOverZones) {
  EXPECT_THAT(text("triage-warden", "api"), AllOf(HasSubstr("preferredDuringSchedulingIgnoredDuringExecution:\n"
                                                            "            - weight: 100\n"
                                                            "              podAffinityTerm:\n"
                                                            "                topologyKey: kubernetes.io/hostname\n"),
                                                  HasSubstr("topologySpreadConstraints:\n"
                                                            "        - maxSkew: 1\n"
                                                            "          topologyKey: topology.kubernetes.io/zone\n"
                                                            "          whenUnsatisfiable: ScheduleAnyway\n")));
}

TEST(KubernetesWorkload, HostsAndZonesCanBeStrict) {
  const std::string made =
      api_of(one_tier("    run: {image: shop/api}\n    placement: {own_hosts: true, zone_skew: 2, zones_strict: true}\n"));
  EXPECT_THAT(made, AllOf(HasSubstr("requiredDuringSchedulingIgnoredDuringExecution:"), HasSubstr("maxSkew: 2"),
                          HasSubstr("whenUnsatisfiable: DoNotSchedule"), Not(HasSubstr("weight:"))));
}

TEST(KubernetesWorkload, T13_BudgetForEvictions) {
  EXPECT_THAT(text("triage-warden", "api"), HasSubstr("apiVersion: policy/v1\nkind: PodDisruptionBudget\n"));
  EXPECT_THAT(text("triage-warden", "api"), HasSubstr("spec:\n  minAvailable: 2"));
  EXPECT_THAT(text("triage-warden", "api", {.kube = {1, 20}}),
              HasSubstr("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n"));
}

struct BudgetRow {
  const char* name;
  const char* tier;  // replicas and disruption
  const char* says;
};
void PrintTo(const BudgetRow& row, std::ostream* out) { *out << row.tier; }
class Budget : public testing::TestWithParam<BudgetRow> {};
TEST_P(Budget, SaysWhatItComesTo) {
  EXPECT_THAT(api_of(one_tier(fmt::format("    run: {{image: a}}\n    {}\n", GetParam().tier))), HasSubstr(GetParam().says));
}
// Whole percents only, rounded to where more pods stay; 0% would let nobody go.
INSTANTIATE_TEST_SUITE_P(
    KubernetesWorkload, Budget,
    testing::Values(BudgetRow{"whole", "disruption: {max_unavailable: 25%}", "maxUnavailable: 25%\n"},
                    BudgetRow{"exact", "disruption: {max_unavailable: 7%}", "maxUnavailable: 7%\n"},
                    BudgetRow{"down", "disruption: {max_unavailable: 12.5%}",
                              "maxUnavailable: 12%  # 12.5% in the spec; whole percent here\n"},
                    BudgetRow{"least", "disruption: {max_unavailable: 0.4%}", "maxUnavailable: 1%  # 0.4% in the spec"},
                    BudgetRow{"up", "replicas: 9\n    disruption: {min_available: 12.5%}",
                              "minAvailable: 13%  # 12.5% in the spec"},
                    BudgetRow{"blocks", "replicas: 2..5\n    disruption: {min_available: 2}",
                              "minAvailable: 2  # at replicas.min, 2, none may be evicted"},
                    BudgetRow{"blocks_by_share", "replicas: 2..5\n    disruption: {min_available: 60%}",
                              "minAvailable: 60%  # at replicas.min, 2, none may be evicted"},
                    BudgetRow{"leaves_one", "replicas: 3..5\n    disruption: {min_available: 2}", "minAvailable: 2\n"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(KubernetesWorkload, SurgeOfTheSpecIsTheRollouts) {
  EXPECT_THAT(text("kaireon", "api"),
              HasSubstr("      maxSurge: 5  # surge: shared limits keep room for them\n      maxUnavailable: 0\n"));
  EXPECT_THAT(text("kaireon", "worker"), HasSubstr("      maxSurge: 0  # no surge in the spec, and no connections kept for more\n"
                                                   "      maxUnavailable: 1\n"));
}

TEST(KubernetesWorkload, OnlyAnAutoscalerTakesTheCountAway) {
  EXPECT_THAT(text("kaireon", "api"),
              AllOf(Not(HasSubstr("\n  replicas:")), HasSubstr("# No replicas: HorizontalPodAutoscaler api sets them")));
  EXPECT_THAT(api_of(one_tier("    run: {image: a}\n    replicas: 3\n")), HasSubstr("\n  replicas: 3\n"));
}

// --- health and the end

TEST(KubernetesWorkload, H9_ProbesWithTheRunbooksFigures) {
  EXPECT_THAT(text("health-agent", "api"), AllOf(HasSubstr("          readinessProbe:\n"
                                                           "            httpGet:\n"
                                                           "              path: /api/health\n"
                                                           "              port: http\n"
                                                           "            initialDelaySeconds: 10\n"
                                                           "            periodSeconds: 5\n"),
                                                 HasSubstr("          livenessProbe:\n"
                                                           "            httpGet:\n"
                                                           "              path: /api/health\n"
                                                           "              port: http\n"
                                                           "            initialDelaySeconds: 30\n"
                                                           "            periodSeconds: 10\n")));
  EXPECT_THAT(text("health-agent", "api"), HasSubstr("kind: Service\n"));
}

TEST(KubernetesWorkload, A7_APodServesOnUntilTheLastNodeHasHeard) {
  EXPECT_THAT(
      text("kaireon", "api"),
      AllOf(HasSubstr("terminationGracePeriodSeconds: 65  # derived: 5 s preStop + 30 s balancer.drain + 30 s run.stop_within\n"),
            HasSubstr("            preStop:\n              sleep:\n                seconds: 5\n")));
  EXPECT_THAT(text("kaireon", "api", {.kube = {1, 29}}),
              HasSubstr("              exec:\n                command: [sleep, \"5\"]\n"));
  EXPECT_THAT(text("kaireon", "worker"),
              AllOf(Not(HasSubstr("preStop")), HasSubstr("terminationGracePeriodSeconds: 30  # run.stop_within")));
}

struct StartRow {
  const char* ready_within;
  int period, tries;
};
void PrintTo(const StartRow& row, std::ostream* out) { *out << row.ready_within; }
class Start : public testing::TestWithParam<StartRow> {};
TEST_P(Start, IsGivenUpAfterReadyWithin) {
  const auto& [within, period, tries] = GetParam();
  const std::string made = api_of(one_tier(fmt::format("    run: {{image: a, live: /alive, ready_within: {}}}\n", within)));
  EXPECT_THAT(made, HasSubstr(fmt::format("          startupProbe:\n            httpGet:\n              path: /alive\n"
                                          "              port: http\n            periodSeconds: {}\n            "
                                          "failureThreshold: {}  # derived: {} s × {} covers",
                                          period, tries, period, tries)));
}
INSTANTIATE_TEST_SUITE_P(KubernetesWorkload, Start,
                         testing::Values(StartRow{"500ms", 1, 1}, StartRow{"20s", 1, 20}, StartRow{"59s", 1, 59},
                                         StartRow{"1m", 2, 30}, StartRow{"301s", 10, 31}));

// A database that is away makes nobody ready; who were killed for it would never start.
TEST(KubernetesWorkload, NobodyIsKilledForNotBeingReady) {
  const Stack stack = one_tier("    run: {image: a, ready_within: 90s}\n");
  EXPECT_THAT(api_of(stack),
              AllOf(HasSubstr("readinessProbe:"), Not(HasSubstr("startupProbe:")), Not(HasSubstr("livenessProbe:"))));
  EXPECT_THAT(kubernetes(stack, {}).notes, Contains(AllOf(Field(&Note::path, "tiers.api.run.ready_within"),
                                                          Field(&Note::text, HasSubstr("with run.live a startupProbe")))));
  const auto said = Contains(Field(&Note::path, "tiers.api.run.ready_within"));
  EXPECT_THAT(kubernetes(one_tier("    run: {image: a}\n"), {}).notes, Not(said));
  EXPECT_THAT(kubernetes(one_tier("    run: {image: a, live: /l, ready_within: 90s}\n"), {}).notes, Not(said));
  EXPECT_THAT(kubernetes(one_tier("    run: {image: a, live: /l, ready_within: 90s}\n"), {.kube = {1, 17}}).notes, said);
}

TEST(KubernetesWorkload, FractionsOfASecondAreSaid) {
  EXPECT_THAT(api_of(one_tier("    run: {image: a, probes: {ready: {every: 500ms, timeout: 2s, failures: 5}}}\n")),
              HasSubstr("            periodSeconds: 1  # 500ms in the spec; whole seconds here\n"
                        "            timeoutSeconds: 2\n            failureThreshold: 5\n"));
}

// --- environment

TEST(KubernetesWorkload, SecretsComeBeforeWhatRefersToThem) {
  const std::string made = text("kaireon", "api");
  const std::size_t user = made.find("- name: MAIN_USER\n"), url = made.find("- name: DATABASE_URL\n");
  ASSERT_NE(user, std::string::npos);
  ASSERT_NE(url, std::string::npos);
  EXPECT_LT(user, url);  // Kubernetes replaces $(NAME) only by variables above
  EXPECT_THAT(made, HasSubstr("value: postgres://$(MAIN_USER):$(MAIN_PASSWORD)@pooler:6432/main"));
  EXPECT_THAT(made, HasSubstr("value: redis://:$(REDIS_PASSWORD)@redis:6379"));
}

TEST(KubernetesWorkload, A1_SessionsAreInTheCacheNotInThePod) {
  EXPECT_THAT(text("acme", "storefront"),
              AllOf(HasSubstr("name: REDIS_URL"), Not(HasSubstr("sessionAffinity")), Not(HasSubstr("volumeMounts"))));
}

TEST(KubernetesWorkload, A2_NoPodHasADiskOfItsOwn) {
  for (const char* tier : {"storefront", "reservations"})
    EXPECT_THAT(text("acme", tier), AllOf(Not(HasSubstr("volumes:")), HasSubstr("readinessProbe:")));
}

TEST(KubernetesWorkload, K17_ClientsOfAClusterAreToldSo) {
  EXPECT_THAT(text("acme", "storefront"), HasSubstr("            - name: CACHE_CLUSTER_MODE\n              value: \"true\"\n"));
  EXPECT_THAT(text("kaireon", "api"), Not(HasSubstr("_CLUSTER_MODE")));
}

struct ValueRow {
  const char* text;
  const char* written;
};
void PrintTo(const ValueRow& row, std::ostream* out) { *out << row.text; }
class EnvValue : public testing::TestWithParam<ValueRow> {};
TEST_P(EnvValue, ArrivesAsItIs) { EXPECT_EQ(kube::env_value(GetParam().text), GetParam().written); }
// Kubernetes reads $(A) as a reference and $$ as $; any other $ stays.
INSTANTIATE_TEST_SUITE_P(KubernetesWorkload, EnvValue,
                         testing::Values(ValueRow{"", ""}, ValueRow{"$5", "$5"}, ValueRow{"a$", "a$"}, ValueRow{"$(A)", "$$(A)"},
                                         ValueRow{"$$", "$$$"}, ValueRow{"$$(A)", "$$$$(A)"}, ValueRow{"${A}", "$(A)"},
                                         ValueRow{"x${A_1}y", "x$(A_1)y"}, ValueRow{"$${A}", "$$$(A)"}, ValueRow{"${}", "${}"},
                                         ValueRow{"${a b}", "${a b}"}));

TEST(KubernetesWorkload, ReferencesToSecretsBecomeASecretsKeys) {
  Stack stack = one_tier("    run: {image: a, env: {AUTH: \"Bearer ${TOKEN}\", KEY: \"${API_KEY}\", TOKEN: \"${TOKEN}\"}}\n");
  const Rendered made = kubernetes(stack, {});
  const std::string api = file_of(made, "kubernetes/api.yaml");
  const std::string token =
      "            - name: TOKEN\n              valueFrom:\n                secretKeyRef:\n"
      "                  name: api\n                  key: TOKEN\n";
  EXPECT_THAT(api, HasSubstr(token + "            - name: AUTH\n              value: Bearer $(TOKEN)\n"));
  EXPECT_THAT(api, HasSubstr("            - name: KEY\n              valueFrom:\n                secretKeyRef:\n"
                             "                  name: api\n                  key: API_KEY\n"));
  EXPECT_EQ(api.find("name: TOKEN"), api.rfind("name: TOKEN"));
  EXPECT_THAT(made.notes,
              Contains(Field(&Note::text, HasSubstr("kubectl create secret generic api -n shop --from-literal=API_KEY=… "
                                                    "--from-literal=TOKEN=…"))));
}

// Quotes, comment signs, line ends and YAML's own words stay data.
TEST(KubernetesWorkload, HostileValuesStayValues) {
  const std::string nasty = "a\"b'c # d: {e} [f]\n- g: $(HOME)\n\ty";
  Stack stack = one_tier("    run: {image: a, env: {A: x, B: \"no\", C: \"1e3\"}}\n");
  stack.tiers.front().run.env["A"] = nasty;
  const std::string api = api_of(stack);
  const auto first = spec::parse_yaml(api.substr(0, api.find("---\n")));
  ASSERT_TRUE(first.value) << api;
  EXPECT_THAT(api, HasSubstr("value: \"no\""));
  EXPECT_THAT(api, HasSubstr("value: \"1e3\""));
  const auto* env = &first.value->find("spec")
                         ->value.find("template")
                         ->value.find("spec")
                         ->value.find("containers")
                         ->value.items.at(0)
                         .find("env")
                         ->value;
  std::string value;
  for (const auto& item : env->items)
    if (item.find("name")->value.text == "A") value = item.find("value")->value.text;
  EXPECT_EQ(value, kube::env_value(nasty));
}

TEST(KubernetesWorkload, VariablesOfTheSpecWinOverDerivedOnes) {
  const std::string made = api_of(
      one_tier("    run: {image: a, env: {POOL_SIZE: \"7\"}}\n    uses: {main: {connections: 5}}\n", "databases: {main: {}}\n"));
  EXPECT_THAT(made, HasSubstr("name: POOL_SIZE\n              value: \"7\"\n"));
  EXPECT_EQ(made.find("POOL_SIZE"), made.rfind("POOL_SIZE"));
}

// --- what an instance starts

TEST(KubernetesWorkload, AnImageStartsWhatItSays) {
  const Rendered made = kubernetes(reference_stack("kaireon"), {});
  EXPECT_THAT(file_of(made, "kubernetes/api.yaml"), Not(HasSubstr("command: [plimsoll-app")));
  EXPECT_THAT(made.notes, Contains(Field(&Note::path, "tiers.api.run.command")));
}

TEST(KubernetesWorkload, CommandsTellTiersOfOneImageApart) {
  const Stack stack = stack_from(
      "apiVersion: plimsoll/v1\nname: shop\nbalancer: {}\ntiers:\n"
      "  api: {kind: service, run: {image: shop, command: [shop, serve, \"$(x)\", \"$${HOME}\"]}}\n"
      "  jobs: {kind: worker, run: {image: shop, command: [shop, work]}}\n");
  const Rendered made = kubernetes(stack, {});
  EXPECT_THAT(file_of(made, "kubernetes/api.yaml"), HasSubstr("command: [shop, serve, $$(x), \"${HOME}\"]"));
  EXPECT_THAT(file_of(made, "kubernetes/jobs.yaml"), HasSubstr("command: [shop, work]"));
}

TEST(KubernetesWorkload, WithoutAnImageTheCommandIsAllThereIs) {
  EXPECT_THAT(text("quickstart", "api"),
              AllOf(HasSubstr("image: quickstart/api\n"), HasSubstr("command: [plimsoll-app, api]\n")));
}

// --- a leader

TEST(KubernetesWorkload, T4_TheLeaderMayWriteOneLeaseAndKnowsItsTimes) {
  const std::string made = text("triage-warden", "orchestrator");
  EXPECT_THAT(made,
              AllOf(HasSubstr("kind: ServiceAccount\n"), HasSubstr("serviceAccountName: orchestrator\n"),
                    HasSubstr("  - apiGroups: [coordination.k8s.io]\n    resources: [leases]\n    verbs: [get, update, patch]\n"
                              "    resourceNames: [orchestrator]\n")));
  EXPECT_THAT(made, AllOf(HasSubstr("name: LEASE_DURATION\n              value: 15s\n"),
                          HasSubstr("name: LEASE_RENEW_DEADLINE\n              value: 10s\n"),
                          HasSubstr("name: LEASE_RETRY_PERIOD\n              value: 2s\n")));
}

TEST(KubernetesWorkload, T1_EveryOrchestratorConsumesTheQueue) {
  EXPECT_THAT(text("triage-warden", "orchestrator"), HasSubstr("name: QUEUES\n              value: incidents"));
}

TEST(KubernetesWorkload, WhoDoesNotLeadHasNoAccountOfItsOwn) {
  EXPECT_THAT(text("kaireon", "api"), Not(HasSubstr("ServiceAccount")));
}

// --- Services

// On Kubernetes 3 to 20 (the stack has 1..20, as the same runbook's table).
TEST(KubernetesWorkload, H9_DeploymentServiceAndAnHpaOf3To20) {
  Stack stack = reference_stack("health-agent");
  stack.tiers.front().replicas.min = 3;
  EXPECT_THAT(
      api_of(stack),
      AllOf(HasSubstr("kind: Deployment\n"), HasSubstr("kind: Service\n"),
            HasSubstr("            initialDelaySeconds: 30\n            periodSeconds: 10\n"),
            HasSubstr("            initialDelaySeconds: 10\n            periodSeconds: 5\n"),
            HasSubstr("kind: HorizontalPodAutoscaler\n"), HasSubstr("  minReplicas: 3\n  maxReplicas: 20\n"),
            HasSubstr("        name: cpu\n        target:\n          type: Utilization\n          averageUtilization: 70\n"),
            HasSubstr("        name: memory\n        target:\n          type: Utilization\n          averageUtilization: 80\n")));
}

TEST(KubernetesWorkload, H10_AnyInstanceBehindTheServiceAnswers) {
  EXPECT_THAT(text("health-agent", "api"),
              AllOf(HasSubstr("  ports:\n    - name: http\n      port: 8080\n      targetPort: http\n"),
                    Not(HasSubstr("sessionAffinity"))));  // 8080: api:8080 wherever the files name it
  EXPECT_THAT(text("kaireon", "worker"), Not(HasSubstr("kind: Service\n")));
}

TEST(KubernetesWorkload, TheNamespaceIsTheStacksUnlessSaidOtherwise) {
  EXPECT_THAT(text("kaireon", "api"), HasSubstr("namespace: kaireon\n"));
  EXPECT_THAT(text("kaireon", "api", {.kube_namespace = "prod"}),
              AllOf(HasSubstr("namespace: prod\n"), Not(HasSubstr("namespace: kaireon"))));
}

}  // namespace
}  // namespace plimsoll::render
