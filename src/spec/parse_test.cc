#include "spec/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "spec/render_diagnostic.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {
using namespace std::chrono_literals;
using testing::brief;
using ::testing::ElementsAre;
using testing::environment;
using ::testing::Pair;

Stack good(std::string_view text, const Environment& env = environment()) {
  const Parsed<Stack> parsed = parse(text, env);
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
  return parsed.value.value_or(Stack{});
}

/// A worker alone, with more keys for it and for the stack.
std::string worker(std::string_view keys, std::string_view more = "") {
  return "apiVersion: plimsoll/v1\nname: s\ntiers:\n  w:\n    kind: worker\n    run: {command: [w]}\n" + std::string(keys) +
         std::string(more);
}

constexpr std::string_view everything = R"(
apiVersion: plimsoll/v1
name: kaireon-2
objectives: {latency: {p50: 100ms, p95: 500ms, p99: 1s}, errors: 1%}
balancer: {engine: haproxy, listen: "0.0.0.0:9000", algorithm: roundrobin, health: {path: /healthz, every: 5s, timeout: 3s}, drain: 40s, timeout: 1m}
tiers:
  api:
    kind: service
    run:
      command: [plimsoll-app, api, "--flag=a b"]
      env: {TOKEN: "Bearer ${API_TOKEN}", EMPTY: "", PLAIN: 5, DOLLAR: "$${HOME} costs $5"}
      ready: /up
      live: /alive
      probes: {ready: {after: 10s, every: 5s}, live: {after: 30s, timeout: 2s, failures: 5}}
      metrics: /metrics
      ready_within: 20s
      stop_within: 90s
    instance: {cpu: 500m..2, memory: 512Mi..2Gi}
    replicas: 3..20
    uses: {main: {through: pooler, connections: 7}, redis: {}}
    publishes: [decisions, "pipelines:high"]
    objectives: {errors: 0.1%}
    scale:
      tolerance: 5%
      metrics: [{cpu: 70%}, {memory: 80%}, {signal: requests_per_second, average: 6000/min}, {signal: queued_requests, average: 2.5}]
      behavior:
        up: {window: 30s, policies: [{instances: 6, every: 30s}, {percent: 50, every: 1m}]}
        down: {window: 10m, policies: [{percent: 10, every: 60s}]}
      rules: [{when: p95 > 5s, for: 10m, every: 5m, add: 2}, {when: backlog(decisions) < 3, every: 60s, remove: 1}]
  worker:
    kind: worker
    run: {command: [plimsoll-app, worker]}
    replicas: 4
    consumes: {decisions: {per_instance: 50}, "pipelines:high": {per_instance: 0.5}}
    uses: {main: {}, redis: {}}
databases: {main: {engine: postgres, read_replicas: 1, max_connections: 200, settings: {work_mem: 4MB, shared_buffers: "${BUFFERS}"}}}
poolers: {pooler: {for: main, mode: session, default_pool_size: 25, max_client_conn: 500, max_db_connections: 80}}
caches: {redis: {engine: redis, maxmemory: 12gb, policy: volatile-lru, used_for: [cache, queue]}}
)";

Stack the_whole() { return good(everything, environment({{"API_TOKEN", "t0p"}, {"BUFFERS", "128MB"}})); }

TEST(Parse, TheStackAndItsBalancer) {
  const Stack stack = the_whole();
  EXPECT_EQ(stack.name, "kaireon-2");
  EXPECT_EQ(stack.objectives.p50, 100ms);
  EXPECT_EQ(stack.objectives.p95, 500ms);
  EXPECT_EQ(stack.objectives.p99, 1s);
  EXPECT_EQ(stack.objectives.errors, Ratio{0.01});
  ASSERT_TRUE(stack.balancer);
  const Balancer& balancer = *stack.balancer;
  EXPECT_EQ(balancer.engine, BalancerEngine::haproxy);
  EXPECT_EQ(balancer.address, "0.0.0.0");
  EXPECT_EQ(balancer.listen, 9000);
  EXPECT_EQ(balancer.algorithm, BalancerAlgorithm::roundrobin);
  EXPECT_EQ(balancer.health.path, "/healthz");
  EXPECT_EQ(balancer.health.every, 5s);
  EXPECT_EQ(balancer.health.timeout, 3s);
  EXPECT_EQ(balancer.drain, 40s);
  EXPECT_EQ(balancer.timeout, 1min);
}

TEST(Parse, HowATierRuns) {
  const Stack stack = the_whole();
  ASSERT_EQ(stack.tiers.size(), 2U);
  const Tier& api = stack.tiers[0];
  EXPECT_EQ(api.name, "api");
  EXPECT_EQ(api.kind, TierKind::service);
  EXPECT_THAT(api.run.command, ElementsAre("plimsoll-app", "api", "--flag=a b"));
  EXPECT_THAT(api.run.env, ElementsAre(Pair("DOLLAR", "${HOME} costs $5"), Pair("EMPTY", ""), Pair("PLAIN", "5"),
                                       Pair("TOKEN", "Bearer t0p")));
  EXPECT_EQ(api.run.ready, "/up");
  EXPECT_EQ(api.run.live, "/alive");
  EXPECT_EQ(api.run.ready_probe, (Probe{.after = 10s, .every = 5s}));
  EXPECT_EQ(api.run.live_probe, (Probe{.after = 30s, .timeout = 2s, .failures = 5}));
  EXPECT_EQ(api.run.metrics, "/metrics");
  EXPECT_EQ(api.run.ready_within, 20s);
  EXPECT_EQ(api.run.stop_within, 90s);
  EXPECT_EQ(api.instance.cpu.request, Cores{0.5});
  EXPECT_EQ(api.instance.cpu.limit, Cores{2});
  ASSERT_TRUE(api.instance.memory);
  EXPECT_EQ(api.instance.memory->request, Bytes{512LL << 20});
  EXPECT_EQ(api.instance.memory->limit, Bytes{2LL << 30});
  EXPECT_EQ(api.replicas, (Bounds{3, 20}));
  ASSERT_TRUE(api.objectives);
  EXPECT_EQ(api.objectives->errors, Ratio{0.001});
  EXPECT_EQ(api.objectives->p95, std::nullopt);
}

TEST(Parse, WhatATierUsesAndExchanges) {
  const Stack stack = the_whole();
  const Tier& api = stack.tiers[0];
  ASSERT_EQ(api.uses.size(), 2U);
  EXPECT_EQ(api.uses[0].component, "main");
  EXPECT_EQ(api.uses[0].through, "pooler");
  EXPECT_EQ(api.uses[0].connections, 7);
  EXPECT_EQ(api.uses[0].at.line, 20);
  EXPECT_EQ(api.uses[0].at.column, 12);
  EXPECT_EQ(api.uses[1].component, "redis");
  EXPECT_THAT(api.publishes, ElementsAre("decisions", "pipelines:high"));
  const Tier& worker_tier = stack.tiers[1];
  EXPECT_EQ(worker_tier.kind, TierKind::worker);
  EXPECT_EQ(worker_tier.replicas, (Bounds{4, 4}));
  EXPECT_EQ(worker_tier.uses[0].through, "");
  ASSERT_EQ(worker_tier.consumes.size(), 2U);
  EXPECT_EQ(worker_tier.consumes[0].list, "decisions");
  EXPECT_EQ(worker_tier.consumes[0].per_instance, 50);
  EXPECT_EQ(worker_tier.consumes[1].list, "pipelines:high");
  EXPECT_EQ(worker_tier.consumes[1].per_instance, 0.5);
}

TEST(Parse, HowATierScales) {
  const Stack stack = the_whole();
  const Scale& scale = stack.tiers[0].scale;
  EXPECT_EQ(scale.tolerance, Ratio{0.05});
  const auto target = [](SignalKind signal, TargetType type, double value) {
    return ::testing::AllOf(::testing::Field(&MetricTarget::signal, signal), ::testing::Field(&MetricTarget::type, type),
                            ::testing::Field(&MetricTarget::target, ::testing::DoubleEq(value)));
  };
  EXPECT_THAT(scale.metrics, ElementsAre(target(SignalKind::cpu, TargetType::utilization, 0.7),
                                         target(SignalKind::memory, TargetType::utilization, 0.8),
                                         target(SignalKind::requests_per_second, TargetType::average, 100),
                                         target(SignalKind::queued_requests, TargetType::average, 2.5)));
  const auto policy = [](RatePolicy::Unit unit, double amount, Duration every) {
    return ::testing::AllOf(::testing::Field(&RatePolicy::unit, unit), ::testing::Field(&RatePolicy::amount, amount),
                            ::testing::Field(&RatePolicy::every, every));
  };
  EXPECT_EQ(scale.behavior.up.window, 30s);
  EXPECT_THAT(scale.behavior.up.policies,
              ElementsAre(policy(RatePolicy::Unit::instances, 6, 30s), policy(RatePolicy::Unit::percent, 50, 60s)));
  EXPECT_EQ(scale.behavior.down.window, 10min);
  EXPECT_THAT(scale.behavior.down.policies, ElementsAre(policy(RatePolicy::Unit::percent, 10, 60s)));
  ASSERT_EQ(scale.rules.size(), 2U);
  EXPECT_EQ(scale.rules[0].signal, SignalKind::p95);
  EXPECT_EQ(scale.rules[0].comparison, ThresholdRule::Comparison::above);
  EXPECT_EQ(scale.rules[0].threshold, 5);
  EXPECT_EQ(scale.rules[0].held, 10min);
  EXPECT_EQ(scale.rules[0].every, 5min);
  EXPECT_EQ(scale.rules[0].step, 2);
  EXPECT_EQ(scale.rules[1].signal, SignalKind::backlog);
  EXPECT_EQ(scale.rules[1].list, "decisions");
  EXPECT_EQ(scale.rules[1].comparison, ThresholdRule::Comparison::below);
  EXPECT_EQ(scale.rules[1].held, 0s);
  EXPECT_EQ(scale.rules[1].step, -1);
}

TEST(Parse, DatabasesPoolersCaches) {
  const Stack stack = the_whole();
  ASSERT_TRUE(stack.database("main"));
  EXPECT_EQ(stack.database("main")->read_replicas, 1);
  EXPECT_EQ(stack.database("main")->max_connections, 200);
  EXPECT_THAT(stack.database("main")->settings, ElementsAre(Pair("shared_buffers", "128MB"), Pair("work_mem", "4MB")));
  ASSERT_TRUE(stack.pooler("pooler"));
  EXPECT_EQ(stack.pooler("pooler")->database, "main");
  EXPECT_EQ(stack.pooler("pooler")->mode, PoolMode::session);
  EXPECT_EQ(stack.pooler("pooler")->default_pool_size, 25);
  EXPECT_EQ(stack.pooler("pooler")->max_client_conn, 500);
  EXPECT_EQ(stack.pooler("pooler")->max_db_connections, 80);
  ASSERT_TRUE(stack.cache("redis"));
  EXPECT_EQ(stack.cache("redis")->maxmemory, Bytes{12LL << 30});
  EXPECT_EQ(stack.cache("redis")->policy, "volatile-lru");
  EXPECT_THAT(stack.cache("redis")->used_for, ElementsAre(CacheUse::cache, CacheUse::queue));
}

TEST(Parse, AnAnchorSavesWriting) {
  const Stack stack = good(worker("    uses: &u {db: {connections: 9}}\n  v: {kind: worker, run: {command: [v]}, uses: *u}\n",
                                  "databases: {db: {}}\n"));
  EXPECT_EQ(stack.tiers[1].uses[0].connections, 9);
}

TEST(Parse, OneValueIsARequestWithoutALimit) {
  const Stack stack = good(worker("    instance: {cpu: 250m, memory: 64Mi}\n"));
  EXPECT_EQ(stack.tiers[0].instance.cpu.request, Cores{0.25});
  EXPECT_EQ(stack.tiers[0].instance.cpu.limit, std::nullopt);
  EXPECT_EQ(stack.tiers[0].instance.memory->limit, std::nullopt);
}

TEST(Parse, AnEmptyFileIsOneError) {
  const Parsed<Stack> parsed = parse("", environment());
  EXPECT_FALSE(parsed.value);
  EXPECT_EQ(brief(parsed.diagnostics), "1:1+1 the file is empty\n");
}

TEST(Parse, DiagnosticsStandInTheOrderOfTheTextWithTheirPaths) {
  const Parsed<Stack> parsed =
      parse(worker("    replicas: 5..2\n    colour: red\n", "databases: {main: {read_replicas: x}}\n"), environment());
  EXPECT_EQ(brief(parsed.diagnostics),
            "7:15+4 the minimum 5 is above the maximum 2\n8:5+6 unknown key 'colour'\n9:35+1 'x' is not a whole number\n");
  EXPECT_EQ(parsed.diagnostics.at(0).path, "tiers.w.replicas");
  EXPECT_EQ(parsed.diagnostics.at(1).path, "tiers.w");
  EXPECT_EQ(parsed.diagnostics.at(2).path, "databases.main.read_replicas");
}

// What comes out of the environment may be a secret: it stands in no diagnostic, neither when it fits nor when it does not.
TEST(Parse, AValueOfTheEnvironmentIsNeverShown) {
  const std::string text = worker("", "databases: {main: {settings: {work_mem: \"${SECRET}\"}}}\n");
  const Parsed<Stack> parsed = parse(text, environment({{"SECRET", "hunter2\nport = 1"}}));
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  const std::string shown = render(parsed.diagnostics, "f", text, false);
  EXPECT_THAT(shown, ::testing::HasSubstr("the value of '${SECRET}' is not one line of text"));
  EXPECT_THAT(shown, ::testing::Not(::testing::HasSubstr("hunter2")));
}

TEST(Parse, TheEnvironmentIsAskedOnlyForWhatIsWritten) {
  std::vector<std::string> asked;
  const Environment env = [&](std::string_view name) -> std::optional<std::string> {
    asked.emplace_back(name);
    return "x";
  };
  EXPECT_TRUE(parse(worker("", "databases: {main: {settings: {a: \"${A}-${B}\", b: \"$${C}\"}}}\n"), env).ok());
  EXPECT_THAT(asked, ElementsAre("A", "B"));
}

TEST(Parse, TheQuickstartIsAGoodExample) {
  const std::string text = testing::source_file("stacks/quickstart.yaml");
  const Stack stack = good(text);
  EXPECT_EQ(stack.name, "quickstart");
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 70);
  const Tier* api = stack.tier("api");
  const Tier* jobs = stack.tier("worker");
  ASSERT_TRUE(stack.balancer && api && jobs);
  EXPECT_FALSE(api->scale.metrics.empty());
  EXPECT_THAT(api->publishes, ElementsAre("decisions"));
  ASSERT_EQ(jobs->consumes.size(), 1U);
  EXPECT_EQ(jobs->consumes[0].list, "decisions");
  EXPECT_EQ(stack.databases.at(0).read_replicas, 1);
  EXPECT_TRUE(stack.caches.at(0).holds(CacheUse::queue));
}

TEST(Parse, V5_TheSimpleLoopIsAPolicy) {
  const Stack stack = good(testing::source_file("stacks/va-autoscale.yaml"));
  const Tier* server = stack.tier("server");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->replicas, (Bounds{2, 10}));
  EXPECT_TRUE(server->scale.metrics.empty());
  ASSERT_EQ(server->scale.rules.size(), 2U);
  const ThresholdRule& up = server->scale.rules[0];
  const ThresholdRule& down = server->scale.rules[1];
  EXPECT_EQ(up.signal, SignalKind::cpu);
  EXPECT_EQ(up.comparison, ThresholdRule::Comparison::above);
  EXPECT_DOUBLE_EQ(up.threshold, 0.7);
  EXPECT_EQ(up.every, 60s);
  EXPECT_EQ(up.step, 1);
  EXPECT_EQ(down.comparison, ThresholdRule::Comparison::below);
  EXPECT_DOUBLE_EQ(down.threshold, 0.3);
  EXPECT_EQ(down.every, 60s);
  EXPECT_EQ(down.step, -1);
}

TEST(Parse, ATierHasAtMostSixteenPolicies) {
  const auto with_rules = [](int count) {
    std::string rules = "    scale:\n      rules:\n";
    for (int i = 0; i < count; ++i) rules += "        - {when: cpu > 70%, every: 60s, add: 1}\n";
    return parse(worker(rules), environment());
  };
  EXPECT_TRUE(with_rules(16).ok());
  const Parsed<Stack> parsed = with_rules(17);
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].message, "17 policies: metrics, queues, rules, schedules, formula and capacity together");
  EXPECT_EQ(parsed.diagnostics[0].at.line, 4);
}

}  // namespace
}  // namespace plimsoll::spec
