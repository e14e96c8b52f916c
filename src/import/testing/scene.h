#pragma once
// What the tests of imports share: texts in, and what was understood as lines.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.h"
#include "import/import.h"

namespace plimsoll::import::testing {

inline Imported import_of(std::vector<SourceFile> files) { return read(files, {.name = "shop"}); }
inline Imported import_of(std::string text) { return import_of({SourceFile{"all.yaml", std::move(text)}}); }

inline std::string uses_of(const Imported& it, const Tier& tier) {
  std::string out;
  for (const Use& use : tier.uses) {
    const bool given = it.origins.exact(fmt::format("tiers.{}.uses.{}.connections", tier.name, use.component)) != nullptr;
    out +=
        fmt::format("  uses {}{}{}{}\n", use.component, use.through.empty() ? "" : " through " + use.through,
                    given ? fmt::format(" {}", use.connections) : "", use.overflow > 0 ? fmt::format(" + {}", use.overflow) : "");
  }
  for (const QueueTarget& queue : tier.consumes) out += fmt::format("  consumes {} {:g}\n", queue.list, queue.per_instance);
  return out;
}

/// The stack in a few lines: what a scene is about.
inline std::string model(const Imported& it) {
  constexpr std::string_view for_what[] = {"cache", "queue", "session"};
  constexpr std::string_view modes[] = {"session", "transaction", "statement"};
  std::string out;
  for (const Tier& tier : it.stack.tiers)
    out += fmt::format("{} {} {}..{}\n", tier.kind == TierKind::service ? "service" : "worker", tier.name, tier.replicas.min,
                       tier.replicas.max) +
           uses_of(it, tier);
  for (const Database& one : it.stack.databases)
    out += fmt::format("database {} {}{}\n", one.name,
                       it.origins.exact("databases." + one.name + ".max_connections") ? std::to_string(one.max_connections) : "?",
                       one.read_replicas > 0 ? fmt::format(" copies {}", one.read_replicas) : "");
  for (const Pooler& one : it.stack.poolers)
    out += fmt::format("pooler {} for {} {} {} {} {}\n", one.name, one.database, modes[static_cast<int>(one.mode)],
                       one.default_pool_size, one.max_client_conn, one.max_db_connections);
  for (const Cache& one : it.stack.caches) {
    out += fmt::format("cache {} {}", one.name, one.policy);
    for (const CacheUse use : one.used_for) out += fmt::format(" {}", for_what[static_cast<int>(use)]);
    out += "\n";
  }
  for (const External& one : it.stack.externals) out += "external " + one.name + "\n";
  for (const VectorStore& one : it.stack.vector_stores) out += "vectors " + one.name + "\n";
  return out;
}

/// The line of a text, without its blanks.
inline std::string line_of(std::string_view text, int line) {
  for (; line > 1; --line) text.remove_prefix(text.find('\n') + 1);
  text = text.substr(0, text.find('\n'));
  return std::string(text.substr(std::min(text.find_first_not_of(' '), text.size())));
}

/// "rule level | the line it is said of", a line each.
inline std::string findings(const std::string& text) {
  constexpr std::string_view levels[] = {"note", "warning", "error"};
  std::string out;
  for (const Finding& one : import_of(text).findings)
    out += fmt::format("{} {} | {}\n", one.rule, levels[static_cast<int>(one.level)],
                       one.spot ? line_of(text, one.spot->at.line) : "");
  return out;
}

/// Line and text of an origin: "14 maxReplicas: "; empty if there is none.
inline std::string origin(const Imported& it, std::string_view path) {
  const Origin* one = it.origins.exact(path);
  return one ? fmt::format("{} {}", one->value.at.line, one->prefix) : std::string();
}

inline std::string questions(const Imported& it) {
  std::string out;
  for (const Question& one : it.questions) out += one.path + "\n";
  return out;
}

/// A workload with one container; the lines are added as they are.
struct App {
  std::string name = "api", kind = "Deployment", image = "shop/api:1";
  std::string spec;       // lines of the workload's spec, indented by 2
  std::string pod;        // lines of the pod's spec, indented by 6
  std::string container;  // lines of the container, indented by 10
  bool requests = true;   // has them
  bool good = true;       // has a probe and a preStop
};

inline std::string manifest(const App& app) {
  std::string out = fmt::format(
      "---\napiVersion: apps/v1\nkind: {}\nmetadata:\n  name: {}\nspec:\n{}  selector:\n    matchLabels: {{app: {}}}\n  "
      "template:\n"
      "    metadata:\n      labels: {{app: {}}}\n    spec:\n{}      containers:\n        - name: {}\n          image: {}\n",
      app.kind, app.name, app.spec, app.name, app.name, app.pod, app.name, app.image);
  if (app.requests) out += "          resources: {requests: {cpu: 500m, memory: 512Mi}}\n";
  if (app.good)
    out +=
        "          readinessProbe: {httpGet: {path: /ready, port: 8080}}\n          lifecycle: {preStop: {sleep: {seconds: "
        "5}}}\n";
  return out + app.container;
}

inline std::string service(std::string_view name, int port) {
  return fmt::format(
      "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {}}}\nspec:\n  selector: {{app: {}}}\n  ports: [{{port: {}}}]\n",
      name, name, port);
}

inline std::string hpa(std::string_view name, int min, int max, std::string_view more = "") {
  return fmt::format(
      "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: {}\nspec:\n  scaleTargetRef: "
      "{{apiVersion: apps/v1, "
      "kind: Deployment, name: {}}}\n  minReplicas: {}\n  maxReplicas: {}\n{}",
      name, name, min, max,
      more.empty()
          ? "  metrics:\n    - type: Resource\n      resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}\n"
          : more);
}

}  // namespace plimsoll::import::testing
