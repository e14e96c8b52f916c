#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "render/kubernetes.h"
#include "render/targets.h"
#include "render/testing/stacks.h"
#include "spec/yaml.h"

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

/// Prometheus would ask for "/metrics%3Fformat=text".
TEST(KubernetesMonitor, AQueryOfThePageIsParameters) {
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(0).run.metrics = "/metrics?format=text&all";
  std::vector<Note> notes;
  const Options options;
  const std::string text = to_yaml(monitor_of({stack, options, notes}, stack.tiers.at(0)));
  EXPECT_NE(text.find("      path: /metrics\n      params:\n        format:\n          - text\n        all:\n          - \"\"\n"),
            std::string::npos)
      << text;
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

// --- whoever alerts ask is scraped

/// All objects of a rendering.
std::vector<spec::Node> objects_of(const Rendered& made) {
  std::vector<spec::Node> all;
  for (const File& file : made.files)
    for (spec::YamlDocument& one : spec::parse_yaml_documents(file.text, {}).documents) all.push_back(std::move(one.root));
  return all;
}

/// A value by its keys; an empty node if it is not there.
spec::Node at(const spec::Node& root, std::initializer_list<std::string_view> path) {
  const spec::Node* node = &root;
  for (const std::string_view key : path) {
    const spec::Node::Entry* entry = node->kind == spec::Node::Kind::map ? node->find(key) : nullptr;
    if (entry == nullptr) return {};
    node = &entry->value;
  }
  return *node;
}

std::set<std::string> jobs_asked(const std::vector<spec::Node>& objects) {
  static const std::regex job("job=\"([^\"]*)\"");
  std::set<std::string> jobs;
  for (const spec::Node& one : objects)
    for (const spec::Node& group : at(one, {"spec", "groups"}).items)
      for (const spec::Node& rule : at(group, {"rules"}).items) {
        const std::string expr = at(rule, {"expr"}).text;
        for (std::sregex_iterator it(expr.begin(), expr.end(), job); it != std::sregex_iterator(); ++it) jobs.insert((*it)[1]);
      }
  return jobs;
}

bool has_labels(const spec::Node& labels, const spec::Node& wanted) {
  return !wanted.entries.empty() && std::ranges::all_of(wanted.entries, [&](const spec::Node::Entry& one) {
    const spec::Node::Entry* entry = labels.find(one.key);
    return entry != nullptr && entry->value.text == one.value.text;
  });
}

/// The labels of who has a port of that name: pods, or Services.
std::vector<spec::Node> with_port(const std::vector<spec::Node>& objects, const std::string& port, bool pods) {
  const auto is_named = [&](const spec::Node& one) { return at(one, {"name"}).text == port; };
  std::vector<spec::Node> found;
  for (const spec::Node& one : objects) {
    if (!pods && at(one, {"kind"}).text == "Service" && std::ranges::any_of(at(one, {"spec", "ports"}).items, is_named))
      found.push_back(at(one, {"metadata", "labels"}));
    for (const spec::Node& container : at(one, {"spec", "template", "spec", "containers"}).items)
      if (pods && std::ranges::any_of(at(container, {"ports"}).items, is_named))
        found.push_back(at(one, {"spec", "template", "metadata", "labels"}));
  }
  return found;
}

/// The jobs that monitors make of pods and Services that are there, as Prometheus Operator does.
std::set<std::string> jobs_scraped(const std::vector<spec::Node>& objects) {
  std::set<std::string> jobs;
  for (const spec::Node& one : objects) {
    const bool pods = at(one, {"kind"}).text == "PodMonitor";
    if (!pods && at(one, {"kind"}).text != "ServiceMonitor") continue;
    const spec::Node wanted = at(one, {"spec", "selector", "matchLabels"});
    for (const spec::Node& endpoint : at(one, {"spec", pods ? "podMetricsEndpoints" : "endpoints"}).items)
      for (const spec::Node& labels : with_port(objects, at(endpoint, {"port"}).text, pods)) {
        if (!has_labels(labels, wanted)) continue;
        std::string job = at(labels, {at(one, {"spec", "jobLabel"}).text}).text;
        for (const spec::Node& change : at(endpoint, {"relabelings"}).items)
          if (at(change, {"targetLabel"}).text == "job") job = at(change, {"replacement"}).text;
        jobs.insert(job);
      }
  }
  return jobs;
}

/// Every job that alerts ask is scraped, or a note tells the reader to scrape it.
void expect_scraped(const Rendered& made) {
  const std::vector<spec::Node> objects = objects_of(made);
  const std::set<std::string> asked = jobs_asked(objects), scraped = jobs_scraped(objects);
  EXPECT_FALSE(asked.empty());
  for (const std::string& job : asked) {
    const auto tells = [&](const Note& note) { return std::regex_search(note.text, std::regex("the job " + job + "[;,]")); };
    EXPECT_TRUE(scraped.contains(job) || std::ranges::any_of(made.notes, tells)) << job;
  }
}

class KubernetesScrapes : public testing::TestWithParam<const char*> {};

TEST_P(KubernetesScrapes, WhateverAlertsAsk) {
  const Stack stack = reference_stack(GetParam());
  const Rendered made = kubernetes(stack, {});
  expect_scraped(made);
  // Notes are for machines only: all else is in the cluster or has an exporter there.
  const std::set<std::string> scraped = jobs_scraped(objects_of(made));
  for (const Database& one : stack.databases) EXPECT_TRUE(scraped.contains(one.name)) << one.name;
  for (const Database& one : stack.databases) EXPECT_EQ(scraped.contains(one.name + "-read"), one.read_replicas > 0);
  for (const Pooler& one : stack.poolers) EXPECT_TRUE(scraped.contains(one.name)) << one.name;
  for (const Cache& one : stack.caches) EXPECT_TRUE(scraped.contains(one.name)) << one.name;
  for (const VectorStore& one : stack.vector_stores) EXPECT_TRUE(scraped.contains(one.name)) << one.name;
}

TEST_P(KubernetesScrapes, StoresOutsideToo) {
  const Stack stack = reference_stack(GetParam());
  Options options;
  const auto outside = [&](const std::string& name) { options.at[name] = {{name + ".example.net", 7000}}; };
  for (const Database& one : stack.databases) outside(one.name), outside(one.name + "-read");
  for (const Pooler& one : stack.poolers) outside(one.name);
  for (const Cache& one : stack.caches) outside(one.name);
  for (const VectorStore& one : stack.vector_stores) outside(one.name);
  expect_scraped(kubernetes(stack, options));
}

INSTANTIATE_TEST_SUITE_P(Stacks, KubernetesScrapes, testing::ValuesIn(reference_stacks), [](const auto& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

constexpr std::string_view copies = R"(
apiVersion: plimsoll/v1
name: shop
balancer: {}
tiers: {api: {kind: service, run: {image: a}, uses: {redis: {}}}}
caches: {redis: {used_for: [session], architecture: SHAPE, replicas: 2}}
)";

Rendered with_copies(const std::string& shape) {
  std::string text(copies);
  text.replace(text.find("SHAPE"), 5, shape);
  return kubernetes(stack_from(text), {});
}

// A copy that can't take over must not make a master that is down look as if it were up.
TEST(KubernetesScrapes, OnlyACopyThatMayTakeOverIsTheCacheToAlerts) {
  EXPECT_THAT(jobs_scraped(objects_of(with_copies("sentinel"))), testing::ElementsAre("redis"));
  EXPECT_THAT(jobs_scraped(objects_of(with_copies("replication"))), testing::ElementsAre("redis", "redis-replica"));
}

TEST(KubernetesScrapes, AnIngressDoesNotTellWhoWaits) {
  const Rendered made = kubernetes(stack_from(R"(
apiVersion: plimsoll/v1
name: shop
balancer: {}
tiers:
  api:
    kind: service
    run: {image: a, metrics: /metrics}
    replicas: 2..4
    scale: {rules: [{when: queued_requests > 10, for: 1m, add: 1}]}
)"),
                                   {});
  EXPECT_THAT(made.notes,
              testing::Contains(testing::Field(&Note::text, testing::HasSubstr("scrape the ingress controller's own metrics"))));
}

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

/// What the ConfigMap says above itself, and the notes, of a stack whose signals name these servers.
struct Asking {
  std::string text;
  std::vector<Note> notes;
  Asking(const std::string& first, const std::string& second, const Options& options = {}) {
    const Stack stack = stack_from(fmt::format(R"(
apiVersion: plimsoll/v1
name: shop
balancer: {{listen: 8080}}
signals:
  first: {{from: prometheus, url: "{}", query: one}}
  second: {{from: prometheus, url: "{}", query: two}}
tiers:
  api:
    kind: service
    run: {{command: [app], metrics: /metrics}}
    replicas: 3..10
    scale: {{metrics: [{{signal: first, average: 1}}, {{signal: second, average: 1}}]}}
)",
                                               first, second));
    text = to_yaml(adapter({stack, options, notes}));
  }
  [[nodiscard]] bool notes_url_of(std::string_view signal) const {
    return std::ranges::any_of(notes, [&](const Note& one) { return one.path == fmt::format("signals.{}.url", signal); });
  }
};

void expect_asks(const Asking& asking, std::string_view where) {
  EXPECT_NE(asking.text.find(where), std::string::npos) << where << "\nin\n" << asking.text;
}

TEST(Adapter, A12_ItsChartIsToldWherePrometheusIs) {
  const Asking one("http://prometheus:9090", "http://prometheus:9090");
  expect_asks(one, "prometheus.url=http://prometheus.shop.svc.cluster.local,prometheus.port=9090'");
  EXPECT_TRUE(one.notes.empty());
  const Asking path("https://metrics.example.org/prom", "https://metrics.example.org/prom");
  expect_asks(path, "prometheus.url=https://metrics.example.org,prometheus.port=0,prometheus.path=/prom'");
  expect_asks(Asking("http://[2001:db8::1]:9090", "http://[2001:db8::1]:9090"),
              "prometheus.url=http://[2001:db8::1],prometheus.port=9090'");
}

TEST(Adapter, A12_ItAsksOneServerAndANoteSaysWhoseUrlIsNotUsed) {
  const Asking two("http://prometheus:9090", "http://thanos.monitoring:10902");
  expect_asks(two, "prometheus.url=http://prometheus.shop.svc.cluster.local,prometheus.port=9090'");
  EXPECT_FALSE(two.notes_url_of("first"));
  EXPECT_TRUE(two.notes_url_of("second"));
  const Asking other("http://prometheus:9090", "http://prometheus:9090", {.at = {{"prometheus", {{"10.0.0.9", 9099}}}}});
  expect_asks(other, "prometheus.url=http://10.0.0.9,prometheus.port=9099'");
  EXPECT_TRUE(other.notes_url_of("first"));
}

TEST(Adapter, A12_WhereNothingSaysSoThePlaceIsCalledAGuess) {
  std::string text(shop);
  text.replace(text.find("METRICS"), 7, "{signal: requests_per_second, average: 40}");
  std::vector<Note> notes;
  const std::string made = to_yaml(adapter({stack_from(text), {}, notes}));
  EXPECT_NE(made.find("prometheus.url=http://prometheus-operated.monitoring.svc.cluster.local,prometheus.port=9090'"),
            std::string::npos)
      << made;
  EXPECT_NE(made.find("is a guess"), std::string::npos) << made;
}

TEST(Monitors, A6_TheLabelThatKubePrometheusStackSelectsByIsSaid) {
  const Rendered made = kubernetes(reference_stack("quickstart"), {});
  EXPECT_THAT(made.notes, testing::Contains(testing::Field(
                              &Note::text, testing::HasSubstr("-l app.kubernetes.io/part-of=quickstart release=RELEASE"))));
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
