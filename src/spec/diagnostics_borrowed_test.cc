// Mistakes in Kubernetes' and KEDA's spellings, and in mixing them with plimsoll's (testing/mistakes.h).

#include <gtest/gtest.h>

#include "spec/testing/mistakes.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view base = R"yaml(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
signals: {hits: {from: prometheus, url: "http://p:9090", query: up}, depth: {name: depth, per: instance}}
tiers:
  api:
    kind: service
    run: {command: [shop], metrics: /metrics}
    replicas: 3..20
    scale:
      like: hpa
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
        - type: Pods
          pods: {metric: {name: hits}, target: {type: AverageValue, averageValue: 100}}
      behavior:
        scaleUp: {stabilizationWindowSeconds: 30, selectPolicy: Max, policies: [{type: Pods, value: 6, periodSeconds: 30}]}
        scaleDown: {stabilizationWindowSeconds: 600}
  worker:
    kind: worker
    run: {command: [shop]}
    uses: {redis: {}}
    consumes: {mail: {per_instance: 5}}
    scale:
      minReplicaCount: 2
      maxReplicaCount: 30
      pollingInterval: 15
      cooldownPeriod: 300
      idleReplicaCount: 0
      fallback: {failureThreshold: 3, replicas: 6, behavior: static}
      triggers:
        - {type: redis, metadata: {listName: jobs, listLength: "50"}}
        - {type: cron, metadata: {timezone: Europe/Berlin, start: 0 6 * * *, end: 0 20 * * *, desiredReplicas: "10"}}
        - {type: prometheus, metadata: {serverAddress: "http://p:9090", query: sum(x), threshold: "100"}}
        - {type: cpu, metricType: Utilization, metadata: {value: "70"}}
      advanced: {scalingModifiers: {formula: hits * 2, target: "5"}}
caches: {redis: {used_for: [queue]}}
)yaml";

const std::vector<testing::Mistake> rows = {
    {"kubernetes", "source", "type: Resource", "type: Resources"},
    {"kubernetes", "source and block", "- type: Resource", "- type: External"},
    {"kubernetes", "two blocks", "resource: {name: cpu",
     "external: {metric: {name: hits}, target: {type: Value, value: 5}}\n          resource: {name: cpu"},
    {"kubernetes", "no block", "          pods: {metric: {name: hits}, target: {type: AverageValue, averageValue: 100}}\n", ""},
    {"kubernetes", "resource", "{name: cpu", "{name: disk"},
    {"kubernetes", "target type", "type: Utilization, averageU", "type: AverageUtilization, averageU"},
    {"kubernetes", "target type and value", "averageUtilization: 70", "averageValue: 70"},
    {"kubernetes", "target without a value", ", averageUtilization: 70", ""},
    {"kubernetes", "pods have no whole", "type: AverageValue, averageValue: 100", "type: Value, value: 100"},
    {"kubernetes", "quantity", "averageValue: 100", "averageValue: 100rps"},
    {"kubernetes", "percent", "averageUtilization: 70", "averageUtilization: 70%"},
    {"kubernetes", "unknown figure", "{metric: {name: hits}", "{metric: {name: hist}"},
    {"kubernetes", "cpu as a figure", "{metric: {name: hits}", "{metric: {name: cpu}"},
    {"kubernetes", "select", "selectPolicy: Max", "selectPolicy: max"},
    {"kubernetes", "policy type", "type: Pods, value: 6", "type: Pod, value: 6"},
    {"kubernetes", "policy without a period", ", periodSeconds: 30", ""},
    {"kubernetes", "period", "periodSeconds: 30", "periodSeconds: 30s"},
    {"kubernetes", "window too long", "stabilizationWindowSeconds: 600", "stabilizationWindowSeconds: 7200"},
    {"kubernetes", "own key in their block", "stabilizationWindowSeconds: 600", "window: 600s"},
    {"kubernetes", "both spellings of a direction", "        scaleDown:", "        down: {window: 60s}\n        scaleDown:"},

    {"keda", "trigger", "type: redis", "type: rabbitmq"},
    {"keda", "trigger, nearly", "type: redis", "type: reddis"},
    {"keda", "metadata of another trigger", "listLength: \"50\"", "threshold: \"50\""},
    {"keda", "length", "listLength: \"50\"", "listLength: \"0\""},
    {"keda", "list", "listName: jobs, ", ""},
    {"keda", "another database", "listLength: \"50\"", "databaseIndex: \"3\""},
    {"keda", "metric type", "{type: redis, ", "{type: redis, metricType: Value, "},
    {"keda", "metric type of cpu", "metricType: Utilization", "metricType: Value"},
    {"keda", "percent of cpu", "value: \"70\"", "value: \"70%\""},
    {"keda", "no metadata", ", metadata: {value: \"70\"}", ""},
    {"keda", "cron", "start: 0 6 * * *", "start: 0 6 * *"},
    {"keda", "zone", "timezone: Europe/Berlin, ", ""},
    {"keda", "server", "serverAddress: \"http://p:9090\"", "serverAddress: p:9090"},
    {"keda", "failures", "failureThreshold: 3", "failureThreshold: 3m"},
    {"keda", "bounds", "minReplicaCount: 2", "minReplicaCount: 40"},
    {"keda", "interval", "pollingInterval: 15", "pollingInterval: 15s"},

    {"mixed", "poll", "pollingInterval: 15", "pollingInterval: 15\n      poll: 15s"},
    {"mixed", "poll, the other way round", "pollingInterval: 15", "poll: 15s\n      pollingInterval: 15"},
    {"mixed", "cooldown", "cooldownPeriod: 300", "cooldownPeriod: 300\n      cooldown: 5m"},
    {"mixed", "initial cooldown", "cooldownPeriod: 300", "initialCooldownPeriod: 3\n      controller: {initial_cooldown: 3s}"},
    {"mixed", "idle", "idleReplicaCount: 0", "idleReplicaCount: 0\n      idle: 0"},
    {"mixed", "the least", "    uses: {redis: {}}", "    replicas: 2..30\n    uses: {redis: {}}"},
    {"mixed", "failures", "failureThreshold: 3", "failureThreshold: 3, failures: 3"},
    {"mixed", "formula", "      advanced:", "      formula: {value: hits, target: 5}\n      advanced:"},
    {"mixed", "behavior", "      advanced: {",
     "      behavior: {}\n      advanced: {horizontalPodAutoscalerConfig: {behavior: {}}, "},
    {"mixed", "a list", "mail: {per_instance: 5}", "jobs: {per_instance: 5}"},
    {"mixed", "a list with two triggers", "        - {type: cron,",
     "        - {type: redis, metadata: {listName: jobs}}\n        - {type: cron,"},
    {"mixed", "cpu", "      advanced:", "      metrics: [{cpu: 60%}]\n      advanced:"},
    {"mixed", "a trigger of a service", "like: hpa", "triggers: [{type: redis, metadata: {listName: jobs}}]", 2},
};

TEST(BorrowedDiagnostics, TheBaseIsGood) { testing::expect_good(base); }

TEST(BorrowedDiagnostics, OneMistakeIsOneErrorAndShownAsInTheGoldens) { testing::expect_mistakes(base, rows); }

}  // namespace
}  // namespace plimsoll::spec
