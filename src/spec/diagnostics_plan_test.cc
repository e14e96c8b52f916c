// Mistakes in what plans, checks and costs are made from, as their owner sees them (testing/mistakes.h).

#include <gtest/gtest.h>

#include "spec/testing/mistakes.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view base = R"(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080, class: alb, client_rate: 100/min, client_burst: 20}
tiers:
  api:
    kind: service
    run: {image: "shop/api:1"}
    instance: {class: t3.medium, market: spot, arch: arm64}
    baseline: {users: 100, rate: 550/min, cpu: 60%, excludes: [llm], work: {simple: 500rps, sockets: 50}}
    placement: {spread_hosts: 100, own_hosts: true}
    disruption: {min_available: 50%}
    vertical: {mode: auto, cpu: 250m..4}
    sessions: cache
    uses: {main: {connections: 20, overflow: 10, reads: 90%, session_features: [listen]}, redis: {}, llm: {share: 30%}, vectors: {}}
databases:
  main:
    multi_az: true
    storage: {size: 500GB, max: 1000GB, used: 300GB}
    partitions: [{table: messages, by: month, schedule: "0 0 1 * *"}]
    extensions: [vector]
    steps: [{users: 100, memory: 2GB}, {users: 300, memory: 4GB}]
poolers: {pooler: {for: main, table: [{replicas: {api: 3}, instances: 1}]}}
caches:
  redis: {used_for: [cache], architecture: sentinel, replicas: 2, sentinels: 3, quorum: 2, ops: 5000/s, content: {hit_rate_min: 30%}}
externals: {llm: {latency: {p50: 6s, p99: 20s}}}
vector_stores: {vectors: {nodes: 3, collections: {docs: {dimensions: 384, replication: 2}}}}
growth:
  per_month: 1.5
  onboarding: [{at: 2026-12-01T00:00Z, users: 500}]
  bands: [{to: 100, replicas: 1, cost_least: $50/month, cost_most: $60/month}, {from: 100, to: 300}, {from: 300}]
budget: $1800/month
catalog: aws-2026
regions: {us-east-1: {share: 60%}, eu-west-1: {share: 30%}, ap-southeast-1: {}}
)";

const std::vector<testing::Mistake> rows = {
    {"plan", "neither a command nor an image", "{image: \"shop/api:1\"}", "{ready: /up}"},
    {"plan", "an image that is none", "shop/api:1", "shop api"},
    {"plan", "a class that is no name", "class: t3.medium", "class: \"t3 medium\""},
    {"plan", "a market", "market: spot", "market: spott"},
    {"plan", "an architecture", "arch: arm64", "arch: arm"},
    {"plan", "a burst of no rate", "client_rate: 100/min, ", ""},
    {"plan", "a flag", "own_hosts: true", "own_hosts: yes"},
    {"plan", "a weight out of range", "spread_hosts: 100", "spread_hosts: 101"},
    {"plan", "both ways to say what must stay", "{min_available: 50%}", "{min_available: 50%, max_unavailable: 1}"},
    {"plan", "nothing that must stay", "{min_available: 50%}", "{}"},
    {"plan", "more than all must stay", "50%}\n    vertical", "150%}\n    vertical"},
    {"plan", "least above most", "250m..4", "4..250m"},
    {"plan", "where sessions are", "sessions: cache", "sessions: redis"},
    {"plan", "work that is no amount", "sockets: 50", "sockets: fifty"},
    {"plan", "work of nothing", "simple: 500rps", "simple: 0rps"},
    {"plan", "a feature", "[listen]", "[listn]"},
    {"plan", "users of a step", "{users: 300, memory: 4GB}", "{memory: 4GB}"},
    {"plan", "a cron", "\"0 0 1 * *\"", "\"0 0 32 * *\""},
    {"plan", "an extension", "[vector]", "[\"vector; drop\"]"},
    {"plan", "a partition's range", "by: month", "by: quarter"},
    {"plan", "a budget without its time", "$1800/month", "$1800"},
    {"plan", "growth of a share", "per_month: 1.5", "per_month: 50%"},
    {"plan", "a time without a zone", "2026-12-01T00:00Z", "2026-12-01T00:00"},
    {"plan", "a collection without dimensions", "dimensions: 384, ", ""},
    {"plan", "the name of a region", "us-east-1:", "us_east_1:"},
    {"plan", "an unknown key", "replication: 2", "replicas: 2"},

    {"plan_references", "excluded, but not called", "excludes: [llm]", "excludes: [lmm]"},
    {"plan_references", "excluded, but no external", "excludes: [llm]", "excludes: [main]"},
    {"plan_references", "excluded, and nothing is called", "redis: {}, llm: {share: 30%}", "redis: {}"},
    {"plan_references", "a pooler's table of unknown tiers", "{replicas: {api: 3}", "{replicas: {app: 3}"},
    {"plan_references", "overflow of a cache", "redis: {}, llm", "redis: {overflow: 5}, llm"},
    {"plan_references", "reads of an external", "share: 30%", "reads: 30%"},
    {"plan_references", "session features of a vector store", "vectors: {}}", "vectors: {session_features: [set]}}"},
    {"plan_references", "connections to a vector store", "vectors: {}}", "vectors: {connections: 5}}"},
    {"plan_references", "an unknown vector store", "vectors: {}}", "vector: {}}"},
    {"plan_references", "one name, two components", "vector_stores: {vectors:", "vector_stores: {redis: {}, vectors:"},
    {"plan_references", "steps that do not rise", "users: 300, memory", "users: 100, memory"},
    {"plan_references", "storage that shrinks", "max: 1000GB", "max: 400GB"},
    {"plan_references", "storage that is more than full", "used: 300GB", "used: 600GB"},
    {"plan_references", "shards without a cluster", "replicas: 2, sentinels", "shards: 3, replicas: 2, sentinels"},
    {"plan_references", "keys of another architecture", "architecture: sentinel, ", "architecture: cluster, ", 2},
    {"plan_references", "copies of a single node", "architecture: sentinel, replicas: 2, sentinels: 3, quorum: 2", "replicas: 2"},
    {"plan_references", "a quorum of more than there are", "quorum: 2", "quorum: 4"},
    {"plan_references", "more copies than nodes", "replication: 2", "replication: 4"},
    {"plan_references", "more copies than nodes, by the default", "nodes: 3, ", ""},
    {"plan_references", "an external's latency falls", "p99: 20s", "p99: 2s"},
    {"plan_references", "a band that ends before it begins", "{from: 100, to: 300}", "{from: 100, to: 100}"},
    {"plan_references", "bands that overlap", "{from: 100, to: 300}", "{from: 50, to: 300}"},
    {"plan_references", "a band after one without an end", "{from: 100, to: 300}", "{from: 100}"},
    {"plan_references", "a band's cost falls", "cost_most: $60/month", "cost_most: $40/month"},
    {"plan_references", "regions that are more than all", "eu-west-1: {share: 30%}", "eu-west-1: {share: 50%}"},

    {"plan_references", "nothing is said of what a broken part decides", "architecture: sentinel", "architecture: sentinal"},
    {"plan_references", "a broken section of vector stores", "vector_stores:", "vector_store:"},
};

TEST(PlanDiagnostics, TheBaseIsGood) { testing::expect_good(base); }

TEST(PlanDiagnostics, OneMistakeIsOneErrorAndShownAsInTheGoldens) { testing::expect_mistakes(base, rows); }

}  // namespace
}  // namespace plimsoll::spec
