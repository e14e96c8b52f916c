// Every mistake a file can hold, as its owner sees it (testing/mistakes.h). What decides the count: diagnostics_scale_test.cc.

#include <gtest/gtest.h>

#include "spec/testing/mistakes.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view base = R"(apiVersion: plimsoll/v1
name: shop
objectives: {latency: {p95: 500ms, p99: 1s}, errors: 1%}
balancer:
  listen: 8080
tiers:
  api:
    kind: service
    run:
      command: [shop, api]
      metrics: /metrics
    instance: {cpu: 250m..500m, memory: 128Mi..256Mi}
    replicas: 3..20
    uses: {main: {through: pooler, connections: 4}, redis: {}}
    publishes: [orders]
    scale:
      metrics: [{cpu: 70%}, {signal: requests_per_second, average: 100}]
      behavior: {down: {window: 60s, policies: [{instances: 2, every: 30s}]}}
      rules: [{when: "p95 > 2s", for: 1m, every: 1m, add: 1}]
  worker:
    kind: worker
    run: {command: [shop, worker]}
    uses: {main: {through: pooler}, redis: {}}
    consumes: {orders: {per_instance: 20}}
databases: {main: {read_replicas: 1, settings: {work_mem: 4MB}}, audit: {}}
poolers: {pooler: {for: main, default_pool_size: 20}}
caches: {redis: {used_for: [cache, queue], maxmemory: 64mb}, spare: {used_for: [queue]}}
)";

const std::vector<testing::Mistake> rows = {
    // keys
    {"keys", "unknown key", "replicas: 3", "replcas: 3"},
    {"keys", "unknown key at the top", "databases:", "database:"},
    {"keys", "unknown key that is nothing like any", "    publishes:", "    zebra: 1\n    publishes:"},
    {"keys", "a key of a later version", "balancer:", "forecast: {}\nbalancer:"},
    {"keys", "a typo in a required key is one error", "command: [shop, api]", "comand: [shop, api]"},
    {"keys", "missing key in a block", "      command: [shop, api]\n", ""},
    {"keys", "missing key in braces", "{for: main, default_pool_size: 20}", "{default_pool_size: 20}"},
    {"keys", "missing at the top", "name: shop\n", ""},
    {"keys", "duplicate key", "    publishes:", "    replicas: 2\n    publishes:"},
    {"keys", "duplicate component", "caches:", "databases: {other: {}}\ncaches:"},
    {"keys", "merge key", "    publishes:", "    <<: {kind: worker}\n    publishes:"},
    {"keys", "no value", "replicas: 3..20", "replicas:"},
    {"keys", "no value for a component", "redis: {}}\n    publishes", "redis: }\n    publishes"},
    {"keys", "wrong version", "plimsoll/v1", "plimsoll/v2"},
    {"keys", "no tiers", nullptr, "apiVersion: plimsoll/v1\nname: shop\ntiers: {}\n"},
    {"keys", "not a map", nullptr, "- apiVersion: plimsoll/v1\n"},
    {"keys", "just a word", nullptr, "hello\n"},
    {"keys", "empty", nullptr, "# a comment\n"},

    // YAML itself
    {"yaml", "tab", "    publishes:", "\tpublishes:"},
    {"yaml", "unclosed bracket", "[orders]", "[orders"},
    {"yaml", "second document", "databases:", "---\ndatabases:"},
    {"yaml", "tag", "3..20", "!range 3..20"},
    {"yaml", "unknown alias", "3..20", "*bounds"},
    {"yaml", "bad indentation", "    replicas: 3..20", "   replicas: 3..20"},
    {"yaml", "not UTF-8", "name: shop", "name: sh\xF6p"},

    // values
    {"values", "duration without a unit", "window: 60s", "window: 60"},
    {"values", "duration with an unknown unit", "window: 60s", "window: 60sec"},
    {"values", "duration of nothing", "every: 30s", "every: 0s"},
    {"values", "memory in thousandths", "memory: 128Mi..256Mi", "memory: 128m"},
    {"values", "CPU in bytes", "cpu: 250m..500m", "cpu: 250Mi"},
    {"values", "request above limit", "250m..500m", "500m..250m"},
    {"values", "request above limit, memory", "128Mi..256Mi", "1Gi..256Mi"},
    {"values", "min above max", "3..20", "20..3"},
    {"values", "no replicas at all", "3..20", "0"},
    {"values", "replicas that are no number", "3..20", "3-20"},
    {"values", "negative replicas", "3..20", "-3..20"},
    {"values", "open range", "3..20", "3.."},
    {"values", "share without a percent sign", "cpu: 70%", "cpu: 70"},
    {"values", "share above all", "errors: 1%", "errors: 120%"},
    {"values", "not a number", "connections: 4}", "connections: four}"},
    {"values", "out of range", "connections: 4}", "connections: 0}"},
    {"values", "not a whole number", "connections: 4}", "connections: 4.5}"},
    {"values", "far out of range", "connections: 4}", "connections: 99999999999}"},
    {"values", "rate", "average: 100", "average: 100rpm"},
    {"values", "a rate where requests are counted", "{signal: requests_per_second, average: 100}",
     "{signal: queued_requests, average: 5/s}"},
    {"values", "enumeration", "kind: worker", "kind: wroker"},
    {"values", "enumeration in a list", "[cache, queue]", "[cache, queues]"},
    {"values", "empty list", "[cache, queue]", "[]"},
    {"values", "algorithm", "listen: 8080", "algorithm: leastcon"},
    {"values", "port out of range", "listen: 8080", "listen: 65536"},
    {"values", "port zero", "listen: 8080", "listen: 127.0.0.1:0"},
    {"values", "not a port", "listen: 8080", "listen: http"},
    {"values", "not an address", "listen: 8080", "listen: 300.0.0.1:8080"},
    {"values", "a host name", "listen: 8080", "listen: localhost:8080"},
    {"values", "name", "name: shop", "name: My Shop"},
    {"values", "long name", "name: shop", "name: a123456789b123456789c123456789d123456789e"},
    {"values", "component name", "  worker:", "  Worker_1:"},
    {"values", "list name", "[orders]", "[\"orders,more\"]", 1},
    {"values", "path", "/metrics", "metrics"},
    {"values", "path with a blank", "/metrics", "\"/metrics x\""},
    {"values", "command as a text", "[shop, api]", "shop api"},
    {"values", "empty command", "[shop, api]", "[]"},
    {"values", "command without a program", "[shop, api]", "[\"\", api]"},
    {"values", "a list where a value belongs", "3..20", "[3, 20]"},
    {"values", "a map where a value belongs", "3..20", "{min: 3}"},
    {"values", "a value where a map belongs", "{cpu: 250m..500m, memory: 128Mi..256Mi}", "250m"},
    {"values", "a list where a map belongs", "{orders: {per_instance: 20}}", "[orders]"},
    {"values", "jobs per instance", "per_instance: 20", "per_instance: 0"},
    {"values", "objectives that fall", "p99: 1s", "p99: 100ms"},
    {"values", "pooler mode", "for: main", "for: main, mode: transactional"},
    {"values", "eviction policy", "maxmemory: 64mb", "policy: allkeys-lur"},
    {"values", "maxmemory", "64mb", "64 mb"},

    // the environment
    {"environment", "variable that is not set", "4MB", "\"${WORK_MEM}\""},
    {"environment", "one of several", "4MB", "\"a${SET}b${WORK_MEM}c\""},
    {"environment", "no variable", "4MB", "\"${WORK MEM}\""},
    {"environment", "unclosed", "4MB", "\"${WORK_MEM\""},
    {"environment", "in a command", "[shop, api]", "[shop, \"--token=${TOKEN}\"]"},
    {"environment", "variable that plimsoll sets", "      metrics:", "      env: {PORT: 80}\n      metrics:"},
    {"environment", "name of a variable", "      metrics:", "      env: {my-token: x}\n      metrics:"},
    {"environment", "setting that plimsoll sets", "work_mem: 4MB", "max_connections: 50"},
    {"environment", "name of a setting", "work_mem: 4MB", "Work Mem: 4MB"},
    {"environment", "a second line smuggled into a setting", "4MB", "\"4MB\\nport = 1\""},

    // scale
    {"scale", "metric without a target", "{signal: requests_per_second, average: 100}", "{signal: requests_per_second}"},
    {"scale", "average of nothing", "{signal: requests_per_second, average: 100}", "{average: 100}"},
    {"scale", "average beside cpu", "{cpu: 70%}", "{cpu: 70%, average: 3}"},
    {"scale", "two metrics in one", "{cpu: 70%}", "{cpu: 70%, memory: 80%}"},
    {"scale", "empty metric", "{cpu: 70%}", "{}"},
    {"scale", "unknown signal", "signal: requests_per_second", "signal: request_per_second"},
    {"scale", "policy without an amount", "{instances: 2, every: 30s}", "{every: 30s}"},
    {"scale", "policy without a period", "{instances: 2, every: 30s}", "{instances: 2}"},
    {"scale", "policy with two amounts", "{instances: 2, every: 30s}", "{instances: 2, percent: 10, every: 30s}"},
    {"scale", "policy with a typo is one error", "{instances: 2, every: 30s}", "{instance: 2, every: 30s}"},
    {"scale", "rule that does nothing", ", add: 1}", "}"},
    {"scale", "rule that does both", "add: 1", "add: 1, remove: 1"},
    {"scale", "rule that adds nothing", "add: 1", "add: 0"},
    {"scale", "condition: signal", "p95 > 2s", "p96 > 2s"},
    {"scale", "condition: comparison", "p95 > 2s", "p95 >= 2s"},
    {"scale", "condition: unit", "p95 > 2s", "p95 > 70%"},
    {"scale", "condition: too much", "p95 > 2s", "p95 > 2s or cpu > 5%"},
    {"scale", "condition: share", "p95 > 2s", "cpu > 70"},
    {"scale", "condition: list", "p95 > 2s", "backlog(order) > 5"},
    {"scale", "condition: which list", "p95 > 2s", "backlog > 5"},
    {"scale", "percentile without metrics", "      metrics: /metrics\n", ""},
    {"scale", "memory without a request", "    consumes:", "    scale: {metrics: [{memory: 70%}]}\n    consumes:"},
    {"scale", "requests of a worker",
     "    consumes:", "    scale: {metrics: [{signal: queued_requests, average: 5}]}\n    consumes:"},

    // references
    {"references", "unknown component", "redis: {}}\n    publishes", "reddis: {}, redis: {}}\n    publishes"},
    {"references", "unknown pooler", "{through: pooler, ", "{through: poler, "},
    {"references", "no pooler", "poolers: {pooler: {for: main, default_pool_size: 20}}\n", "", 2},
    {"references", "pooler of another database", "uses: {main: {through: pooler, connections: 4}",
     "uses: {audit: {through: pooler}"},
    {"references", "a pooler is not used itself", "uses: {main: {through: pooler, connections: 4}", "uses: {pooler: {}"},
    {"references", "a tier is not used", "uses: {main: {through: pooler, connections: 4}", "uses: {worker: {}"},
    {"references", "a pooler before a cache", "redis: {}}\n    publishes", "redis: {through: pooler}}\n    publishes"},
    {"references", "calls to a database", "connections: 4}", "connections: 4, calls: 5}"},
    {"references", "a rate of calls to a cache", "redis: {}}\n    publishes", "redis: {rate: 5rps}}\n    publishes"},
    {"references", "pooler for nothing", "for: main", "for: mian"},
    {"references", "one name, two components", "caches: {redis", "caches: {main: {used_for: [cache]}, redis"},
    {"references", "no cache for lists", "[cache, queue]", "[cache]", 2},
    {"references", "two caches for lists", "redis: {}}\n    publishes", "redis: {}, spare: {}}\n    publishes"},
    {"references", "publishes without a cache", ", redis: {}}\n    publishes", "}\n    publishes"},
    {"references", "a service that consumes", "    publishes: [orders]", "    consumes: {orders: {per_instance: 5}}"},
    {"references", "service without a balancer", "balancer:\n  listen: 8080\n", ""},
    {"references", "a service that consumes, beside another", "    kind: worker", "    kind: service"},

    // no cascades
    {"together", "a section with a typo: nothing is said of what refers to it", "caches:", "cache:"},
    {"together", "a section of the wrong shape",
     "caches: {redis: {used_for: [cache, queue], maxmemory: 64mb}, spare: {used_for: [queue]}}", "caches: redis"},
    {"together", "a pooler with a wrong size is still a pooler", "default_pool_size: 20", "default_pool_size: twenty"},
    {"together", "a tier of unknown kind", "kind: service", "kind: servce"},
    {"together", "several at once, in order", nullptr,
     "name: shop\ntiers:\n  api:\n    kind: service\n    run: {comand: [x]}\n    replicas: 9..3\n    instance: {cpu: 5Gi}\n"
     "    uses: {mian: {}}\nbalancer: {listen: 0, drain: 30}\ndatabases: {main: {max_connections: lots}}\n",
     8},
    {"together", "through an alias, once", nullptr,
     "apiVersion: plimsoll/v1\nname: shop\ntiers:\n  a: &a {kind: worker, run: {command: [x]}, replicas: x}\n  b: *a\n"},
};

TEST(Diagnostics, TheBaseIsGood) { testing::expect_good(base); }

TEST(Diagnostics, OneMistakeIsOneErrorAndShownAsInTheGoldens) { testing::expect_mistakes(base, rows); }

}  // namespace
}  // namespace plimsoll::spec
