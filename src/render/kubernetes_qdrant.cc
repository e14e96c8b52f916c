// A vector store.

#include <fmt/format.h>

#include "core/quantity.h"
#include "render/kubernetes_exporters.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/targets.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::string_view role = "vector-store";

/// Started as the first of a cluster, or beside the first.
std::string start_script(const std::string& name, const std::string& nodes) {
  const auto uri = [&](std::string_view pod) { return fmt::format("http://{}.{}:{}", pod, nodes, qdrant_peer_port); };
  return fmt::format(
      "case \"$INSTANCE\" in\n"
      "  {0}-0) exec ./qdrant --uri {1} ;;\n"
      "  *) exec ./qdrant --uri {2} --bootstrap {1} ;;\n"
      "esac\n",
      name, uri(name + "-0"), uri("$INSTANCE"));
}

Yaml container_of(const VectorStore& store, const std::string& nodes) {
  Yaml made;
  made["name"] = store.name;
  made["image"] = qdrant_image;
  if (store.nodes > 1) made["command"] = Yaml::list({"sh", "-c", start_script(store.name, nodes)});
  Yaml& http = made["ports"].add();
  http["name"] = "http";
  http["containerPort"] = qdrant_port;
  if (store.nodes > 1) {
    Yaml& peer = made["ports"].add();
    peer["name"] = "peer";
    peer["containerPort"] = qdrant_peer_port;
    made["env"].add(env_from_field("INSTANCE", "metadata.name"));
  }
  made["env"].add(env_from_secret("QDRANT__SERVICE__API_KEY", store.name, "api-key"));
  made["resources"] = resources(store.cpu, store.memory);
  made["readinessProbe"].about(
      "No livenessProbe: a node answers once it has read its segments, and would be killed over and over while it reads.");
  made["readinessProbe"]["httpGet"]["path"] = "/readyz";
  made["readinessProbe"]["httpGet"]["port"] = "http";
  Yaml& config = made["volumeMounts"].add();
  config["name"] = "config";
  config["mountPath"] = "/qdrant/config/production.yaml";
  config["subPath"] = "production.yaml";
  config["readOnly"] = true;
  for (const char* folder : {"storage", "snapshots"}) {
    Yaml& data = made["volumeMounts"].add();
    data["name"] = "data";
    data["mountPath"] = fmt::format("/qdrant/{}", folder);
    data["subPath"] = folder;
  }
  return made;
}

Yaml disk(const VectorStore& store) {
  if (!store.memory) return data_claim(Bytes{std::int64_t{10} << 30}, "a guess: nothing in the spec says how much it holds");
  const Bytes most = store.memory->limit.value_or(store.memory->request);
  return data_claim(Bytes{most.count * 2},
                    "derived: 2 × memory, as segments are rewritten beside the old ones; snapshots that stay come on top");
}

void notes(const Scope& scope, const VectorStore& store) {
  const std::string path = fmt::format("vector_stores.{}", store.name);
  const std::string key = fmt::format("${}_API_KEY", variable_of(store.name));
  scope.notes.push_back(
      {path,
       fmt::format("make the Secret {0}: kubectl create secret generic {0} -n {1} --from-literal=api-key=\"{2}\"", store.name,
                   scope.name_space(), key),
       true});
  const std::string at = fmt::format("http://127.0.0.1:{}/collections", qdrant_port);
  for (const VectorStore::Collection& one : store.collections)
    scope.notes.push_back(
        {fmt::format("{}.collections.{}", path, one.name),
         fmt::format(
             "once the nodes are ready: kubectl port-forward -n {0} service/{1} {2}, then printf 'api-key: %s' "
             "\"{3}\" | curl -X PUT -H @- -H 'Content-Type: application/json' --data @qdrant/{1}/{4}.json {5}/{4}. Verify: "
             "printf 'api-key: %s' \"{3}\" | curl -H @- {5}/{4}/cluster",
             scope.name_space(), store.name, qdrant_port, key, one.name, at)});
}

/// Its own page, which it shows to whoever has the key.
Yaml monitor(const Scope& scope, const VectorStore& store) {
  Yaml page = scrape_of("http");
  Yaml& credentials = page["authorization"]["credentials"];
  credentials["name"] = store.name;
  credentials["key"] = "api-key";
  return pod_monitor(scope, store.name, role, store.name, std::move(page));
}

void note_outside(const Scope& scope, const VectorStore& store) {
  scope.notes.push_back({fmt::format("vector_stores.{}", store.name),
                         fmt::format("it runs outside the cluster: scrape its /metrics, with its API key, as the job {0}; until "
                                     "then the alert that {0} is down fires",
                                     store.name)});
}

}  // namespace

Documents vector_store_of(const Scope& scope, const VectorStore& store) {
  Documents made = elsewhere(scope, store.name, role, "http", qdrant_port);
  if (!made.empty()) {
    note_outside(scope, store);
    return made;
  }
  const Rendered files = qdrant(scope.stack, within(scope.stack, scope.options));
  Yaml& config = made.emplace_back(config_map(scope, store.name, role));
  config["data"]["production.yaml"] = text_of(files, fmt::format("qdrant/{}.yaml", store.name));
  const std::string nodes = store.name + "-nodes";
  Yaml set = stateful_set(scope, store.name, role, store.nodes > 1 ? nodes : store.name, store.nodes, store.nodes > 1);
  Yaml& pod = pod_of(set);
  if (store.nodes > 1) avoid_one_host(scope, store.name, pod, 100, false);
  pod["containers"].add(container_of(store, nodes));
  Yaml& volume = pod["volumes"].add();
  volume["name"] = "config";
  volume["configMap"]["name"] = store.name;
  set["spec"]["volumeClaimTemplates"].add(disk(store));
  made.push_back(std::move(set));
  made.push_back(service(scope, store.name, store.name, role, "http", qdrant_port));
  if (store.nodes > 1) {
    made.push_back(headless(scope, nodes, store.name, role, "peer", qdrant_peer_port));
    Disruption one_at_a_time;
    one_at_a_time.max_unavailable = 1;
    made.push_back(disruption_budget(scope, store.name, role, one_at_a_time));
  }
  made.push_back(monitor(scope, store));
  notes(scope, store);
  return made;
}

}  // namespace plimsoll::render::kube
