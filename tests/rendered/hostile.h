#pragma once
// A stack whose names and values are valid and made to break what writes them down: YAML's own words as names, the longest names,
// and quotes, dollars, comments and line ends in values.

#include "render/testing/stacks.h"

namespace plimsoll::render {

inline Stack hostile_stack() {
  return stack_from(R"yaml(apiVersion: plimsoll/v1
name: "null"
balancer: {engine: nginx, listen: 8080, health: {path: "/ready?a=b&c=%20+"}, client_rate: 1/min}
signals:
  lag: {from: prometheus, url: "http://prometheus:9090", query: "max(lag{job=~\"a.*|b\",path=\"C:\\\\x\",say=\"it's {{ $labels.x }} # $1\"})"}
tiers:
  "on":
    kind: service
    run:
      command: [serve, "--greeting=it's \"quoted\" # $$(HOME) $${HOME} `id`", "a: b", "- c", "", "1e3", "{{ .Values.x }}", "two\nlines", "end\\"]
      image: "registry.example.com:5000/on/line:1.0"
      ready: "/ready?q=%27&y=a+b,c:d@e~f"
      live: /live
      metrics: /metrics
      env:
        A_QUOTES: "it's \"quoted\""
        B_COMMENT: "a # b"
        C_DOLLARS: "$$(HOME) $${a b} $$HOME $$$$ $$"
        D_LINES: "one\n  two: [3\n\n# four\n"
        E_COLON: "key: value"
        F_DASH: "- item"
        G_TEMPLATE: "{{ .Values.x }} {% x %} {{- end }}"
        H_BACKSLASH: "C:\\new\\table\\"
        I_EMPTY: ""
        J_WORD: "on"
        K_NUMBER: "1e3"
        L_TIME: "08:30"
        M_NULL: "~"
        N_ANCHOR: "*a &b !c @d %e `f` |g >h ,i ?j"
        O_TAB: "\ta\tb\t"
        P_BLANKS: "  a  "
        Q_LONG: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        R_BEYOND: "zażółć 船 🚢"
        S_OCTAL: "0777"
        T_CARRIAGE: "a\r\nb"
    instance: {cpu: 100m..1, memory: 64Mi..128Mi}
    replicas: 2..5
    uses: {"yes": {through: a2345678901234567890123456789012345678-p, connections: 5}, "true": {}}
    publishes: ["jobs:a.b-c_D"]
    scale:
      metrics: [{cpu: 70%}]
      rules: [{when: lag > 5, for: 5m, investigate: true, urgency: critical}]
      schedule: [{from: 2027-01-01T00:00Z, until: 2027-01-02T00:00Z, floor: 3, why: "it's \"New Year\": # 100 % $$x {{ y }}"}]
  a2345678901234567890123456789012345678-w:
    kind: worker
    run: {command: [work]}
    instance: {cpu: 250m, memory: 96Mi}
    replicas: 1..10
    uses: {"true": {}}
    consumes: {"jobs:a.b-c_D": {per_instance: 10}}
    scale: {like: keda}
databases:
  "yes":
    max_connections: 100
    settings: {application_name: "it's \\ # $$x \"y\""}
poolers:
  a2345678901234567890123456789012345678-p: {for: "yes", default_pool_size: 10}
caches:
  "true": {maxmemory: 64MB, used_for: [cache, queue]}
vector_stores:
  no-1: {nodes: 1, memory: 1GB, collections: {"1.0": {dimensions: 4}, "null": {dimensions: 8, distance: dot}}}
)yaml");
}

}  // namespace plimsoll::render
