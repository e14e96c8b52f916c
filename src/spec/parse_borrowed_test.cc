// Kubernetes' and KEDA's own spellings: each row says the same in both, and both fill the same model.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spec/render_diagnostic.h"
#include "spec/testing/dump.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {
using ::testing::HasSubstr;

Stack good(const std::string& text) {
  const Parsed<Stack> parsed = parse(text, testing::environment());
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
  return parsed.value.value_or(Stack{});
}

std::string service(const std::string& scale) {
  return R"yaml(apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
signals:
  http_requests_per_second: {from: prometheus, url: "http://p:9090", query: up}
  queue_length_total: {name: queue_length_total, per: instance}
tiers:
  api:
    kind: service
    run: {command: [x], metrics: /metrics}
    instance: {memory: 512Mi}
    replicas: 2..20
    scale: )yaml" +
         scale + "\n";
}

struct Row {
  const char* borrowed;
  const char* own;
};
class Kubernetes : public ::testing::TestWithParam<Row> {};
TEST_P(Kubernetes, SaysTheSame) {
  const Stack borrowed = good(service(GetParam().borrowed)), own = good(service(GetParam().own));
  ASSERT_EQ(borrowed.tiers.size(), 1U);
  EXPECT_EQ(testing::dump(borrowed.tiers[0]), testing::dump(own.tiers[0]));
}
INSTANTIATE_TEST_SUITE_P(
    Metrics, Kubernetes,
    ::testing::Values(
        Row{"{metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]}",
            "{metrics: [{cpu: 70%}]}"},
        Row{"{metrics: [{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}}]}",
            "{metrics: [{memory: 80%}]}"},
        Row{"{metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 500m}}}]}",
            "{metrics: [{cpu: 500m}]}"},
        Row{"{metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 600Mi}}}]}",
            "{metrics: [{memory: 600Mi}]}"},
        Row{"{metrics: [{type: Pods, pods: {metric: {name: queue_length_total}, target: {type: AverageValue, averageValue: "
            "\"50\"}}}]}",
            "{metrics: [{signal: queue_length_total, average: 50}]}"},
        Row{"{metrics: [{type: Pods, pods: {metric: {name: queue_length_total}, target: {type: AverageValue, averageValue: "
            "500m}}}]}",
            "{metrics: [{signal: queue_length_total, average: 0.5}]}"},
        Row{"{metrics: [{type: Object, object: {describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: main}, "
            "metric: "
            "{name: requests_per_second}, target: {type: Value, value: 10k}}}]}",
            "{metrics: [{signal: requests_per_second, value: 10000}]}"},
        Row{"{metrics: [{type: External, external: {metric: {name: http_requests_per_second, selector: {matchLabels: {verb: "
            "GET}}}, "
            "target: {type: AverageValue, averageValue: 30}}}]}",
            "{metrics: [{signal: http_requests_per_second, average: 30}]}"}));
INSTANTIATE_TEST_SUITE_P(
    T13, Kubernetes,
    ::testing::Values(
        Row{R"yaml(
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
        - type: Resource
          resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}
        - type: Pods
          pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: "100"}}
      behavior:
        scaleDown:
          stabilizationWindowSeconds: 300
          policies: [{type: Percent, value: 10, periodSeconds: 60}]
        scaleUp:
          stabilizationWindowSeconds: 0
          policies: [{type: Percent, value: 100, periodSeconds: 15}])yaml",
            R"yaml(
      metrics: [{cpu: 70%}, {memory: 80%}, {signal: http_requests_per_second, average: 100}]
      behavior:
        up: {window: 0s, policies: [{percent: 100, every: 15s}]}
        down: {window: 300s, policies: [{percent: 10, every: 60s}]})yaml"},
        Row{"{behavior: {scaleUp: {selectPolicy: Min, tolerance: 0.05, policies: [{type: Pods, value: 4, periodSeconds: "
            "15}]}, scaleDown: {selectPolicy: Disabled}}}",
            "{behavior: {up: {select: least, tolerance: 5%, policies: [{instances: 4, every: 15s}]}, down: {select: "
            "disabled}}}"},
        Row{"{behavior: {scaleUp: {stabilizationWindowSeconds: 30}, down: {window: 10m}}}",
            "{behavior: {up: {window: 30s}, scaleDown: {stabilizationWindowSeconds: 600}}}"}));

TEST(Kubernetes, AContainerIsRemembered) {
  const Stack stack = good(
      service("{metrics: [{type: ContainerResource, containerResource: {name: cpu, container: app, target: {type: Utilization, "
              "averageUtilization: 60}}}]}"));
  EXPECT_THAT(testing::dump(stack.tiers.at(0)), HasSubstr("metric 0 '' type 0 target 0.6 activation 0 container 'app'"));
}

// --- KEDA --------------------------------------------------------------------------------------------------------------

std::string worker(const std::string& keys) {
  return R"yaml(apiVersion: plimsoll/v1
name: s
caches: {redis: {used_for: [queue]}}
signals: {figure: {from: prometheus, url: "http://p:9090", query: up}}
tiers:
  mail-worker:
    kind: worker
    run: {command: [x]}
    instance: {memory: 512Mi}
    uses: {redis: {}}
)yaml" + keys +
         "\n";
}

class Keda : public ::testing::TestWithParam<Row> {};
TEST_P(Keda, SaysTheSame) {
  const Stack borrowed = good(worker(GetParam().borrowed)), own = good(worker(GetParam().own));
  ASSERT_EQ(borrowed.tiers.size(), 1U);
  EXPECT_EQ(testing::dump(borrowed.tiers[0]), testing::dump(own.tiers[0]));
}
INSTANTIATE_TEST_SUITE_P(K6, Keda,
                         ::testing::Values(Row{R"yaml(
    scale:
      like: keda
      minReplicaCount: 2
      maxReplicaCount: 30
      pollingInterval: 15
      cooldownPeriod: 300
      triggers:
        - type: redis
          metadata:
            address: redis.shop.svc.cluster.local:6379
            listName: queue:decisions
            listLength: "50"
            enableTLS: "false"
            databaseIndex: "0"
        - type: redis
          metadata: {address: redis:6379, listName: queue:pipelines, listLength: "20"})yaml",
                                               R"yaml(
    replicas: 2..30
    consumes: {"queue:decisions": {per_instance: 50}, "queue:pipelines": {per_instance: 20}}
    scale: {like: keda, poll: 15s, cooldown: 5m})yaml"}));
INSTANTIATE_TEST_SUITE_P(
    Fields, Keda,
    ::testing::Values(
        Row{"    scale: {triggers: [{type: redis, metadata: {listName: jobs, activationListLength: \"3\"}}]}",
            "    replicas: 0..100\n    consumes: {jobs: {per_instance: 5, activation: 3}}"},
        Row{"    replicas: 1..4\n    consumes: {jobs: {activation: 9}}\n    scale: {triggers: [{type: redis, metadata: "
            "{listName: jobs, "
            "listLength: \"7\"}}]}",
            "    replicas: 1..4\n    consumes: {jobs: {per_instance: 7, activation: 9}}"},
        Row{"    scale: {maxReplicaCount: 9}", "    replicas: 0..9"},
        Row{"    scale: {minReplicaCount: 9}", "    replicas: 9..100"},
        Row{"    replicas: 3..9\n    scale: {idleReplicaCount: 0, initialCooldownPeriod: 60}",
            "    replicas: 3..9\n    scale: {idle: 0, controller: {initial_cooldown: 60s}}"},
        Row{"    replicas: 1..9\n    scale: {fallback: {failureThreshold: 4, replicas: 6, behavior: currentReplicasIfHigher}}",
            "    replicas: 1..9\n    scale: {fallback: {failures: 4, replicas: 6, behavior: current_if_higher}}"},
        Row{"    replicas: 1..9\n    scale: {fallback: {failureThreshold: 4, replicas: 6, behavior: static}}",
            "    replicas: 1..9\n    scale: {fallback: {failures: 4, replicas: 6}}"},
        Row{"    replicas: 1..9\n    scale: {triggers: [{type: cpu, metricType: Utilization, metadata: {value: \"70\"}}, {type: "
            "memory, "
            "metricType: AverageValue, metadata: {value: 600Mi}}]}",
            "    replicas: 1..9\n    scale: {metrics: [{cpu: 70%}, {memory: 600Mi}]}"},
        Row{"    replicas: 1..9\n    scale: {triggers: [{type: cron, metadata: {timezone: Europe/Berlin, start: \"0 6 * * *\", "
            "end: \"0 "
            "20 * * *\", desiredReplicas: \"8\"}}]}",
            "    replicas: 1..9\n    scale: {schedule: [{start: \"0 6 * * *\", end: \"0 20 * * *\", zone: Europe/Berlin, floor: "
            "8}]}"},
        Row{"    scale: {minReplicaCount: 1, advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: "
            "{stabilizationWindowSeconds: 60}}}}}",
            "    replicas: 1..100\n    scale: {behavior: {down: {window: 60s}}}"},
        Row{"    scale: {maxReplicaCount: 9, advanced: {scalingModifiers: {formula: figure * 2, target: \"50\", "
            "activationTarget: \"3\", "
            "metricType: Value}}}",
            "    replicas: 0..9\n    scale: {formula: {value: figure * 2, target: 50, activation: 3, type: value}}"}));

TEST(Keda, APrometheusTriggerIsASignalOfItsOwn) {
  const Stack stack =
      good(worker("    scale:\n      maxReplicaCount: 9\n      triggers:\n        - {type: cron, metadata: {timezone: UTC, "
                  "start: 0 6 * * *, end: 0 7 * "
                  "* *, desiredReplicas: 2}}\n        - {type: prometheus, metricType: Value, metadata: {serverAddress: "
                  "\"http://p:9090\", query: "
                  "sum(x), threshold: \"100\", activationThreshold: \"5\"}}\n"));
  const NamedSignal* signal = stack.signal("mail_worker_prometheus_1");
  ASSERT_TRUE(signal) << "the tier and the trigger's place, as KEDA counts them";
  EXPECT_EQ(signal->from, NamedSignal::From::prometheus);
  EXPECT_EQ(signal->url, "http://p:9090");
  EXPECT_EQ(signal->query, "sum(x)");
  EXPECT_THAT(testing::dump(stack.tiers.at(0)), HasSubstr("metric 8 'mail_worker_prometheus_1' type 2 target 100 activation 5 "));
}

// A formula speaks of triggers by their names; plimsoll of signals and lists by theirs.
TEST(Keda, AFormulaOverNamedTriggers) {
  const Stack stack =
      good(worker("    scale:\n      triggers:\n        - {type: redis, name: queue, metadata: {listName: jobs}}\n        - "
                  "{type: prometheus, name: "
                  "trig, metadata: {serverAddress: \"http://p:9090\", query: up, threshold: \"1\"}}\n      advanced: "
                  "{scalingModifiers: {formula: "
                  "\"(trig + queue * 2)/max(trig, 1) + trigger\", target: \"2\"}}\n"));
  EXPECT_THAT(
      testing::dump(stack.tiers.at(0)),
      HasSubstr("formula '(mail_worker_prometheus_1 + jobs * 2)/max(mail_worker_prometheus_1, 1) + trigger' type 1 target 2 "));
}

TEST(Keda, TwoTiersHaveTheirOwnTriggers) {
  const Stack stack =
      good(worker("    scale: {triggers: [{type: redis, metadata: {listName: jobs}}], minReplicaCount: 3}\n  other: {kind: "
                  "worker, run: {command: "
                  "[x]}}\n"));
  EXPECT_EQ(stack.tier("other")->replicas, (Bounds{1, 1}));
  EXPECT_TRUE(stack.tier("other")->consumes.empty());
}

}  // namespace
}  // namespace plimsoll::spec
