// Every mistake in what decides the count, as its owner sees it (testing/mistakes.h).

#include <gtest/gtest.h>

#include "spec/testing/mistakes.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view base = R"yaml(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
signals:
  pool_used: {from: json, path: /stats, pointer: /pool/used, unit: ratio}
  arrived: {name: jobs_arrived, unit: per_second}
  hits: {from: prometheus, url: "http://127.0.0.1:9090", query: "sum(rate(x[1m]))", max_age: 1m}
  depth: {name: queue_depth, per: instance}
profiles: {calm: {per_instance: 30, poll: 1m}}
tiers:
  api:
    kind: service
    run: {command: [shop], metrics: /metrics}
    instance: {cpu: 500m, memory: 512Mi, start: 4s, price: $30/month}
    replicas: 3..20
    capacity: {concurrency: 50, service_time: {mean: 20ms, p99: 120ms}, arrivals: arrived}
    uses: {main: {}, redis: {connections: 5}, llm: {calls: 5, rate: 2rps}}
    publishes: [jobs]
    scale:
      metrics: [{cpu: 70%}, {memory: 600Mi}, {signal: hits, average: 100}]
      behavior: {up: {window: 30s, select: least, tolerance: 5%}}
      step: {out: 50%, in: 25%, observe: 10m}
      rules: [{when: pool_used > 80%, until: 60%, for: 5m, add: 50%, urgency: high}]
      schedule:
        - {from: 2026-11-27T08:30Z, until: 2026-11-28T02:00Z, floor: 15, why: Black Friday}
        - {start: "0 20 * * *", end: "0 8 * * *", zone: Europe/Berlin, exact: 0}
      formula: {value: "max(hits, depth)", target: 50}
      fallback: {after: 3m, replicas: 6}
      idle: 1
  worker:
    kind: worker
    run: {command: [shop], metrics: /metrics}
    replicas: 2..30
    uses: {redis: {}}
    consumes: {jobs: {per_instance: 20, activation: 5}, mail: {}}
    scale: {like: keda, profile: calm}
databases:
  main: {reserve: {monitoring: 5, replication: 5, admin: 10}, maintenance: {start: "0 3 * * sun", end: "0 4 * * sun"}}
caches: {redis: {used_for: [queue], max_clients: 500}}
externals: {llm: {concurrency: 50, rate: 10rps}}
limits: {cost: $1800/month, cores: 8, memory: 32Gi}
)yaml";

const std::vector<testing::Mistake> rows = {
    // signals
    {"signals", "called as a built-in one", "  depth:", "  p95: {name: x}\n  depth:"},
    {"signals", "a name with a hyphen", "  depth:", "  queue-depth:"},
    {"signals", "source", "from: json", "from: jason"},
    {"signals", "a key of another source", "pointer: /pool/used", "pointer: /pool/used, query: x"},
    {"signals", "a key of prometheus without from", "name: jobs_arrived", "query: jobs_arrived"},
    {"signals", "json without a path", "path: /stats, ", ""},
    {"signals", "json without a pointer", "pointer: /pool/used, ", ""},
    {"signals", "a pointer in dots", "/pool/used", "pool.used"},
    {"signals", "prometheus without a server", "url: \"http://127.0.0.1:9090\", ", ""},
    {"signals", "a server without a scheme", "\"http://127.0.0.1:9090\"", "127.0.0.1:9090"},
    {"signals", "an empty query", "\"sum(rate(x[1m]))\"", "\" \""},
    {"signals", "metrics without a series", "{name: jobs_arrived, unit: per_second}", "{unit: per_second}"},
    {"signals", "unit", "unit: ratio", "unit: percent"},
    {"signals", "whose", "per: instance", "per: pod"},
    {"signals", "age", "max_age: 1m", "max_age: 0s"},
    {"signals", "unknown in a condition", "when: pool_used", "when: pol_used"},
    {"signals", "unknown in a target", "{signal: hits,", "{signal: hist,"},
    {"signals", "the unit of a condition", "pool_used > 80%", "pool_used > 80"},
    {"signals", "the unit of until", "until: 60%", "until: 60"},
    {"signals", "the unit of an average", "{signal: hits, average: 100}", "{signal: pool_used, average: 100}"},
    {"signals", "a section with a typo: nothing is said of what names them", "signals:", "signal:"},
    {"signals", "no metrics page to read it from", "run: {command: [shop], metrics: /metrics}\n    instance",
     "run: {command: [shop]}\n    instance"},

    // tier
    {"tier", "price without its time", "price: $30/month", "price: $30"},
    {"tier", "price without its currency", "price: $30/month", "price: 30/month"},
    {"tier", "price by the week", "price: $30/month", "price: $30/week"},
    {"tier", "start", "start: 4s", "start: 4"},
    {"tier", "surge", "replicas: 3..20", "replicas: 3..20\n    surge: -1"},
    {"tier", "priority", "replicas: 3..20", "replicas: 3..20\n    priority: high"},
    {"tier", "capacity without a service time", "service_time: {mean: 20ms, p99: 120ms}, ", ""},
    {"tier", "service time without a mean", "mean: 20ms, ", ""},
    {"tier", "service time in seconds", "mean: 20ms", "mean: 0.02"},
    {"tier", "p99 below the mean", "p99: 120ms", "p99: 12ms"},
    {"tier", "concurrency", "concurrency: 50", "concurrency: 0"},
    {"tier", "utilization above all", "arrivals: arrived", "utilization: 110%"},
    {"tier", "unknown arrivals", "arrivals: arrived", "arrivals: arrivde"},
    {"tier", "arrivals that are a ratio", "arrivals: arrived", "arrivals: pool_used"},
    {"tier", "capacity of a worker without arrivals",
     "    consumes:", "    capacity: {service_time: {mean: 1s}}\n    consumes:", 2},
    {"tier", "unknown external", "llm: {calls", "lmm: {calls"},
    {"tier", "calls", "calls: 5", "calls: 0"},
    {"tier", "rate of calls", "rate: 2rps}", "rate: 2rpm}"},
    {"tier", "connections to an external", "{calls: 5, rate: 2rps}", "{connections: 5}"},
    {"tier", "calls to a cache", "{connections: 5}", "{calls: 5}"},
    {"tier", "a queue without a target", "profile: calm", "poll: 1m"},
    {"tier", "a queue with a typo is one error", "mail: {}", "mail: {per_instanse: 5}"},
    {"tier", "unknown profile", "profile: calm", "profile: clam"},
    {"tier", "unknown profile, built in", "profile: calm", "profile: high-throughputs"},
    {"tier", "a broken profile is still one", "poll: 1m}", "poll: 1}"},
    {"tier", "profile without a sense", "poll: 1m}", "pol: 1m}"},

    // targets, behavior, steps
    {"targets", "cpu without a unit", "cpu: 70%", "cpu: 70"},
    {"targets", "cpu as a size", "cpu: 70%", "cpu: 70Mi"},
    {"targets", "memory in thousandths", "memory: 600Mi", "memory: 600m"},
    {"targets", "cpu as a signal", "{signal: hits, average: 100}", "{signal: cpu, average: 70%}"},
    {"targets", "neither average nor value", "{signal: hits, average: 100}", "{signal: hits}"},
    {"targets", "both average and value", "average: 100}", "average: 100, value: 5}"},
    {"targets", "a percentile shared out", "{signal: hits, average: 100}", "{signal: p95, average: 500ms}"},
    {"targets", "errors shared out", "{signal: hits, average: 100}", "{signal: errors, average: 1%}"},
    {"targets", "a whole that nobody measures", "{signal: hits, average: 100}", "{signal: depth, value: 100}"},
    {"targets", "of nothing", "average: 100}", "average: 0}"},
    {"targets", "activation beside cpu", "{cpu: 70%}", "{cpu: 70%, activation: 5}"},
    {"targets", "backlog of which list", "{signal: hits,", "{signal: backlog,"},
    {"targets", "backlog of a list of others", "{signal: hits,", "{signal: backlog(mail),"},
    {"targets", "select", "select: least", "select: min"},
    {"targets", "tolerance", "tolerance: 5%", "tolerance: 5"},
    {"targets", "step in more than all", "in: 25%", "in: 125%"},
    {"targets", "step without a unit", "out: 50%", "out: 50"},
    {"targets", "fallback without a count", "{after: 3m, replicas: 6}", "{after: 3m}"},
    {"targets", "fallback outside the bounds", "replicas: 6}", "replicas: 60}"},
    {"targets", "fallback behavior", "replicas: 6}", "replicas: 6, behavior: statc}"},
    {"targets", "idle not below the minimum", "idle: 1", "idle: 3"},
    {"targets", "formula of nothing", "\"max(hits, depth)\"", "\"\""},
    {"targets", "formula without a target", ", target: 50}", "}"},
    {"targets", "formula type", "target: 50", "target: 50, type: utilization"},
    {"targets", "like", "like: keda", "like: kedda"},
    {"targets", "sync", "idle: 1", "controller: {sync: 0s}"},

    // rules and schedules
    {"rules", "until on the wrong side", "until: 60%", "until: 90%"},
    {"rules", "until on the wrong side, below", "pool_used > 80%",
     "pool_used < 50%, until: 40%, for: 1s, remove: 1}, {when: cpu > 90%"},
    {"rules", "share of nothing", "add: 50%", "add: 0%"},
    {"rules", "share with a blank", "add: 50%", "add: 50 %"},
    {"rules", "half an instance", "add: 50%", "add: 0.5"},
    {"rules", "add and investigate", "add: 50%", "add: 50%, investigate: true"},
    {"rules", "neither", "add: 50%, ", ""},
    {"rules", "investigate: no", "add: 50%", "investigate: no"},
    {"rules", "urgency", "urgency: high", "urgency: hihg"},
    {"rules", "errors of a worker", "like: keda,", "rules: [{when: errors > 5%, investigate: true}],"},
    {"schedule", "ends before it begins", "until: 2026-11-28T02:00Z", "until: 2026-11-26T02:00Z"},
    {"schedule", "a time without its zone", "2026-11-27T08:30Z", "2026-11-27T08:30"},
    {"schedule", "no such day", "2026-11-27T08:30Z", "2026-11-31T08:30Z"},
    {"schedule", "without an end", "until: 2026-11-28T02:00Z, ", ""},
    {"schedule", "without times", "from: 2026-11-27T08:30Z, until: 2026-11-28T02:00Z, ", ""},
    {"schedule", "once and again", "floor: 15", "start: \"0 8 * * *\", end: \"0 9 * * *\", floor: 15"},
    {"schedule", "floor above the maximum", "floor: 15", "floor: 60"},
    {"schedule", "zone of a time", "floor: 15", "zone: UTC, floor: 15"},
    {"schedule", "floor and exact", "exact: 0", "exact: 0, floor: 1"},
    {"schedule", "no count", ", exact: 0", ""},
    {"schedule", "cron with four fields", "0 20 * * *", "0 20 * *"},
    {"schedule", "cron with a field out of range", "0 20 * * *", "0 24 * * *"},
    {"schedule", "cron with an unknown day", "0 4 * * sun", "0 4 * * son"},
    {"schedule", "zone", "Europe/Berlin", "Europe / Berlin"},
    {"schedule", "maintenance without an end", ", end: \"0 4 * * sun\"", ""},

    // the rest of the stack
    {"limits", "cost", "$1800/month", "$1800"},
    {"limits", "cores", "cores: 8", "cores: 0"},
    {"limits", "memory", "memory: 32Gi", "memory: 32gigs"},
    {"limits", "unknown limit", "cores: 8", "core: 8"},
    {"limits", "a reserve that leaves nothing", "admin: 10", "admin: 100"},
    {"limits", "clients of a cache", "max_clients: 500", "max_clients: none"},
    {"limits", "an external called as a database", "externals: {llm", "externals: {main: {}, llm"},
    {"limits", "concurrency", "{concurrency: 50,", "{concurrency: 0,"},

    // like: hpa and keda
    {"like", "hpa knows none of these", "      metrics: [{cpu", "      like: hpa\n      metrics: [{cpu", 6},
    {"like", "keda knows none of these", "      metrics: [{cpu", "      like: keda\n      metrics: [{cpu", 4},
    {"like", "hpa and a profile", "like: keda", "like: hpa"},
    {"like", "hpa, poll and cooldown", "like: keda, profile: calm", "like: hpa, poll: 15s, cooldown: 5m", 3},
};

TEST(ScaleDiagnostics, TheBaseIsGood) { testing::expect_good(base); }

TEST(ScaleDiagnostics, OneMistakeIsOneErrorAndShownAsInTheGoldens) { testing::expect_mistakes(base, rows); }

}  // namespace
}  // namespace plimsoll::spec
