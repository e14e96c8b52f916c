// Kubernetes' and KEDA's objects, one by one, as the stack has them.

#include <gtest/gtest.h>

#include "import/testing/scene.h"

namespace plimsoll::import {
namespace {

using testing::App;
using testing::hpa;
using testing::import_of;
using testing::manifest;
using testing::model;
using testing::origin;
using testing::service;

const Tier& only(const Imported& it) {
  EXPECT_EQ(it.stack.tiers.size(), 1U);
  static const Tier none;
  return it.stack.tiers.empty() ? none : it.stack.tiers[0];
}

// The API of the first reference: 3 to 20 on 70 % of CPU.
TEST(Hpa, K1_BoundsAndTargetWithTheirPlaces) {
  const Imported it = import_of(manifest({}) + service("api", 80) + hpa("api", 3, 20));
  const Tier& api = only(it);
  EXPECT_EQ(api.replicas, (Bounds{3, 20}));
  EXPECT_EQ(api.kind, TierKind::service);
  EXPECT_EQ(api.scale.like, Like::hpa);
  ASSERT_EQ(api.scale.metrics.size(), 1U);
  EXPECT_EQ(api.scale.metrics[0].signal, SignalKind::cpu);
  EXPECT_DOUBLE_EQ(api.scale.metrics[0].target, 0.7);
  EXPECT_EQ(api.surge, 5) << "a quarter of 20";
  EXPECT_EQ(origin(it, "tiers.api.replicas.max"), "34 maxReplicas: ");
  EXPECT_EQ(origin(it, "tiers.api.replicas.min"), "33 minReplicas: ");
  EXPECT_EQ(origin(it, "tiers.api.scale.metrics[0].cpu"), "37 averageUtilization: ");
  EXPECT_EQ(origin(it, "tiers.api.instance.cpu"), "16 cpu: ");
  EXPECT_EQ(api.instance.cpu.request, Cores{0.5});
  EXPECT_EQ(api.instance.memory->request, Bytes{512 << 20});
}

struct Metric {
  const char* what;
  const char* yaml;
  SignalKind signal;
  TargetType type;
  double target;
  const char* name = "";
};
class HpaMetrics : public ::testing::TestWithParam<Metric> {};
TEST_P(HpaMetrics, Reads) {
  const Imported it = import_of(manifest({}) + service("api", 80) + hpa("api", 2, 10, GetParam().yaml));
  const Tier& api = only(it);
  ASSERT_EQ(api.scale.metrics.size(), 1U) << GetParam().what;
  const MetricTarget& metric = api.scale.metrics[0];
  EXPECT_EQ(metric.signal, GetParam().signal) << GetParam().what;
  EXPECT_EQ(metric.type, GetParam().type) << GetParam().what;
  EXPECT_DOUBLE_EQ(metric.target, GetParam().target) << GetParam().what;
  EXPECT_EQ(metric.list, GetParam().name) << GetParam().what;
  EXPECT_EQ(it.stack.signal(metric.list) != nullptr, metric.signal == SignalKind::named) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    H9_A3_T13, HpaMetrics,
    ::testing::Values(
        Metric{"nothing: Kubernetes' own", "  behavior: {}\n", SignalKind::cpu, TargetType::utilization, 0.8},
        Metric{"v1", "  targetCPUUtilizationPercentage: 65\n", SignalKind::cpu, TargetType::utilization, 0.65},
        Metric{"memory",
               "  metrics: [{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}}]\n",
               SignalKind::memory, TargetType::utilization, 0.8},
        Metric{"cores",
               "  metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 400m}}}]\n",
               SignalKind::cpu, TargetType::average, 0.4},
        Metric{"container",
               "  metrics: [{type: ContainerResource, containerResource: {name: cpu, container: api, target: {type: Utilization, "
               "averageUtilization: 60}}}]\n",
               SignalKind::cpu, TargetType::utilization, 0.6},
        Metric{"pods",
               "  metrics: [{type: Pods, pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, "
               "averageValue: '100'}}}]\n",
               SignalKind::named, TargetType::average, 100, "http_requests_per_second"},
        Metric{"external",
               "  metrics: [{type: External, external: {metric: {name: queue_length_total}, target: {type: AverageValue, "
               "averageValue: 50}}}]\n",
               SignalKind::named, TargetType::average, 50, "queue_length_total"},
        Metric{"object",
               "  metrics: [{type: Object, object: {describedObject: {kind: Ingress, name: x}, metric: {name: hits}, target: "
               "{type: Value, value: 2k}}}]\n",
               SignalKind::named, TargetType::value, 2000, "hits"},
        Metric{"v2beta1", "  metrics: [{type: Resource, resource: {name: cpu, targetAverageUtilization: 55}}]\n", SignalKind::cpu,
               TargetType::utilization, 0.55},
        Metric{"v2beta1 pods", "  metrics: [{type: Pods, pods: {metricName: p, targetAverageValue: 1500m}}]\n", SignalKind::named,
               TargetType::average, 1.5, "p"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

// Down 10 % a minute after five minutes, up as much again every 15 s.
TEST(Hpa, T13_Behavior) {
  const Imported it = import_of(
      manifest({}) + service("api", 80) +
      hpa("api", 2, 10,
          "  behavior:\n    scaleDown:\n      stabilizationWindowSeconds: 300\n      policies: [{type: Percent, value: 10, "
          "periodSeconds: 60}]\n    scaleUp:\n      selectPolicy: Min\n      policies:\n        - {type: Percent, value: 100, "
          "periodSeconds: 15}\n"
          "        - {type: Pods, value: 4, periodSeconds: 15}\n        - {type: Pods, value: 0, periodSeconds: 15}\n"));
  const Behavior& behavior = only(it).scale.behavior;
  EXPECT_TRUE(behavior.given);
  EXPECT_TRUE(behavior.down.window_given);
  EXPECT_EQ(behavior.down.window, std::chrono::minutes(5));
  ASSERT_EQ(behavior.down.policies.size(), 1U);
  EXPECT_EQ(behavior.down.policies[0].unit, RatePolicy::Unit::percent);
  EXPECT_EQ(behavior.down.policies[0].every, std::chrono::minutes(1));
  EXPECT_FALSE(behavior.up.window_given);
  EXPECT_EQ(behavior.up.select, SelectPolicy::least);
  EXPECT_EQ(behavior.up.policies.size(), 2U) << "what Kubernetes refuses is no policy";
  EXPECT_EQ(origin(it, "tiers.api.scale.behavior.down.window"), "37 stabilizationWindowSeconds: ");
}

std::string scaled_object(std::string_view spec) {
  return fmt::format(
      "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n  name: worker\nspec:\n  scaleTargetRef: {{name: "
      "worker}}\n{}",
      spec);
}
std::string redis() { return manifest({.name = "redis", .kind = "StatefulSet", .image = "redis:7"}) + service("redis", 6379); }

// Decisions 50 an instance, pipelines 20; 2 to 30; every 15 s; five minutes to rest.
TEST(Keda, K6_TwoLists) {
  const Imported it = import_of(
      manifest({.name = "worker", .good = false}) + redis() +
      scaled_object("  minReplicaCount: 2\n  maxReplicaCount: 30\n  pollingInterval: 15\n  cooldownPeriod: 300\n  triggers:\n"
                    "    - type: redis\n      metadata: {address: 'redis.default.svc.cluster.local:6379', listName: "
                    "'queue:decisions', listLength: '50'}\n"
                    "    - type: redis\n      metadata: {address: 'redis:6379', listName: 'queue:pipelines', listLength: '20', "
                    "activationListLength: '3'}\n"));
  EXPECT_EQ(model(it),
            "worker worker 2..30\n  uses redis\n  consumes queue:decisions 50\n  consumes queue:pipelines 20\ncache redis "
            "noeviction queue\n");
  const Tier& worker = only(it);
  EXPECT_EQ(worker.scale.like, Like::keda);
  EXPECT_EQ(worker.scale.poll, std::chrono::seconds(15));
  EXPECT_EQ(worker.consumes[1].activation, 3);
  EXPECT_EQ(origin(it, "tiers.worker.replicas.max"), "50 maxReplicaCount: ");
  EXPECT_EQ(origin(it, "tiers.worker.consumes.queue:decisions.per_instance"), "55 listLength: ");
}

TEST(Keda, DefaultsAreKedas) {
  const Imported it =
      import_of(manifest({.name = "worker", .good = false}) + redis() +
                scaled_object("  triggers:\n    - {type: redis, metadata: {address: 'redis:6379', listName: jobs}}\n"));
  EXPECT_EQ(only(it).replicas, (Bounds{0, 100}));
  EXPECT_EQ(only(it).consumes.at(0).per_instance, 5);
}

TEST(Keda, QueriesTimesResourcesAndTheRest) {
  const Imported it = import_of(
      manifest({.name = "worker", .good = false}) +
      scaled_object("  minReplicaCount: 3\n  idleReplicaCount: 0\n  fallback: {failureThreshold: 5, replicas: 6, behavior: "
                    "currentReplicasIfHigher}\n"
                    "  advanced:\n    scalingModifiers: {}\n    horizontalPodAutoscalerConfig:\n      behavior: {scaleDown: "
                    "{stabilizationWindowSeconds: 120}}\n  triggers:\n"
                    "    - {type: prometheus, metricType: Value, metadata: {serverAddress: 'http://prometheus:9090', query: "
                    "'sum(x)', threshold: '7', activationThreshold: '2'}}\n"
                    "    - {type: cron, metadata: {timezone: Europe/Berlin, start: 0 8 * * 1-5, end: 0 18 * * 1-5, "
                    "desiredReplicas: '10'}}\n"
                    "    - {type: cron, metadata: {timezone: UTC, start: nonsense, end: 0 18 * * *, desiredReplicas: '10'}}\n"
                    "    - {type: cpu, metricType: Utilization, metadata: {value: '70'}}\n"
                    "    - {type: kafka, metadata: {topic: t, lagThreshold: '40'}}\n"
                    "    - {type: mystery, metadata: {a: b}}\n"));
  const Scale& scale = only(it).scale;
  ASSERT_EQ(scale.metrics.size(), 3U);
  EXPECT_EQ(scale.metrics[0].type, TargetType::value);
  EXPECT_EQ(scale.metrics[0].activation, 2);
  EXPECT_EQ(it.stack.signal("worker_prometheus_0")->query, "sum(x)");
  EXPECT_EQ(it.stack.signal("worker_prometheus_0")->url, "http://prometheus:9090");
  EXPECT_DOUBLE_EQ(scale.metrics[1].target, 0.7);
  EXPECT_EQ(scale.metrics[2].list, "worker_kafka_4");
  EXPECT_EQ(scale.metrics[2].target, 40);
  ASSERT_EQ(scale.schedule.size(), 1U);
  EXPECT_EQ(scale.schedule[0].replicas, 10);
  EXPECT_EQ(scale.schedule[0].when.zone, "Europe/Berlin");
  EXPECT_EQ(scale.idle, 0);
  EXPECT_EQ(scale.fallback->failures, 5);
  EXPECT_EQ(scale.fallback->behavior, Fallback::Behavior::current_if_higher);
  EXPECT_EQ(scale.behavior.down.window, std::chrono::minutes(2));
  EXPECT_EQ(testing::questions(it), "signals.worker_kafka_4\n");
}

struct Surge {
  const char* what;
  const char* strategy;
  int surge;
};
class Rollouts : public ::testing::TestWithParam<Surge> {};
TEST_P(Rollouts, Surge) {
  const Imported it = import_of(manifest({.spec = std::string("  replicas: 10\n") + GetParam().strategy}) + service("api", 80));
  EXPECT_EQ(only(it).surge, GetParam().surge) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    Kubernetes, Rollouts,
    ::testing::Values(Surge{"a quarter, rounded up", "", 3}, Surge{"recreated", "  strategy: {type: Recreate}\n", 0},
                      Surge{"a count", "  strategy: {rollingUpdate: {maxSurge: 4}}\n", 4},
                      Surge{"a share", "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 11%, maxUnavailable: 0}}\n",
                            2},
                      Surge{"none", "  strategy: {rollingUpdate: {maxSurge: 0}}\n", 0}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST(Workloads, ArgoRolloutsAreTiersAndJobsAreNot) {
  const Imported it = import_of(
      manifest({.name = "web", .kind = "Rollout", .spec = "  replicas: 4\n  strategy: {canary: {maxSurge: 50%}}\n"}) +
      service("web", 80) + manifest({.name = "agent", .kind = "DaemonSet"}) + manifest({.name = "migrate", .kind = "Job"}) +
      "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {jobTemplate: {spec: {template: {spec: "
      "{containers: [{name: a, image: b}]}}}}}\n");
  EXPECT_EQ(model(it), "service web 4..4\n");
  EXPECT_EQ(only(it).surge, 2);
}

TEST(Workloads, OtherContainersRequestsCount) {
  const Imported it =
      import_of(manifest({.container = "        - name: istio-proxy\n          image: istio/proxyv2:1.20\n"
                                       "          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 1}}\n"}) +
                service("api", 80));
  EXPECT_EQ(only(it).instance.cpu.request, Cores{0.6});
  EXPECT_FALSE(only(it).instance.cpu.limit) << "one of them has none";
  EXPECT_EQ(only(it).run.image, "shop/api:1");
}

TEST(Workloads, WhatClustersSayOfThemselvesIsPassedOver) {
  const Imported it = import_of(
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: api\n    uid: x\n   "
      " managedFields: [{manager: kubectl}]\n"
      "  spec: {replicas: 7, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: "
      "[{name: api, image: a, ports: [{containerPort: 80}]}]}}}\n  status: {replicas: 7}\n"
      "- apiVersion: apps/v1\n  kind: ReplicaSet\n  metadata: {name: api-6d9, ownerReferences: [{kind: Deployment, name: api}]}\n"
      "  spec: {replicas: 7, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: a}]}}}\n" +
      std::string("- apiVersion: autoscaling/v2\n  kind: HorizontalPodAutoscaler\n  metadata: {name: api}\n  spec: "
                  "{scaleTargetRef: {kind: Deployment, name: api}, minReplicas: 2, maxReplicas: 9, metrics: [{type: Resource, "
                  "resource: {name: cpu, target: {type: AverageValue, averageValue: 1}}}]}\n"));
  EXPECT_EQ(model(it), "service api 2..9\n");
  EXPECT_TRUE(it.findings.empty()) << "replicas in a dump are the autoscaler's own";
}

TEST(Budgets, PlacementAndVerticalBounds) {
  const Imported it =
      import_of(manifest({.pod = "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                                 "[{topologyKey: kubernetes.io/hostname}]}}\n"
                                 "      topologySpreadConstraints: [{maxSkew: 2, topologyKey: topology.kubernetes.io/zone, "
                                 "whenUnsatisfiable: DoNotSchedule}]\n"
                                 "      terminationGracePeriodSeconds: 45\n"}) +
                service("api", 80) +
                "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: api}\nspec:\n  maxUnavailable: 25%\n  "
                "selector: {matchLabels: {app: api}}\n"
                "---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: api}\nspec: {targetRef: "
                "{kind: Deployment, name: api}, updatePolicy: {updateMode: 'Off'}, "
                "resourcePolicy: {containerPolicies: [{containerName: '*', minAllowed: {cpu: 250m, memory: 256Mi}, maxAllowed: "
                "{cpu: 4, memory: 4Gi}}]}}\n");
  const Tier& api = only(it);
  EXPECT_TRUE(api.placement->own_hosts);
  EXPECT_EQ(api.placement->zone_skew, 2);
  EXPECT_TRUE(api.placement->zones_strict);
  EXPECT_EQ(api.run.stop_within, std::chrono::seconds(45));
  EXPECT_EQ(origin(it, "tiers.api.run.stop_within"), "15 terminationGracePeriodSeconds: ");
  EXPECT_EQ(api.disruption->max_unavailable_share, Ratio{0.25});
  EXPECT_EQ(api.vertical->mode, Vertical::Mode::off);
  EXPECT_EQ(api.vertical->cpu_min, Cores{0.25});
  EXPECT_EQ(api.vertical->memory_max, Bytes{std::int64_t{4} << 30});
}

}  // namespace
}  // namespace plimsoll::import
