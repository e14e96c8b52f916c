#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"
#include "render/testing/stacks.h"

namespace plimsoll::render::kube {
namespace {

struct Made {
  Documents documents;
  std::vector<Note> notes;

  [[nodiscard]] const Yaml* of_kind(std::string_view kind) const {
    for (const Yaml& one : documents)
      if (one.at("kind").text() == kind) return &one;
    return nullptr;
  }
  /// All documents as one text.
  [[nodiscard]] std::string text() const { return to_yaml(documents); }
  /// The text of the note on a path; "" if there is none.
  [[nodiscard]] std::string note(std::string_view path) const {
    const auto found = std::ranges::find(notes, path, &Note::path);
    return found == notes.end() ? std::string() : found->text;
  }
};

Made scaling(const Stack& stack, const std::string& tier, const Options& options = {}) {
  Made made;
  made.documents = scaling_of({stack, options, made.notes}, *stack.tier(tier));
  return made;
}

/// A service `api` with a metrics page; `scale` is what stands in its scale.
Stack service_stack(const std::string& scale, const std::string& more = "") {
  return stack_from(fmt::format(R"(
apiVersion: plimsoll/v1
name: shop
balancer: {{listen: 8080}}
signals:
  queue_length_total: {{name: queue_length_total, per: instance}}
  jobs_done: {{name: jobs_done_total, unit: per_second}}
  busy: {{from: json, path: /state, pointer: /busy, per: instance}}
  http_requests_per_second: {{from: prometheus, url: "http://prometheus:9090", query: 'sum(rate(http_requests_total{{app="<<api"}}[1m]))'}}
tiers:
  api:
    kind: service
    run: {{command: [app], image: shop/api, metrics: /metrics}}
    instance: {{cpu: 500m..2, memory: 512Mi..2Gi}}
    replicas: 3..10
    uses: {{redis: {{}}}}
    publishes: [jobs]
    scale: {}
    {}
caches: {{redis: {{used_for: [queue]}}}}
)",
                                scale, more));
}

/// A worker on two lists; `more` are further keys of the tier.
Stack worker_stack(const std::string& more, const std::string& cache = "{used_for: [queue]}") {
  return stack_from(fmt::format(R"(
apiVersion: plimsoll/v1
name: shop
tiers:
  worker:
    kind: worker
    run: {{command: [app], image: shop/worker}}
    instance: {{cpu: 500m..2, memory: 512Mi..2Gi}}
    uses: {{redis: {{}}}}
    {}
caches: {{redis: {}}}
)",
                                more, cache));
}

void expect_in(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}
void expect_not_in(const std::string& text, std::string_view part) {
  EXPECT_EQ(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

// --- what people read

class Scaling : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(Scaling, ReadsAsItsGolden) {
  const auto [name, tier] = GetParam();
  const Stack stack = reference_stack(name);
  const Made made = scaling(stack, tier);
  std::string text = made.text();
  for (const Note& note : made.notes) text += "# note " + note.path + ": " + note.text + "\n";
  expect_golden(fmt::format("kubernetes-scaling/{}-{}.yaml", name, tier), text);
}
constexpr auto name_of = [](const auto& info) {
  std::string name = fmt::format("{}_{}", info.param.first, info.param.second);
  std::ranges::replace(name, '-', '_');
  return name;
};
INSTANTIATE_TEST_SUITE_P(K1K2, Scaling, testing::Values(std::pair{"kaireon", "api"}), name_of);
INSTANTIATE_TEST_SUITE_P(K6, Scaling, testing::Values(std::pair{"kaireon", "worker"}), name_of);
INSTANTIATE_TEST_SUITE_P(K10, Scaling, testing::Values(std::pair{"kaireon-pools", "decisions"}), name_of);
INSTANTIATE_TEST_SUITE_P(H9, Scaling, testing::Values(std::pair{"health-agent", "api"}), name_of);
INSTANTIATE_TEST_SUITE_P(T3T13, Scaling, testing::Values(std::pair{"triage-warden", "api"}), name_of);
INSTANTIATE_TEST_SUITE_P(Stacks, Scaling,
                         testing::Values(std::pair{"triage-warden", "orchestrator"}, std::pair{"quickstart", "api"},
                                         std::pair{"quickstart", "worker"}, std::pair{"acme", "storefront"},
                                         std::pair{"voiceassist", "server"}),
                         name_of);

// --- figures of the rows

TEST(ScalingFigures, A3_AnAverageOfTheInstancesOwnSeries) {
  const Stack stack = service_stack("{metrics: [{signal: queue_length_total, average: 50}]}");
  const Made made = scaling(stack, "api");
  ASSERT_NE(made.of_kind("HorizontalPodAutoscaler"), nullptr);
  const Yaml& spec = made.of_kind("HorizontalPodAutoscaler")->at("spec");
  EXPECT_EQ(spec.at("minReplicas").text(), "3");
  EXPECT_EQ(spec.at("maxReplicas").text(), "10");
  EXPECT_NE(made.note("signals.queue_length_total"), "") << "its name is that of a counter";
  EXPECT_EQ(to_yaml(spec.at("metrics")),
            "- type: Pods\n"
            "  pods:\n"
            "    metric:\n"
            "      name: queue_length_total\n"
            "    target:\n"
            "      type: AverageValue\n"
            "      averageValue: \"50\"\n");
}

/// What a reader has of A3: the HPA and the rules that its figure comes by.
TEST(ScalingFigures, A3_A12_ReadAsTheirGolden) {
  const Stack stack = service_stack("{metrics: [{signal: queue_length_total, average: 50}]}");
  std::vector<Note> notes;
  expect_golden("a3/kubernetes/api-hpa.yaml", scaling(stack, "api").text());
  expect_golden("a3/kubernetes/prometheus-adapter.yaml", to_yaml(adapter({stack, {}, notes})));
}

TEST(ScalingFigures, T13_RequestsPerSecondBesideCpuAndMemory) {
  const Stack stack = service_stack("{metrics: [{cpu: 70%}, {memory: 80%}, {signal: http_requests_per_second, average: 100}]}",
                                    "vertical: {mode: auto, cpu: 250m..4, memory: 256Mi..4Gi}");
  const Made made = scaling(stack, "api");
  const std::string text = made.text();
  expect_in(text, "averageUtilization: 70\n");
  expect_in(text, "averageUtilization: 80\n");
  expect_in(text,
            "name: http_requests_per_second\n        target:\n          type: AverageValue\n          averageValue: \"100\"\n");
  ASSERT_NE(made.of_kind("VerticalPodAutoscaler"), nullptr);
  const Yaml& vpa = made.of_kind("VerticalPodAutoscaler")->at("spec");
  EXPECT_EQ(vpa.at("updatePolicy").at("updateMode").text(), "Recreate");
  EXPECT_EQ(to_yaml(vpa.at("resourcePolicy")),
            "containerPolicies:\n"
            "  - containerName: api\n"
            "    minAllowed:\n"
            "      cpu: 250m\n"
            "      memory: 256Mi\n"
            "    maxAllowed:\n"
            "      cpu: \"4\"\n"
            "      memory: 4Gi\n");
  EXPECT_NE(made.note("tiers.api.vertical.mode"), "") << "an HPA on CPU beside a VPA that moves the requests";
}

struct Profile {
  const char* name;
  const char* length;
  const char* poll;
  const char* cooldown;
  const char* most;
};
constexpr auto profile_name = [](const auto& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
};
void PrintTo(const Profile& profile, std::ostream* out) { *out << profile.name; }
class Profiles : public testing::TestWithParam<Profile> {};
TEST_P(Profiles, FillTheScaledObject) {
  const Profile& row = GetParam();
  const Stack stack =
      worker_stack(fmt::format("consumes: {{decisions: {{}}}}\n    scale: {{like: keda, profile: {}}}", row.name));
  const Made made = scaling(stack, "worker");
  ASSERT_NE(made.of_kind("ScaledObject"), nullptr);
  const Yaml& spec = made.of_kind("ScaledObject")->at("spec");
  EXPECT_EQ(spec.at("pollingInterval").text(), row.poll);
  EXPECT_EQ(spec.at("cooldownPeriod").text(), row.cooldown);
  EXPECT_EQ(spec.at("maxReplicaCount").text(), row.most);
  EXPECT_EQ(spec.at("triggers").items().front().at("metadata").at("listLength").text(), row.length);
}
INSTANTIATE_TEST_SUITE_P(K7, Profiles,
                         testing::Values(Profile{"normal", "50", "15", "300", "30"},
                                         Profile{"high-throughput", "20", "10", "180", "50"},
                                         Profile{"cost-sensitive", "100", "30", "600", "15"},
                                         Profile{"batch", "10", "10", "60", "50"}),
                         profile_name);

TEST(ScalingFigures, K3_K8_TheCommandsToHoldAndToLetGoStandInTheFile) {
  const std::string hpa = scaling(reference_stack("kaireon"), "api").text();
  // How many is for the one who pastes it: a shell without N says so and does nothing.
  expect_in(hpa,
            R"(kubectl patch hpa api -n kaireon --type merge -p "{\"spec\":{\"minReplicas\":${N:?},\"maxReplicas\":${N:?}}}")");
  expect_in(hpa, R"(kubectl patch hpa api -n kaireon --type merge -p '{"spec":{"minReplicas":3,"maxReplicas":20}}')");
  const std::string keda = scaling(reference_stack("kaireon"), "worker").text();
  expect_in(keda, R"(kubectl annotate scaledobject worker -n kaireon autoscaling.keda.sh/paused-replicas="${N:?}" --overwrite)");
  expect_in(keda, "kubectl annotate scaledobject worker -n kaireon autoscaling.keda.sh/paused-replicas-\n");
}

TEST(ScalingFigures, K5_APlannedEventIsTwoCommands) {
  const std::string note = scaling(reference_stack("kaireon"), "api").note("tiers.api.scale.schedule[0]");
  expect_in(note, "2026-11-27T08:30Z");
  expect_in(note, R"(kubectl patch hpa api -n kaireon --type merge -p '{"spec":{"minReplicas":15}}')");
  expect_in(note, R"(kubectl patch hpa api -n kaireon --type merge -p '{"spec":{"minReplicas":3}}')");
}

// --- versions

TEST(ScalingVersions, TheApiIsThatOfTheCluster) {
  const Stack stack = service_stack("{metrics: [{cpu: 70%}], behavior: {down: {window: 300s}}}");
  const auto at = [&](int minor) { return scaling(stack, "api", {.kube = {1, minor}}); };
  EXPECT_EQ(at(23).of_kind("HorizontalPodAutoscaler")->at("apiVersion").text(), "autoscaling/v2");
  EXPECT_EQ(at(22).of_kind("HorizontalPodAutoscaler")->at("apiVersion").text(), "autoscaling/v2beta2");
  EXPECT_TRUE(at(18).of_kind("HorizontalPodAutoscaler")->at("spec").has("behavior"));
  EXPECT_FALSE(at(17).of_kind("HorizontalPodAutoscaler")->at("spec").has("behavior"));
  EXPECT_NE(at(17).note("tiers.api.scale.behavior"), "");
}

TEST(ScalingVersions, AToleranceOfItsOwnNeedsThirtyThree) {
  const Stack stack = service_stack("{tolerance: 5%, metrics: [{cpu: 70%}], behavior: {up: {tolerance: 20%}}}");
  const std::string text = scaling(stack, "api", {.kube = {1, 33}}).text();
  expect_in(text, "tolerance: 200m");
  expect_in(text, "tolerance: 50m");
  const Made before = scaling(stack, "api", {.kube = {1, 32}});
  expect_not_in(before.text(), "tolerance");
  EXPECT_NE(before.note("tiers.api.scale.tolerance"), "");
  EXPECT_NE(before.note("tiers.api.scale.behavior.up.tolerance"), "");
}

TEST(ScalingVersions, OneContainersFigureIsThatOfTheOnlyContainer) {
  const Stack stack = service_stack(
      "{like: hpa, metrics: [{type: ContainerResource, containerResource: {name: cpu, container: app, target: {type: "
      "Utilization, "
      "averageUtilization: 60}}}]}");
  expect_in(scaling(stack, "api").text(),
            "type: ContainerResource\n      containerResource:\n        name: cpu\n        container: api\n");
  const Made before = scaling(stack, "api", {.kube = {1, 26}});
  expect_in(before.text(), "type: Resource\n");
  EXPECT_NE(before.note("tiers.api.scale.metrics[0]"), "");
}

// --- whose defaults

TEST(Behavior, PlimsollsOwnIsWrittenOut) {
  const std::string text = scaling(service_stack("{metrics: [{cpu: 70%}]}"), "api").text();
  expect_in(text, "stabilizationWindowSeconds: 60");
  expect_in(text, "value: 50");
}

TEST(Behavior, OfAnotherControllerOnlyWhatTheSpecSays) {
  expect_not_in(scaling(service_stack("{like: hpa, metrics: [{cpu: 70%}]}"), "api").text(), "behavior");
  const std::string some =
      scaling(service_stack("{like: hpa, metrics: [{cpu: 70%}], behavior: {scaleUp: {selectPolicy: Disabled}}}"), "api").text();
  expect_in(some, "scaleUp:\n      selectPolicy: Disabled\n");
  expect_not_in(some, "scaleDown");
  expect_in(scaling(service_stack("{like: hpa}"), "api").text(), "averageUtilization: 80\n");
}

TEST(Behavior, WhatKubernetesRefusesIsBroughtWithinItsLimits) {
  const Made made = scaling(
      service_stack("{metrics: [{cpu: 70%}], behavior: {up: {policies: [{percent: 2.5, every: 2h}]}, down: {window: 2h}}}"),
      "api");
  expect_in(made.text(), "stabilizationWindowSeconds: 3600\n");
  expect_in(made.text(), "value: 3\n          periodSeconds: 1800\n");
  EXPECT_NE(made.note("tiers.api.scale.behavior.up.policies"), "");
  EXPECT_NE(made.note("tiers.api.scale.behavior.down.window"), "");
}

TEST(Behavior, T14_AStepIsARateOutAndIn) {
  const Made made = scaling(service_stack("{metrics: [{cpu: 70%}], step: {out: 50%, in: 25%, observe: 10m}}"), "api");
  EXPECT_EQ(to_yaml(made.of_kind("HorizontalPodAutoscaler")->at("spec").at("behavior")),
            "scaleUp:\n"
            "  policies:\n"
            "    - type: Percent\n"
            "      value: 50  # scale.step.out\n"
            "      periodSeconds: 600\n"
            "scaleDown:\n"
            "  stabilizationWindowSeconds: 60  # plimsoll's own; Kubernetes' own is 300\n"
            "  policies:\n"
            "    - type: Percent\n"
            "      value: 25  # scale.step.in\n"
            "      periodSeconds: 600\n");
  EXPECT_EQ(made.note("tiers.api.scale.step"), "at most so much in 10m; an HPA does not watch what a step did before the next");
}

TEST(Behavior, PoliciesGoBeforeSteps) {
  const Made made = scaling(service_stack("{metrics: [{cpu: 70%}], step: {out: 50%, observe: 10m}, behavior: {up: {policies: "
                                          "[{instances: 2, every: 1m}]}}}"),
                            "api");
  expect_not_in(made.text(), "scale.step.out");
  expect_in(made.note("tiers.api.scale.step"), "out: the policies of scale.behavior are the only limit; an HPA");
  const Made some = scaling(service_stack("{metrics: [{cpu: 70%}], step: {out: 50%, in: 25%, observe: 1h}, behavior: {up: "
                                          "{policies: [{instances: 2, every: 1m}]}}}"),
                            "api");
  expect_in(some.note("tiers.api.scale.step"), "at most so much in 1h");
  expect_in(some.text(), "value: 25  # scale.step.in\n          periodSeconds: 1800\n");
  EXPECT_NE(some.note("tiers.api.scale.step.observe"), "");
}

// --- KEDA

TEST(Keda, ListsOfAClusterAndOfASentinel) {
  const std::string cluster = scaling(worker_stack("consumes: {jobs: {per_instance: 5}}",
                                                   "{architecture: cluster, shards: 3, replicas: 1, used_for: [queue]}"),
                                      "worker")
                                  .text();
  expect_in(cluster, "- type: redis-cluster\n      metadata:\n        addresses: redis.shop.svc.cluster.local:6379\n");
  expect_not_in(cluster, "databaseIndex");  // a cluster has one
  const std::string sentinel =
      scaling(worker_stack("consumes: {jobs: {per_instance: 5}}", "{architecture: sentinel, replicas: 2, used_for: [queue]}"),
              "worker")
          .text();
  expect_in(sentinel, "addresses: redis-sentinel.shop.svc.cluster.local:26379\n        sentinelMaster: redis\n");
  expect_in(sentinel, "- parameter: sentinelPassword\n      name: redis\n      key: password\n");
}

TEST(Keda, TheNamespaceIsPartOfAddresses) {
  const Made made = scaling(worker_stack("consumes: {jobs: {per_instance: 5}}"), "worker", {.kube_namespace = "prod"});
  expect_in(made.text(), "address: redis.prod.svc.cluster.local:6379\n");
}

TEST(Keda, TheLengthIsAWholeNumberAndTheActivationNeverLater) {
  const Made made = scaling(worker_stack("consumes: {jobs: {per_instance: 2.5, activation: 3.5}}\n    replicas: 0..5"), "worker");
  expect_in(made.text(), "listLength: \"2\"\n        activationListLength: \"3\"\n");
  EXPECT_NE(made.note("tiers.worker.consumes.jobs"), "");
}

TEST(Keda, CronIsAFloorAndAnExactCountIsForTheHand) {
  const Made made =
      scaling(worker_stack("replicas: 2..9\n    scale: {schedule: [{start: 0 8 * * mon-fri, end: 0 20 * * *, zone: "
                           "Europe/Berlin, floor: 6, why: \"office\\\": hours #1\"}, {start: 0 22 * * *, end: 0 6 * * *, "
                           "exact: 0}]}\n    consumes: {jobs: {per_instance: 5}}"),
              "worker");
  expect_in(made.text(),
            "# office\": hours #1\n    - type: cron\n      metadata:\n        timezone: Europe/Berlin\n        start: 0 8 * * "
            "mon-fri\n");
  expect_in(made.text(), "desiredReplicas: \"6\"\n");
  expect_in(made.note("tiers.worker.scale.schedule[1]"), R"(autoscaling.keda.sh/paused-replicas="0" --overwrite)");
}

TEST(Keda, AFormulaNamesItsTriggers) {
  const Made made =
      scaling(worker_stack("consumes: {\"queue:a\": {per_instance: 5}, b: {per_instance: 5}}\n    scale: {formula: {value: "
                           "\"max(queue_a, b * 2)\", target: 10}, fallback: {after: 1m, replicas: 1}}"),
              "worker");
  const std::string text = made.text();
  expect_in(text, "formula: max(queue_a, b * 2)\n      target: \"10\"\n");
  expect_in(text, "- type: redis\n      name: queue_a\n");
  expect_in(text, "failureThreshold: 4  # derived: 1m without figures, one every 15 s\n");
  expect_in(text, "behavior: scalingModifiers\n");
}

TEST(Keda, BesideAFormulaACronIsNoFloor) {
  const Made made =
      scaling(worker_stack("replicas: 1..9\n    consumes: {jobs: {per_instance: 5}}\n    scale: {formula: {value: jobs * 2, "
                           "target: 10}, schedule: [{start: 0 8 * * *, end: 0 20 * * *, floor: 6}]}"),
              "worker");
  expect_not_in(made.text(), "type: cron");
  const std::string note = made.note("tiers.worker.scale.schedule[0]");
  expect_in(note, "KEDA follows that alone");
  expect_in(note, R"(kubectl patch scaledobject worker -n shop --type merge -p '{"spec":{"minReplicaCount":6}}')");
  expect_in(note, R"('{"spec":{"minReplicaCount":1}}')");
}

TEST(Keda, TargetsOfAWholeTierHaveNoFallback) {
  const auto made = [](const std::string& metrics) {
    return scaling(service_stack("{like: keda, fallback: {failures: 3, replicas: 4}, metrics: [" + metrics + "]}"), "api");
  };
  const Made none = made("{signal: p95, value: 500ms}");
  expect_not_in(none.text(), "fallback");
  expect_in(none.note("tiers.api.scale.fallback"), "only for `average`");
  const Made some = made("{signal: p95, value: 500ms}, {signal: requests_per_second, average: 40}");
  expect_in(some.text(), "fallback:\n    failureThreshold: 3\n    replicas: 4\n");
  EXPECT_EQ(some.note("tiers.api.scale.fallback"), "");
}

TEST(Keda, K7_TheHpaItMakesAsksEveryFifteenSecondsUnlessFiguresAreCached) {
  const auto made = [](const char* poll) {
    return scaling(
        worker_stack(fmt::format("consumes: {{jobs: {{per_instance: 5}}}}\n    scale: {{like: keda, poll: {}}}", poll)),
        "worker");
  };
  expect_in(made("30s").text(), "- type: redis\n      useCachedMetrics: true  # else");
  EXPECT_EQ(made("30s").note("tiers.worker.scale.poll"), "");
  expect_not_in(made("15s").text(), "useCachedMetrics");
  EXPECT_EQ(made("15s").note("tiers.worker.scale.poll"), "");
  expect_not_in(made("10s").text(), "useCachedMetrics");
  expect_in(made("10s").note("tiers.worker.scale.poll"), "decides every 15 s");
}

TEST(Keda, PrometheusIsAskedByItsWholeNameAndAnEmptyAnswerIsNoZero) {
  const Made made =
      scaling(service_stack("{like: keda, metrics: [{signal: http_requests_per_second, average: 100, activation: 5}, {signal: "
                            "p95, value: 500ms}, {signal: jobs_done, value: 20/s}]}"),
              "api");
  const std::string text = made.text();
  expect_in(text, "serverAddress: http://prometheus.shop.svc.cluster.local:9090\n");
  expect_in(text, "threshold: \"100\"\n        activationThreshold: \"5\"\n        ignoreNullValues: \"false\"");
  expect_in(text,
            "query: histogram_quantile(0.95, sum by (le) "
            "(rate(http_request_duration_seconds_bucket{namespace=\"shop\",job=\"api\"}[2m])))\n"
            "        threshold: \"0.5\"\n");
  expect_in(text, "query: sum(rate(jobs_done_total{namespace=\"shop\",job=\"api\"}[2m]))\n");
  expect_in(text, "metricType: Value\n");
}

TEST(Keda, ABacklogOfAServiceIsAList) {
  expect_in(scaling(service_stack("{metrics: [{signal: backlog(jobs), average: 50}]}"), "api").text(),
            "listName: jobs\n        listLength: \"50\"\n");
}

// --- nothing is lost: each target and list of a spec is a metric, a trigger, or a note that says why not

std::size_t targets_in(const Tier& tier) { return targets_of(tier).size() + tier.consumes.size(); }

std::size_t targets_out(const Made& made) {
  if (const Yaml* hpa = made.of_kind("HorizontalPodAutoscaler")) return hpa->at("spec").at("metrics").items().size();
  const Yaml* keda = made.of_kind("ScaledObject");
  if (keda == nullptr) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(keda->at("spec").at("triggers").items(),
                                                        [](const Yaml& one) { return one.at("type").text() != "cron"; }));
}

std::size_t targets_noted(const Made& made) {
  return static_cast<std::size_t>(std::ranges::count_if(made.notes, [](const Note& note) {
    return note.text.starts_with("not a target of the HPA: ") || note.text.starts_with("not a trigger of KEDA: ");
  }));
}

TEST(ScalingTargets, AreAllMetricsTriggersOrNotes) {
  std::size_t seen = 0;
  for (const char* name : reference_stacks) {
    const Stack stack = reference_stack(name);
    for (const Tier& tier : stack.tiers) {
      const Made made = scaling(stack, tier.name);
      EXPECT_EQ(targets_in(tier), targets_out(made) + targets_noted(made)) << name << " " << tier.name << "\n" << made.text();
      for (std::size_t i = 0; i < tier.scale.rules.size(); ++i)
        EXPECT_NE(made.note(fmt::format("tiers.{}.scale.rules[{}]", tier.name, i)), "") << name << " " << tier.name;
      seen += targets_in(tier);
    }
  }
  EXPECT_GE(seen, 15U);
}

TEST(ScalingTargets, WhoGoesFirstIsSaid) {
  EXPECT_NE(scaling(service_stack("{metrics: [{cpu: 70%}]}", "priority: 20"), "api").note("tiers.api.priority"), "");
  EXPECT_EQ(scaling(service_stack("{metrics: [{cpu: 70%}]}"), "api").note("tiers.api.priority"), "");
}

TEST(ScalingTargets, WhatNoClusterCanReadIsSaid) {
  const Made made = scaling(
      service_stack("{metrics: [{cpu: 70%}, {signal: busy, average: 80}, {signal: queued_requests, average: 5}]}"), "api");
  EXPECT_EQ(targets_out(made), 1U);
  expect_in(made.note("tiers.api.scale.metrics[1]"), "JSON");
  EXPECT_NE(made.note("tiers.api.scale.metrics[2]"), "");
  const Made none = scaling(service_stack("{metrics: [{signal: busy, average: 80}]}"), "api");
  EXPECT_TRUE(none.documents.empty());
  EXPECT_NE(none.note("tiers.api.scale"), "");
}

}  // namespace
}  // namespace plimsoll::render::kube
