#include <fmt/format.h>

#include <string_view>

#include "render/names.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

using Collection = VectorStore::Collection;

std::string_view word(Collection::Distance distance) {
  switch (distance) {
    case Collection::Distance::cosine:
      return "Cosine";
    case Collection::Distance::dot:
      return "Dot";
    case Collection::Distance::euclid:
      return "Euclid";
    case Collection::Distance::manhattan:
      return "Manhattan";
  }
  return "Cosine";
}

std::string config_of(const Stack& stack, const VectorStore& store, const Options& options) {
  Yaml config;
  config.about(fmt::format("Qdrant {} of the stack {}, made by `plimsoll render`; /qdrant/config/production.yaml of its image.",
                           store.name, stack.name));
  config["storage"]["storage_path"] = "/qdrant/storage";
  config["storage"]["snapshots_path"] = "/qdrant/snapshots";
  config["service"]["host"] = "0.0.0.0";
  config["service"]["http_port"] = endpoints_of(options, store.name, qdrant_port).front().port;
  config["cluster"]["enabled"] = Yaml(store.nodes > 1).why(fmt::format("derived: nodes is {}", store.nodes));
  if (store.nodes > 1) config["cluster"]["p2p"]["port"] = qdrant_peer_port;
  config["telemetry_disabled"] = true;
  return to_yaml(config);
}

/// The body of PUT /collections/NAME.
std::string body_of(const Collection& collection) {
  Yaml body;
  body["vectors"]["size"] = collection.dimensions;
  body["vectors"]["distance"] = word(collection.distance);
  body["shard_number"] = collection.shards;
  body["replication_factor"] = collection.replication;
  return to_json(body);
}

void add(const Stack& stack, const VectorStore& store, const Options& options, Rendered& made) {
  const std::string key = "vector_stores." + store.name;
  const std::string key_variable = variable_of(store.name) + "_API_KEY";
  const std::string at = "http://" + to_text(endpoints_of(options, store.name, qdrant_port).front());
  made.files.push_back({fmt::format("qdrant/{}.yaml", store.name), config_of(stack, store, options)});
  made.notes.push_back(
      {key,
       fmt::format("each node needs QDRANT__SERVICE__API_KEY in its environment (a secret, here ${}); without it anyone "
                   "who reaches it may write",
                   key_variable),
       true});
  if (store.nodes > 1)
    made.notes.push_back(
        {key + ".nodes",
         fmt::format(
             "the first of {0} nodes starts with --uri http://{1}-1:{2}, the others with --bootstrap http://{1}-1:{2} --uri "
             "http://{1}-N:{2}. Verify that all are peers: printf 'api-key: %s' \"${3}\" | curl -H @- {4}/cluster",
             store.nodes, store.name, qdrant_peer_port, key_variable, at)});
  for (const Collection& collection : store.collections) {
    const std::string file = fmt::format("qdrant/{}/{}.json", store.name, collection.name);
    made.files.push_back({file, body_of(collection)});
    made.notes.push_back({fmt::format("{}.collections.{}", key, collection.name),
                          fmt::format("once: printf 'api-key: %s' \"${0}\" | curl -X PUT -H @- -H 'Content-Type: "
                                      "application/json' --data @{1} {2}/collections/{3}. Verify: printf 'api-key: %s' "
                                      "\"${0}\" | curl -H @- {2}/collections/{3}",
                                      key_variable, file, at, collection.name)});
  }
}

}  // namespace

Rendered qdrant(const Stack& stack, const Options& options) {
  Rendered made;
  for (const VectorStore& store : stack.vector_stores) add(stack, store, options, made);
  if (made.files.empty()) made.notes.push_back({"vector_stores", "the stack has no vector store"});
  return made;
}

}  // namespace plimsoll::render
