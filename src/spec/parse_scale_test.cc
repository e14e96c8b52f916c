// The keys of what decides the count: one row for each, the requirement where it is one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "spec/render_diagnostic.h"
#include "spec/testing/dump.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {
using namespace std::chrono_literals;
using ::testing::HasSubstr;

Stack good(const std::string& text) {
  const Parsed<Stack> parsed = parse(text, testing::environment());
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
  return parsed.value.value_or(Stack{});
}

/// A service and a worker that have what targets and rules need, with more keys for the service's scale.
std::string shop(const std::string& scale, const std::string& more = "") {
  return "apiVersion: plimsoll/v1\nname: s\nbalancer: {listen: 8080}\ncaches: {redis: {used_for: [queue]}}\n"
         "signals:\n  hits: {from: prometheus, url: \"http://p:9090\", query: up, unit: per_second}\n"
         "  pool_used: {from: json, path: /stats, pointer: /pool/used, unit: ratio, per: instance}\n"
         "  waiting: {name: pool_waiting}\n"
         "tiers:\n  api:\n    kind: service\n    run: {command: [x], metrics: /metrics}\n    instance: {memory: 512Mi}\n"
         "    replicas: 2..20\n    uses: {redis: {}}\n    publishes: [jobs]\n    scale:\n      " +
         scale + "\n" + more;
}

// --- metrics, behavior and the rest of scale, a line each ------------------------------------------------------------------

struct Row {
  const char* written;
  const char* read;  // stands in the dump
};
class ScaleKey : public ::testing::TestWithParam<Row> {};
TEST_P(ScaleKey, IsRead) {
  const Stack stack = good(shop(GetParam().written));
  if (!stack.tiers.empty()) {
    EXPECT_THAT(testing::dump(stack.tiers[0]), HasSubstr(GetParam().read));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Targets, ScaleKey,
    ::testing::Values(Row{"metrics: [{cpu: 70%}]", "metric 0 '' type 0 target 0.7 "},
                      Row{"metrics: [{cpu: 0.7}]", "metric 0 '' type 0 target 0.7 "},
                      Row{"metrics: [{cpu: 500m}]", "metric 0 '' type 1 target 0.5 "},
                      Row{"metrics: [{memory: 80%}]", "metric 1 '' type 0 target 0.8 "},
                      Row{"metrics: [{memory: 600Mi}]", "metric 1 '' type 1 target 629145600 "},
                      Row{"metrics: [{signal: requests_per_second, average: 6000/min}]", "metric 2 '' type 1 target 100 "},
                      Row{"metrics: [{signal: queued_requests, average: 2.5}]", "metric 3 '' type 1 target 2.5 "},
                      Row{"metrics: [{signal: p95, value: 500ms}]", "metric 4 '' type 2 target 0.5 "},
                      Row{"metrics: [{signal: backlog(jobs), average: 20}]", "metric 6 'jobs' type 1 target 20 "},
                      Row{"metrics: [{signal: errors, value: 1%}]", "metric 7 '' type 2 target 0.01 "},
                      Row{"metrics: [{signal: hits, average: 100}]", "metric 8 'hits' type 1 target 100 activation 0 "},
                      Row{"metrics: [{signal: hits, value: 3000/min, activation: 5}]",
                          "metric 8 'hits' type 2 target 50 activation 5 "},
                      Row{"metrics: [{signal: pool_used, average: 60%}]", "metric 8 'pool_used' type 1 target 0.6 "}));
INSTANTIATE_TEST_SUITE_P(
    T13, ScaleKey,
    ::testing::Values(Row{"metrics: [{cpu: 70%}, {memory: 80%}, {signal: hits, average: 100}]",
                          "metric 0 '' type 0 target 0.7 activation 0 container ''\n"
                          "metric 1 '' type 0 target 0.8 activation 0 container ''\n"
                          "metric 8 'hits' type 1 target 100 "},
                      Row{"behavior: {up: {policies: [{percent: 100, every: 15s}]}, down: {window: 300s, policies: "
                          "[{percent: 10, every: 60s}]}}",
                          "up window 0s select 0 policies [100 percent in 15s]\n"
                          "down window 5m given select 0 policies [10 percent in 1m]\n"}));
INSTANTIATE_TEST_SUITE_P(
    K2, ScaleKey,
    ::testing::Values(Row{"behavior: {up: {window: 30s, policies: [{instances: 6, every: 30s}]}, down: {window: 600s}}",
                          "up window 30s given select 0 policies [6 instances in 30s]\ndown window 10m given select 0\n"},
                      Row{"behavior: {up: {select: disabled}, down: {select: least, tolerance: 5%}}",
                          "up window 0s select 2\ndown window 1m select 1 tolerance 5%\n"}));
INSTANTIATE_TEST_SUITE_P(T14, ScaleKey,
                         ::testing::Values(Row{"step: {out: 50%, in: 25%, observe: 10m}", "step 0.5 0.25 10m\n"},
                                           Row{"step: {}", "step -1 -1 1m\n"}));
INSTANTIATE_TEST_SUITE_P(
    H5, ScaleKey,
    ::testing::Values(Row{"rules: [{when: cpu > 80%, for: 10m, add: 1, urgency: high}]",
                          "rule 0 '' > 0.8 for 10m every 10m step 1 percent 0 clears -1 urgency 2\n"},
                      Row{"rules: [{when: memory > 85%, for: 5m, add: 50%, until: 70%, urgency: critical}]",
                          "rule 1 '' > 0.85 for 5m every 5m step 0 percent 50 clears 0.7 urgency 3\n"},
                      Row{"rules: [{when: pool_used > 80%, for: 5m, add: 1, urgency: high}]",
                          "rule 8 'pool_used' > 0.8 for 5m every 5m step 1 "},
                      Row{"rules: [{when: errors > 5%, for: 5m, investigate: true, urgency: critical}]",
                          "rule 7 '' > 0.05 for 5m every 5m step 0 percent 0 clears -1 urgency 3 investigate\n"},
                      Row{"rules: [{when: p95 > 5s, for: 10m, add: 1, urgency: high}]",
                          "rule 4 '' > 5 for 10m every 10m step 1 "}));
INSTANTIATE_TEST_SUITE_P(H6, ScaleKey,
                         ::testing::Values(Row{"rules: [{when: cpu < 30%, for: 30m, remove: 50%, until: 40%, urgency: low}]",
                                               "rule 0 '' < 0.3 for 30m every 30m step 0 percent -50 clears 0.4 urgency 0\n"}));
INSTANTIATE_TEST_SUITE_P(T2, ScaleKey,
                         ::testing::Values(Row{"rules: [{when: p99 > 500ms, add: 1}]",
                                               "rule 5 '' > 0.5 for 0s every 1m step 1 "}));
INSTANTIATE_TEST_SUITE_P(
    T5, ScaleKey,
    ::testing::Values(Row{"rules: [{when: backlog(jobs) > 500, add: 1, urgency: critical}]", "rule 6 'jobs' > 500 "},
                      Row{"rules: [{when: waiting > 5, add: 1, urgency: critical}]", "rule 8 'waiting' > 5 "},
                      Row{"rules: [{when: p99 > 1s, for: 30s, every: 5m, add: 1}]", "rule 5 '' > 1 for 30s every 5m step 1 "}));
INSTANTIATE_TEST_SUITE_P(V5, ScaleKey,
                         ::testing::Values(Row{
                             "rules: [{when: cpu > 70%, every: 60s, add: 1}, {when: cpu < 30%, every: 60s, remove: 1}]",
                             "rule 0 '' > 0.7 for 0s every 1m step 1 percent 0 clears -1 urgency 1\n"
                             "rule 0 '' < 0.3 for 0s every 1m step -1 percent 0 clears -1 urgency 1\n"}));
INSTANTIATE_TEST_SUITE_P(
    K5, ScaleKey,
    ::testing::Values(Row{"schedule: [{from: 2026-11-27T08:30Z, until: 2026-11-28T02:00Z, floor: 15, why: Black Friday}]",
                          "floor 15 2026-11-27T08:30Z to 2026-11-28T02:00Z 'Black Friday'\n"},
                      Row{"schedule: [{from: 2026-11-27T09:30+01:00, until: 2026-11-28T02:00Z, floor: 15}]",
                          "floor 15 2026-11-27T08:30Z to 2026-11-28T02:00Z ''\n"}));
INSTANTIATE_TEST_SUITE_P(
    K25, ScaleKey,
    ::testing::Values(Row{"schedule: [{start: \"0 20 * * *\", end: \"0 8 * * *\", zone: Europe/Berlin, exact: 0}]",
                          "exact 0 0 20 * * * to 0 8 * * * in Europe/Berlin ''\n"},
                      Row{"schedule: [{start: \"@daily\", end: \"0 8 * * mon-fri\", exact: 1}]",
                          "exact 1 @daily to 0 8 * * mon-fri in UTC ''\n"}));
INSTANTIATE_TEST_SUITE_P(Rest, ScaleKey,
                         ::testing::Values(Row{"formula: {value: \"max(jobs, hits * 2)\", target: 50}",
                                               "formula 'max(jobs, hits * 2)' type 1 target 50 activation 0\n"},
                                           Row{"formula: {value: hits, target: 0.5, type: value, activation: 3}",
                                               "formula 'hits' type 2 target 0.5 activation 3\n"},
                                           Row{"fallback: {replicas: 6}", "fallback 6 behavior 0 after 3m failures 3\n"},
                                           Row{"fallback: {after: 5m, failures: 4, replicas: 6, behavior: current_if_higher}",
                                               "fallback 6 behavior 2 after 5m failures 4\n"},
                                           Row{"like: hpa", "like 1 "}, Row{"like: keda", "like 2 "},
                                           Row{"{poll: 15s, cooldown: 10m, idle: 1}",
                                               "like 0 tolerance 10% poll 15s cooldown 10m idle 1\n"},
                                           Row{"controller: {sync: 30s, downscale_stabilization: 1m, cpu_initialization: 2m, "
                                               "initial_readiness: 3s, initial_cooldown: 4s}",
                                               "controller 30s 1m 2m 3s 4s\n"}));

// --- the tier itself ---------------------------------------------------------------------------------------------------

TEST(ParseScale, ATierSaysWhatAnInstanceCarriesAndCosts) {
  const Stack stack = good(
      "apiVersion: plimsoll/v1\nname: s\nbalancer: {}\nexternals: {llm: {concurrency: 50, rate: 10rps}}\ncaches: {redis: "
      "{used_for: "
      "[cache]}}\nsignals: {arrived: {name: a, unit: per_second}}\n"
      "tiers:\n  api:\n    kind: service\n    run: {command: [x], metrics: /m}\n    instance: {cpu: 500m..2, start: 4s, price: "
      "$30/month}\n    capacity: {concurrency: 50, service_time: {mean: 20ms, p99: 120ms}, arrivals: arrived, utilization: 70%}\n"
      "    surge: 1\n    priority: 30\n    uses: {redis: {connections: 7}, llm: {calls: 2.5, rate: 2rps}}\n"
      "  worker: {kind: worker, run: {command: [x], metrics: /m}, capacity: {service_time: {mean: 1s}, arrivals: arrived}}\n"
      "  plain: {kind: worker, run: {command: [x]}}\n");
  ASSERT_EQ(stack.tiers.size(), 3U);
  const Tier& api = stack.tiers[0];
  EXPECT_EQ(api.instance.start, 4s);
  EXPECT_DOUBLE_EQ(api.instance.price.per_hour, 30.0 / 730);
  EXPECT_EQ(api.capacity->concurrency, 50);
  EXPECT_EQ(api.capacity->service_mean, 20ms);
  EXPECT_EQ(api.capacity->service_p99, 120ms);
  EXPECT_EQ(api.capacity->arrivals, "arrived");
  EXPECT_EQ(api.capacity->utilization_max, Ratio{0.7});
  EXPECT_EQ(api.surge, 1);
  EXPECT_EQ(api.priority, 30);
  EXPECT_EQ(api.uses.at(0).connections, 7);
  EXPECT_EQ(api.uses.at(1).calls, 2.5);
  EXPECT_EQ(api.uses.at(1).rate, Rate{2});
  EXPECT_EQ(stack.tiers[1].capacity->service_p99, std::nullopt);
  EXPECT_EQ(stack.tiers[1].priority, 0);
  EXPECT_EQ(stack.tiers[2].capacity, std::nullopt);
}

TEST(ParseScale, AServiceGrowsBeforeAWorkerUnlessSaid) {
  const Stack stack =
      good(shop("{}", "  w: {kind: worker, run: {command: [x]}}\n  v: {kind: worker, run: {command: [x]}, priority: 20}\n"));
  EXPECT_EQ(stack.tier("api")->priority, 10);
  EXPECT_EQ(stack.tier("w")->priority, 0);
  EXPECT_EQ(stack.tier("v")->priority, 20);
}

TEST(ParseScale, SignalsOfEverySource) {
  const Stack stack = good(
      "apiVersion: plimsoll/v1\nname: s\ntiers: {w: {kind: worker, run: {command: [x]}}}\nsignals:\n"
      "  a: {name: queue_length, per: instance}\n  b: {from: metrics, name: q, path: /m}\n"
      "  c: {from: json, path: /api/v1/metrics, pointer: /database/pool_utilization_percent, unit: ratio, max_age: 5s}\n"
      "  d: {from: prometheus, url: \"https://p:9090\", query: 'sum(rate(http_requests_total{tier=\"api\"}[30s]))', unit: "
      "per_second}\n");
  const auto says = [&](std::size_t i) {
    const NamedSignal& s = stack.signals.at(i);
    return fmt::format("{} {} {} {} {} {} {}", s.name, static_cast<int>(s.from), s.url, s.query, s.per_instance,
                       static_cast<int>(s.unit), to_text(s.max_age));
  };
  EXPECT_EQ(says(0), "a 0  queue_length true 0 30s");
  EXPECT_EQ(says(1), "b 0 /m q false 0 30s");
  EXPECT_EQ(says(2), "c 1 /api/v1/metrics /database/pool_utilization_percent false 1 5s") << "H22";
  EXPECT_EQ(says(3), "d 2 https://p:9090 sum(rate(http_requests_total{tier=\"api\"}[30s])) false 4 30s");
}

// 10 x 5 + 10 x 3 + 5 + 5 + 10 = 100: what the tiers have is capacity's to add; what they don't have is in the file.
TEST(ParseScale, K20_ReservesAndLimits) {
  const Stack stack = good(
      "apiVersion: plimsoll/v1\nname: s\ntiers: {w: {kind: worker, run: {command: [x]}}}\n"
      "databases: {main: {reserve: {monitoring: 5, replication: 5, admin: 10, superuser: 0}, maintenance: {start: \"0 3 * * "
      "sun\", end: "
      "\"0 4 * * sun\", zone: Europe/Berlin}}, plain: {}}\n"
      "poolers: {pooler: {for: main, replicas: 1..4, max_db_connections: 100, default_pool_size: 50, max_client_conn: 500}}\n"
      "caches: {redis: {used_for: [cache], max_clients: 200}}\nexternals: {llm: {concurrency: 50, rate: 10rps}, free: {}}\n"
      "limits: {cost: $1800/month, cores: 8, memory: 32Gi}\n");
  EXPECT_EQ(stack.database("main")->reserve.sum(), 20);
  EXPECT_EQ(testing::dump(stack.database("main")->maintenance.value()), "0 3 * * sun to 0 4 * * sun in Europe/Berlin") << "K12";
  EXPECT_EQ(stack.database("plain")->reserve.sum(), 3);
  EXPECT_EQ(stack.database("plain")->maintenance, std::nullopt);
  EXPECT_EQ(stack.pooler("pooler")->replicas, (Bounds{1, 4}));
  EXPECT_EQ(stack.cache("redis")->max_clients, 200);
  EXPECT_EQ(stack.external("llm")->concurrency, 50);
  EXPECT_EQ(stack.external("llm")->rate, Rate{10});
  EXPECT_EQ(stack.external("free")->concurrency, std::nullopt);
  EXPECT_DOUBLE_EQ(stack.limits.cost->per_hour, 1800.0 / 730);
  EXPECT_EQ(stack.limits.cores, Cores{8});
  EXPECT_EQ(stack.limits.memory, Bytes{32LL << 30});
}

// --- profiles ------------------------------------------------------------------------------------------------------------

std::string worker_with(const std::string& keys, const std::string& queues = "{jobs: {}}", const std::string& profiles = "{}") {
  return "apiVersion: plimsoll/v1\nname: s\ncaches: {redis: {used_for: [queue]}}\nprofiles: " + profiles +
         "\ntiers: {w: {kind: worker, run: {command: [x]}, uses: {redis: {}}, consumes: " + queues + ", " + keys + "}}\n";
}

std::string profile_of(const std::string& text) {
  const Stack stack = good(text);
  if (stack.tiers.empty()) return {};
  const Tier& tier = stack.tiers[0];
  return fmt::format("{} {} {} {}..{}", tier.consumes.at(0).per_instance, to_text(tier.scale.poll), to_text(tier.scale.cooldown),
                     tier.replicas.min, tier.replicas.max);
}

TEST(ParseScale, K7_TheFourProfiles) {
  EXPECT_EQ(profile_of(worker_with("scale: {profile: normal}")), "50 15s 5m 1..30");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: high-throughput}")), "20 10s 3m 1..50");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: cost-sensitive}")), "100 30s 10m 1..15");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: batch}")), "10 10s 1m 1..50");
}

TEST(ParseScale, K6_WhatTheTierSaysWins) {
  EXPECT_EQ(profile_of(worker_with("replicas: 2..30, scale: {profile: batch}", "{decisions: {per_instance: 50}}")),
            "50 10s 1m 2..30");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: batch, poll: 15s, cooldown: 0s}")), "10 15s 0s 1..50");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: batch, pollingInterval: 7, cooldownPeriod: 8, minReplicaCount: 2}")),
            "10 7s 8s 2..50");
}

TEST(ParseScale, AProfileOfOnesOwn) {
  EXPECT_EQ(profile_of(worker_with("scale: {profile: calm}", "{jobs: {}}", "{calm: {per_instance: 30, poll: 1m, max: 4}}")),
            "30 1m 5m 1..4");
  EXPECT_EQ(profile_of(worker_with("scale: {profile: normal}", "{jobs: {}}", "{normal: {per_instance: 5}}")), "5 0s 5m 1..1")
      << "in place of the one every stack has";
}

TEST(ParseScale, SixteenPoliciesOfAllKinds) {
  const std::string five_rules =
      "rules: [{when: cpu > 1%, add: 1}, {when: cpu > 2%, add: 1}, {when: cpu > 3%, add: 1}, {when: cpu > 4%, add: 1}, {when: "
      "cpu > 5%, "
      "add: 1}]";
  const std::string four_times =
      "schedule: [{start: \"0 1 * * *\", end: \"0 2 * * *\", floor: 2}, {start: \"0 3 * * *\", end: \"0 4 * * *\", floor: 2}, "
      "{start: \"0 "
      "5 * * *\", end: \"0 6 * * *\", floor: 2}, {start: \"0 7 * * *\", end: \"0 8 * * *\", floor: 2}]";
  const std::string formula = "formula: {value: hits, target: 5}";
  const auto with = [&](const std::string& metrics) {
    return parse(shop("metrics: [" + metrics + "]\n      " + five_rules + "\n      " + four_times + "\n      " + formula,
                      "    capacity: {service_time: {mean: 20ms}}\n"),
                 testing::environment());
  };
  EXPECT_TRUE(with("{cpu: 70%}, {cpu: 71%}, {cpu: 72%}, {cpu: 73%}, {cpu: 74%}").ok());
  const Parsed<Stack> over = with("{cpu: 70%}, {cpu: 71%}, {cpu: 72%}, {cpu: 73%}, {cpu: 74%}, {cpu: 75%}");
  ASSERT_EQ(over.diagnostics.size(), 1U);
  EXPECT_EQ(over.diagnostics[0].message, "17 policies: metrics, queues, rules, schedules, formula and capacity together");
}

TEST(ParseScale, ACronThatNeverComesIsSaidButNoError) {
  const Parsed<Stack> parsed =
      parse(shop("schedule: [{start: \"0 0 30 2 *\", end: \"0 1 30 2 *\", floor: 5}]"), testing::environment());
  EXPECT_TRUE(parsed.ok());
  ASSERT_FALSE(parsed.diagnostics.empty());
  EXPECT_EQ(parsed.diagnostics[0].severity, Severity::warning);
}

TEST(StackFiles, EveryStackParses) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "stacks")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = testing::read_file(entry.path());
    const Parsed<Stack> parsed = parse(text, [](std::string_view) { return std::optional<std::string>("value"); });
    EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, entry.path().filename().string(), text, false);
    ++files;
  }
  EXPECT_GE(files, 7);
}

}  // namespace
}  // namespace plimsoll::spec
