// Rules on manifests: each must speak in one scene and be silent in its neighbours.

#include <gtest/gtest.h>

#include "import/testing/scene.h"

namespace plimsoll::import {
namespace {

using testing::App;
using testing::findings;
using testing::hpa;
using testing::import_of;
using testing::manifest;
using testing::service;

struct Row {
  const char* what;
  std::string text;
  const char* findings;
};
class Lint : public ::testing::TestWithParam<Row> {};
TEST_P(Lint, Says) { EXPECT_EQ(findings(GetParam().text), GetParam().findings) << GetParam().what; }
const auto by_number = [](const auto& row) { return "n" + std::to_string(row.index); };

std::string pdb(const char* figure, const char* label = "api", const char* name = "api") {
  return fmt::format(
      "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: {}\nspec:\n  {}\n  selector: {{matchLabels: "
      "{{app: {}}}}}\n",
      name, figure, label);
}
std::string vpa(const char* mode, const char* resources) {
  return fmt::format(
      "---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {{name: api}}\nspec:\n  targetRef: {{kind: "
      "Deployment, name: api}}\n"
      "  updatePolicy:\n    updateMode: \"{}\"\n  resourcePolicy: {{containerPolicies: [{{containerName: '*', "
      "controlledResources: {}}}]}}\n",
      mode, resources);
}
std::string keda(const char* name, const char* spec) {
  return fmt::format(
      "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n  name: {}\nspec:\n  scaleTargetRef: {{name: api}}\n{}",
      name, spec);
}
const std::string api = manifest({}) + service("api", 80);
const std::string list = "  triggers: [{type: redis, metadata: {address: 'r:6379', listName: jobs}}]\n";
const std::string cpu = "  triggers: [{type: cpu, metricType: Utilization, metadata: {value: '70'}}]\n";

INSTANTIATE_TEST_SUITE_P(
    Sound, Lint,
    ::testing::Values(Row{"an HPA", api + hpa("api", 2, 9), ""},
                      Row{"a fixed count", manifest({.spec = "  replicas: 3\n"}) + service("api", 80), ""},
                      Row{"KEDA at zero on a list", manifest({.good = false}) + keda("api", list.c_str()), ""},
                      Row{"a PDB below the minimum", api + hpa("api", 3, 9) + pdb("minAvailable: 2"), ""},
                      Row{"a PDB by shares", api + hpa("api", 3, 9) + pdb("maxUnavailable: 25%"), ""},
                      Row{"a worker needs no probe", manifest({.name = "worker", .good = false}), ""},
                      Row{"one that never changes needs no preStop",
                          manifest({.container = "          readinessProbe: {tcpSocket: {port: 80}}\n", .good = false}) +
                              service("api", 80),
                          ""},
                      Row{"a service for monitoring only",
                          manifest({.spec = "  replicas: 2\n", .good = false}) +
                              "---\napiVersion: v1\nkind: Service\nmetadata: {name: api-metrics}\nspec: {selector: {app: api}, "
                              "ports: [{name: metrics, port: 9090}]}\n",
                          ""}),
    by_number);

INSTANTIATE_TEST_SUITE_P(
    TwoAutoscalers, Lint,
    ::testing::Values(Row{"two HPAs",
                          api + hpa("api", 2, 9) +
                              "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: second\nspec: "
                              "{scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 5}\n",
                          "two-autoscalers error | name: second\n"},
                      Row{"an HPA and KEDA", api + hpa("api", 2, 9) + keda("api", list.c_str()),
                          "two-autoscalers error | name: api\n"},
                      Row{"KEDA takes the HPA over",
                          api + hpa("api", 2, 9) +
                              "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: api, annotations: "
                              "{scaledobject.keda.sh/transfer-hpa-ownership: \"true\"}}\n"
                              "spec: {scaleTargetRef: {name: api}, minReplicaCount: 1, advanced: {horizontalPodAutoscalerConfig: "
                              "{name: api}}, triggers: [{type: cpu, metadata: {value: '70'}}]}\n",
                          ""},
                      Row{"KEDA's own HPA in a dump",
                          api + keda("k", ("  minReplicaCount: 1\n" + cpu).c_str()) +
                              "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: keda-hpa-k, "
                              "ownerReferences: [{kind: ScaledObject, name: k}]}\n"
                              "spec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 5}\n",
                          ""},
                      Row{"VPA on what the HPA measures", api + hpa("api", 2, 9) + vpa("Auto", "[cpu]"),
                          "two-autoscalers warning | updateMode: \"Auto\"\n"},
                      Row{"VPA on something else", api + hpa("api", 2, 9) + vpa("Auto", "[memory]"), ""},
                      Row{"VPA that only advises", api + hpa("api", 2, 9) + vpa("Off", "[cpu, memory]"), ""},
                      Row{"other namespaces",
                          api + hpa("api", 2, 9) +
                              "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: b, namespace: "
                              "x}\nspec: {scaleTargetRef: {kind: Deployment, name: c}, maxReplicas: 5}\n",
                          "autoscaler-without-target note | metadata: {name: b, namespace: x}\n"}),
    by_number);

INSTANTIATE_TEST_SUITE_P(
    Targets, Lint,
    ::testing::Values(
        Row{"replicas beside an HPA", manifest({.spec = "  replicas: 4\n"}) + service("api", 80) + hpa("api", 2, 9),
            "replicas-in-manifest warning | replicas: 4\n"},
        Row{"no request", manifest({.requests = false}) + service("api", 80) + hpa("api", 2, 9),
            "missing-request error | - name: api\n"},
        Row{"a sidecar's",
            manifest({.container = "        - name: proxy\n          image: envoy:1\n          resources: {}\n"}) +
                service("api", 80) + hpa("api", 2, 9),
            "missing-request error | resources: {}\n"},
        Row{"a limit is a request",
            manifest({.container = "          resources: {limits: {cpu: 1}}\n", .requests = false}) + service("api", 80) +
                hpa("api", 2, 9),
            ""},
        Row{"of one container only",
            manifest({.container = "        - name: proxy\n          image: envoy:1\n"}) + service("api", 80) +
                hpa("api", 2, 9,
                    "  metrics: [{type: ContainerResource, containerResource: {name: cpu, container: api, target: {type: "
                    "Utilization, averageUtilization: 60}}}]\n"),
            ""},
        Row{"cores need no request",
            manifest({.requests = false}) + service("api", 80) +
                hpa("api", 2, 9,
                    "  metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 1}}}]\n"),
            ""},
        Row{"a namespace with defaults",
            manifest({.requests = false}) + service("api", 80) + hpa("api", 2, 9) +
                "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\n",
            ""},
        Row{"a target of another kind", manifest({.kind = "StatefulSet"}) + service("api", 80) + hpa("api", 2, 9),
            "autoscaler-without-target warning | name: api\n"},
        Row{"a target that is not here", api + hpa("web", 2, 9), "autoscaler-without-target note | name: web\n"},
        Row{"only an HPA", hpa("web", 2, 9), ""},
        Row{"a version that is gone",
            api + "---\napiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api}\nspec: "
                  "{scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 5, metrics: []}\n",
            "removed-api-version error | apiVersion: autoscaling/v2beta2\n"},
        Row{"KEDA at zero on CPU", api + keda("api", cpu.c_str()), "keda-and-min-zero-with-hpa-metric error | name: api\n"},
        Row{"KEDA at one on CPU", api + keda("api", ("  minReplicaCount: 1\n" + cpu).c_str()), ""}),
    by_number);

INSTANTIATE_TEST_SUITE_P(
    A7_H9, Lint,
    ::testing::Values(
        Row{"no probe",
            manifest({.container = "          lifecycle: {preStop: {exec: {command: [sleep, '5']}}}\n", .good = false}) +
                service("api", 80),
            "no-readiness warning | - name: api\n"},
        Row{"no preStop",
            manifest({.spec = "  replicas: 2\n", .container = "          readinessProbe: {grpc: {port: 80}}\n", .good = false}) +
                service("api", 80),
            "no-graceful-stop warning | - name: api\n"},
        Row{"grace is over before preStop is",
            manifest({.pod = "      terminationGracePeriodSeconds: 10\n",
                      .container = "          lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 20 && kill 1']}}}\n          "
                                   "readinessProbe: {grpc: {port: 80}}\n",
                      .good = false}) +
                service("api", 80),
            "grace-too-short warning | terminationGracePeriodSeconds: 10\n"},
        Row{"grace is longer",
            manifest({.pod = "      terminationGracePeriodSeconds: 60\n",
                      .container = "          lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 20 && kill 1']}}}\n          "
                                   "readinessProbe: {grpc: {port: 80}}\n",
                      .good = false}) +
                service("api", 80),
            ""}),
    by_number);

// A budget of two with a minimum of two: every eviction is refused while there are only two.
INSTANTIATE_TEST_SUITE_P(
    T13, Lint,
    ::testing::Values(Row{"two of two", api + hpa("api", 2, 10) + pdb("minAvailable: 2"),
                          "pdb-blocks warning | minAvailable: 2\n"},
                      Row{"two of three", api + hpa("api", 3, 10) + pdb("minAvailable: 2"), ""},
                      Row{"one of one", api + pdb("minAvailable: 1"), "pdb-blocks warning | minAvailable: 1\n"},
                      Row{"half of one rounds up", api + pdb("minAvailable: 50%"), "pdb-blocks warning | minAvailable: 50%\n"},
                      Row{"none may be missing", api + hpa("api", 3, 10) + pdb("maxUnavailable: 0"),
                          "pdb-blocks warning | maxUnavailable: 0\n"},
                      Row{"all must be there", api + hpa("api", 3, 10) + pdb("minAvailable: 100%"),
                          "pdb-blocks warning | minAvailable: 100%\n"},
                      Row{"labels of nobody", api + pdb("minAvailable: 1", "apii"), "pdb-selects-nothing warning | name: api\n"},
                      Row{"somebody else's", api + pdb("minAvailable: 1", "zookeeper", "zk"), ""}),
    by_number);

INSTANTIATE_TEST_SUITE_P(
    Selectors, Lint,
    ::testing::Values(Row{"a Deployment that is not its own",
                          "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: "
                          "{app: a}}\n  template: {metadata: {labels: {app: b}}, spec: {containers: [{name: a, image: b}]}}\n",
                          "selector-mismatch error | spec:\n"},
                      Row{"a Service that misses",
                          manifest({}) + "---\napiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  selector: {app: "
                                         "api, tier: web}\n  ports: [{port: 80}]\n",
                          "selector-mismatch warning | selector: {app: api, tier: web}\n"},
                      Row{"a Service of others",
                          manifest({}) + "---\napiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {selector: {app: "
                                         "other}, ports: [{port: 80}]}\n",
                          ""}),
    by_number);

std::string pdb_by_rule(const char* rule) {
  return fmt::format(
      "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: p}}\nspec:\n  minAvailable: 1\n  selector: "
      "{{matchExpressions: [{}]}}\n",
      rule);
}
const std::string runtime =
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api, role: master}, ports: [{port: "
    "80}]}\n";

INSTANTIATE_TEST_SUITE_P(
    Reviewed, Lint,
    ::testing::Values(
        Row{"a request of 0 is one",
            manifest({.container = "          resources: {requests: {cpu: \"0\"}}\n", .requests = false}) + service("api", 80) +
                hpa("api", 2, 9),
            ""},
        Row{"KEDA's own HPA without its owner",
            api + keda("k", ("  minReplicaCount: 1\n" + cpu).c_str()) +
                "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: keda-hpa-k, labels: "
                "{app.kubernetes.io/managed-by: keda-operator}}\nspec: {scaleTargetRef: {kind: Deployment, name: api}, "
                "maxReplicas: 5}\n",
            ""},
        Row{"a rule that selects", manifest({}) + pdb_by_rule("{key: app, operator: In, values: [api]}"),
            "pdb-blocks warning | minAvailable: 1\n"},
        Row{"a rule that does not", manifest({}) + pdb_by_rule("{key: app, operator: NotIn, values: [api]}"), ""},
        Row{"a startupProbe",
            manifest({.container = "          startupProbe: {grpc: {port: 80}}\n", .good = false}) + service("api", 80), ""},
        Row{"a label of run time", manifest({}) + runtime, ""},
        Row{"bounds that cross", api + hpa("api", 9, 2), "crossed-bounds error | minReplicas: 9\n"}),
    by_number);

TEST(LintFixes, T13_NameTheValueAndWhereItStands) {
  const Imported it = import_of(api + hpa("api", 2, 10) + pdb("minAvailable: 2"));
  ASSERT_EQ(it.findings.size(), 1U);
  const Finding& one = it.findings[0];
  ASSERT_EQ(one.fixes.size(), 1U);
  EXPECT_EQ(one.fixes[0].value, "1");
  EXPECT_EQ(testing::origin(it, one.fixes[0].path), "44 minAvailable: ");
  EXPECT_EQ(one.message,
            "PDB api: minAvailable 2 of 2 api lets none be evicted, at the minimum: a node that holds one can't be drained");
}

}  // namespace
}  // namespace plimsoll::import
