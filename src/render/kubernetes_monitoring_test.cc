#include <gtest/gtest.h>

#include "render/kubernetes.h"
#include "render/testing/stacks.h"

namespace plimsoll::render::kube {
namespace {

Documents monitor(const std::string& stack_name, const std::string& tier) {
  const Stack stack = reference_stack(stack_name);
  std::vector<Note> notes;
  return monitor_of({stack, {}, notes}, *stack.tier(tier));
}

TEST(KubernetesMonitor, A6_EveryThirtySecondsUnderTheComponentsName) {
  expect_golden("kubernetes-scaling/kaireon-api-monitor.yaml", to_yaml(monitor("kaireon", "api")));
}

TEST(KubernetesMonitor, WorkersAreFoundByTheirPods) {
  const Stack stack = stack_from(R"(
apiVersion: plimsoll/v1
name: shop
signals: {lag: {name: lag_seconds, path: /extra, unit: seconds, per: instance}}
tiers:
  worker:
    kind: worker
    run: {command: [app], metrics: /metrics}
    instance: {cpu: 1}
    scale: {metrics: [{signal: lag, average: 5s}]}
)");
  std::vector<Note> notes;
  const Documents made = monitor_of({stack, {}, notes}, *stack.tier("worker"));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.front().at("kind").text(), "PodMonitor");
  const std::vector<Yaml>& pages = made.front().at("spec").at("podMetricsEndpoints").items();
  ASSERT_EQ(pages.size(), 2U);  // its own page and the one the signal stands on
  EXPECT_EQ(pages[0].at("path").text(), "/metrics");
  EXPECT_EQ(pages[1].at("path").text(), "/extra");
}

TEST(KubernetesMonitor, ATierWithoutMetricsHasNone) { EXPECT_TRUE(monitor("kaireon", "worker").empty()); }

// --- Prometheus Adapter

constexpr std::string_view shop = R"(
apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
signals:
  queue_length_total: {name: queue_length_total, per: instance}
  http_requests_per_second: {from: prometheus, url: "http://prometheus:9090", query: 'sum(rate(http_requests_total{app="<<x"}[1m]))'}
tiers:
  api:
    kind: service
    run: {command: [app], metrics: /metrics}
    instance: {cpu: 1}
    replicas: 3..10
    scale: {metrics: [METRICS]}
)";

/// The ConfigMap's config.yaml for such metrics; "" if there is no ConfigMap.
std::string rules_for(const std::string& metrics) {
  std::string text(shop);
  text.replace(text.find("METRICS"), 7, metrics);
  const Stack stack = stack_from(text);
  std::vector<Note> notes;
  const Documents made = adapter({stack, {}, notes});
  return made.empty() ? std::string() : made.front().at("data").at("config.yaml").text();
}

TEST(Adapter, A12_A3_TheInstancesSeriesReachesTheHpa) {
  EXPECT_EQ(rules_for("{signal: queue_length_total, average: 50}"), R"(rules:
  - seriesQuery: queue_length_total{namespace!="",pod!=""}
    resources:
      overrides:
        namespace: {resource: namespace}
        pod: {resource: pod}
    name:
      as: queue_length_total
    metricsQuery: sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)
)");
}

TEST(Adapter, A12_T13_AQueryReachesTheHpaAndStaysData) {
  EXPECT_EQ(rules_for("{signal: http_requests_per_second, average: 100}"), R"(externalRules:
  - seriesQuery: up  # any series that is always there; the query is the spec's
    resources:
      namespaced: false
    name:
      as: http_requests_per_second
    metricsQuery: sum(rate(http_requests_total{app="<<"<<">>x"}[1m]))
)");
}

TEST(Adapter, A12_PercentilesAreOneRuleForAllTiers) {
  EXPECT_EQ(rules_for("{signal: p95, value: 500ms}, {signal: requests_per_second, average: 40}"), R"(rules:
  - seriesQuery: http_request_duration_seconds_count{namespace!="",pod!=""}
    resources:
      overrides:
        namespace: {resource: namespace}
        pod: {resource: pod}
    name:
      as: requests_per_second
    metricsQuery: sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)
externalRules:
  - seriesQuery: http_request_duration_seconds_bucket{namespace!=""}
    resources:
      overrides:
        namespace: {resource: namespace}
    name:
      as: http_request_p95_seconds
    metricsQuery: histogram_quantile(0.95, sum by (le) (rate(<<.Series>>{<<.LabelMatchers>>}[2m])))
)");
}

TEST(Adapter, CpuAndMemoryNeedNone) { EXPECT_EQ(rules_for("{cpu: 70%}"), ""); }

TEST(Adapter, A12_TheConfigMapSaysHowItIsInstalled) {
  const Stack stack = reference_stack("triage-warden");
  std::vector<Note> notes;
  expect_golden("kubernetes-scaling/triage-warden-adapter.yaml", to_yaml(adapter({stack, {}, notes})));
}

/// Each figure that an HPA of a reference stack reads beside CPU and memory is served under that name.
TEST(Adapter, A12_ServesWhateverAnHpaReads) {
  std::size_t read = 0;
  for (const char* name : reference_stacks) {
    const Stack stack = reference_stack(name);
    std::vector<Note> notes;
    const Scope scope{stack, {}, notes};
    const std::string served = to_yaml(adapter(scope));
    for (const Tier& tier : stack.tiers)
      for (const Yaml& one : scaling_of(scope, tier)) {
        if (one.at("kind").text() != "HorizontalPodAutoscaler") continue;
        for (const Yaml& metric : one.at("spec").at("metrics").items())
          for (const char* kind : {"pods", "external"})
            if (metric.has(kind)) {
              ++read;
              const std::string& wanted = metric.at(kind).at("metric").at("name").text();
              EXPECT_NE(served.find("as: " + wanted + "\n"), std::string::npos) << name << " " << tier.name << " " << wanted;
            }
      }
  }
  EXPECT_GE(read, 2U);
}

}  // namespace
}  // namespace plimsoll::render::kube
